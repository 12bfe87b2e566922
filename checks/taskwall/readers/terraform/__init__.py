"""Reads Terraform's language: root modules with all that they call, evaluated by need."""

from taskwall.readers.terraform.joined import JoinedStack
from taskwall.readers.terraform.roots import stacks
from taskwall.readers.terraform.stack import TerraformStack
from taskwall.readers.terraform.unit import ENDINGS

__all__ = ["ENDINGS", "JoinedStack", "TerraformStack", "stacks"]
