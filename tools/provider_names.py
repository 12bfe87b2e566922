"""List the attribute names of the AWS provider's resource types that lowering and fixtures use.

The names are an authority from outside: `tests/test_sources_are_valid.py` holds against them what
lowering reads and what fixtures write. They come from the provider's generated bindings for
TypeScript, an npm package whose classes name each attribute in Terraform's spelling:

    npm pack @cdktn/provider-aws
    python -m tools.provider_names cdktn-provider-aws-25.7.0.tgz

Only names are taken, and only those of the types in use.
"""

import json
import re
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from taskwall.lowering import lowered_types

ROOT = Path(__file__).parent.parent
WAYS = re.compile(
    r"global_?accelerator|verified_?access|client_?vpn|instance_?connect|network_?firewall|lattice"
    r"|networkmanager|transit_?gateway|direct_?connect|aws_dx_|vpc_?association|_ram_|::ram::"
    r"|vpc_?origin|vpc_?link|(nat|internet|carrier|local|vpn|customer)_?gateway|aws_route(_|$)"
    r"|aws_route_table|ec2::.*route|route_?server|network_?interface|aws_eip|::eip|vpn_|::vpn"
    r"|peering|vpc_?endpoint|vpc_?connection|endpoint_?access|vpc_?connector|vpc_?ingress"
    r"|service_?network|load_?balancer|aws_a?lb(_|$)|aws_elb|proxy_?endpoint|network_?connector"
    r"|resolver_?endpoint",
    re.IGNORECASE,
)
"""Names of resource types, in either language, that may open a way from one thing to another."""

LIST = ROOT / "tests" / "data" / "provider_names.json"
PACKAGE = "@cdktn/provider-aws"

Names: TypeAlias = dict[str, "Names"]
"""Attributes and blocks by name, with what is nested in them."""

_BLOCK = re.compile(r'^\s*(resource|data)\s+"(aws_\w+)"', re.MULTILINE)
_CLASS = re.compile(r"^class (\w+) extends cdktn\.(\w+) \{$", re.MULTILINE)
_TYPE = re.compile(r'^ +static tfResourceType = "(aws_\w+)";$', re.MULTILINE)
_NAME = re.compile(r"^ +// (\w+) - computed: ", re.MULTILINE)
_NESTED = re.compile(r'^ +_\w+ = new (\w+)\(this, "(\w+)"', re.MULTILINE)


def used(folders: Iterable[Path] = (ROOT / "fixtures",)) -> set[str]:
    """The types that lowering reads and fixtures declare, `data.` before data sources.

    What lowering reads may be read as data as well.
    """
    read = {name for name in lowered_types() if name.startswith("aws_")}
    found = read | {f"data.{name}" for name in read}
    for folder in folders:
        for file in folder.rglob("*.tf"):
            for kind, name in _BLOCK.findall(file.read_text(errors="replace")):
                found.add(f"data.{name}" if kind == "data" else name)
    return found


def names(source: str) -> Iterator[tuple[str, Names]]:
    """The types that a file of the package declares, and their names."""
    heads = list(_CLASS.finditer(source))
    ends = (*(head.start() for head in heads), len(source))[1:]
    pairs = zip(heads, ends, strict=False)  # a file without classes has one end, and no head
    bodies = {head[1]: source[head.end() : end] for head, end in pairs}
    for head in heads:
        declared = _TYPE.search(bodies[head[1]])
        if declared is not None and head[2] in ("TerraformResource", "TerraformDataSource"):
            prefix = "data." if head[2] == "TerraformDataSource" else ""
            yield prefix + declared[1], _named(head[1], bodies, 0)


def _named(name: str, bodies: Mapping[str, str], depth: int) -> Names:
    """The names of a class. A list or map of blocks has those of its elements."""
    for ending in ("List", "Map"):
        if name.endswith(ending) and f"{name.removesuffix(ending)}OutputReference" in bodies:
            name = f"{name.removesuffix(ending)}OutputReference"
    body = bodies.get(name, "")
    found: Names = {each: {} for each in _NAME.findall(body)}
    if depth < 8:  # statements of web firewalls nest in each other without end
        for kind, attribute in _NESTED.findall(body):
            found[attribute] = _named(kind, bodies, depth + 1)
    return dict(sorted(found.items()))


def listed(package: Path, wanted: set[str]) -> dict[str, object]:
    """The list as it is written: where it is from, the names of the wanted types, and `WAYS`."""
    types: dict[str, Names] = {}
    ways: set[str] = set()
    provider = version = "unknown"
    with tarfile.open(package) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is None:
                continue
            if member.name == "package/package.json":
                about = json.loads(stream.read())
                version = about["version"]
                provider = about["cdktf"]["provider"]["version"]
            elif member.name.endswith("/index.js"):
                source = stream.read().decode()
                found = dict(names(source))
                types.update(pair for pair in found.items() if pair[0] in wanted)
                ways |= {name for name in found if WAYS.search(name) and "." not in name}
    return {
        "provider": provider,
        "package": f"{PACKAGE} {version}",
        "read": datetime.now(UTC).date().isoformat(),
        "ways": sorted(ways),
        "types": dict(sorted(types.items())),
    }


def main(arguments: list[str]) -> int:
    """Write the list from a package file; the exit status."""
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    made = listed(Path(arguments[0]), used())
    LIST.parent.mkdir(exist_ok=True)
    LIST.write_text(json.dumps(made, indent=1).replace(": {}", ": 0") + "\n")
    sys.stdout.write(f"{LIST.relative_to(ROOT)}: {LIST.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
