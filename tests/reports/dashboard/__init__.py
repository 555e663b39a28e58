"""Claims about `reports.dashboard`."""
