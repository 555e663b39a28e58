"""Claims about `influence.analysis`."""
