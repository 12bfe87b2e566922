"""See that what a settings file says can be meant so, and make its paths absolute."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from taskwall.core.paths import lies_within, repository_of
from taskwall.core.values import lifted
from taskwall.settings import (
    CHOICES,
    Checkov,
    ContextPath,
    DeploymentTable,
    Expectation,
    Isolation,
    PerPath,
    Settings,
    SettingsError,
    selects,
    setting_keys,
    stack_of,
)
from taskwall.settings.selection import known_rules, upper
from taskwall.settings.words import nearest, one_of

if TYPE_CHECKING:
    from taskwall.rules._rule import Rule


_TABLES: Mapping[str, type[Struct]] = {"isolation": Isolation, "checkov": Checkov}
"""The tables within the settings."""


def checked(
    table: Mapping[str, Any], file: str, rules: "Sequence[Rule]", *, bounded: bool
) -> Settings:
    """The settings that the table of a file says.

    `bounded` ones name no path outside of their repository.

    Raises:
        SettingsError: something is not valid.
    """
    settings = _read(table, file)
    baseline = settings.baseline and os.path.join(os.path.dirname(file), settings.baseline)
    named = [*_named(settings)]
    for intent in settings.expect:
        _meant(intent, file)
    if bounded:
        _inside(file, "baseline", baseline)
        for key, path in named:
            _inside(file, key, _absolute(path, file))
    sides = (side for tie in settings.ties.items() for side in tie)
    named += (("ties", stack) for side in sides if (stack := stack_of(side)))
    _about_rules(settings, rules, file)
    return msgspec.structs.replace(
        settings,
        select=upper(settings.select),
        ignore=upper(settings.ignore),
        elsewhere=tuple(rule.id for rule in rules if selects(upper(settings.elsewhere), rule.id)),
        per_path=tuple(PerPath(one.path, upper(one.ignore)) for one in settings.per_path),
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


def _read(table: Mapping[str, Any], file: str) -> Settings:
    """What a table says, as it is written.

    Raises:
        SettingsError: there is no such key, or a value is of another kind.
    """
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
        return msgspec.convert({**found, "file": file}, Settings)
    except msgspec.ValidationError as error:
        what, _, where = str(error).replace("`", "").partition(" - at $.")
        raise SettingsError(f"{file}: {where or 'settings'}: {what.lower()}.") from error


def _named(settings: Settings) -> Iterator[tuple[str, str]]:
    """The paths that are read, each with the key that names it."""
    named = (
        *((f"module-sources.{name}", path) for name, path in settings.module_sources.items()),
        *((f"remote-state.{name}", path) for name, path in settings.remote_state.items()),
        *(("context.path", one.path) for one in settings.context),
        *(("deployment.path", one.path) for one in settings.deployment),
        *(("deployment.var-files", path) for one in settings.deployment for path in one.var_files),
        *(("deployment.parameters", one.parameters) for one in settings.deployment),
    )
    return ((key, path) for key, path in named if path)


def _about_rules(settings: Settings, rules: "Sequence[Rule]", file: str) -> None:
    """See that there are all rules that settings name.

    Raises:
        SettingsError: one of them is not there.
    """
    for key in ("select", "ignore", "elsewhere"):
        known_rules(getattr(settings, key), rules, f"{file}: {key}")
    for one in settings.per_path:
        known_rules(one.ignore, rules, f"{file}: per-path")
    ids = [rule.id for rule in rules]
    for id_ in settings.severity:
        if id_ not in ids:
            raise SettingsError(f'{file}: severity: no rule is "{id_}"{nearest(id_, ids)}.')


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


def _meant(said: Expectation, file: str) -> None:
    """Refuse an expectation that is not valid.

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
        SettingsError: it has no name, or assumes what is no value.
    """
    if not said.name:
        raise SettingsError(f"{file}: deployment: name: it cannot be empty.")
    try:
        lifted(said.assume)
    except TypeError as error:
        raise SettingsError(f"{file}: deployment: assume: a date must be in quotes.") from error

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
