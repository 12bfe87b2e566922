"""The kinds of sources, by the names of files and by what is in them."""

import re

from taskwall.source.files import Files, UnreadableError

TERRAFORM = (".tf", ".tf.json", ".tofu", ".tofu.json")
TERRAGRUNT = ("/terragrunt.hcl", "/terragrunt.hcl.json", "/terragrunt.stack.hcl")
"""How the paths of files end that make a folder a unit of Terragrunt, or several."""

ROOTS = (*TERRAFORM, *TERRAGRUNT)
HCL = ".hcl"
"""How the names of the files end that units of Terragrunt include."""

_HCL_JSON = ".hcl.json"
_LOCK = ".terraform.lock.hcl"

TEMPLATES = (".yaml", ".yml", ".json", ".template")

NAMED_TEMPLATE = r"(?<![\w.-])[\w.-]++(?:(?<=\.yaml)|(?<=\.yml)|(?<=\.json)|(?<=\.template))"
"""The name of a template within a text, as a pattern whose time grows with the text alone."""
NESTING = ("TemplateURL", "AWS::Serverless::Application", "TemplatePath")
"""What the text of a template holds if it nests others, or has a pipeline deploy them."""


def nested_names(text: str) -> frozenset[str]:
    """The names of the templates that the text of one may nest, or have a pipeline deploy."""
    nests = any(word in text for word in NESTING)
    return frozenset(re.findall(NAMED_TEMPLATE, text)) if nests else frozenset()


def is_terraform(path: str) -> bool:
    """Whether a file is one of Terraform or Terragrunt by its name, or may be one of the latter."""
    return path.endswith((*ROOTS, _HCL_JSON)) or (path.endswith(HCL) and not path.endswith(_LOCK))


def is_plan(path: str, files: Files) -> bool:
    """Whether a file is a plan of Terraform as JSON, by whatever name."""
    if is_terraform(path) or path.endswith((".yaml", ".yml", ".template")):
        return False
    try:
        text = files.text(path)
    except UnreadableError:
        return False
    return '"format_version"' in text and '"planned_values"' in text
