"""Claims about `connectors.suites`."""
