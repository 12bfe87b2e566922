"""What permissions of security groups stand for."""
