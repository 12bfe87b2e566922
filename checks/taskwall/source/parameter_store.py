"""What the names of parameters in the Parameter Store of Systems Manager say."""

OF_AWS = "/aws/"
"""How the names of public parameters begin, such as those of AMIs: only AWS writes them
("Working with public parameters" in the guide of Systems Manager)."""
