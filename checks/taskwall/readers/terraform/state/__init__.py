"""Reads states of Terraform: what was deployed, with the ids that AWS gave it."""
