"""Values as far as the sources tell them, and the place where each is written.

A value is known, or a reference to a resource's attribute, or unknown. Texts, lists and maps can
be known in part. What is not known is a member, never a gap: a list whose length is open carries
its possible elements in `rest`, so that a loop over a list needs no special case for "unknown".

This module knows neither Terraform nor CloudFormation, nor anything about networks.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, overload

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.truths import all_true

Scalar: TypeAlias = str | int | float | bool | None


class Span(Struct, frozen=True, gc=False):
    """A stretch of a source file.

    Lines and columns count from 1, columns in code points; the end is exclusive.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def holds(self, other: "Span") -> bool:
        """Whether `other` lies wholly within this place."""
        if self.file != other.file:
            return False
        if self.line < other.line and other.end_line < self.end_line:  # as nearly always
            return True
        return (self.line, self.column) <= (other.line, other.column) and (
            other.end_line,
            other.end_column,
        ) <= (self.end_line, self.end_column)


class RowsSpan(Span, frozen=True, gc=False):
    """The place of a text that is put together of pieces: `rows` are those of its lines.

    None stands for a line that no piece begins.
    """

    rows: tuple[Span | None, ...] = ()


def whole_span(places: Sequence[Span]) -> Span:
    """From the first of some places of one file to the end of the last."""
    start = min(places, key=lambda one: (one.line, one.column))
    end = max(places, key=lambda one: (one.end_line, one.end_column))
    return Span(start.file, start.line, start.column, end.end_line, end.end_column)


class ModuleCall(Struct, frozen=True, gc=False):
    """A module call (or nested stack) through which a resource comes to be.

    `downloaded` says that the module is a copy that a tool has fetched: users do not edit it.
    `read_as` is the title of the stand-in that was read for it, if it is not there. `source` is
    that of a Terraform module, as the call names it.
    """

    name: str
    place: Span
    downloaded: bool = False
    read_as: str = ""
    source: str = ""


def download_of(calls: "Iterable[ModuleCall]") -> ModuleCall | None:
    """Of some calls the first of a downloaded module: it is in a file that users edit."""
    return next((call for call in calls if call.downloaded), None)


class Origin(Struct, frozen=True, gc=False):
    """Where a thing of the network was declared: what findings say of it.

    `name` is the address without instance keys (what messages say), `address` has them, and
    `header` is the line that introduces it. `maybe` holds what its existence waits for: empty if
    it certainly exists. `language` is "terraform" or "cloudformation" and only serves to word
    fixes. `construct` is the path of the CDK construct that made it. `silent` is whether nothing
    that rules say of it is reported: it only stands for what may be there unseen. `context` is
    whether it is of a source that is read for what the scanned ones refer to, and not judged.
    """

    name: str
    address: str
    header: Span
    language: str
    called_from: tuple[ModuleCall, ...] = ()
    maybe: "tuple[Need, ...]" = ()
    construct: str | None = None
    silent: bool = False
    context: bool = False

    @property
    def label(self) -> str:
        """The last part of its name: a label of Terraform or a logical id, to make names of."""
        return self.name.rpartition(".")[2].rpartition("/")[2]

    @property
    def download(self) -> ModuleCall | None:
        """The call, in a file that users edit, of the downloaded module that this is in, if any."""
        return download_of(self.called_from)

    @property
    def unseen(self) -> bool:
        """Whether a module that is not there may make it, of what is handed to that module."""
        return any(need.handed for need in self.maybe)

    @property
    def begun_in(self) -> str:
        """The file of the root module or template from which it is called, or stands in."""
        return self.called_from[0].place.file if self.called_from else self.header.file

    @property
    def root(self) -> str:
        """The folder of the root module, or the template, that it is of."""
        file = self.begun_in
        return os.path.dirname(file) if self.language == "terraform" else file

    @property
    def order(self) -> tuple[bool, str, int]:
        """By what things are in order: as in the files of users, what may be there unseen last."""
        call = self.download
        at = call.place if call else self.header
        return self.silent, at.file, at.line


class Need(Struct, frozen=True, gc=False):
    """Something that is not known, and why.

    `name` says what: `var.peers`, `VpcId`, `data.aws_vpc.main.cidr_block`. `why` continues the
    sentence: "has no default". `handed` is set of a module that is not there, which may use or
    change what the sources hand to it: the place of the argument. `option` is how a user gives its
    value, by that name: with `var`, `parameters`, `workspace` or `assume`; "" where no value would
    decide.
    `chooses` says that it decides between values, none of which it is. `when` is set of what the
    presence of something waits for, where that can be said: the condition under which it is there,
    in the words of its source; `asks` are the questions that decide it, `row` answers under which
    it is there.
    """

    name: str
    why: str
    handed: Span | None = None
    option: str = ""
    chooses: bool = False
    when: str = ""
    asks: "frozenset[Question]" = frozenset()
    row: tuple[tuple[str, Scalar], ...] = ()

    def __str__(self) -> str:
        return f"{self.name} {self.why}"


