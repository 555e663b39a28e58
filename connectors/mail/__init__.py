"""Mailboxes as files and over IMAP. May use the kit."""
