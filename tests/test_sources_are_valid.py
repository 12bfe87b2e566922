"""Fixtures and lowering use only what AWS and its Terraform provider know, by outside authorities.

CloudFormation fixtures pass cfn-lint. Terraform names, those that fixtures write and those that
lowering reads, exist in the provider's schema, of which `data/provider_names.json` holds the names
(tools/provider_names.py makes it).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from tools.linted import FIXTURES, errors, sound, unlisted

from provider_names import LISTED, Names, exists, known, missing, noted
from taskwall.core.values import Known
from taskwall.lowering import lower, lowered_types
from taskwall.lowering.work import TASK_SOURCES
from taskwall.readers import terraform
from taskwall.readers.terraform.syntax.hcl import parse
from taskwall.readers.terraform.syntax.tree import Body, Expression, ObjectExpression, Tuple
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

META = {"count", "depends_on", "for_each", "lifecycle", "provider", "provisioner", "connection"}
"""What Terraform itself takes in every resource."""

REFERENCE = re.compile(r"\b((?:data\.)?aws_\w+)\.\w+(?:\[[^]]*\])*\.([a-z]\w*)")


# --- CloudFormation


SHARES = 4
"""So many runs of cfn-lint, for the workers to share."""

NEW = 50
"""So many templates may be new until they are listed: cfn-lint takes some seconds for them."""


def test_templates_pass_cfn_lint() -> None:
    """No CloudFormation fixture has an error by cfn-lint; those that are listed have passed it."""
    new = unlisted()

    assert len(new) <= NEW, "python -m tools.linted brings the list up to date"
    assert errors(new) == []


def test_what_is_not_listed_is_linted(tmp_path: Path) -> None:
    """A template with an error is found to have one."""
    wrong = tmp_path / "template.yaml"
    wrong.write_text("Resources:\n  Vpc:\n    Type: AWS::EC2::Vpc\n")

    assert [error.rpartition(": ")[0] for error in errors([wrong])]


@pytest.mark.everything
@pytest.mark.parametrize("share", range(SHARES))
def test_listed_templates_pass_cfn_lint(share: int) -> None:
    """Nor has any of them one by the cfn-lint of today: that takes minutes more."""
    files = sound(".yaml")

    assert errors(files[len(files) * share // SHARES : len(files) * (share + 1) // SHARES]) == []


# --- Terraform


def test_the_list_says_where_it_is_from() -> None:
    """The list of names carries the provider's version and a date, and is not a whole schema."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", LISTED["provider"])
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", LISTED["read"])
    assert (Path(__file__).parent / "data" / "provider_names.json").stat().st_size < 300_000


def test_the_list_holds_every_type_that_is_lowered() -> None:
    """No resource type is lowered that the provider does not have."""
    lowered = {name for name in lowered_types() if name.startswith("aws_")}

    assert lowered == {name for name in lowered if known(name)}


def test_each_type_of_cloudformation_exists() -> None:
    """No resource type is lowered that neither CloudFormation nor SAM has."""
    lowered = {name for name in lowered_types() if name.startswith("AWS::")}
    known = set(PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"))

    assert lowered - known == {"AWS::CodeDeploy::BlueGreen"}  # A hook, which is read as one.


def test_fixtures_write_names_that_exist() -> None:
    """Each type, attribute and block of a Terraform fixture exists in the provider's schema."""
    missing = [f"{file}: {name}" for file in sound(".tf") for name in _missing(file)]

    assert not missing, "\n".join(missing)


def _missing(file: Path) -> Iterator[str]:
    text = file.read_text()
    for block in parse(str(file), text).body.blocks:
        if block.type in ("resource", "data") and block.labels[0].startswith("aws_"):
            name = f"data.{block.labels[0]}" if block.type == "data" else block.labels[0]
            names = LISTED["types"].get(name)
            yield from [name] if names is None else _unknown_in(block.body, names, name)
    for type_, attribute in REFERENCE.findall(re.sub(r"(?m)(^|\s)(#|//).*$", "", text)):
        if attribute not in LISTED["types"].get(type_, {}):
            yield f"a reference to {type_}.{attribute}"


def _unknown_in(body: Body, names: "Names", path: str) -> Iterator[str]:
    for name, attribute in body.attributes.items():
        if name in META:
            continue
        if name not in names:
            yield f"{path}.{name}"
        elif names[name]:
            yield from _unknown_keys(attribute.expression, names[name], f"{path}.{name}")
    for block in body.blocks:
        name, inner = block.type, block.body
        if name == "dynamic":
            name = block.labels[0]
            inner = next(iter(inner.blocks_of("content"))).body
        if name in META:
            continue
        if name not in names:
            yield f"{path}.{name}"
        else:
            yield from _unknown_in(inner, names[name], f"{path}.{name}")


def _unknown_keys(expression: Expression, names: "Names", path: str) -> Iterator[str]:
    """The keys of objects that are written where blocks can be, as attributes."""
    if isinstance(expression, Tuple):
        for item in expression.items:
            yield from _unknown_keys(item, names, path)
    elif isinstance(expression, ObjectExpression):
        for member in expression.members:
            key = getattr(member.key, "value", None)
            if isinstance(key, Known) and key.data not in names:
                yield f"{path}.{key.data}"


def test_lowering_reads_names_that_exist() -> None:
    """Each path that lowering reads in other fixtures than rules' exists in the provider's schema.

    `test_rule_fixtures.py` holds that of those.
    """
    paths = [str(file) for file in sound(".tf") if not file.is_relative_to(FIXTURES / "rules")]
    stacks, errors = terraform.stacks(paths, Files(), Inputs(boundary=str(FIXTURES)))
    with noted() as read:
        for stack in stacks:
            lower(stack.evaluate({}).resources)

    assert not errors
    assert len(read) > 100
    assert missing(read) == []


def test_the_spellings_of_task_sources_exist() -> None:
    """Each path of the table that task sources are read by exists in the provider's schema."""
    paths = set()
    for type_, spelled in TASK_SOURCES.items():
        if "::" in type_:
            continue
        at = spelled.at.replace("[]", "")
        inner = (
            *(f"{spelled.network}.{key}" for key in spelled.awsvpc),
            spelled.task_definition,
            spelled.cluster,
            spelled.launch,
            spelled.strategy,
        )
        paths |= {(type_, f"{at}.{path}".strip(".")) for path in inner if path}

    assert len(paths) > 20
    assert sorted(f"{type_}.{path}" for type_, path in paths if not exists(type_, path)) == []
