"""Texts in which words in capitals stand for what differs from one case to the next."""

import re
from collections.abc import Mapping
from pathlib import Path

import taskwall
from taskwall import Report


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with what stands for each of its words."""
    words = "|".join(map(re.escape, values))
    return re.sub(rf"(?<![\w.\"])({words})(?![\w.\"])", lambda found: values[found[1]], text)


def scanned(folder: Path, text: str, *rules: str, profile: str = "default") -> Report:
    """What some rules find in a text of Terraform, which has to be read without an error."""
    (folder / "main.tf").write_text(text, encoding="utf-8")
    report = taskwall.scan(folder, select=[*rules], profile=profile)
    assert not report.errors
    return report
