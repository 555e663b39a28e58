"""Claims about `connectors.chat`."""
