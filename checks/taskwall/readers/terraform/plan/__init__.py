"""Plans of Terraform, as JSON."""
