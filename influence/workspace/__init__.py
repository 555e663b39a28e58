"""What is asked and done by name: a workspace on this machine, or a lake by Spark. May use everything but cli."""
