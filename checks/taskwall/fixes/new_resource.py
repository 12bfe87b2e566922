"""Resources that fixes add, as code."""

import re

from taskwall.core.change import NewResource, NewValue, SourceCode
from taskwall.fixes.hcl_text import block_lines
from taskwall.fixes.yaml_text import INDENT_WIDTH, block


def resource_code(added: NewValue, language: str) -> str:
    """What a fix adds beside a resource, in HCL or YAML."""
    if isinstance(added, SourceCode):
        return added.text
    assert isinstance(added, NewResource)
    if language == "terraform":
        return "\n".join(
            block_lines(f'resource "{added.type}" "{added.name}"', added.attributes, "")
        )
    body: dict[str, NewValue] = {"Type": added.type}
    outside = {key: added.attributes[key] for key in ("DependsOn",) if key in added.attributes}
    inside = {key: value for key, value in added.attributes.items() if key not in outside}
    return "\n".join(
        block({added.name: {**body, **outside, "Properties": inside}}, "", INDENT_WIDTH)
    )


def added_names(added: NewValue, language: str) -> list[str]:
    """The names of the resources that a fix adds: addresses in their module, or logical ids."""
    if isinstance(added, NewResource):
        return [f"{added.type}.{added.name}" if language == "terraform" else added.name]
    assert isinstance(added, SourceCode)
    if language == "terraform":
        pairs = re.findall(r'^resource "(\w+)" "(\w+)"', added.text, re.MULTILINE)
        return [".".join(pair) for pair in pairs]
    return re.findall(r"^(\w+):$", added.text, re.MULTILINE)
