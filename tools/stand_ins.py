"""Hold stand-ins for modules against the modules' own sources.

    python -m tools.stand_ins NAME FOLDER [--roots N] [--seed N]
    python -m tools.stand_ins NAME FOLDER --commits
    python -m tools.stand_ins --due

NAME is the module's in the registry (`terraform-aws-modules/vpc/aws`), FOLDER a checkout of its
sources, which no repository of ours holds. Roots are generated from `stand_ins.toml`: a stack that
uses the module, with arguments chosen at random. Each is scanned with the real module and with the
stand-in; so are the module's own examples. No verdict may contradict: a fail where the other has a
pass or nothing. Of the definite verdicts by the real module the share that the stand-in has, too,
is printed, and which outputs of the module it leaves out. `--commits` writes `commits.txt`, by the
tags of the checkout. `--due` names the stand-ins whose modules were read more than a year ago: they
may have newer versions, and are to be held against them.
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.readers.terraform.stand_ins import COMMIT_DIGITS, FOLDER, stand_ins
from taskwall.readers.terraform.versions import satisfies, version_key

GENERATED = 60
"""So many roots use each argument of the largest module about thirty times."""

ENOUGH = 0.95
"""The share of definite verdicts that a stand-in must have, too."""

_VARIABLE = re.compile(r'^variable "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)

_OUTPUT = re.compile(r'^output "(\w+)"', re.MULTILINE)

_DEFAULT = re.compile(r"^ +default +=", re.MULTILINE)

Verdicts = dict[tuple[str, str], str]


def verdicts(root: Path, sources: str) -> tuple[Verdicts, list[str]]:
    """What a scan of a root says of each rule and resource; and which modules it did not read."""
    settings = root / "settings.toml"
    settings.write_text(sources)
    show = ("fail", "unknown", "pass")
    asked = Options(
        (str(root),), profile="strict", show=show, settings=str(settings), cwd=str(root)
    )
    report = scan(asked)
    found: Verdicts = {}
    rank = ("fail", "unknown", "pass")
    for finding in report.document.findings:
        for one in finding.instances:
            key = finding.rule, one.resource
            found[key] = min(found.get(key, "pass"), finding.verdict, key=rank.index)
    absent = [one for one in report.document.absent if one.read_as is None]
    return found, [one.name for one in absent]


def generated(
    about: dict[str, Any], folder: Path, version: str, seed: int, count: int
) -> Iterator[str]:
    """Texts of roots that call a module with arguments chosen at random of those that it has.

    One without a default is always given.
    """
    chosen = random.Random(seed)
    words: dict[str, str] = {}
    for spelled in about.get("spelled", ()):
        if satisfies(version, spelled["range"]):
            words |= spelled["words"]
    for _ in range(count):
        source = chosen.choice(about["sources"])
        files = sorted((folder / source.partition("//")[2]).glob("*.tf"))
        known = dict(re.findall(_VARIABLE, "".join(file.read_text() for file in files)))
        lines = [f"  {name} = {text}" for name, text in about.get("always", {}).items()]
        for name, choices in about["arguments"].items():
            given, body = chosen.random() < 0.5, known.get(words.get(name, name))
            if body is not None and (given or not _DEFAULT.search(body)):
                lines.append(f"  {name} = {chosen.choice(choices)}")
        call = "\n".join((f'  source = "{source}"', f'  version = "{version}"', *lines))
        text = about["root"].replace("%CALL%", call)
        for word, meant in words.items():
            text = text.replace(word, meant)
        yield text


def examples(name: str, folder: Path, version: str) -> Iterator[str]:
    """The texts of a module's own examples, which call it as others would."""
    for main in sorted(folder.glob("examples/*/main.tf")):
        text = main.read_text()
        for path, inner in re.findall(r'source\s*=\s*"(\.\./\.\./?((?:modules/)?[\w/-]*))"', text):
            source = f"{name}//{inner}" if inner else name
            text = text.replace(f'"{path}"', f'"{source}"\n  version = "{version}"')
        yield text


