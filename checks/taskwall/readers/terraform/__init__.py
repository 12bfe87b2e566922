"""Reads Terraform's language: root modules with all that they call, evaluated by need."""

from taskwall.readers.terraform.stack import TerraformStack, stacks

__all__ = ["TerraformStack", "stacks"]
