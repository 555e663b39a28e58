"""Claims about `influence.contract`."""
