"""What a project sets: `[tool.taskwall]` in pyproject.toml, or `taskwall.toml`.

The nearest file above the first scanned path holds; in one folder taskwall.toml stands before
pyproject.toml. The command's options stand before both.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import msgspec
from msgspec import Struct

from taskwall.core.globs import matches_path
from taskwall.core.paths import lies_within, repository_of
from taskwall.findings.finding import SEVERITIES, FindingVerdict, Severity
from taskwall.source.files import Files
from taskwall.source.suppression import is_date

if TYPE_CHECKING:
    from taskwall.rules._rule import Rule

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


MAX_SETTINGS_BYTES = 4 << 20
"""A file of settings of more bytes is not read."""


class SettingsError(Exception):
    """Settings, or options, that cannot be meant so; the message is a whole sentence."""


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
    CloudFormation's; all paths are seen from the settings' folder.
    """

    name: str
    path: str = "."
    var_files: tuple[str, ...] = ()
    workspace: str | None = None
    parameters: str = ""


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
            _any(one.ignore, rule) and self._matches(one.path, path) for one in self.per_path
        )

    def _matches(self, pattern: str, path: str) -> bool:
        shown = os.path.relpath(path, self.folder or os.curdir).replace(os.sep, "/")
        return _matches(pattern.strip("/").split("/"), shown.split("/"))


_OURS = {"scenarios", "no-skips", "today", "file", "missing"}
"""Fields that no settings file holds."""

_TABLES: Mapping[str, type[Struct]] = {"isolation": Isolation, "checkov": Checkov}
"""The tables within the settings."""


def setting_keys() -> list[str]:
    """The keys of a settings file."""
    return [name for name in Settings.__struct_encode_fields__ if name not in _OURS]


def load(
    start: str, rules: "Sequence[Rule]", given: str = "", files: Files | None = None
) -> Settings:
    """The settings that hold for a path: the defaults if no file above it has any.

    A `given` file takes the place of all others, and may name paths anywhere. Others are read as
    `files` have them.

    Raises:
        SettingsError: a file cannot be read, or an entry of it cannot be meant so.
    """
    if given:
        if (table := _table(given)) is None:
            raise SettingsError(f"{given}: there is no [tool.taskwall].")
        return _checked(table, given, rules, bounded=False)
    folder = os.path.abspath(start)
    read = Files() if files is None else files
    if not read.is_folder(folder):
        folder = os.path.dirname(folder)
    while True:
        for name in ("taskwall.toml", "pyproject.toml"):
            file = os.path.join(folder, name)
            # What is no plain file, such as a pipe, is an error, and is not passed over.
            if read.has(file) and (table := _table(file, read)) is not None:
                return _checked(table, file, rules)
        above = os.path.dirname(folder)
        if above == folder:
            return Settings()
        folder = above


def own_rules(given: str) -> tuple[str, ...]:
    """The folders of own rules that a given settings file names, as absolute paths.

    Raises:
        SettingsError: the file cannot be read, or names something else.
    """
    table = _table(given)
    named = table.get("rules", []) if isinstance(table, dict) else []
    if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
        raise SettingsError(f"{given}: rules: expected a list of folders.")
    return tuple(os.path.join(os.path.dirname(given), each) for each in named)


def _table(file: str, files: Files | None = None) -> object:
    """What a file sets; None if it is a pyproject.toml that does not speak of taskwall."""
    try:
        raw = (Files() if files is None else files).read(file, MAX_SETTINGS_BYTES)
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror or error}.") from error
    project = file.endswith("pyproject.toml")
    if project and b"taskwall" not in raw:
        return None
    import tomllib

    try:
        document: dict[str, Any] = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}.") from error
    if not project:
        return document
    tools = document.get("tool")
    return tools.get("taskwall") if isinstance(tools, dict) else None


