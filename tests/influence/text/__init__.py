"""Claims about `influence.text`."""
