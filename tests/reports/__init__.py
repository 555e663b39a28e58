"""Claims about `reports`."""
