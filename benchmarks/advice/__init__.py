"""Does the advice know who will respond? Five real logs, several cuts in time, and what the field would do instead."""
