"""What the user sets right: people, meetings, spheres. May use the measures, reach and below."""
