"""What other tools make sources of, where they have not made them yet.

A CDK app is read as what it synthesizes, and so is one of CDK for Terraform; the components of a
Terraform Stack are known to HCP Terraform alone. Where the made sources are not there, the report
names what would make them.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from msgspec import DecodeError, Struct, json

from taskwall.core.paths import encloses
from taskwall.core.values import Span
from taskwall.settings import Settings
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import AbsentSource

COMPONENTS: Final = (".tfcomponent.hcl", ".tfstack.hcl")
"""How the names of the files of Terraform Stacks end."""


class _Tool(Struct, frozen=True):
    """How a tool makes sources of an app.

    `folder` is where it puts them unless its settings say so, `made` how their names end, `command`
    what makes them.
    """

    kind: str
    folder: str
    made: str
    command: str


_TOOLS: Final[Mapping[str, _Tool]] = {
    "cdk.json": _Tool("app", "cdk.out", ".template.json", "cdk synth"),
    "cdktf.json": _Tool("app", "cdktf.out", ".tf.json", "cdktf synth"),
}
"""The tools by the names of their settings."""

_MADE: Final = tuple(tool.made for tool in _TOOLS.values())

_SCAN_MODULES: Final = "scan the modules of its components by themselves"


class _ToolSettings(Struct):
    app: str = ""
    output: str = ""


def not_generated(
    given: Sequence[str], below: Collection[str], use: Settings, files: Files
) -> Iterator[AbsentSource]:
    """The apps and Terraform Stacks of which no sources have been made.

    Of several files of components in a folder, the first is named.

    Args:
        given: the folders that were given.
        below: the files below them: what was made is among these, or is not read.
        use: says what of them is excluded.
        files: reads their texts.
    """
    made = [path for path in below if path.endswith(_MADE)]
    stacks: set[str] = set()
    for path in (path for path in below if not use.excludes(path)):
        folder, name = os.path.split(path)
        place = Span(path, 1, 1, 1, 1)
        if name.endswith(COMPONENTS) and folder not in stacks:
            stacks.add(folder)
            source = os.path.basename(folder)
            yield AbsentSource("components", name, source, None, place, _SCAN_MODULES)
        tool = _TOOLS.get(name)
        said = None if tool is None else _settings(path, files)
        if tool is None or said is None or not said.app:
            continue
        output = os.path.normpath(os.path.join(folder, said.output or tool.folder))
        if not any(one.endswith(tool.made) and encloses(output, one) for one in made):
            is_looked_at = any(encloses(one, output) for one in given)
            cure = tool.command if is_looked_at else f"{tool.command}, and scan {said.output}, too"
            yield AbsentSource(tool.kind, name, said.app, None, place, cure)


def _settings(path: str, files: Files) -> _ToolSettings | None:
    try:
        return json.decode(files.text(path), type=_ToolSettings)
    except (UnreadableError, DecodeError, RecursionError):
        return None
