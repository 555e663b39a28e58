"""Microsoft 365 and Google Workspace, which hold mail, calendars and more. May use the kit and the mail connectors."""
