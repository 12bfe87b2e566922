"""`taskwall cfn-lint-dir`: name the folder from which cfn-lint takes the rules."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import taskwall
from taskwall.cli.arguments import parse_arguments, parser_of
from taskwall.cli.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser


def parser() -> ArgumentParser:
    """What the command takes: nothing."""
    return parser_of("cfn-lint-dir", "", "Print the folder for cfn-lint --append-rules.")


def run(arguments: list[str]) -> int:
    """Print the folder that `cfn-lint --append-rules` takes, and return the exit status."""
    parse_arguments(parser(), arguments)
    # Not asked of taskwall.cfnlint: importing that takes cfn-lint, which may be somewhere else.
    package = os.path.dirname(os.path.abspath(taskwall.__file__))
    say(os.path.join(package, "cfnlint", "folder") + "\n")
    return 0