def _checked(
    table: object, file: str, rules: "Sequence[Rule]", *, bounded: bool = True
) -> Settings:
    if not isinstance(table, dict):
        raise SettingsError(f"{file}: [tool.taskwall] must be a table.")
    if isinstance(table.get("extends"), str):
        table = {**_extended(table["extends"], file), **table}
    known = setting_keys()
    found = {}
    for written, value in table.items():
        key = written.replace("_", "-")
        if key not in known:
            hint = "" if key != "tool" else "; in taskwall.toml the keys are at the top level"
            raise SettingsError(
                f'{file}: there is no setting "{written}"{nearest(key, known)}{hint}.'
            )
        for word in value if isinstance(value, list) else [value]:
            if key in CHOICES and isinstance(word, str):
                one_of(word, CHOICES[key], f"{file}: {written}")
        inner = _TABLES.get(key)
        found[key] = value if inner is None else _spelled(key, inner, value, file)
    try:
        settings = msgspec.convert({**found, "file": file}, Settings)
    except msgspec.ValidationError as error:
        what, _, where = str(error).replace("`", "").partition(" - at $.")
        raise SettingsError(f"{file}: {where or 'settings'}: {what.lower()}.") from error
    baseline = settings.baseline and os.path.join(os.path.dirname(file), settings.baseline)
    named = [
        *((f"module-sources.{name}", path) for name, path in settings.module_sources.items()),
        *((f"remote-state.{name}", path) for name, path in settings.remote_state.items()),
        *(("context.path", one.path) for one in settings.context),
        *(("deployment.path", one.path) for one in settings.deployment),
        *(("deployment.var-files", path) for one in settings.deployment for path in one.var_files),
        *(("deployment.parameters", one.parameters) for one in settings.deployment),
    ]
    named = [(key, path) for key, path in named if path]
    for intent in settings.expect:
        _meant(intent, file)
    if bounded:
        _inside(file, "baseline", baseline)
        for key, path in named:
            _inside(file, key, _absolute(path, file))
    sides = (side for tie in settings.ties.items() for side in tie)
    named += (("ties", stack) for side in sides if (stack := stack_of(side)))
    for key in ("select", "ignore", "elsewhere"):
        known_rules(getattr(settings, key), rules, f"{file}: {key}")
    for one in settings.per_path:
        known_rules(one.ignore, rules, f"{file}: per-path")
    ids = [rule.id for rule in rules]
    for id_ in settings.severity:
        if id_ not in ids:
            raise SettingsError(f'{file}: severity: no rule is "{id_}"{nearest(id_, ids)}.')
    return msgspec.structs.replace(
        settings,
        select=_upper(settings.select),
        ignore=_upper(settings.ignore),
        elsewhere=tuple(rule.id for rule in rules if _any(_upper(settings.elsewhere), rule.id)),
        per_path=tuple(PerPath(one.path, _upper(one.ignore)) for one in settings.per_path),
        module_sources=_there(settings.module_sources, file),
        remote_state=_there(settings.remote_state, file),
        context=tuple(
            map(
                ContextPath, _there({one.path: one.path for one in settings.context}, file).values()
            )
        ),
        deployment=tuple(_deployment(one, file) for one in settings.deployment),
        ties={_address(one, file): _address(other, file) for one, other in settings.ties.items()},
        baseline=baseline,
        missing=tuple(
            f"{key}: there is no file or folder {path}"
            for key, path in named
            if not os.path.exists(_absolute(path, file))
        ),
    )


_OF_ONE_TREE = frozenset(
    {
        "baseline",
        "context",
        "deployment",
        "extends",
        "module-sources",
        "remote-state",
        "rules",
        "ties",
    }
)
"""Keys that name paths, or code, which an installed package cannot set."""


def _extended(package: str, file: str) -> dict[str, Any]:
    """What the settings of an installed package say."""
    from taskwall.core.distributions import installed_file

    try:
        path = installed_file(package, "taskwall.toml")
    except LookupError as error:
        raise SettingsError(f"{file}: extends: {package} is not installed.") from error
    table = None if path is None else _table(path)
    if not isinstance(table, dict):
        raise SettingsError(f"{file}: extends: {package} has no taskwall.toml.")
    for key in table:
        if key.replace("_", "-") in _OF_ONE_TREE:
            raise SettingsError(f'{path}: "{key}" cannot be set by a package.')
    return table


