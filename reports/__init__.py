"""What is made of findings: pages and tables that people read. May use `influence.contract`; see dashboard."""
