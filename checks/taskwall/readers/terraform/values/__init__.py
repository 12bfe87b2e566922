"""Values as Terraform tells them apart."""
