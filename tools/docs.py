"""Write what is derived from the code: pages of rules and commands, the README's table, coverage.

    python -m tools.docs

So are the indexes of rules and of resource types (`tools/indexes.py`).

Nothing of it is written by hand: a rule's page comes from its docstring and its fixtures, the
coverage from `data/guide.toml` and the section `Guide` of each rule, and the page of
commands from what each command takes.
"""

import re
import sys
import tomllib
from argparse import ArgumentParser, _HelpAction
from collections.abc import Iterator
from difflib import unified_diff
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import Any

from taskwall.cli import COMMANDS
from taskwall.cli.scan import EXIT_STATUSES
from taskwall.findings.compliance import frameworks
from taskwall.readers.terraform.stand_ins import FOLDER
from taskwall.rules import found_rules
from taskwall.rules._guide import encodes, recommendations, source
from taskwall.rules._pages import HIGHLIGHTS, page, prose
from taskwall.rules._rule import Rule
from tools.api_page import api
from tools.indexes import indexes

ROOT = Path(__file__).parent.parent
FILES = {"Terraform": "main.tf", "CloudFormation": "template.yaml"}
NOTE = "<!-- Written by tools/docs.py: edit the rules, not this page. -->"
CODE_NOTE = "<!-- Written by tools/docs.py: edit the commands, not this page. -->"


def pages() -> dict[Path, str]:
    """Every derived file and what has to stand in it."""
    rules = found_rules()
    found = {ROOT / "docs" / "rules" / f"{rule.id}.md": page_of(rule) for rule in rules}
    found |= indexes()
    found[ROOT / "docs" / "coverage.md"] = coverage(rules)
    found[ROOT / "docs" / "commands.md"] = commands()
    found[ROOT / "docs" / "api.md"] = api()
    inputs = ROOT / "docs" / "inputs.md"
    found[inputs] = marked(inputs.read_text(), "stand-ins", table_of_stand_ins())
    readme = ROOT / "README.md"
    found[readme] = marked(readme.read_text(), "rules", table(rules, "docs/rules/"))
    return found


def marked(text: str, name: str, content: str) -> str:
    """A text with what stands between the two marks of a name replaced.

    Raises:
        ValueError: the marks are not there.
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"a text needs the marks {start} and {end}")
    return f"{before}{start}\n{content}{end}{after}"


def table_of_stand_ins() -> str:
    """The table of stand-ins: of which modules, and of which of their versions."""
    rows = ["| Module | Versions | Its sources read on |", "| --- | --- | --- |"]
    for path in sorted(Path(FOLDER).rglob("versions.toml")):
        about = tomllib.loads(path.read_text())
        name = path.parent.relative_to(FOLDER).as_posix()
        versions = ", ".join(f"{first} to {last}" for first, last in spans(about["versions"]))
        rows.append(f"| `{name}` | {versions} | {about['versions'][0]['read']} |")
    return "\n".join(rows) + "\n"


def spans(ranges: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The first and last version of each part without a gap, of ranges from new to old."""
    found: list[tuple[str, str]] = []
    above = ""
    for one in ranges:
        first, end = re.findall(r"[\d.]+", one["range"])
        last = found.pop()[1] if end == above else one["newest"]
        found.append((first, last))
        above = first
    return found[::-1]


def table(rules: tuple[Rule, ...], folder: str) -> str:
    """The rules as a table whose ids lead to their pages."""
    rows = (
        f"| [{rule.id}]({folder}{rule.id}.md) | {prose(rule.title)} | {rule.severity} |"
        f" {', '.join(rule.profiles)} |\n"
        for rule in rules
    )
    return (
        "| Rule | What it requires | Severity | Profiles |\n| --- | --- | --- | --- |\n"
        + "".join(rows)
    )


