"""Units of Terragrunt out of texts, without a disk."""

from collections.abc import Callable, Mapping

from taskwall.core.values import Value
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs, Stack

Shown = Callable[[Value], object]
MODULE = """
variable "x" { default = "by default" }
resource "t" "t" { x = var.x }
output "x" { value = var.x }
"""
SOURCE = 'terraform { source = "../..//modules/m" }\n'
INCLUDE = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n  %s\n}\n' + SOURCE
OWN = 'inputs = { x = { from = "unit", list = ["b"] } }\n'
NET = {
    "live/net/terragrunt.hcl": 'terraform { source = "../../modules/net" }\n'
    "inputs = { cidr = local.cidr }\n"
    'locals { cidr = "10.0.0.0/16" }',
    "modules/net/main.tf": """
variable "cidr" {}
resource "aws_vpc" "main" { cidr_block = var.cidr }
output "id" { value = aws_vpc.main.id }
output "cidr" { value = aws_vpc.main.cidr_block }
""",
}
DEPENDENT = SOURCE + 'dependency "net" {\n  config_path = "../net"\n}\ninputs = { x = %s }'


def read(texts: Mapping[str, str], **inputs: object) -> tuple[list[Stack], list[str]]:
    """The stacks that the texts, by path, make, and what cannot be read."""
    files = Files({f"/infra/{path}": text for path, text in texts.items()})
    said = Inputs(boundary="/infra", **inputs)  # type: ignore[arg-type]
    names = (".tf", "terragrunt.hcl", "terragrunt.hcl.json", "terragrunt.stack.hcl")
    found, errors = stacks([path for path in files.held if path.endswith(names)], files, said)
    return list(found), [error.message for error in errors]


def unit(own: str, others: Mapping[str, str] | None = None, **inputs: object) -> Evaluation:
    """The evaluation of the unit in live/app, whose module says what `x` is."""
    texts = {"modules/m/main.tf": MODULE, "live/app/terragrunt.hcl": own, **(others or {})}
    found, errors = read(texts, **inputs)
    assert errors == []
    return next(stack for stack in found if stack.name == "/infra/live/app").evaluate({})


def x(evaluation: Evaluation) -> Value:
    """The attribute x of the resource t.t."""
    return next(r for r in evaluation.resources if r.type == "t").body.fields["x"]
