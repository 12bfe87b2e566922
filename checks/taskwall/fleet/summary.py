"""One page about a run: counts, what is broken most, what is absent, and how runs went on.

The page loads nothing and runs nothing: its plots are drawn here, as SVG.
"""

import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import TypeVar

from taskwall.findings.finding import SEVERITIES
from taskwall.findings.text import sanitize
from taskwall.fleet.query import Tables

T = TypeVar("T")

_MOST = 20
"""So many bars are in one plot."""

_COLOURS = {
    "critical": "#7a0019",
    "high": "#c62828",
    "medium": "#ef8e19",
    "low": "#f2c94c",
    "info": "#90a4ae",
}
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem } dt { color: #667 } dd { margin: 0;
font-size: 1.7rem } svg { width: 100%; height: auto } text { font: 12px system-ui, sans-serif }
table { border-collapse: collapse } td, th { text-align: left; padding: .2rem 1rem .2rem 0;
vertical-align: top } .none { color: #667 }
"""


def summary(tables: Tables) -> str:
    """The page about the run at which the tables are open."""
    style = b64encode(sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'"
    state = "" if tables.is_finished else " (not finished)"
    title = f"taskwall: run {escape(tables.run)}{state}"
    parts = (
        _counts,
        _severities,
        _rules,
        _repositories,
        _modules,
        _not_scanned,
        _history,
        _seconds,
    )
    body = "".join(piece for part in parts for piece in part(tables))
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n<h1>{title}</h1>\n{body}</html>\n"
    )


def _counts(tables: Tables) -> Iterator[str]:
    ((*counts,),) = tables.ask(
        "select count(*), count(*) filter (status <> 'scanned'), sum(stacks), sum(resources),"
        " sum(fail), sum(unknown), sum(flows), sum(absent) from repositories where run = $run"
    ).rows
    names = (
        "repositories", "not scanned", "stacks", "resources", "fails", "unknown", "flows", "absent",
    )  # fmt: skip
    yield "<dl>"
    for name, count in zip(names, counts, strict=True):
        yield f"<div><dt>{name}</dt><dd>{count or 0:,}</dd></div>"
    yield "</dl>\n"


def _severities(tables: Tables) -> Iterator[str]:
    rows = tables.ask(
        "select severity, count(*) from findings where run = $run group by severity"
        " order by severity_rank(severity)"
    ).rows
    yield "<h2>Fails by severity</h2>\n"
    yield _bars((severity, count, severity) for severity, count in rows)


def _rules(tables: Tables) -> Iterator[str]:
    yield "<h2>Rules that are broken, the worst first</h2>\n"
    yield _bars(
        (f"{rule} in {repositories:,} repositories", count, severity)
        for rule, severity, count, repositories in tables.ask("worst-rules").rows
    )


def _repositories(tables: Tables) -> Iterator[str]:
    yield "<h2>Repositories with the worst findings</h2>\n"
    yield _table(
        ("repository", "critical", "high", "others"),
        (
            (os.path.basename(repository), critical, high, others)
            for repository, _, critical, high, others in tables.ask("worst-repositories").rows
        ),
    )


def _modules(tables: Tables) -> Iterator[str]:
    yield "<h2>Absent modules, by the unknown verdicts that wait for them</h2>\n"
    yield _bars(
        (f"{source} {version or ''}", count, "info")
        for source, version, count, _ in tables.ask("waiting-for-modules").rows
        if count
    )


def _not_scanned(tables: Tables) -> Iterator[str]:
    yield "<h2>Repositories that could not be scanned</h2>\n"
    yield _table(("repository", "revision", "status", "reason"), tables.ask("not-scanned").rows)


def _history(tables: Tables) -> Iterator[str]:
    rows = tables.ask(
        "select r.run, f.severity, count(f.rule) from runs as r left join findings as f"
        " on f.run = r.run group by all order by any_value(r.started) desc"
    ).rows
    runs: dict[str, dict[str | None, int]] = {}
    for run, severity, count in rows:
        runs.setdefault(run, {})[severity] = count
    yield "<h2>Fails in the newest runs</h2>\n"
    yield _table(
        ("run", *SEVERITIES),
        ((run, *(counts.get(each, 0) for each in SEVERITIES)) for run, counts in runs.items()),
    )


def _seconds(tables: Tables) -> Iterator[str]:
    rows = tables.ask(
        "select greatest(ceil(log2(seconds)), -3) as bin, count(*) from timings where run = $run"
        " group by bin order by bin"
    ).rows
    yield "<h2>Seconds that a repository took</h2>\n"
    yield _bars((f"up to {2**power:g}", count, "info") for power, count in rows)


def _bars(rows: Iterable[tuple[str, int, str]]) -> str:
    """A plot with a bar for each row: its label, its length, and the severity of its colour."""
    shown, more = _first(rows)
    if not shown:
        return '<p class="none">None.</p>\n'
    longest = max(count for _, count, _ in shown)
    lines = [f'<svg viewBox="0 0 900 {22 * len(shown)}" role="img">']
    for at, (label, count, severity) in enumerate(shown):
        y = 22 * at
        width = 480 * count / longest
        lines.append(
            f'<text x="330" y="{y + 15}" text-anchor="end">{_text(label, 52)}</text>'
            f'<rect x="340" y="{y + 3}" width="{width:.1f}" height="16" rx="2"'
            f' fill="{_COLOURS[severity]}"><title>{_text(label)}: {count:,}</title></rect>'
            f'<text x="{346 + width:.1f}" y="{y + 15}">{count:,}</text>'
        )
    return "\n".join((*lines, "</svg>", more))


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    shown, more = _first(rows)
    if not shown:
        return '<p class="none">None.</p>\n'
    lines = ["<table>", f"<tr>{''.join(f'<th>{each}</th>' for each in head)}</tr>"]
    lines += (
        f"<tr>{''.join(f'<td>{_text(str(each))}</td>' for each in row)}</tr>" for row in shown
    )
    return "\n".join((*lines, "</table>", more))


def _first(rows: Iterable[T]) -> tuple[list[T], str]:
    """The rows that are shown, and what is said of the others."""
    shown: list[T] = []
    for row in rows:
        if len(shown) == _MOST:
            return shown, f'<p class="none">Only the first {_MOST} are shown.</p>\n'
        shown.append(row)
    return shown, ""


def _text(text: str, most: int = 400) -> str:
    short = text if len(text) <= most else f"…{text[1 - most :]}"
    return escape(sanitize(short))
