"""Claims about `influence.secrets`."""
