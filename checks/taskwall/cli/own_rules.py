"""`taskwall rules new` and `taskwall rules test`: rules of one's own, written and tried."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from taskwall.cli.terminal import UsageError, say, say_problems
from taskwall.library.own_rules import every_rule

_USAGE = "rules: write new ID [NAME], or test DIR; see taskwall rules --help."


def run(words: Sequence[str], to: str) -> int:
    """Do what the words after `taskwall rules` ask, and return the exit status.

    Args:
        words: `new ID [NAME]` or `test DIR`.
        to: the folder of a new rule.

    Raises:
        UsageError: the words are none of these, or cannot be followed.
    """
    match words:
        case ["new", id_]:
            return _new(id_, "example", to)
        case ["new", id_, name]:
            return _new(id_, name, to)
        case ["test", folder]:
            return _test(folder)
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
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "x", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror or error}.") from error
        say(f"{path}\n")
    say(f"Try it: taskwall rules test {folder}\n")
    return 0


def _test(folder: str) -> int:
    """Hold the rules of a folder to their fixtures.

    Returns:
        0 if all agree, 1 if some do not, 2 if a rule or fixture cannot be tried, or there is none.
    """
    from taskwall.api.rule_fixtures import run_fixtures

    if not os.path.isdir(folder):
        raise UsageError(f"rules test: there is no folder {folder}.")
    loaded = every_rule([folder])
    status = say_problems(loaded.errors)
    top = os.path.abspath(folder)
    rules = tuple(
        rule
        for rule in loaded.rules
        if os.path.dirname(os.path.abspath(rule.code.co_filename)) == top
    )
    if not rules and not status:
        raise UsageError(f"rules test: {folder} has no rules, such as acme101_name.py.")
    for result in run_fixtures(folder, rules):
        wrong = (*map(str, result.mismatches), *result.problems)
        for line in wrong:
            say(f"{line}\n")
        status = max(status, 2 if result.problems or not result.sources else bool(wrong))
        said = f"{len(wrong)} wrong" if wrong else "all as marked"
        say(f"{result.rule}: {result.sources} fixture files, {said}\n")
    return status
