"""Claims about `influence.programmes`."""
