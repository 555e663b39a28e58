"""What a plug-in and the house promise each other; a third party imports nothing else. Uses nothing of the house."""
