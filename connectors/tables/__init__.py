"""Any table: our own formats, and those that a mapping reads. May use the kit."""
