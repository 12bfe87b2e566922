"""The options of a command, which override the settings."""

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from taskwall.settings import CHOICES, ContextPath, Settings, SettingsError
from taskwall.settings.selection import known_rules, upper
from taskwall.settings.words import one_of
from taskwall.source.suppression import is_date

if TYPE_CHECKING:
    from taskwall.rules._rule import Rule


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
        SettingsError: an option is not valid.
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
        given |= {"select": upper(known_rules(select, rules, "--select")), "ignore": ()}
    if ignore is not None:
        given["ignore"] = upper(known_rules(ignore, rules, "--ignore"))
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
