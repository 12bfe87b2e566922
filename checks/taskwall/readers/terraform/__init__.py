"""Reads Terraform's language: root modules with all that they call, evaluated by need."""

from taskwall.readers.terraform.joined_roots import JoinedStack
from taskwall.readers.terraform.modules import ENDINGS
from taskwall.readers.terraform.roots import stacks
from taskwall.readers.terraform.stack import TerraformStack

__all__ = ["ENDINGS", "JoinedStack", "TerraformStack", "stacks"]
