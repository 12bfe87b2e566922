"""What a project can set: `[tool.taskwall]` in pyproject.toml, or `taskwall.toml`.

`loading.py` finds and reads it, `checking.py` sees that it can be meant so, `command_line.py` puts
the command's options over it, `selection.py` says which rules run then.
"""

import os
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, get_args

from msgspec import Struct

from taskwall.core.globs import matches_path
from taskwall.findings.finding import SEVERITIES, FindingVerdict, Severity

Profile: TypeAlias = Literal["default", "strict", "pci"]
Threshold: TypeAlias = Severity | Literal["never"]
Scenarios: TypeAlias = Literal["bounded", "all"]
Undeclared: TypeAlias = Literal["outside", "ignore"]
Untold: TypeAlias = Literal["silent", "fail"]
ErrorsMean: TypeAlias = Literal["fail", "warn"]


CHOICES: Mapping[str, tuple[str, ...]] = {
    "profile": get_args(Profile),
    "fail-on": (*SEVERITIES, "never"),
    "show": get_args(FindingVerdict),
    "scenarios": get_args(Scenarios),
    "undeclared": get_args(Undeclared),
    "unknown": get_args(Untold),
    "errors": get_args(ErrorsMean),
}
"""The words that a key, or an option of the same name, may have."""


class SettingsError(Exception):
    """Settings, or options, that are not valid; the message is a whole sentence."""


class Isolation(Struct, frozen=True, rename="kebab"):
    """Which workloads must be isolated from which, the table `isolation` of the settings.

    `groups` hold, by the name of each group, patterns of its clusters' names or of addresses.
    `tag` is the tag by which sources say so themselves. Task sources that no group holds are
    `outside` of every group, or those to `ignore`.
    """

    groups: Mapping[str, tuple[str, ...]] = {}
    tag: str = "taskwall:isolation"
    undeclared: Undeclared = "outside"


class ContextPath(Struct, frozen=True, rename="kebab"):
    """Sources that are read for what the scanned ones refer to, a table `context` of the settings.

    `path` is a file or a folder, seen from the settings' folder.
    """

    path: str


