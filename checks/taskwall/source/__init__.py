"""What readers give: files, resources and stacks."""