NO_DEFAULT = "has no default"
"""Why an input is not known that somebody has to give."""

ASSUME = "assume"
"""The option that gives a value to what has no option of its own."""


def without_option(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Needs that a value does not meet, since it only names something that is not seen."""
    return tuple(one if one.chooses else replace(one, option="") for one in needs)


def why_unknown(needs: Iterable[Need]) -> str:
    """Why something is not known, each reason once; of many names of a reason the first three."""
    by_reason: dict[str, dict[str, None]] = {}
    for need in needs:
        by_reason.setdefault(need.why, {})[need.name] = None
    return "; ".join(f"{_few(list(names))} {why}" for why, names in by_reason.items())


def _few(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"each of {', '.join(names[:3])}{more}"


class Question(Struct, frozen=True, gc=False):
    """A comparison that decides a switch and that is open: is `operand` equal to `answer`?

    With `above`: is it greater? Then `answer` is a number.
    """

    operand: str
    answer: Scalar
    above: bool = False


OTHER = "\x00other"
"""The answer of a scenario in which an operand is none of the values it is compared with."""

OF_INSTANCES = "[*].count.index"
"""How the operand ends that is the index of instances whose number is not known."""

Scenario: TypeAlias = Mapping[str, Scalar]
"""One setting of the open switches: what each operand is taken to be."""


class Known(Struct, frozen=True, gc=False):
    """A text, number, truth value or null that the sources settle."""

    data: Scalar
    place: Span | None = None


class Text(Struct, frozen=True, gc=False):
    """A text known in part: literal pieces, and the values that stand between them."""

    parts: "tuple[str | Value, ...]"
    place: Span | None = None


class Items(Struct, frozen=True, gc=False):
    """A list (or set, or tuple): its elements, and what else it may hold.

    Each value of `rest` may be there any number of times, never included; `needs` says what that
    waits for, where the values themselves do not.
    """

    items: "tuple[Value, ...]"
    rest: "tuple[Value, ...]" = ()
    place: Span | None = None
    needs: tuple[Need, ...] = ()


class Counted(Items, frozen=True):
    """A list that is known but for its length: each value of `rest` may be there once, in order."""


class Fields(Struct, frozen=True, gc=False):
    """A map, an object, or the body of a block.

    `places` holds, for a key, where key and value stand together, also of a key that something
    writes to no effect. `rest`, if given, is the value that further keys may have.
    """

    fields: "dict[str, Value]"
    places: dict[str, Span] = {}
    rest: "Value | None" = None
    place: Span | None = None


NOT_READ = "is not there to be read"
"""Why it is not known what an absent module makes, or puts out."""

MISSING_LOCAL = "is declared in no file of its module"
"""Why a local is not known. Unlike an input it may be whatever its module writes."""

NOT_EXPORTED = "is imported from a stack that is not in the sources"
"""Why an import is not known whose name none of the exports of the sources has."""

OUTSIDE = "is not in the sources"
"""Why an attribute of a data source is not known."""


class Reference(Struct, frozen=True, gc=False):
    """An attribute of a resource or data source of the same stack.

    `value` is what the sources write for that attribute, if they do: a reference to a VPC's CIDR
    keeps saying whose CIDR it is, though the digits are known. `why` says, where there is no
    such value, why not ("is known only after apply").
    """

    resource: str
    attribute: str
    value: "Value | None" = None
    place: Span | None = None
    why: str = "is known only after apply"

    @property
    def looked_up(self) -> bool:
        """Whether this is an attribute of something that exists elsewhere, not of a resource."""
        return self.why == OUTSIDE

    @property
    def symbol(self) -> str:
        """The name under which this attribute is equal to itself."""
        return f"{self.resource}.{self.attribute}" if self.attribute else self.resource


class Unknown(Struct, frozen=True, gc=False):
    """A value that the sources leave open.

    Two unknowns with the same `symbol` are equal, whatever they turn out to be. `asks` are the
    questions whose answers would decide it, where it is a truth value. `root` is the root module or
    template of which its symbol is an input, where it was brought from there into another one.
    """

    needs: tuple[Need, ...]
    symbol: str = ""
    asks: frozenset[Question] = frozenset()
    place: Span | None = None
    root: str = ""


Value: TypeAlias = Known | Text | Items | Fields | Reference | Unknown


class OneOf(Unknown, frozen=True):
    """A text that the sources leave open, but for the few answers that they allow.

    `meant` are the values that these stand for, if other ones (`true` for `ENABLED`).
    """

    answers: tuple[str, ...] = ()
    meant: tuple[Scalar, ...] = ()


class PartOf(Unknown, frozen=True):
    """A range of addresses that the sources leave open, but for the range that holds it."""

    whole: Value = Known(None)


class Choice(Unknown, frozen=True):
    """What an open conditional gives, where nothing is known of it but its two values."""

    test: Known | Unknown = Known(None)
    then: Value = Known(None)
    otherwise: Value = Known(None)


class Repeated(Unknown, frozen=True):
    """A text that a loop makes of `once`, nobody knows how often."""

    once: Value = Known(None)


def may_be_null(value: Value | None) -> bool:
    """Whether a value is null or not written, or is so under a condition which is open."""
    found = dereferenced(value)
    if isinstance(found, Choice):
        return may_be_null(found.then) or may_be_null(found.otherwise)
    return found is None or (isinstance(found, Known) and found.data is None)


def unknown(name: str, why: str, place: Span | None = None) -> Unknown:
    """An unknown that waits for one thing, which also identifies it."""
    return Unknown((Need(name, why),), name, place=place)


@overload
def dereferenced(value: Value) -> Value: ...
@overload
def dereferenced(value: Value | None) -> Value | None: ...
def dereferenced(value: Value | None) -> Value | None:
    """The value that the sources write for a reference, else what it is itself."""
    # Not by `isinstance`, which takes ten times as long to say no of a struct.
    while type(value) is Reference and value.value is not None:
        value = value.value
    return value


def needs(value: Value) -> tuple[Need, ...]:
    """What a value waits for, in the order of reading and without repetition.

    When the elements of a list are there is no part of it.
    """
    return tuple(dict.fromkeys(map(unconditional, _needs(dereferenced(value)))))


def unconditional(need: Need) -> Need:
    """A need without the condition under which something is there."""
    return replace(need, when="", asks=frozenset(), row=()) if need.when or need.asks else need


def conditional(
    waits: Iterable[Need],
    when: str,
    asks: "frozenset[Question]",
    row: tuple[tuple[str, Scalar], ...] = (),
) -> tuple[Need, ...]:
    """Needs of which it can be said when that is there which waits for them."""
    return tuple(replace(need, when=when, asks=asks, row=row) for need in waits)


def _needs(value: Value) -> Iterator[Need]:
    if isinstance(value, Unknown):
        yield from value.needs
    elif isinstance(value, Reference):
        # What may be any element of a list is given with the list.
        whole = Reference(value.resource, value.attribute.partition("[*]")[0])
        yield Need(whole.symbol, value.why, option=ASSUME if whole.attribute else "")
    elif isinstance(value, Text):
        for part in value.parts:
            if not isinstance(part, str):
                yield from _needs(dereferenced(part))
    elif isinstance(value, Items):
        yield from value.needs
        for item in (*value.items, *value.rest):
            yield from _needs(dereferenced(item))
    elif isinstance(value, Fields):
        for item in value.fields.values():
            yield from _needs(dereferenced(item))
        if value.rest is not None:
            yield from _needs(dereferenced(value.rest))


def symbol(value: Value | None) -> str:
    """The name under which an unknown value equals itself; "" if it has none, or is no unknown."""
    if isinstance(value, Reference | Unknown):
        return value.symbol
    if isinstance(value, Text):
        if len(value.parts) == 1 and not isinstance(value.parts[0], str):
            return symbol(value.parts[0])
        names = [part if isinstance(part, str) else symbol(part) for part in value.parts]
        if all(names):
            return "".join(
                name if isinstance(part, str) else f"${{{name}}}"
                for name, part in zip(names, value.parts, strict=True)
            )
    return ""


def is_output(name: str) -> bool:
    """Whether a name is of an output of a module, or of a nested template."""
    return name.startswith("module.") or ".Outputs." in name


def stands_for_many(name: str) -> bool:
    """Whether a name is of elements or instances, each of which may be another: it has a `[*]`."""
    return "[*]" in name


def same(one: Value, other: Value) -> bool | None:
    """Whether two values are equal; None if the sources do not tell.

    Numbers and truth values equal their texts ("443" is 443), since both languages convert.
    """
    if (name := symbol(one)) and name == symbol(other):
        return True
    one, other = dereferenced(one), dereferenced(other)
    if (name := symbol(one)) and name == symbol(other):  # a parameter that holds the other's id
        return True
    if isinstance(one, Known) and isinstance(other, Known):
        return spelled(one.data) == spelled(other.data)
    if isinstance(one, Items) and isinstance(other, Items) and not (one.rest or other.rest):
        if len(one.items) != len(other.items):
            return False
        return all_true(same(a, b) for a, b in zip(one.items, other.items, strict=True))
    if isinstance(one, Fields) and isinstance(other, Fields) and not (one.rest or other.rest):
        if one.fields.keys() != other.fields.keys():
            return False
        return all_true(same(value, other.fields[key]) for key, value in one.fields.items())
    if isinstance(one, Text | Known) and isinstance(other, Text | Known):
        return None if _may_be_equal(one, other) else False
    for some, known in ((one, other), (other, one)):
        if isinstance(some, OneOf) and isinstance(known, Known):
            return None if spelled(known.data) in some.answers else False
    return None


def _may_be_equal(one: Text | Known, other: Text | Known) -> bool:
    """Whether two texts, at least one known in part, can be equal: what is known must agree."""
    for text, whole in ((one, other), (other, one)):
        if isinstance(text, Text) and isinstance(whole, Known):
            return _fits(text, spelled(whole.data) or "")
    (start, end), (start2, end2) = _ends(one), _ends(other)
    heads = start.startswith(start2) or start2.startswith(start)
    tails = end.endswith(end2) or end2.endswith(end)
    return heads and tails


def _fits(text: Text, whole: str) -> bool:
    """Whether a whole text begins and ends as one known in part, with its pieces in between."""
    start, end = _ends(text)
    at, stop = len(start), len(whole) - len(end)
    if at > stop or not whole.startswith(start) or not whole.endswith(end):
        return False
    for piece in text.parts[1:-1]:
        if isinstance(piece, str):
            at = whole.find(piece, at, stop)
            if at < 0:
                return False
            at += len(piece)
    return True


def _ends(value: Text | Known) -> tuple[str, str]:
    if isinstance(value, Known):
        text = spelled(value.data) or ""
        return text, text
    first, last = value.parts[0], value.parts[-1]
    return (first if isinstance(first, str) else ""), (last if isinstance(last, str) else "")


def spelled(data: Scalar) -> str | None:
    """A scalar as both languages would write it into a text; None stays None."""
    if data is None or isinstance(data, str):
        return data
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, float) and data.is_integer():
        return str(int(data))
    return str(data)


def text(parts: "list[str | Value]", place: Span | None = None) -> Value:
    """Parts put together to a text: known if all are, else known in part.

    A null, a list or a map among the parts cannot be part of a text and makes it unknown.
    """
    merged: list[str | Value] = []
    for part in parts:
        value = part if isinstance(part, str) else dereferenced(part)
        if isinstance(value, Known):
            value = spelled(value.data) or ""
        if isinstance(value, str):
            if merged and isinstance(merged[-1], str):
                merged[-1] += value
            elif value:
                merged.append(value)
        elif isinstance(value, Text) and not isinstance(part, Reference):
            for piece in value.parts:
                if isinstance(piece, str) and merged and isinstance(merged[-1], str):
                    merged[-1] += piece
                else:
                    merged.append(piece)
        else:
            merged.append(part)
    if not merged:
        return Known("", place)
    if len(merged) == 1 and isinstance(merged[0], str):
        return Known(merged[0], place)
    return Text(tuple(merged), place)


def plain(value: Value) -> object:
    """The value as plain Python data.

    Raises:
        LookupError: some part of it is not known; the message names what it waits for.
    """
    value = dereferenced(value)
    if isinstance(value, Known):
        return value.data
    if isinstance(value, Items) and not value.rest:
        return [plain(item) for item in value.items]
    if isinstance(value, Fields) and value.rest is None:
        return {key: plain(item) for key, item in value.fields.items()}
    raise LookupError("; ".join(str(need) for need in needs(value)) or "not known")


def holds_reference(value: Value | None) -> bool:
    """Whether a value is made of an attribute of a resource that sources write."""
    if isinstance(value, Reference):
        return not value.looked_up
    if isinstance(value, Text):
        return any(not isinstance(part, str) and holds_reference(part) for part in value.parts)
    if isinstance(value, Fields):
        return any(map(holds_reference, (*value.fields.values(), value.rest)))
    return isinstance(value, Items) and any(map(holds_reference, (*value.items, *value.rest)))


def plain_if_known(value: Value) -> object:
    """What a value says, wherever that is written: plain data, or the value if it is not known."""
    try:
        return plain(value)
    except LookupError:
        return value


def lifted(data: object, place: Span | None = None) -> Value:
    """Plain Python data (of JSON's kinds) as a value, all of it at one place.

    A number that is beyond Python's is unknown.
    """
    if isinstance(data, Mapping):
        return Fields({str(key): lifted(item, place) for key, item in data.items()}, place=place)
    if isinstance(data, list | tuple):
        return Items(tuple(lifted(item, place) for item in data), place=place)
    if isinstance(data, float) and data - data != 0:  # infinite, or not a number
        return Unknown((Need("a number", "is too large"),), place=place)
    if data is None or isinstance(data, str | bool | int | float):
        return Known(data, place)
    raise TypeError(f"not a value of either language: {type(data).__name__}")
