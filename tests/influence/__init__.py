"""Claims about `influence`."""
