"""The files that Terragrunt writes beside a module: `generate` blocks, and the backend."""

import os
from collections.abc import Iterator, Mapping

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.core.values import Fields, Known, Span, Text, Value, dereferenced, spelled
from taskwall.readers.terraform.modules import ENDINGS, SourceFile
from taskwall.readers.terraform.syntax.hcl import parse_generated
from taskwall.readers.terraform.syntax.stable_lines import StableFile
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.terragrunt.configuration import Configuration
from taskwall.readers.terraform.values.values import as_text

OPEN = "terragrunt.generated"
"""Stands in a generated text for what is not known; nothing can be declared under this name."""

_BLOCK = pattern(r'\s*(?:resource|data|module)\s+"')


class GeneratedFile(Struct, frozen=True):
    """A file that is written into the folder of a module.

    `name` is what it is called there, `source` holds what is in it. `keeps` says that a file that
    is there already stays.
    """

    name: str
    source: SourceFile
    keeps: bool


def generated_files(configuration: Configuration) -> Iterator[GeneratedFile]:
    """The files of Terraform that a unit generates, the file with its backend last."""
    seen: set[str] = set()
    for layer in configuration.layers():
        for block in layer.blocks("generate"):
            if not block.labels or block.labels[0] in seen:
                continue
            seen.add(block.labels[0])
            found = _generated(layer, block)
            if found is not None:
                yield found
    backend = _backend(configuration)
    if backend is not None:
        yield backend


def _generated(layer: Configuration, block: Block) -> GeneratedFile | None:
    path = layer.text(block, "path")
    disabled = dereferenced(layer.attribute(block, "disable") or Known(None))
    contents = block.body.attributes.get("contents")
    if path is None or not path.endswith(ENDINGS[0]) or contents is None:
        return None
    if isinstance(disabled, Known) and disabled.data is True:
        return None
    value = layer.value(contents)
    at = contents.place
    lines = layer.file.text.split("\n")[at.line - 1 : at.end_line]
    text = _text(value, any(map(_BLOCK.match, lines)))
    if text is None:
        layer.run.complain(contents.place, f"what is generated as {path} is not known")
        return None
    source = _copied(layer, value.place, text) or _file(contents.expression.place, text)
    return GeneratedFile(os.path.basename(path), source, layer.text(block, "if_exists") == "skip")


def _copied(layer: Configuration, place: Span | None, text: str) -> SourceFile | None:
    """The file whose whole text is generated: what is in it stands there."""
    if place is None or place.file == layer.file.path or not place.file.endswith(ENDINGS):
        return None
    found = layer.run.loader.file(place.file)
    return found if found.text == text else None


def _text(value: Value, has_blocks: bool) -> str | None:
    """A text, in which something stands for the pieces that are not known; None if that cannot be.

    A piece at the start of a line is no expression but further lines. They are left out, unless
    what is generated has blocks that count: these may be in them.
    """
    found = dereferenced(as_text(value))
    if isinstance(found, Known) and isinstance(found.data, str):
        return found.data
    if not isinstance(found, Text):
        return None
    text = ""
    for part in found.parts:
        if isinstance(part, str):
            text += part
            continue
        line = text[text.rfind("\n") + 1 :]
        if line.strip():
            text += f"${{{OPEN}}}" if line.count('"') % 2 else OPEN
        elif has_blocks:
            return None
    return text


def _backend(configuration: Configuration) -> GeneratedFile | None:
    """Where the state lies, as Terragrunt tells Terraform: in a file, or on the command line."""
    kind = configuration.written("remote_state", "backend")
    config = configuration.written("remote_state", "config")
    if kind is None or config is None:
        return None
    name = kind[0].text(kind[1], "backend")
    values = configuration.run.opened(config[0].value(config[2]))
    if name is None or not isinstance(values, Fields):
        return None
    lines = [f"{key} = {_spelled(value)}" for key, value in values.fields.items()]
    text = "\n".join([f'terraform {{\nbackend "{name}" {{', *lines, "}\n}\n"])
    # Like what Terraform reads last, it counts.
    return GeneratedFile("zz_backend.tf", _file(config[2].place, text), keeps=False)


def _spelled(value: Value) -> str:
    found = dereferenced(value)
    if isinstance(found, Known):
        text = spelled(found.data)
        if text is None:
            return "null"
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${")
        return f'"{escaped}"'
    return OPEN


def _file(place: Span, text: str) -> SourceFile:
    parsed = parse_generated(text, place)
    return SourceFile(place.file, text, parsed, StableFile(parsed))


def laid_over(
    files: Mapping[str, SourceFile], generated: Iterator[GeneratedFile]
) -> dict[str, SourceFile]:
    """The files of a module by their names, with those that are generated."""
    found = dict(files)
    for one in generated:
        if not (one.keeps and one.name in found):
            found[one.name] = one.source
    return found
