"""What is kept of a message before its text is dropped: phrases of meetings, terms. May use the contract."""
