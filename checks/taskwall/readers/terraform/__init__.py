"""Reads Terraform's language: root modules with all that they call, evaluated by need."""

from taskwall.readers.terraform.stack import TerraformStack, stacks
from taskwall.readers.terraform.unit import ENDINGS

__all__ = ["ENDINGS", "TerraformStack", "stacks"]
