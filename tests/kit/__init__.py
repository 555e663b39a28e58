"""What tests share: logs made at random, a plain reading of the measures, services played on this machine."""
