"""What records traffic."""
