"""Find the settings that hold for a path, and read them.

The nearest file above the path holds; in one folder taskwall.toml overrides pyproject.toml.
"""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from taskwall.settings import Settings, SettingsError
from taskwall.source.files import Files

if TYPE_CHECKING:
    from taskwall.rules._rule import Rule


MAX_SETTINGS_BYTES = 4 << 20
"""A file of settings of more bytes is not read."""


def load(
    start: str, rules: "Sequence[Rule]", given: str = "", files: Files | None = None
) -> Settings:
    """The settings that hold for a path: the defaults if no file above it has any.

    A `given` file takes the place of all others, and may name paths anywhere. Others are read as
    `files` have them.

    Raises:
        SettingsError: a file cannot be read, or an entry of it is not valid.
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
    # Imported only where there are settings.
    from taskwall.settings.checking import checked

    return checked(_complete(table, file), file, rules, bounded=bounded)


def _complete(table: object, file: str) -> Mapping[str, Any]:
    """What a file sets, and where it says nothing, the package that it extends."""
    if not isinstance(table, dict):
        raise SettingsError(f"{file}: [tool.taskwall] must be a table.")
    package = table.get("extends")
    return {**_extended(package, file), **table} if isinstance(package, str) else table


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
