"""Claims about `influence.people`."""
