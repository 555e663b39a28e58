"""Calendars and contacts, as files and over CalDAV and CardDAV. May use the kit."""
