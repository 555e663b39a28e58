"""Claims about `influence.chance`."""
