"""Claims about `reports.formats`."""
