"""Claims about `influence.measures`."""
