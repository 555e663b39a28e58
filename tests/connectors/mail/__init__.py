"""Claims about `connectors.mail`."""
