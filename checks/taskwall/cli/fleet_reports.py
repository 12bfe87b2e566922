"""`taskwall fleet query` and `taskwall fleet summary`: what the tables of a fleet say."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from taskwall.cli.terminal import UsageError, say, write_file
from taskwall.findings.text import sanitize
from taskwall.fleet import QUERY_FORMATS
from taskwall.fleet.questions import QUESTIONS
from taskwall.settings.words import one_of

if TYPE_CHECKING:
    from argparse import Namespace

    from taskwall.fleet.query import QueryAnswer, Tables

_MOST_LINES = 1000
_USAGE = "fleet: write query DIR [SQL], or summary DIR; see taskwall fleet --help."


def run(given: Namespace) -> int:
    """QueryAnswer `query` or `summary`.

    Raises:
        FleetError: there is no such fleet, or no answer.
        SettingsError: there is no such format.
        UsageError: the words are neither.
    """
    match given.words:
        case ["query", folder]:
            return _questions(folder)
        case ["query", folder, question]:
            return _query(given, folder, question)
        case ["summary", folder]:
            return _summary(given, folder)
    raise UsageError(_USAGE)


def _questions(folder: str) -> int:
    for name, question in QUESTIONS.items():
        say(f"{name:<20}  {question.answers}\n")
    say(f"\nAsk one by its name: taskwall fleet query {folder} worst-rules\n")
    return 0


def _query(given: Namespace, folder: str, question: str) -> int:
    form = one_of(given.format or "text", QUERY_FORMATS, "--format")
    answer = _tables(given, folder).ask(question)
    {"text": _text, "csv": _csv, "json": _json}[form](answer)
    return 0


def _summary(given: Namespace, folder: str) -> int:
    from taskwall.fleet.summary import summary

    target = given.output or os.path.join(folder, "summary.html")
    text = summary(_tables(given, folder))
    write_file(target, text)
    say(f"{target}\n")
    return 0


def _tables(given: Namespace, folder: str) -> Tables:
    from taskwall.fleet.query import Tables

    found = Tables(folder, given.run, given.since)
    if not found.is_finished:
        sys.stderr.write(f"taskwall: the run {found.run} is not finished: more is to come\n")
    return found


def _text(answer: QueryAnswer) -> None:
    shown = [[_cell(value) for value in row] for row in islice(answer.rows, _MOST_LINES)]
    table = [list(answer.columns), *shown]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip() + "\n")
    if next(answer.rows, None) is not None:
        say(f"... only {_MOST_LINES} rows are shown: --format csv has all of them\n")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    if isinstance(value, dict):
        return str(value.get("text", value))
    return sanitize(str(value)).replace("\n", " ")


def _csv(answer: QueryAnswer) -> None:
    import csv
    import io

    def line(values: Iterable[object]) -> None:
        held = io.StringIO()
        csv.writer(held, lineterminator="\n").writerow(values)
        say(held.getvalue())

    line(answer.columns)
    for row in answer.rows:
        line(map(_cell, row))


def _json(answer: QueryAnswer) -> None:
    import msgspec

    def encoded(row: Sequence[Any]) -> str:
        named = dict(zip(answer.columns, row, strict=True))
        return msgspec.json.encode(named, enc_hook=str).decode()

    comma = "["
    for row in answer.rows:
        say(f"{comma}\n{encoded(row)}")
        comma = ","
    say("[]\n" if comma == "[" else "\n]\n")
