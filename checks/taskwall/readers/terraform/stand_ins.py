"""Stand-ins: what popular modules of the registry make of the network, where they are absent.

They are plain Terraform of taskwall's own writing below `data/modules`, by the module's name and
the lowest version that they model. `versions.toml` beside them says which versions are read so,
the major version of the AWS provider that these need (`provider`, from the module's `versions.tf`),
how their defaults differ (`inner`: those of a module in the package), and which arguments they need
not know:

- `off` ones are not modelled, and do nothing while they are null, false, empty or zero;
- `harmless` ones decide nothing that a rule asks;
- `lacks` ones are known to the stand-in and not to these versions, by the folder that stands in.

A call that gives one of the first otherwise, one of the last, or any other argument that a stand-in
does not declare, is taken for absent.

`commits.txt` has the commits of the module's tags, a line each: the first twelve digits and the
version. Who holds modules to commits, as checkov's CKV_TF_1 asks, says the version so.
"""

import os
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

import taskwall
from taskwall.core.globs import matches_text
from taskwall.core.paths import encloses
from taskwall.core.values import Fields, Items, Known, Value, dereferenced, lifted
from taskwall.readers.terraform.versions import newest, satisfies, version_key

FOLDER = os.path.join(os.path.dirname(taskwall.__file__), "data", "modules")

_REPOSITORY = re.compile(r"terraform-([a-z0-9]+)-([\w-]+)")
"""What a repository must be called for the registry to take a module from it."""


COMMIT_DIGITS = 12
"""So many digits of a commit are kept: no two commits of one repository share them by chance."""

_NEWEST = ", the newest that is known (the call says no version)"
_OLDER = ", the newest known that fits the call and its AWS provider (the call says no version)"


class StandIn(Struct, frozen=True):
    """What stands in for one version of a module, or of a module in its package.

    `folder` holds it, `title` says what it stands in for. `defaults` are those of its variables
    that this version has and others do not. `provider` is the lowest major version of the AWS
    provider with which it works; 0 where that is not known.
    """

    folder: str
    title: str
    defaults: Mapping[str, Value]
    harmless: tuple[str, ...]
    off: tuple[str, ...]
    lacks: tuple[str, ...]
    provider: int = 0

    def leaves_out(self, name: str) -> bool:
        """Whether an argument of the module does something that the stand-in does not."""
        return any(matches_text(one, name) for one in self.off)

    def allows(self, name: str, value: Callable[[], Value], declared: bool) -> bool:
        """Whether it makes what the module makes of an argument, if it has a part in that at all.

        Args:
            name: the argument's name.
            value: evaluates what the call gives.
            declared: whether the stand-in has a variable of that name.
        """
        if any(matches_text(one, name) for one in self.lacks):
            return False
        if self.leaves_out(name):
            return _is_off(value())
        return declared or any(matches_text(one, name) for one in self.harmless)


def is_stand_in(folder: str) -> bool:
    """Whether a folder is that of a stand-in."""
    return encloses(FOLDER, folder)


@cache  # a module is called many times, and each version is compared
def stand_ins(name: str, inner: str, constraint: str) -> tuple[StandIn, ...]:
    """What may stand in for a module: for the newest version of each range that a call allows.

    Terraform takes the newest version of all, and refuses arguments that it does not have, and
    another AWS provider than it needs: an older one is meant if only that fits.

    Args:
        name: the module's name in the registry, `terraform-aws-modules/vpc/aws`.
        inner: the folder in its package, "" for the package itself.
        constraint: the versions that the call allows; "" for any.

    Returns:
        the stand-ins for versions that are known and allowed, the newest first.
    """
    about = _about(name)
    written = re.findall(r"\d[\w.+-]*", constraint)
    found: dict[str, dict[str, Any]] = {}
    for one in about.get("versions", []):
        within = [each for each in (one["newest"], *written) if satisfies(each, one["range"])]
        if version := newest(within, constraint):
            found[version] = one
    ordered = sorted(found, key=lambda each: version_key(each) or (), reverse=True)

    def made(version: str) -> StandIn | None:
        note = _NEWEST if version == ordered[0] else _OLDER
        return _stand_in(name, inner, version, found[version], "" if constraint else note)

    return tuple(filter(None, map(made, ordered)))


def _stand_in(
    name: str, inner: str, version: str, known: dict[str, Any], note: str
) -> StandIn | None:
    """What stands in for a version, given what is known of its range; None if nothing does."""
    about = _about(name)
    module = about.get("modules", {}).get(inner) if inner else known
    if module is None:
        return None
    folder = module.get("folder", inner) if inner else ""
    within = os.path.join(FOLDER, *name.split("/"), known["folder"], *folder.split("/"))
    defaults = module.get("defaults", {}) | known.get("inner", {}).get(inner, {})
    return StandIn(
        os.path.normpath(within),
        f"{name}{'//' if inner else ''}{inner} {version}{note}",
        {key: lifted(value) for key, value in defaults.items()},
        (*about.get("harmless", ()), *module.get("harmless", ())),
        (*about.get("off", ()), *module.get("off", ())),
        tuple(known.get("lacks", {}).get(folder, ())),
        known.get("provider", 0),
    )


def registry_name(owner: str, repository: str) -> str | None:
    """The name in the registry of a module that is in a repository of GitHub's."""
    found = _REPOSITORY.fullmatch(repository)
    return f"{owner}/{found[2]}/{found[1]}" if found else None


def version_of_commit(name: str, ref: str) -> str | None:
    """The version that a commit of a module's repository is tagged with; None if it is not known.

    Args:
        name: the module's name in the registry.
        ref: what a call names: a whole commit, 40 hexadecimal digits; anything else is no commit.
    """
    whole = re.fullmatch(r"[0-9a-f]{40}", ref.lower())
    return _tagged(name).get(whole[0][:COMMIT_DIGITS]) if whole else None


@cache
def _tagged(name: str) -> dict[str, str]:
    """The versions of a module by the first digits of their commits."""
    path = os.path.join(FOLDER, *name.split("/"), "commits.txt")
    if not os.path.isfile(path):
        return {}
    with open(path, encoding="ascii") as file:
        return dict(line.split() for line in file)


@cache
def _about(name: str) -> dict[str, Any]:
    """What `versions.toml` says of a module; nothing if there is no stand-in."""
    path = os.path.join(FOLDER, *name.split("/"), "versions.toml")
    if not os.path.isfile(path):
        return {}
    import tomllib

    with open(path, "rb") as file:
        return tomllib.load(file)


def _is_off(value: Value) -> bool:
    """Whether a value is null, false, empty or zero."""
    value = dereferenced(value)
    if isinstance(value, Known):
        return value.data in (None, False, "", 0, "false")
    if isinstance(value, Items):
        return not value.items and not value.rest
    return isinstance(value, Fields) and not value.fields and not value.rest
