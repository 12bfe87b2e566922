"""`taskwall rules new`, `test` and `docs`: rules of one's own, written, tried and described."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from taskwall.cli.terminal import UsageError, say
from taskwall.cli.unread import say_unloaded
from taskwall.library.own_rules import every_rule

if TYPE_CHECKING:
    from taskwall.rules._rule import Rule

_USAGE = "rules: write new ID [NAME], test DIR or docs DIR; see taskwall rules --help."


def run(words: Sequence[str], to: str | None) -> int:
    """Do what the words after `taskwall rules` ask, and return the exit status.

    Args:
        words: `new ID [NAME]`, `test DIR` or `docs DIR`.
        to: the folder of what is written: `rules` for new rules, and `docs` for pages if None.

    Raises:
        UsageError: the words are none of these, or cannot be followed.
    """
    match words:
        case ["new", id_]:
            return _new(id_, "example", to or "rules")
        case ["new", id_, name]:
            return _new(id_, name, to or "rules")
        case ["test", folder]:
            return _test(folder)
        case ["docs", folder]:
            return _docs(folder, to or "docs")
    raise UsageError(_USAGE)


def _new(id_: str, name: str, folder: str) -> int:
    """Write a rule of this id and name with its fixtures."""
    from taskwall.library.new_rule import new_rule

    if not re.fullmatch(r"[A-Z]{2,}\d{3,}", id_) or id_.startswith("TW"):
        raise UsageError(
            f'rules new: "{id_}" is not an id of your own: capital letters other than TW, then at'
            " least three digits, such as ACME101."
        )
    function = name.lower().replace("-", "_")
    if not function.isidentifier():
        raise UsageError(f'rules new: "{name}" is not words, such as only-the-shared-alb.')
    files = {os.path.join(folder, path): text for path, text in new_rule(id_, function).items()}
    for path in files:
        if os.path.lexists(path):
            raise UsageError(f"rules new: {path} is there already.")
    for path, text in files.items():
        _write(path, text, "x")
    say(f"Try it: taskwall rules test {folder}\n")
    return 0


def _test(folder: str) -> int:
    """Hold the rules of a folder to their fixtures.

    Returns:
        0 if all agree, 1 if some do not, 2 if a rule or fixture cannot be tried, or there is none.
    """
    from taskwall.api.rule_fixtures import run_fixtures

    rules, status = _rules_of(folder, "test")
    for result in run_fixtures(folder, rules):
        wrong = (*map(str, result.mismatches), *result.problems)
        for line in wrong:
            say(f"{line}\n")
        status = max(status, 2 if result.problems or not result.sources else bool(wrong))
        said = f"{len(wrong)} wrong" if wrong else "all as marked"
        say(f"{result.rule}: {result.sources} fixture files, {said}\n")
    return status


def _docs(folder: str, to: str) -> int:
    """Write a page in Markdown for each rule of a folder, as taskwall's own have."""
    from taskwall.rules._pages import page

    rules, status = _rules_of(folder, "docs")
    for rule in rules:
        path = os.path.join(to, f"{rule.id}.md")
        _write(path, page(rule), "w")
    return status


def _rules_of(folder: str, word: str) -> tuple[tuple[Rule, ...], int]:
    """The rules of a folder, and 2 if one of them cannot be loaded, else 0."""
    if not os.path.isdir(folder):
        raise UsageError(f"rules {word}: there is no folder {folder}.")
    loaded = every_rule([folder])
    top = os.path.abspath(folder)
    rules = tuple(
        rule
        for rule in loaded.rules
        if os.path.dirname(os.path.abspath(rule.code.co_filename)) == top
    )
    status = say_unloaded(loaded.errors)
    if not rules and not status:
        raise UsageError(f"rules {word}: {folder} has no rules, such as acme101_name.py.")
    return rules, status


def _write(path: str, text: str, mode: Literal["w", "x"]) -> None:
    """Write a file, and say its path."""
    try:
        os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
        with open(path, mode, encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}.") from error
    say(f"{path}\n")
