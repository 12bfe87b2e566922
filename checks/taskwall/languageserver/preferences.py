"""What a user sets in the editor: how findings are shown, and what the sources leave open."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from taskwall.api.options import Options
from taskwall.core.values import Known, Value, lifted
from taskwall.settings import Profile
from taskwall.settings.words import nearest
from taskwall.source.stack import Inputs

SECTION = "taskwall"
"""The section of the editor's configuration that is asked for."""

DIAGNOSTICS_IN_HOVER = "diagnosticsInHover"
"""What an editor says at the start that shows diagnostics where something is hovered over."""

_OF_THE_EDITOR = {"path", "trace", DIAGNOSTICS_IN_HOVER}
"""What an extension that starts the server sets or says, and is no setting of the server."""


class Preferences(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The settings of the editor, spelt there in camel case; None leaves it to the project's.

    `show_unknown` shows what cannot be decided as hints, `code_lens` a line above each service.
    `debounce` is for how many milliseconds nothing must have been typed before it is judged.
    `profile`, `select` and `ignore` stand before the project's settings. The others are what the
    options of the same names give to a scan; paths are seen from the project's folder.
    """

    show_unknown: bool = False
    code_lens: bool = True
    debounce: int = 150
    profile: Profile | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    variables: Mapping[str, Any] = {}
    var_files: tuple[str, ...] = ()
    parameters: Mapping[str, str] = {}
    assume: Mapping[str, Any] = {}
    workspace: str | None = None
    allow_outside: bool = False

    def options(self) -> Options:
        """What they ask of a scan."""
        parameters: dict[str, Value] = {
            name: Known(value) for name, value in self.parameters.items()
        }
        return Options(
            inputs=Inputs(
                variables={name: lifted(value) for name, value in self.variables.items()},
                var_files=self.var_files,
                parameters=parameters,
                assumptions={name: lifted(value) for name, value in self.assume.items()},
                outside=self.allow_outside,
                workspace=self.workspace,
            ),
            profile=self.profile,
            select=self.select,
            ignore=self.ignore,
            show=("fail", "unknown") if self.show_unknown else ("fail",),
        )


def preferences(raw: object) -> tuple[Preferences, str]:
    """The preferences in what an editor sends, and a sentence on what is not valid, or "".

    Some editors send at the start what they answer from when they are asked: settings of several
    sections, of which the server's is one. Where there is such a sentence, the preferences are
    those that can be read without it.
    """
    if not isinstance(raw, Mapping):
        return Preferences(), "" if raw is None else "The settings of taskwall are not an object."
    own = raw.get(SECTION)
    if isinstance(own, Mapping):
        raw = own
    known = Preferences.__struct_encode_fields__
    found: dict[str, Any] = {}
    wrong = ""
    for key, value in raw.items():
        if key in _OF_THE_EDITOR or value is None:
            continue
        if key not in known:
            wrong = f'There is no setting "taskwall.{key}"{nearest(str(key), known)}.'
            continue
        try:
            msgspec.convert({key: value}, Preferences)
        except msgspec.ValidationError as error:
            what = str(error).replace("`", "").partition(" - at ")[0]
            wrong = f"taskwall.{key}: {what[:1].lower()}{what[1:]}."
            continue
        found[key] = value
    return msgspec.convert(found, Preferences), wrong
