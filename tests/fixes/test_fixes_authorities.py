"""What edits write, before outside authorities: `terraform fmt`, cfn-lint, and AWS's schemas."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from tools.linted import errors

from mending import Scan, mended, scanned
from npm import npm
from taskwall.api.scan import Options
from taskwall.api.scan import scan as scan_by_command
from taskwall.findings.finding import Edit, ReportDocument
from taskwall.fixes.apply import overlap
from taskwall.fixes.replacement import replacement
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.settings.loading import load

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
FORMATTER = "@cdktf/hcl-tools@0.21.0"
"""HashiCorp's own build of the formatter that `terraform fmt` is."""

Format: TypeAlias = Callable[[Sequence[str]], list[str]]


@pytest.fixture(scope="module")
def formatted(tmp_path_factory: pytest.TempPathFactory) -> Format:
    """Formats texts as `terraform fmt` does."""
    folder = tmp_path_factory.mktemp("formatter")
    npm(folder, "install", "--no-audit", "--no-fund", FORMATTER)
    program = folder / "format.js"
    program.write_text((Path(__file__).parent / "format.js").read_text())

    def run(texts: Sequence[str]) -> list[str]:
        done = subprocess.run(
            ["node", str(program)],
            input=json.dumps(texts),
            capture_output=True,
            check=True,
            text=True,
        )
        found: list[str] = json.loads(done.stdout)
        return found

    return run


def offers(source: Path, text: str | None = None) -> tuple[Scan, list[tuple[Edit, ...]]]:
    """The scan of a fixture, and the edits of each of its fails, by any rule."""
    given = (source.parent / "taskwall.toml").exists()
    settings = load(str(source.parent), all_rules()) if given else Settings()
    scan = scanned(str(source), settings, {} if text is None else {str(source): text})
    found = [edits for one, edits in scan.judged if edits and one.finding.verdict == "fail"]
    return scan, list(dict.fromkeys(found))


def compatible(edits: Sequence[tuple[Edit, ...]]) -> Iterator[tuple[Edit, ...]]:
    """All edits, as many as can be made together at a time."""
    rest = list(edits)
    while rest:
        some: list[Edit] = []
        later = []
        for each in rest:
            at = {(edit.file, edit.line, edit.column) for edit in some}
            # Two that insert at one place may insert the same key.
            clash = overlap([*some, *each]) or any((e.file, e.line, e.column) in at for e in each)
            if clash or added(some) & added(each):
                later.append(each)
            else:
                some += each
        yield tuple(some)
        rest = later


def added(edits: Sequence[Edit]) -> set[str]:
    """The logical ids of resources that edits add, which are the same for two VPCs, say."""
    return {name for edit in edits for name in re.findall(r"(?m)^  (\w+):\n    Type:", edit.text)}


@pytest.mark.everything
def test_terraform_fmt_has_nothing_to_change(formatted: Format) -> None:
    """Of a formatted file, what an edit makes is formatted, but for comments behind values."""
    sources = sorted(FIXTURES.glob("*/fail*/main.tf"))
    plain = [re.sub(r"(?m) +# TW.*$", "", source.read_text()) for source in sources]
    made: dict[str, str] = {}
    for source, text in zip(sources, formatted(plain), strict=True):
        scan, found = offers(source, text)
        for edits in found:
            changed = mended(scan, edits)
            made.update(dict.fromkeys(changed.values(), f"{source.parent}: {edits}"))

    texts = list(made)
    wrong = [made[t] for t, new in zip(texts, formatted(texts), strict=True) if t != new]

    assert len(texts) > 1000
    assert wrong == []


@pytest.mark.everything
def test_cfn_lint_has_nothing_to_say(tmp_path: Path) -> None:
    """Templates with edits made have no error, but that placeholders are no ids.

    Nor does it matter what it says of edits that no proof lets pass together.
    """
    files: list[Path] = []
    for source in sorted(FIXTURES.glob("*/fail*/template.yaml")):
        scan, found = offers(source)
        for edits in compatible(found):
            for text in mended(scan, edits).values():
                files.append(tmp_path / f"{len(files)}-{source.parent.name}.yaml")
                files[-1].write_text(text)

    assert len(files) > 400
    said = [error for error in errors(files) if "<" not in error.partition(": ")[2][:200]]
    assert [error for error in said if not scan_of(error.partition(": ")[0]).errors] == []


def scan_of(file: str) -> ReportDocument:
    """What the command says of a template."""
    return scan_by_command(Options((file,))).document


HARMLESS = {
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::ECS::TaskDefinition",
}
"""Types of which AWS makes a new one without a loss."""


@pytest.mark.everything
def test_what_aws_replaces_is_said() -> None:
    """A change of a property that only a new resource can have says so, and no other does."""
    said: dict[tuple[str, str], bool] = {}
    replaced: dict[tuple[str, str], bool] = {}
    for source in sorted(FIXTURES.glob("*/fail*/template.yaml")):
        for judged, _ in offers(source)[0].judged:
            for change, resource in judged.changes:
                path = re.sub(r"\[[^]]*\]", "", change.attribute.path)
                if change.form not in ("set", "whole") or not path or resource.type in HARMLESS:
                    continue
                pointer = f"/properties/{path.replace('.', '/')}"
                schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource.type)
                only = schema.schema.get("createOnlyProperties", ())
                key = resource.type, path
                said[key] = bool(replacement([(change, resource)]))
                replaced[key] = any(f"{pointer}/".startswith(f"{each}/") for each in only)

    assert len(said) > 50
    assert said == replaced
