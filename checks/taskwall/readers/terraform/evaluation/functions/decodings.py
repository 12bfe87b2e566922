"""Encodings that are met less often than JSON and base64."""

import re
from typing import Any

from taskwall.core.values import Fields, Items, Known, Text, Value, dereferenced, lifted
from taskwall.core.values import text as text_of_parts
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import (
    UnsettledError,
    limited_parts,
    text_of,
)
from taskwall.readers.terraform.evaluation.functions.encodings import FUNCTIONS as ENCODINGS
from taskwall.readers.terraform.values.values import (
    MAX_TEXT_LENGTH,
    Base64Text,
    FailedError,
    JsonFields,
    JsonItems,
    as_json,
    is_whole,
)

LONGEST_YAML = 400_000
"""A text in YAML of more characters is not decoded: it takes a hundred times its memory."""


def _yamlencode(arguments: list[Value], scope: ModuleContext) -> Value:
    """Texts are quoted, keys too; a text of several lines stands in a block.

    What is not known is read as a text.
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes as Terraform does."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (as PyYAML has it)
            return True

    def written(dumper: Any, text: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, "|" if "\n" in text else '"')

    Dumper.add_representer(str, written)
    holes: list[Value] = []
    data = _marked(arguments[0], holes)
    text = yaml.dump(
        data, Dumper=Dumper, default_flow_style=False, allow_unicode=True, width=10**9
    ).removesuffix("...\n")
    if len(_MARK.findall(text)) != len(holes):  # A text of the sources holds such a mark.
        raise UnsettledError
    return _unmarked(text, holes)


def _unmarked(text: str, holes: list[Value]) -> Value:
    """A text with what is not known where it has marks for it."""
    pieces: list[str | Value] = []
    for index, piece in enumerate(_MARK.split(text)):
        pieces.append(holes[int(piece)] if index % 2 else piece)
    return text_of_parts(pieces)


_MARK = re.compile("\ue000(\\d+)\ue001")
"""What stands in a text for what is not known."""

_SEVERAL = re.compile("[\\[{,]\\s*\ue000")
"""Where it may be several elements of a list or map on one line, without quotes."""


def _marked(value: Value, holes: list[Value]) -> Any:
    """A value as plain data with marks for what is not known, which is put into `holes`.

    Raises:
        UnsettledError: a list or map may hold more than is known.
    """
    if is_whole(value):
        return as_json(value, True)
    found = dereferenced(value)
    if isinstance(found, JsonItems | JsonFields) or not isinstance(found, Items | Fields | Text):
        holes.append(value)
        return f"\ue000{len(holes) - 1}\ue001"
    if isinstance(found, Text):
        parts = (part if isinstance(part, str) else _marked(part, holes) for part in found.parts)
        return "".join(parts)
    if found.rest:
        raise UnsettledError
    if isinstance(found, Items):
        return [_marked(each, holes) for each in found.items]
    return {key: _marked(each, holes) for key, each in found.fields.items()}


def _yamldecode(arguments: list[Value], scope: ModuleContext) -> Value:
    """YAML 1.2 as far as it goes: `yes` is a text, and so is a date.

    What is not known of a text is taken for one word, or one value, of what it says.
    """
    import yaml

    given = dereferenced(arguments[0])
    holes: list[Value] = []
    text = _marked(given, holes) if isinstance(given, Text) else text_of(arguments[0])
    if len(_MARK.findall(text)) != len(holes) or (holes and _SEVERAL.search(text)):
        raise UnsettledError
    if ("&" in text and "*" in text) or len(text) > LONGEST_YAML:
        # Aliases can make little text into very much data.
        raise UnsettledError
    scope.run.work(10 * limited_parts(text))

    class Loader(yaml.CSafeLoader):
        """Resolves what Terraform does."""

        yaml_implicit_resolvers: Any = {
            sign: [(tag, how) for tag, how in resolvers if not tag.endswith(("timestamp", "value"))]
            for sign, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
        }

    def truth(loader: Any, node: Any) -> object:
        text = loader.construct_scalar(node)
        low = text.lower()
        return low == "true" if low in ("true", "false") else text

    def number(loader: Any, node: Any) -> object:
        text = loader.construct_scalar(node)
        return (
            text if ":" in text or "_" in text else yaml.SafeLoader.construct_yaml_int(loader, node)
        )

    Loader.add_constructor("tag:yaml.org,2002:bool", truth)
    Loader.add_constructor("tag:yaml.org,2002:int", number)
    try:
        found = yaml.load(text, Loader=Loader)  # noqa: S506 (built on the safe loader)
    except (yaml.YAMLError, TypeError, RecursionError) as error:
        if holes:
            raise UnsettledError from error
        raise FailedError("yamldecode(...)", "is given something that is not YAML") from error
    return _lifted(found, holes) if holes else lifted(found)


def _lifted(data: Any, holes: list[Value]) -> Value:
    """Plain data as a value, with what is not known where it has marks for it.

    Raises:
        UnsettledError: it is not known what a key is called.
    """
    if isinstance(data, str):
        return _unmarked(data, holes) if _MARK.search(data) else Known(data)
    if isinstance(data, list):
        return Items(tuple(_lifted(each, holes) for each in data))
    if isinstance(data, dict):
        if any(_MARK.search(str(key)) for key in data):
            raise UnsettledError
        return Fields({str(key): _lifted(each, holes) for key, each in data.items()})
    return lifted(data)


def _csvdecode(arguments: list[Value], scope: ModuleContext) -> Value:
    import csv

    text = text_of(arguments[0])
    scope.run.work(10 * limited_parts(text))
    try:
        header, *rows = csv.reader(text.splitlines(keepends=True), strict=True)
    except csv.Error as error:
        raise FailedError("csvdecode(...)", "is given something that is not CSV") from error
    if len(set(header)) < len(header):
        raise FailedError("csvdecode(...)", "has two columns of one name")
    full = [row for row in rows if row]
    if any(len(row) != len(header) for row in full):
        raise FailedError("csvdecode(...)", "has rows of several lengths")
    return Items(tuple(lifted(dict(zip(header, row, strict=True))) for row in full))


def _urlencode(arguments: list[Value], scope: ModuleContext) -> Value:
    from urllib.parse import quote_plus

    return Known(quote_plus(text_of(arguments[0]), safe="-_.~"))


def _urldecode(arguments: list[Value], scope: ModuleContext) -> Value:
    from urllib.parse import unquote_plus

    return Known(unquote_plus(text_of(arguments[0]), errors="strict"))


_CODECS = {"UTF-8": "utf-8", "UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be"}
_CODECS |= {"ISO-8859-1": "latin-1", "US-ASCII": "ascii", "WINDOWS-1252": "cp1252"}


def _codec(value: Value) -> str:
    found = _CODECS.get(text_of(value).upper())
    if found is None:
        raise UnsettledError
    return found


def _textencodebase64(arguments: list[Value], scope: ModuleContext) -> Value:
    from base64 import b64encode

    return Known(b64encode(text_of(arguments[0]).encode(_codec(arguments[1]))).decode())


def _textdecodebase64(arguments: list[Value], scope: ModuleContext) -> Value:
    from base64 import b64decode

    return Known(b64decode(text_of(arguments[0]), validate=True).decode(_codec(arguments[1])))


def _base64gzip(arguments: list[Value], scope: ModuleContext) -> Value:
    """What is compressed stays readable: the bytes differ from one compressor to the next."""
    found = dereferenced(arguments[0])
    parts = found.parts if isinstance(found, Text) else (text_of(found),)
    return Base64Text(parts, found.place)


def _base64gunzip(arguments: list[Value], scope: ModuleContext) -> Value:
    from base64 import b64decode
    from zlib import decompressobj
    from zlib import error as zlib_error

    found = dereferenced(arguments[0])
    if isinstance(found, Base64Text):
        return ENCODINGS["base64decode"](arguments, scope)
    reader = decompressobj(31)
    try:
        raw = reader.decompress(b64decode(text_of(found), validate=True), MAX_TEXT_LENGTH)
    except zlib_error as error:
        raise FailedError("base64gunzip(...)", "is given data that is not compressed") from error
    if len(raw) >= MAX_TEXT_LENGTH:
        raise FailedError("a string", f"is longer than {MAX_TEXT_LENGTH} characters")
    if not reader.eof:
        raise FailedError("base64gunzip(...)", "is given data that ends too early")
    return Known(raw.decode())


FUNCTIONS = {
    "yamlencode": _yamlencode,
    "yamldecode": _yamldecode,
    "csvdecode": _csvdecode,
    "urlencode": _urlencode,
    "urldecode": _urldecode,
    "textencodebase64": _textencodebase64,
    "textdecodebase64": _textdecodebase64,
    "base64gzip": _base64gzip,
    "base64gunzip": _base64gunzip,
}
