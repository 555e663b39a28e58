"""Claims about `influence.store`."""
