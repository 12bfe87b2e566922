"""The units of Terragrunt around those that are scanned, as far as their texts show.

A unit may be scanned alone. What it depends on gives it its inputs; and what depends on the same
units may add to them: the unit with the NAT gateway to the VPC, that with the listener to the
target group. Texts are compared: evaluation tells which unit is meant, and one too many ties
nothing.
"""

import os
import re
from collections.abc import Iterable, Iterator

from taskwall.core.paths import encloses
from taskwall.core.patterns import pattern
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.kinds import TERRAFORM, TERRAGRUNT
from taskwall.sources.listing import FileListing

_PATH = r'"(?:\$\{([^}\n]+)\}/)?([^"$\n]+)"'
"""A path, and the call that says from where, if it is not the unit's own folder."""
_ABOVE = r"""(find_in_parent_folders)\(\s*"([^"$\n]+)\""""
"""A folder, or the file in it, by the call that looks for it in the folders above."""
_DEPENDS = pattern(rf"(?:^|\{{)[ \t]*config_path\s*=\s*{_PATH}", re.MULTILINE)
_DEPENDS_ABOVE = pattern(rf"(?:^|\{{)[ \t]*config_path\s*=[^\n]*?{_ABOVE}", re.MULTILINE)
_AFTER = pattern(r"^dependencies\s*\{[^{}]*?\bpaths\s*=\s*\[([^\]]*)\]", re.MULTILINE)
"""The units after which one is applied: it may read what they store."""
_PATHS = pattern(_PATH)
_PATHS_ABOVE = pattern(_ABOVE)

_SOURCE = pattern(r'^[ \t]*source\s*=\s*(".*")', re.MULTILINE)
_LAST_STEP = pattern(r'["/]([\w.-]+)/*["?$]')

_ADDS = pattern(
    r'^resource\s+"?aws_(?:vpc_endpoint|flow_log|route|(?:main_)?route_table(?:_association)?'
    r"|nat_gateway|(?:egress_only_)?internet_gateway(?:_attachment)?|security_group_rule"
    r"|vpc_security_group_\w+_rule|network_acl(?:_rule|_association)?|a?lb_listener(?:_rule)?"
    r'|default_(?:security_group|network_acl|route_table))"?\s'
    r"|^[ \t]*(?:\w+_)?route_table_ids?\s*=",
    re.MULTILINE,
)
"""What a module may add to a VPC, group or load balancer of another unit.

Whom a module hands a route table adds routes to it, as modules for NAT instances do.
"""


def units_around(known: Iterable[str], boundary: str, use: Settings, files: Files) -> Iterator[str]:
    """The units on which scanned ones depend, and those that may add to what all these make.

    Args:
        known: the sources that are scanned.
        boundary: the repository.
        use: says which files are excluded.
        files: reads them.
    """
    units = {path: None for path in known if path.endswith(TERRAGRUNT)}
    if not units:
        return
    around = dict.fromkeys(_dependencies(units, boundary, files))
    listing = files.one(FileListing, FileListing)

    def counts(path: str) -> bool:
        return not use.excludes(path)

    every = listing.below(boundary, (*TERRAFORM, *TERRAGRUNT), files, counts)
    modules: dict[str, list[str]] = {}
    for path in every:
        if path.endswith(TERRAFORM):
            modules.setdefault(os.path.basename(os.path.dirname(path)), []).append(path)
    known_units = {*units, *around}
    adding = [
        path
        for path in every
        if path.endswith(TERRAGRUNT)
        and path not in known_units
        and not known_units.isdisjoint(_named(path, files))
        and _may_add(path, modules, files)
    ]
    around |= dict.fromkeys(adding)
    around |= dict.fromkeys(_dependencies(adding, boundary, files))
    yield from (path for path in around if path not in units and counts(path))


def _dependencies(units: Iterable[str], boundary: str, files: Files) -> Iterator[str]:
    """The units on which some depend, and those on which these do."""
    waiting = list(units)
    seen = set(waiting)
    for path in waiting:
        inside = (other for other in _named(path, files) if encloses(boundary, other))
        for other in filter(files.exists, inside):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
                yield other


def _named(unit: str, files: Files) -> Iterator[str]:
    """The files of the units on which one may depend."""
    text = files.text_if_readable(unit)
    every = [*_DEPENDS.findall(text), *_DEPENDS_ABOVE.findall(text)]
    for paths in _AFTER.findall(text):
        every += (*_PATHS.findall(paths), *_PATHS_ABOVE.findall(paths))
    for start, path in every:
        yield from _units_at(os.path.dirname(unit), start, path)


def _units_at(folder: str, start: str, path: str) -> Iterator[str]:
    """The files of the units that a path in a folder may lead to.

    `start` is the call that says from where it leads: the folder itself (`get_terragrunt_dir()`),
    else one above it (`get_parent_terragrunt_dir("root")`, `find_in_parent_folders("vpc")`).
    """
    path = path.removesuffix("/terragrunt.hcl")
    yield os.path.normpath(os.path.join(folder, path, "terragrunt.hcl"))
    while (
        start and not start.startswith("get_terragrunt_dir") and folder != os.path.dirname(folder)
    ):
        folder = os.path.dirname(folder)
        yield os.path.normpath(os.path.join(folder, path, "terragrunt.hcl"))


def _may_add(unit: str, modules: dict[str, list[str]], files: Files) -> bool:
    """Whether the module of a unit, if it is of the repository, may add to what another makes."""
    beside = modules.get(os.path.basename(os.path.dirname(unit)), ())
    own = [path for path in beside if os.path.dirname(path) == os.path.dirname(unit)]
    steps = last_steps("\n".join(_SOURCE.findall(files.text_if_readable(unit))))
    found = [*own, *(path for step in steps for path in modules.get(step, ()))]
    return any(files.made_of(path, _adds) for path in found)


def last_steps(text: str) -> frozenset[str]:
    """The last steps of the addresses of modules in a text, however the others are written."""
    return frozenset(_LAST_STEP.findall(text))


def _adds(text: str) -> bool:
    return _ADDS.search(text) is not None
