"""Where activity comes from: six families and the suites over one kit. May use `influence.contract` alone."""
