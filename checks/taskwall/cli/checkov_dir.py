"""`taskwall checkov-dir`: print the folder that checkov's --external-checks-dir takes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import taskwall
from taskwall.cli.arguments import parse_arguments, parser_of
from taskwall.cli.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser


def folder() -> str:
    """The folder. It is not asked of the plugin: to import that takes checkov."""
    package = os.path.dirname(os.path.abspath(taskwall.__file__))
    return os.path.join(package, "checkov_plugin", "directory")


def parser() -> ArgumentParser:
    """What the command takes: nothing."""
    return parser_of("checkov-dir", "", "Print the folder for checkov's --external-checks-dir.")


def run(arguments: list[str]) -> int:
    """Print the folder, and return the exit status."""
    parse_arguments(parser(), arguments)
    say(f"{folder()}\n")
    return 0