def coverage(rules: tuple[Rule, ...]) -> str:
    """Which recommendation of the guide is encoded by which rules."""
    known = recommendations()
    address, read = source()
    held = {key: [rule for rule in rules if key in encodes(rule)] for key in known}
    rows = "".join(
        f"| {prose(text)} | {', '.join(map(linked, held[key])) or 'not yet'} |\n"
        for key, text in known.items()
    )
    beyond = [rule for rule in rules if not encodes(rule)]
    further = "".join(f"- {linked(rule)}: {prose(rule.title)}\n" for rule in beyond)
    count = sum(bool(found) for found in held.values())
    return (
        f"{NOTE}\n\n# Coverage of the guide\n\n"
        f"The recommendations of [Network security - Amazon Elastic Container\n"
        f"Service]({address}),\n"
        f"in our words and as read on {read}, and the rules that encode them:"
        f" {count} of {len(known)}.\n\n"
        f"| Recommendation | Rules |\n| --- | --- |\n{rows}\n"
        "## Beyond the guide\n\n"
        "Rules that follow from the guide without being said there:\n\n"
        f"{further or 'None yet.' + chr(10)}"
    )


def commands() -> str:
    """Every command with its options, and what each exit status means."""
    table_ = "".join(
        f"| [`taskwall {_cell(called)}`](#{name}) | {does} |\n"
        for name, (called, does) in COMMANDS.items()
    )
    sections = "".join(f"## {name}\n\n{_options(name)}" for name in COMMANDS)
    statuses = "".join(f"| {status} | {_cell(what)} |\n" for status, what in EXIT_STATUSES.items())
    return (
        f"{CODE_NOTE}\n\n# Commands\n\n| Command | What it does |\n| --- | --- |\n{table_}"
        "| `taskwall PATH...` | the same as `taskwall scan PATH...` |\n"
        "| `taskwall --version` | print the version |\n\n"
        "`taskwall` alone prints this list.\n\n"
        "## Exit statuses\n\n"
        f"| Status | Meaning for `taskwall scan` |\n| --- | --- |\n{statuses}\n"
        "The other commands end with 0, or with 2 for wrong usage, nothing to analyse, or a\n"
        "source that could not be read. These end with 1: `taskwall diff` for findings that\n"
        "appear at or above --fail-on, or flows that open with --fail-on-open; `taskwall fix\n"
        "--check` if there is something to fix; `taskwall fleet --fail-on` for findings at or\n"
        "above it; `taskwall rules test` for rules that do not report what their fixtures mark;\n"
        "and `taskwall lsp` if the editor did not end it.\n\n"
        f"{sections}".rstrip()
        + "\n"
    )


def _options(name: str) -> str:
    """What a command says that it does, and the table of its options."""
    module = import_module(f"taskwall.cli.{name.replace('-', '_')}")
    made: ArgumentParser = module.parser()
    rows = []
    for action in made._actions:  # noqa: SLF001 (argparse has no other way to ask)
        if isinstance(action, _HelpAction):
            continue
        words = " ".join(action.option_strings)
        taken = str(action.metavar or "")
        if action.nargs == "?":
            taken = f"[{taken}]"
        rows.append(f"| `{_cell(f'{words} {taken}'.strip())}` | {_cell(action.help or '')} |\n")
    options = "".join(("| Argument | What it does |\n| --- | --- |\n", *rows, "\n")) if rows else ""
    return f"{made.description}\n\n{options}"


def _cell(text: str) -> str:
    """A text within a table."""
    return text.replace("|", "\\|")


def linked(rule: Rule) -> str:
    """A rule's id that leads to its page, from a page of the folder above."""
    return f"[{rule.id}](rules/{rule.id}.md)"


def page_of(rule: Rule) -> str:
    """A rule's page, with examples."""
    cases = (*changes(rule), *said_of(rule, "pass"), *said_of(rule, "unknown"))
    text = page(rule, "".join(examples(rule)), "\n".join(cases))
    return f"{NOTE}\n\n{text}{controls_of(rule)}"


def controls_of(rule: Rule) -> str:
    """The controls of compliance frameworks that a rule supports; "" if none."""
    lines = []
    for framework in frameworks().values():
        held = [name for name, (_, *rules) in framework.controls.items() if rule.id in rules]
        if held:
            lines.append(f"- {framework.title} {framework.version}: {', '.join(held)}\n")
    said = "It supports these controls; none of them is met by it alone.\n\n"
    return f"\n## Compliance\n\n{said}{''.join(lines)}" if lines else ""