def left_out(source: str, folder: Path, version: str) -> list[str]:
    """The outputs of a module, called by a source, that its stand-in does not have."""
    name, _, inner = source.partition("//")

    def outputs(within: Path) -> set[str]:
        return {one for path in within.glob("*.tf") for one in _OUTPUT.findall(path.read_text())}

    had = (outputs(Path(each.folder)) for each in stand_ins(name, inner, version))
    return sorted(outputs(folder / inner).difference(*had))


def write_commits(name: str, folder: Path) -> None:
    """Write the commits of a module's tags: also of versions that no stand-in is read for."""
    # An annotated tag is an object of its own, `*objectname` is the commit that it names.
    form = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end) %(refname:short)"
    listed = ["git", "-C", str(folder), "for-each-ref", "refs/tags", f"--format={form}"]
    tags = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split()
    named = zip(tags[::2], (tag.removeprefix("v") for tag in tags[1::2]), strict=True)
    # Of three numbers: a tag of fewer (`v1`) moves. Of two tags of a commit the newer counts.
    found = {
        commit[:COMMIT_DIGITS]: version
        for commit, version in sorted(named, key=lambda one: version_key(one[1]) or ())
        if version_key(version) and version.count(".") == 2
    }
    lines = (f"{commit} {version}\n" for commit, version in found.items())
    Path(FOLDER, name, "commits.txt").write_text("".join(lines))


def due(today: date) -> int:
    """Name the versions whose modules were read more than a year before a day; 1 if there are."""
    found = [
        f"{path.parent.relative_to(FOLDER).as_posix()} {one['range']}: read on {one['read']}"
        for path in sorted(Path(FOLDER).rglob("versions.toml"))
        for one in tomllib.loads(path.read_text())["versions"]
        if today - one["read"] > timedelta(days=365)
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return int(bool(found))


def main(arguments: list[str]) -> int:
    """Compare, print each contradiction and the share.

    Returns:
        0 if nothing contradicts and the share is enough, else 1.
    """
    if arguments == ["--due"]:
        return due(datetime.now(UTC).date())
    parser = argparse.ArgumentParser(prog="python -m tools.stand_ins", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--roots", type=int, default=GENERATED)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where roots that contradict are written")
    parser.add_argument("--commits", action="store_true", help="write commits.txt, and no more")
    given = parser.parse_args(arguments)
    if given.commits:
        write_commits(given.name, given.folder)
        return 0
    every = tomllib.loads((Path(__file__).parent / "stand_ins.toml").read_text())["module"]
    changes = (given.folder / "CHANGELOG.md").read_text()
    version = re.findall(r"^##+ \[v?([\d.]+)\]", changes, re.MULTILINE)[0]
    texts = [*examples(given.name, given.folder, version)]
    for about in every:
        named = about["sources"][0].split("//")[0] == given.name
        if named and satisfies(version, about.get("range", "")):
            texts += generated(about, given.folder, version, given.seed, given.roots)
            for source in about["sources"]:
                missing = left_out(source, given.folder, version)
                print(f"{source} leaves out: {', '.join(missing)}")
    counts: Counter[str] = Counter()
    real = f'[module-sources]\n"{given.name}" = "{given.folder.resolve()}"\n'
    for index, text in enumerate(texts):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            (root / ".git").mkdir()
            (root / "main.tf").write_text(text)
            mine, absent = verdicts(root, "")
            own, _ = verdicts(root, real)
        counts["roots"] += 1
        if absent:
            counts["roots not read"] += 1
            print(f"root {index}: {', '.join(absent)} not read")
            continue
        for key in mine.keys() | own.keys():
            one, other = mine.get(key, "nothing"), own.get(key, "nothing")
            if "unknown" not in (one, other) and (one == "fail") != (other == "fail"):
                counts["contradictions"] += 1
                print(f"root {index}: {key[0]} {key[1]}: {one}, by the module itself {other}")
                if given.keep:
                    (given.keep / f"{index}.tf").write_text(text)
            if other in ("fail", "pass"):
                counts["definite"] += 1
                counts["agreed"] += one == other
    share = counts["agreed"] / max(1, counts["definite"])
    print(*(f"{count} {what}" for what, count in sorted(counts.items())), sep=", ")
    print(f"{share:.1%} of the definite verdicts")
    return int(bool(counts["contradictions"]) or share < ENOUGH)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
