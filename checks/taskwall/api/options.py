"""What a scan is asked to do, with the settings that hold for it."""

import os

from msgspec import Struct
from msgspec.structs import replace

from taskwall.library.own_rules import OwnRules, every_rule
from taskwall.rules._rule import Rule
from taskwall.settings import Settings, SettingsError
from taskwall.settings.command_line import overridden
from taskwall.settings.loading import load, own_rules
from taskwall.settings.selection import chosen
from taskwall.source.files import Files
from taskwall.source.stack import Inputs
from taskwall.sources.found import ScanScope, Sources
from taskwall.sources.nearby import ReadCache
from taskwall.sources.read import read_sources


class Options(Struct, frozen=True):
    """What a user asks for; None leaves it to the settings.

    `inputs` are values as the user gave them (the boundary in them is found, not given). `cwd` is
    the folder that relative paths, here and in the report, are seen from. `write_baseline` names
    the file that a new baseline goes to, "" the usual one: what goes into it is then reported as
    suppressed by it. `exclude` are patterns of paths, and `context` paths of sources that are read
    for what those below `paths` refer to, both beside those of the settings. `fail_on_absent`
    fails the run for modules and templates that are not there, and `allow_empty` accepts that there
    is nothing to analyse. `settings` is a file in place of every other, and `settings_near` the
    folder that others are looked for from, if not the first path; with `no_skips` no suppression
    counts, and no baseline of the settings; `today` is the day (YYYY-MM-DD) by which suppressions
    end. `rules` are folders of rules of one's own. `scope` says which sources below `paths` count.
    `jobs` is the number of processes.
    """

    paths: tuple[str, ...] = (os.curdir,)
    inputs: Inputs = Inputs()
    profile: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    show: tuple[str, ...] | None = None
    fail_on: str | None = None
    scenarios: str | None = None
    baseline: str | None = None
    write_baseline: str | None = None
    exclude: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    fail_on_unknown: bool = False
    fail_on_absent: bool = False
    allow_empty: bool = False
    settings: str | None = None
    settings_near: str = ""
    rules: tuple[str, ...] = ()
    no_skips: bool = False
    today: str | None = None
    scope: ScanScope = ScanScope()
    jobs: int = 1
    cwd: str = ""


class ResolvedOptions(Struct, frozen=True):
    """A scan that can be done: absolute paths, the settings that hold, and the rules that run.

    `every` are all rules that there are, and what could not be loaded of one's own.
    """

    paths: tuple[str, ...]
    inputs: Inputs
    scope: ScanScope
    settings: Settings
    rules: tuple[Rule, ...]
    every: OwnRules
    cwd: str

    def read(self, files: Files, cache: ReadCache | None = None) -> Sources:
        """Read the sources; `cache` is what earlier reads like it have found out."""
        return read_sources(self.paths, self.inputs, self.settings, files, self.scope, cache)


def resolved_options(options: Options, files: Files | None = None) -> ResolvedOptions:
    """What the options ask for, completed by the settings nearest above the first path.

    `files` have these settings, if they are not those on disk.

    Raises:
        SettingsError: the settings, or options that override them, are not valid.
    """
    cwd = os.path.abspath(options.cwd or os.curdir)
    paths = tuple(os.path.normpath(os.path.join(cwd, path)) for path in options.paths)
    given = os.path.join(cwd, options.settings) if options.settings is not None else ""
    folders = (*options.rules, *(own_rules(given) if given else ()))
    every = every_rule([os.path.join(cwd, folder) for folder in folders])
    try:
        use = overridden(
            load(options.settings_near or (*paths, cwd)[0], every.rules, given, files),
            every.rules,
            profile=options.profile,
            select=options.select,
            ignore=options.ignore,
            show=options.show,
            fail_on=options.fail_on,
            scenarios=options.scenarios,
            baseline=options.baseline and os.path.join(cwd, options.baseline),
            fail_on_unknown=options.fail_on_unknown,
            fail_on_absent=options.fail_on_absent,
            no_skips=options.no_skips,
            today=options.today,
            exclude=options.exclude,
            context=options.context,
            cwd=cwd,
        )
    except SettingsError as error:
        # What names a rule that could not be loaded is told why there is none.
        lost = "; ".join(f"{e.place.file}:{e.place.line}: {e.message}" for e in every.errors)
        raise SettingsError(f"{error} Not loaded: {lost}." if lost else str(error)) from error
    var_files = tuple(os.path.join(cwd, path) for path in options.inputs.var_files)
    data = os.environ.get("TF_DATA_DIR") or options.inputs.data_folder
    inputs = replace(options.inputs, var_files=var_files, data_folder=data)
    rules = chosen(every.rules, use)
    return ResolvedOptions(paths, inputs, options.scope, use, rules, every, cwd)
