"""An automated grader and exercise kit for neural-network initialisation notebooks."""