def _spelled(name: str, inner: type[Struct], table: object, file: str) -> object:
    """A table within the settings, its keys known; anything but a table is left as it is."""
    if not isinstance(table, dict):
        return table
    known = inner.__struct_encode_fields__
    for key, value in table.items():
        if key not in known:
            raise SettingsError(f'{file}: there is no setting "{name}.{key}"{nearest(key, known)}.')
        if key in CHOICES and isinstance(value, str):
            one_of(value, CHOICES[key], f"{file}: {name}.{key}")
    return table


def _absolute(path: str, file: str) -> str:
    """A path that is seen from the folder of a settings file."""
    return os.path.normpath(os.path.join(os.path.dirname(file), path))


def _there(table: Mapping[str, str], file: str) -> Mapping[str, str]:
    """The files and folders of a table that exist, as absolute paths."""
    found = {name: _absolute(path, file) for name, path in table.items()}
    return {name: path for name, path in found.items() if os.path.exists(path)}


def _address(side: str, file: str) -> str:
    """A side of a tie, its stack by its absolute path."""
    stack = stack_of(side)
    return f"{_absolute(stack, file)}{side.removeprefix(stack)}" if stack else side


def stack_of(side: str) -> str:
    """The stack that stands before the address of a side of a tie; "" if none does."""
    stack, colon, _ = side.partition(":")
    return stack if colon and '"' not in stack else ""


def _meant(said: Expectation, file: str) -> None:
    """Refuse an expectation that cannot be meant so.

    Raises:
        SettingsError: it says nothing, or contradicts itself, or one of its flows is none.
    """
    where = f"{file}: expect from {said.source} to {said.target}"
    if said.never and (said.only is not None or said.required):
        raise SettingsError(f"{where}: never cannot be combined with only or required.")
    if not (said.never or said.required or said.only is not None):
        raise SettingsError(f"{where}: one of only, never and required must say what is expected.")
    from taskwall.model.flows.patterns import flow_pattern

    for text in (*(said.only or ()), *said.required):
        if flow_pattern(text) is None:
            raise SettingsError(
                f'{where}: "{text}" is not written like tcp:443 or tcp:443 through lb:edge.'
            )


def _deployment(said: DeploymentTable, file: str) -> DeploymentTable:
    """A deployment with absolute paths, without files that are not there.

    Raises:
        SettingsError: it has no name.
    """
    if not said.name:
        raise SettingsError(f"{file}: deployment: name: it cannot be empty.")

    def there(paths: Iterable[str]) -> tuple[str, ...]:
        found = (_absolute(path, file) for path in paths if path)
        return tuple(path for path in found if os.path.exists(path))

    return msgspec.structs.replace(
        said,
        path=_absolute(said.path, file),
        var_files=there(said.var_files),
        parameters="".join(there((said.parameters,))),
    )


def _inside(file: str, key: str, path: str) -> None:
    """See that a path which a settings file names is in its repository, else in its folder.

    Raises:
        SettingsError: it is not: whoever scans a repository does not read or write elsewhere.
    """
    folder = os.path.dirname(file)
    if path and not lies_within(path, repository_of(folder) or folder):
        raise SettingsError(
            f"{file}: {key}: the path is outside of the repository; give these settings with"
            " --settings to allow that."
        )


