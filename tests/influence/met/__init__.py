"""Claims about `influence.met`."""
