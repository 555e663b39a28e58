"""Claims about `reports.story`."""