def overridden(
    settings: Settings,
    rules: "Sequence[Rule]",
    *,
    profile: str | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    show: Iterable[str] | None = None,
    fail_on: str | None = None,
    scenarios: str | None = None,
    baseline: str | None = None,
    fail_on_unknown: bool = False,
    fail_on_absent: bool = False,
    no_skips: bool = False,
    today: str | None = None,
    exclude: Iterable[str] = (),
    context: Iterable[str] = (),
    cwd: str = "",
) -> Settings:
    """The settings with the options that were given in their place.

    A selection on the command line replaces the file's, its `ignore` included: what someone asks
    for there is run. Patterns of `exclude`, and paths of `context`, are seen from the folder `cwd`,
    and add to the file's.

    Raises:
        SettingsError: an option cannot be meant so.
    """
    given: dict[str, object] = {}
    if profile is not None:
        given["profile"] = one_of(profile, CHOICES["profile"], "--profile")
    if fail_on is not None:
        given["fail_on"] = one_of(fail_on, CHOICES["fail-on"], "--fail-on")
    if scenarios is not None:
        given["scenarios"] = one_of(scenarios, CHOICES["scenarios"], "--scenarios")
    if show is not None:
        given["show"] = tuple(one_of(word, CHOICES["show"], "--show") for word in show)
    if baseline is not None:
        given["baseline"] = baseline
    if fail_on_unknown:
        given["fail_on_unknown"] = True
    if fail_on_absent:
        given["fail_on_absent"] = True
    if no_skips:  # a baseline counts where it is named beside it
        given |= {"no_skips": True, "baseline": baseline or ""}
    if today is not None:
        if not is_date(today):
            raise SettingsError(f'--today: "{today}" is not a date such as 2027-03-01.')
        given["today"] = today
    if more := tuple(_seen_from(settings.folder, one, cwd) for one in exclude):
        given["exclude"] = (*settings.exclude, *more)
    if paths := tuple(ContextPath(_existing(path, cwd)) for path in context):
        given["context"] = (*settings.context, *paths)
    if select is not None:
        given |= {"select": _upper(known_rules(select, rules, "--select")), "ignore": ()}
    if ignore is not None:
        given["ignore"] = _upper(known_rules(ignore, rules, "--ignore"))
    return msgspec.structs.replace(settings, **given)


def _existing(path: str, cwd: str) -> str:
    """The absolute path of what `--context` names.

    Raises:
        SettingsError: there is nothing there.
    """
    found = os.path.normpath(os.path.join(cwd, path))
    if not os.path.exists(found):
        raise SettingsError(f"--context: there is no file or folder {path}.")
    return found


def _seen_from(folder: str, pattern: str, cwd: str) -> str:
    """A pattern of paths that is seen from `cwd`, as it is seen from a folder."""
    if "/" not in pattern.strip("/"):
        return pattern
    path = os.path.join(cwd, pattern.strip("/"))
    return os.path.relpath(path, folder or os.curdir).replace(os.sep, "/")


def chosen(rules: "Sequence[Rule]", settings: Settings) -> "tuple[Rule, ...]":
    """The rules that run, with the severities that the settings give them."""
    found = []
    for rule in rules:
        selected = (
            _any(settings.select, rule.id) if settings.select else rule.in_profile(settings.profile)
        )
        if selected and not _any(settings.ignore, rule.id):
            severity = settings.severity.get(rule.id)
            found.append(rule if severity is None else rule.of_severity(severity))
    return tuple(found)


def reaches(severity: Severity, threshold: Threshold) -> bool:
    """Whether a fail of some severity fails the run under a threshold (`fail-on`)."""
    return threshold != "never" and SEVERITIES.index(severity) <= SEVERITIES.index(threshold)


def known_rules(patterns: Iterable[str], rules: "Sequence[Rule]", where: str) -> tuple[str, ...]:
    """The given rule ids and prefixes, if each matches a rule.

    Raises:
        SettingsError: one matches none; the message names the nearest id.
    """
    patterns = tuple(patterns)
    for pattern in patterns:
        word = pattern.upper()
        if len(word) < 2 or not any(rule.id.startswith(word) for rule in rules):
            ids = [rule.id for rule in rules]
            raise SettingsError(f'{where}: no rule is "{pattern}"{nearest(word, ids)}.')
    return patterns


def one_of(word: str, known: Sequence[str], where: str) -> str:
    """The word itself, if it is one of those known.

    Raises:
        SettingsError: it is none; the message names the nearest, and all.
    """
    if word in known:
        return word
    raise SettingsError(f'{where}: "{word}" is none of {", ".join(known)}{nearest(word, known)}.')


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that asks whether the nearest known word was meant, or ""."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1)
    return f' (did you mean "{found[0]}"?)' if found else ""


def _upper(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.upper() for word in words)


def _any(patterns: tuple[str, ...], rule: str) -> bool:
    return rule.startswith(patterns) if patterns else False


def _matches(pattern: list[str], names: list[str]) -> bool:
    """Whether a pattern matches a path or a folder above it; never slow, whatever it says."""
    from fnmatch import fnmatchcase

    if len(pattern) == 1 and pattern[0] != "**":
        return any(fnmatchcase(name, pattern[0]) for name in names)
    return matches_path(pattern, names, above=True)
