"""Claims about `connectors`."""
