"""Fixtures and lowering use only what AWS and its Terraform provider know, by outside authorities.

CloudFormation fixtures pass cfn-lint. Terraform names, those that fixtures write and those that
lowering reads, exist in the provider's schema, of which `data/provider_names.json` holds the names
(tools/provider_names.py makes it).
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from cfnlint.decode import decode

from taskwall.core.values import Known
from taskwall.lowering import lower, lowered_types
from taskwall.lowering.work import TASK_SOURCES
from taskwall.readers import terraform
from taskwall.readers.terraform.syntax.hcl import parse
from taskwall.readers.terraform.syntax.tree import Body, Expression, ObjectExpression, Tuple
from taskwall.source.files import Files
from taskwall.source.resource import Cell
from taskwall.source.stack import Inputs

FIXTURES = Path(__file__).parent.parent / "fixtures"
LISTED = json.loads((Path(__file__).parent / "data" / "provider_names.json").read_text())

Names: TypeAlias = "dict[str, Names]"

META = {"count", "depends_on", "for_each", "lifecycle", "provider", "provisioner", "connection"}
"""What Terraform itself takes in every resource."""

OPAQUE = {
    "body",
    "container_definitions",
    "container_properties",
    "definition",
    "driver_opts",
    "ecs_properties",
    "log_format",
    "node_properties",
    "policy",
    "policy_document",
    "tags",
    "user_data",
    "properties",
}
"""Attributes whose text has a structure of its own that the schema does not know."""

RETIRED = {
    "aws_ecs_cluster.capacity_providers",
    "aws_ecs_cluster.default_capacity_provider_strategy",
    "aws_route.instance_id",
    "aws_route_table.route.instance_id",
}
"""What earlier major versions of the provider had. Sources that still say so are read."""

IDENTITY = {"id", "arn"}
"""By these any data source may say which thing it means."""

REFERENCE = re.compile(r"\b((?:data\.)?aws_\w+)\.\w+(?:\[[^]]*\])*\.([a-z]\w*)")


def sound(ending: str) -> list[Path]:
    """The fixtures of a language that are meant to be right."""
    broken = FIXTURES / "broken"
    return sorted(f for f in FIXTURES.rglob(f"*{ending}") if not f.is_relative_to(broken))


def known(type_: str) -> "Names":
    """The names of a type; a resource's and a data source's together, for what is read as both."""
    types = LISTED["types"]
    return _merged(types.get(type_), types.get(f"data.{type_}"))


def _merged(one: "Names | None", other: "Names | None") -> "Names":
    a, b = one or {}, other or {}
    return {key: _merged(a.get(key), b.get(key)) for key in {**a, **b}}


# --- CloudFormation


SHARES = 4
"""So many runs of cfn-lint, for the workers to share."""


@pytest.mark.parametrize("share", range(SHARES))
def test_templates_pass_cfn_lint(share: int, tmp_path: Path) -> None:
    """No CloudFormation fixture has an error by cfn-lint.

    cfn-lint's time goes by resources, and those of a rule's fixtures are much the same: of each
    template only those are looked at that none before it has, with all that they refer to. Two are
    the same that say the same of things of the same types, whatever the names of these.
    """
    reduced = []
    for file, template in _reduced(_share(share)):
        reduced.append(tmp_path / "+".join(file.relative_to(FIXTURES).parts))
        reduced[-1].write_text(json.dumps(template))

    assert reduced
    assert _linted(reduced) == []


@pytest.mark.everything
@pytest.mark.parametrize("share", range(SHARES))
def test_whole_templates_pass_cfn_lint(share: int) -> None:
    """Nor has it one by what stands beside each other in a template: that takes minutes more."""
    assert _linted(_share(share)) == []


def _share(share: int) -> list[Path]:
    """Templates that stand beside each other, since they are alike."""
    files = sound(".yaml")
    return files[len(files) * share // SHARES : len(files) * (share + 1) // SHARES]


def _linted(files: list[Path]) -> list[str]:
    """The errors that cfn-lint finds in templates."""
    program = "import sys; from cfnlint.runner import main; sys.exit(main())"
    options = ["--format", "json", "--ignore-checks", "W", "I", "--"]
    done = subprocess.run(
        [sys.executable, "-c", program, *options, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.stderr == ""
    return [
        f"{match['Filename']}: {match['Rule']['Id']} at {match['Location'].get('Path')}: "
        f"{match['Message']}"
        for match in json.loads(done.stdout)
    ]


def _reduced(files: list[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Templates without the resources that one before has too, with all that they refer to."""
    seen: set[str] = set()
    for file in files:
        template, errors = decode(str(file))
        assert not errors, file
        resources = template["Resources"]
        parts = (*map(template.get, ("Parameters", "Mappings", "Conditions")), resources)
        named = {name: each for part in parts for name, each in (part or {}).items()}
        texts = {name: json.dumps(each) for name, each in named.items()}
        texts["Outputs"] = json.dumps(template.get("Outputs"))
        types = {name: each["Type"] for name, each in named.items() if "Type" in each}
        kept: set[str] = set()
        for name in (*resources, "Outputs"):
            if (text := _typed(texts[name], types)) not in seen:
                seen.add(text)
                kept.update(_needed(name, texts))
        if kept := kept & resources.keys():
            left = {name: each for name, each in resources.items() if name in kept}
            yield file, {**template, "Resources": left}


def _typed(text: str, types: dict[str, str]) -> str:
    """A resource's text with the types of what it names."""
    return re.sub(r"\w+", lambda word: types.get(word[0], word[0]), text)


def _needed(name: str, texts: dict[str, str]) -> list[str]:
    """A name of a template and all that its text leads to, in order; some may be words only."""
    found, todo = {name}, [name]
    while todo:
        words = set(re.findall(r"\w+", texts[todo.pop()]))
        todo += (words & texts.keys()) - found
        found |= words & texts.keys()
    return sorted(found)


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


def test_lowering_reads_names_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each path that lowering reads in any Terraform fixture exists in the provider's schema."""
    read: set[tuple[str, str]] = set()
    plain = Cell.get

    def noted(cell: Cell, key: str) -> Cell:
        found = plain(cell, key)
        nothing = cell.value is None and not cell.path
        # Another provider's resources are read by the names of CloudFormation.
        own = cell.resource.origin.language == "terraform" and "::" not in cell.resource.type
        if own and not nothing:
            read.add((cell.resource.type, re.sub(r"\[[^]]*\]", "", found.path)))
        return found

    monkeypatch.setattr(Cell, "get", noted)
    folders = sorted({file.parent for file in sound(".tf")})
    paths = [str(file) for file in sound(".tf")]
    stacks, errors = terraform.stacks(paths, Files(), Inputs(boundary=str(FIXTURES)))
    for stack in stacks:
        lower(stack.evaluate({}).resources)

    assert not errors
    assert len(folders) > 10
    assert sorted(f"{type_}.{path}" for type_, path in read if not _exists(type_, path)) == []


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
    assert sorted(f"{type_}.{path}" for type_, path in paths if not _exists(type_, path)) == []


def _exists(type_: str, path: str) -> bool:
    names = known(type_)
    if path in IDENTITY:
        return True
    for key in path.split("."):
        if key not in names:
            return f"{type_}.{path}" in RETIRED
        if key in OPAQUE:
            return True
        names = names[key]
    return True
