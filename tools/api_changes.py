"""Find what a change breaks in the library's API, by griffe.

    python -m tools.api_changes [--against REVISION]

Compared are the names of `taskwall.__all__` and the classes of `taskwall.library`, as they are here
and at a revision: by default the newest tag of a version, or `main` while there is none. What is
removed, what is renamed, and parameters that callers would have to change break it. A break that is
meant is named in CHANGELOG.md under "Unreleased" in backticks: `Network.service`.

Exits with 1 for a break that is not named there.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import griffe

ROOT = Path(__file__).parent.parent


def surface(package: griffe.Object | griffe.Alias) -> Mapping[str, griffe.Object | griffe.Alias]:
    """The public classes and functions of a version of taskwall, by name."""
    found: dict[str, griffe.Object | griffe.Alias] = {}
    for module in package["library"].modules.values():
        own = (each for each in module.classes.values() if not each.is_alias)
        found |= {each.name: each for each in own if not each.name.startswith("_")}
    exported = [name for name in package.exports or () if not str(name).startswith("__")]
    return found | {str(name): package[str(name)].final_target for name in exported}


def broken(
    old: Mapping[str, griffe.Object | griffe.Alias], new: Mapping[str, griffe.Object | griffe.Alias]
) -> Iterator[tuple[str, str]]:
    """What of an old surface a new one breaks: the name, and what is wrong with it."""
    for name, was in old.items():
        if name not in new:
            yield name, "was removed"
            continue
        for breakage in griffe.find_breaking_changes(_alone(was), _alone(new[name])):
            member = breakage.obj.path.removeprefix(new[name].path).removeprefix(was.path)
            if not member.rpartition(".")[2].startswith("_"):  # views are made by the library
                yield f"{name}{member}", breakage.explain(griffe.ExplanationStyle.ONE_LINE)


def _alone(thing: griffe.Object | griffe.Alias) -> griffe.Module:
    """A module of one member: griffe compares members, not what they are members of."""
    module = griffe.Module("alone")
    module.members[thing.name] = thing
    return module


def unreleased(changelog: str) -> str:
    """What the changelog says of the next version."""
    return changelog.partition("\n## Unreleased\n")[2].partition("\n## ")[0]


def main() -> int:
    """Compare, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--against", metavar="REVISION", help="a git revision (default: see above)")
    against = parser.parse_args().against or _newest_version() or "main"
    old = griffe.load_git("taskwall", ref=against, repo=ROOT, search_paths=["checks"])
    new = griffe.load("taskwall", search_paths=[ROOT / "checks"])
    told = unreleased((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    lost = [each for each in broken(surface(old), surface(new)) if f"`{each[0]}`" not in told]
    for name, why in lost:
        sys.stdout.write(f"{name}: {why}\n")
    sys.stdout.write(f"{len(lost)} breaks of the API since {against}\n")
    return 1 if lost else 0


def _newest_version() -> str:
    """The newest tag of a version that leads here; "" if there is none."""
    command = ("git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
