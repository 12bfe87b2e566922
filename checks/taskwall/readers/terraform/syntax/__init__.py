"""Terraform's languages as one syntax tree."""