def cases_of(rule: Rule, verdict: str, name: str) -> Iterator[Path]:
    """The fixtures of a rule with a verdict in a language, the plainest first."""
    folder = ROOT / "fixtures" / "rules" / rule.id.lower()
    for case in sorted(folder.glob(f"{verdict}*")):
        if (case / FILES[name]).exists():
            yield case / FILES[name]


def examples(rule: Rule) -> Iterator[str]:
    """What the rule finds in its first failing fixture, in each language that the fixture has."""
    for name, file in failing(rule).items():
        if found := excerpt(file.read_text(), rule.id):
            yield f"In {name}:\n\n```{HIGHLIGHTS[name]}\n{found}\n```\n\n"


def failing(rule: Rule) -> dict[str, Path]:
    """The first failing fixture of a rule, by language."""
    found = {name: next(cases_of(rule, "fail", name), None) for name in FILES}
    return {name: source for name, source in found.items() if source}


def changes(rule: Rule) -> Iterator[str]:
    """How the failing example would pass: its difference to a fixture that does."""
    shown = ""
    for name, file in failing(rule).items():
        differing = [change(file, other) for other in cases_of(rule, "pass", name)]
        if differing:
            nearest = min(differing, key=lambda lines: max(len(lines), SHORT))
            shown += "\n".join((f"\nIn {name}:\n\n```diff", *nearest, "```\n"))
    if shown:
        yield f"## A change that passes\n{shown}"


SHORT = 30
"""Lines of a change that are read at a glance: of those, the plainest fixture's is shown."""


def change(before: Path, after: Path) -> list[str]:
    """The lines of a change, without marks and comments, each part with the lines around it."""
    old, new = (
        [
            re.sub(r"\s+# .*TW\d.*", "", line)
            for line in file.read_text().splitlines()
            if not line.startswith("#")
        ]
        for file in (before, after)
    )
    lines = list(unified_diff(old, new, n=2, lineterm=""))[3:]
    shown = ["..." if line.startswith("@@") else line.rstrip() for line in lines]
    return "\n".join(shown).strip("\n").split("\n")


def said_of(rule: Rule, verdict: str) -> Iterator[str]:
    """What the fixtures with a verdict are about, in the words with which each begins."""
    said = dict.fromkeys(
        first_sentence(source.read_text())
        for name in FILES
        for source in cases_of(rule, verdict, name)
    )
    if said:
        lines = "".join(f"- {prose(sentence)}\n" for sentence in said)
        yield f"## {HEADINGS[verdict]}\n\n{lines}"


HEADINGS = {
    "pass": "What passes",
    "unknown": "What is unknown\n\nAn input is a variable or a parameter that the sources give"
    " no value; [Verdicts](../verdicts.md) says\nhow to give it one.",
}
"""What stands above the cases of a verdict."""


def first_sentence(text: str) -> str:
    """The first sentence of the comment with which a fixture begins."""
    comment = takewhile(lambda line: line.startswith("#"), text.splitlines())
    return re.split(r"(?<=\.) ", " ".join(line.lstrip("# ") for line in comment))[0]


def excerpt(text: str, rule: str) -> str:
    """The block or resource that holds the first line on which a fixture says that a rule fails."""
    lines = text.splitlines()
    marked = re.compile(rf"#.*\b{rule}\b(?!\?| ok\b)")
    hit = next((number for number, line in enumerate(lines) if marked.search(line)), None)
    if hit is None:
        return ""
    yaml = any(line == "Resources:" for line in lines)
    head = re.compile(r"  \w+:" if yaml else r"\w+ .*{")
    start = next(number for number in range(hit, -1, -1) if head.match(lines[number]))
    end = start + 1
    while end < len(lines) and not re.match(r"(  )?[\w}]" if yaml else r"}", lines[end]):
        end += 1
    block = lines[start : end if yaml else end + 1]
    return "\n".join(line[2:] if yaml else line for line in block).rstrip()


def main(arguments: list[str]) -> int:
    """Write every derived file that has changed; the exit status."""
    if arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    wanted = pages()
    for stale in set((ROOT / "docs" / "rules").glob("TW*.md")) - set(wanted):
        stale.unlink()
    for file, text in wanted.items():
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            sys.stdout.write(f"{file.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
