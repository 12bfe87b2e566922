"""What other tools make sources of, where they have not made them yet.

A CDK app is read as what it synthesizes, and so is one of CDK for Terraform; the components of a
Terraform Stack are known to HCP Terraform alone. Where the made sources are not there, the report
names what would make them.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import DecodeError, Struct, json

from taskwall.core.paths import lies_within
from taskwall.core.values import Span
from taskwall.source.files import Files, UnreadableError, walk
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

_SCAN_MODULES: Final = "scan the modules of its components by themselves"


class _ToolSettings(Struct):
    app: str = ""
    output: str = ""


def not_generated(paths: Iterable[str], boundary: str, files: Files) -> Iterator[AbsentSource]:
    """The apps and Terraform Stacks among some files of which no sources have been made.

    Nothing outside the folder `boundary` is looked at. Of several files of components in a folder,
    the first is named.
    """
    stacks: set[str] = set()
    for path in paths:
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
        made = os.path.normpath(os.path.join(folder, said.output or tool.folder))
        if not _has(made, tool.made, boundary, files):
            yield AbsentSource(tool.kind, name, said.app, None, place, tool.command)


def _settings(path: str, files: Files) -> _ToolSettings | None:
    try:
        return json.decode(files.text(path), type=_ToolSettings)
    except (UnreadableError, DecodeError, RecursionError):
        return None


def _has(folder: str, ending: str, boundary: str, files: Files) -> bool:
    """Whether files of an ending are below a folder, which settings may put anywhere."""
    return lies_within(folder, boundary) and any(
        path.endswith(ending) for path in walk((folder,), files=files)
    )
