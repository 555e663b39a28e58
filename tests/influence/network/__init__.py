"""Claims about `influence.network`."""
