"""Pictures by matplotlib, and the SVG that a page may carry. May use the story."""
