"""Claims about `influence.workspace`."""
