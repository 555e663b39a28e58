"""Findings in words: what is said, in which order, with which evidence. May use the contract alone."""
