"""In checkov: the list of its own checks that tell the same, and what taskwall leaves alone."""

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import files, requires
from pathlib import Path

import yaml

from taskwall.rules import all_rules

ROOT = Path(__file__).parent.parent.parent
NAME = re.compile(r"[^\w.-]")
ENTRY = re.compile(r"- (CKV2?_AWS_\d+) +# (TW\d{3}): ")


def test_the_skip_list() -> None:
    """Each check exists, and so does the rule; those that are skipped have theirs by default."""
    from checkov.docs_generator import get_checks

    text = (ROOT / "docs" / "checkov-skip.yaml").read_text()
    entries = dict(ENTRY.findall(text))
    skipped = yaml.safe_load(text)["skip-check"]
    rules = {rule.id: rule for rule in all_rules()}
    known = {row[0] for row in get_checks(["terraform", "cloudformation"])}

    assert set(skipped) < entries.keys() <= known
    for check, rule in entries.items():
        assert rules[rule].default == (check in skipped), f"{check}: {rule}"


def _needed(names: Iterable[str], known: set[str]) -> set[str]:
    """Distributions, and all that they need without an extra."""
    for name in names:
        if name not in known:
            known.add(name)
            wanted = [one for one in requires(name) or () if "extra ==" not in one]
            _needed((NAME.split(one)[0].lower() for one in wanted), known)
    return known


def test_nothing_of_checkovs_is_replaced() -> None:
    """Whatever is installed for taskwall, checkov keeps its own fork of the package `hcl2`."""
    import hcl2

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {NAME.split(one)[0] for one in project["optional-dependencies"]["checkov"]}
    needed = _needed((NAME.split(one)[0].lower() for one in project["dependencies"]), set())
    owners = {
        name
        for name in (*needed, "bc-python-hcl2")
        if any(str(file.locate()) == hcl2.__file__ for file in files(name) or ())
    }

    assert extras == {"checkov"}
    assert owners == {"bc-python-hcl2"}