class DeploymentTable(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Values with which sources are deployed, a table `deployment` of the settings.

    They hold for the root modules and templates at or below `path`. Tables of one `name` are one
    deployment. `var_files` are files of values of Terraform, `parameters` is one of
    CloudFormation's; all paths are seen from the settings' folder. `assume` gives values to what is
    unknown, by name.
    """

    name: str
    path: str = "."
    var_files: tuple[str, ...] = ()
    workspace: str | None = None
    parameters: str = ""
    assume: Mapping[str, Any] = {}


class Expectation(Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """Which flows there may be from one end to another, and must be: a table `expect`.

    `only` are all that may be open, `never` says that none may, `required` are those that must be
    able to.
    """

    source: str
    target: str
    only: tuple[str, ...] | None = None
    never: bool = False
    required: tuple[str, ...] = ()


class PerPath(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Rules that do not count in some files, an entry of `per-path` in the settings.

    `path` is a pattern as those of `exclude`, `ignore` are rule ids or prefixes.
    """

    path: str
    ignore: tuple[str, ...]


class Checkov(Struct, frozen=True, rename="kebab"):
    """What holds within checkov only, the table `checkov` of the settings.

    checkov cannot show that something is not known: `unknown` says whether such a verdict is
    silent there or a fail.
    """

    unknown: Untold = "silent"


class Settings(Struct, frozen=True, rename="kebab"):
    """The settings, with their defaults; the command's options stand before them.

    `select` and `ignore` hold rule ids or prefixes. `allowed_peers` are addresses, ids or CIDRs
    of groups and ranges that tasks and data stores may allow besides those that rules know.
    `elsewhere` names the rules for which what is missing here may be made somewhere else.
    `exclude` are patterns of paths, seen from the settings' folder, that folders are searched
    without. `internet_gateway` false says that the security policy forbids internet gateways.
    `module_sources` holds the folders of modules by what the `source` of their calls says.
    `remote_state` holds the folders of Terraform's roots, by the name or address of the data
    source that reads their state. `context` are sources that are read for what the scanned ones
    refer to, and not judged; `ties` hold by hand what a data source or parameter is: both sides are
    `STACK:ADDRESS`, or an address alone. `deployment` are values with which the same sources are
    deployed, each of which is judged. `rules` are folders of rules of one's own, which count
    only in a file given with `--settings`: nothing that a scanned source says is executed.
    `fail_on_unknown` says that unknown verdicts fail a run, `fail_on_absent` that sources do
    which are called and not there, `errors` whether it is one that a source cannot be read.
    `severity` holds severities by rule id in place of the rules' own, `per_path` rules that do not
    count in some files. `extends` names an installed package whose settings hold where these say
    nothing.
    `scenarios`, `no_skips` (no suppression counts), `today` (YYYY-MM-DD), `file` (where the
    settings stand) and `missing` (which of the folders that they name are not there, in words) are
    no keys of the file.
    """

    profile: Profile = "default"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Threshold = "low"
    fail_on_unknown: bool = False
    fail_on_absent: bool = False
    errors: ErrorsMean = "fail"
    show: tuple[FindingVerdict, ...] = ("fail",)
    allowed_peers: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    isolation: Isolation = Isolation()
    checkov: Checkov = Checkov()
    internet_gateway: bool = True
    module_sources: Mapping[str, str] = {}
    remote_state: Mapping[str, str] = {}
    context: tuple[ContextPath, ...] = ()
    ties: Mapping[str, str] = {}
    deployment: tuple[DeploymentTable, ...] = ()
    expect: tuple[Expectation, ...] = ()
    rules: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    per_path: tuple[PerPath, ...] = ()
    extends: str = ""
    baseline: str = ""
    scenarios: Scenarios = "bounded"
    no_skips: bool = False
    today: str = ""
    file: str = ""
    missing: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The folder that `exclude` and `baseline` are seen from; "" without a file."""
        return os.path.dirname(self.file)

    def excludes(self, path: str) -> bool:
        """Whether a pattern of `exclude` matches an absolute path, or a folder above it.

        A pattern without a slash matches a name at any depth; with one, the whole path below
        the settings' folder, where `**` is any number of folders.
        """
        return any(self._matches(pattern, path) for pattern in self.exclude)

    def ignores(self, rule: str, path: str) -> bool:
        """Whether `per-path` says that a rule does not count in the file of an absolute path."""
        return any(
            selects(one.ignore, rule) and self._matches(one.path, path) for one in self.per_path
        )

    def _matches(self, pattern: str, path: str) -> bool:
        shown = os.path.relpath(path, self.folder or os.curdir).replace(os.sep, "/")
        return _matches(pattern.strip("/").split("/"), shown.split("/"))


_OURS = {"scenarios", "no-skips", "today", "file", "missing"}
"""Fields that no settings file holds."""


def setting_keys() -> list[str]:
    """The keys of a settings file."""
    return [name for name in Settings.__struct_encode_fields__ if name not in _OURS]


def stack_of(side: str) -> str:
    """The stack that a side of a tie names before its address; "" if none does."""
    stack, colon, _ = side.partition(":")
    return stack if colon and '"' not in stack else ""


def selects(patterns: tuple[str, ...], rule: str) -> bool:
    """Whether one of these ids and prefixes is that of a rule."""
    return rule.startswith(patterns) if patterns else False


def _matches(pattern: list[str], names: list[str]) -> bool:
    """Whether a pattern matches a path or a folder above it; never slow, whatever it says."""
    from fnmatch import fnmatchcase

    if len(pattern) == 1 and pattern[0] != "**":
        return any(fnmatchcase(name, pattern[0]) for name in names)
    return matches_path(pattern, names, above=True)
