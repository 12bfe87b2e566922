"""A resource as a source declares it, and the cursor with which lowering reads it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from taskwall.core.loop_places import inner, numbered, of_alias
from taskwall.core.values import (
    Choice,
    Fields,
    Items,
    Known,
    Need,
    Origin,
    Reference,
    Scalar,
    Span,
    Unknown,
    Value,
    dereferenced,
    needs,
)

ABSENT = "module"
"""The type of a resource that is the call of a module, or of a nested template, that is not there:
its arguments."""


class Suppression(Struct, frozen=True):
    """A suppression of a rule, written in a source: for a resource, or on a line.

    `rule` is a rule id or prefix (`TW206`, `TW2`). `place` is the comment or metadata itself;
    `scope` is where it holds. `host` names the tool whose own way of writing it is: "cfn-lint";
    "" if it is ours. `until` is the last day on which it holds (YYYY-MM-DD), "" if it has no end.
    `wrong` says what is wrong with what looks like one and is none. `downloaded` says that it is in
    a downloaded module, where it has no effect.
    """

    rule: str
    reason: str
    place: Span
    scope: Span
    host: str = ""
    until: str = ""
    wrong: str = ""
    downloaded: bool = False


class Resource(Struct, frozen=True):
    """What a source declares: its type, where it comes from, and its attribute values.

    `place` is its whole extent. `data` marks something read, not created: a data source.
    `metadata` is what the source says beside the attributes that works on the resource
    (`AWS::CloudFormation::Init`).
    The address (`origin.address`) is what a `Reference.resource` holds.
    """

    type: str
    origin: Origin
    body: Fields
    place: Span
    data: bool = False
    metadata: Fields = Fields({})

    def cell(self, attributes_read: set[tuple[str, str]] | None = None) -> "Cell":
        """A cursor on the whole body. What is read through it is entered in `attributes_read`."""
        return Cell(self.body, self.origin.header, "", self, attributes_read)


class Cell(Struct, frozen=True, gc=False):
    """A value inside a resource, with the place in that resource where a user would change it.

    A value that came from elsewhere (a variable's default, a local) is at the attribute that
    uses it. `path` leads there from the body: `a.b[0]["c.d"]`. `value` is None where nothing is
    written. `doubt` says what the presence of an element waits for that a list may or may not hold;
    None where there is no doubt.
    """

    value: Value | None
    place: Span
    path: str
    resource: Resource
    attributes_read: set[tuple[str, str]] | None = None
    doubt: tuple[Need, ...] | None = None
    key: str = ""

    @property
    def sure(self) -> bool:
        """Whether this is certainly there, if its resource is."""
        return self.doubt is None

    @property
    def absent(self) -> bool:
        """Whether nothing is written here; null is nothing, as in both languages."""
        value = self.value
        return value is None or (isinstance(value, Known) and value.data is None)

    @property
    def known(self) -> Scalar:
        """The scalar that stands here; None if there is none or it is not known."""
        value = dereferenced(self.value)
        return value.data if isinstance(value, Known) else None

    @property
    def needs(self) -> tuple[Need, ...]:
        """What the value waits for."""
        return () if self.value is None else needs(self.value)

    def get(self, key: str) -> "Cell":
        """The value of a key. Below something unknown, everything is unknown.

        A block that can be written only once is a list of one: keys are looked up in it.
        """
        path, resource, read = self.path, self.resource, self.attributes_read
        if read is not None and not path:
            read.add((resource.type, key))
        value = self.value
        if type(value) is Reference:
            value = dereferenced(value)
        doubt = self.doubt
        if (
            type(value) is not Fields
            and isinstance(value, Items)
            and (len(value.items) == 1 or (len(value.rest) == 1 and not value.items))
        ):
            # One is certain: of a block that can be written only once, there is no other.
            doubt = doubt if value.items else _doubt(value)
            value = dereferenced((*value.items, *value.rest)[0])
        if type(value) is Fields or isinstance(value, Fields):
            if key not in value.fields:
                key = _as_written(key, value.fields, resource.type, path)
            path = _below(path, key)
            found = value.fields.get(key, value.rest)
            written = value.places.get(key)
            place = self.place
            # Missing: the deepest thing written below the resource stands for it, key included.
            if found is not None or written:
                place = self._inside(written or (found and found.place) or value.place)
            return Cell(found, place, path, resource, read, doubt, key or self.key)
        path = _below(path, key)
        if isinstance(value, Items):
            # Several blocks where one is expected: nothing can be said of "the" value.
            waits = needs(value)
            return self._at(Unknown(waits) if waits else None, self.place, path, doubt, key)
        if value is None or isinstance(value, Known):
            return self._at(None, self.place, path, doubt, key)
        return self._at(Unknown(needs(value)), self.place, path, doubt, key)

    def at(self, path: str) -> "Cell":
        """The value at a dotted path of keys."""
        if "." not in path:
            return self.get(path)
        cell = self
        for key in path.split("."):
            cell = cell.get(key)
        return cell

    def each(self) -> "Iterator[Cell]":
        """The elements of a list, then those that it may hold, which are not `sure`.

        Blocks that one text makes (a `for` expression, a variable) are told apart by their places.
        Nothing written yields nothing. A value that is no list is a list of one; an unknown is a
        list that may hold an unknown.
        """
        value = dereferenced(self.value)
        if self.absent:
            return
        if isinstance(value, Items):
            places: dict[Span, int] = {}
            for index, item in enumerate(value.items):
                place = self._inside(item.place)
                alias = self._alias(item)
                if alias is not None:
                    place = of_alias(place, alias, index)
                elif isinstance(item, Fields):
                    times = places[place] = places.get(place, -1) + 1
                    place = numbered(place, times) if times else place
                yield self._at(item, place, f"{self.path}[{index}]", self.doubt)
            for item in value.rest:
                path, doubt = f"{self.path}[*]", value.needs or needs(item) or self.needs
                yield self._at(item, self._inside(item.place), path, doubt)
        elif isinstance(value, Known | Fields):
            yield self
        elif isinstance(value, Choice):
            for way in (value.then, value.otherwise):
                for one in self._at(way, self.place, self.path, self.needs).each():
                    yield self._at(one.value, one.place, f"{self.path}[*]", self.needs)
        else:
            yield self._at(self.value, self.place, f"{self.path}[*]", self.needs)

    def _alias(self, item: Value) -> Span | None:
        """Where another resource writes a block that an alias of YAML repeats here."""
        of, place = self.resource, item.place if isinstance(item, Fields) else None
        if place is None or of.origin.language == "terraform" or type(place) is not Span:
            return None
        elsewhere = place.file == of.place.file and not of.place.holds(place)
        return place if elsewhere else None

    def _inside(self, place: Span | None) -> Span:
        """`place` if it lies in this resource, else where the cursor already is."""
        return self.place if place is None else inner(self.place, place, self.resource.place)

    def _at(
        self,
        value: Value | None,
        place: Span,
        path: str,
        doubt: tuple[Need, ...] | None,
        key: str = "",
    ) -> "Cell":
        return Cell(value, place, path, self.resource, self.attributes_read, doubt, key or self.key)


def _below(path: str, key: str) -> str:
    """The path to a key of what is at a path."""
    return f'{path}["{key}"]' if "." in key else f"{path}.{key}" if path else key


@lru_cache(1000)
def _in_lower_case(key: str) -> str:
    """The key as the API of AWS has it: `loadBalancers`.

    AWS refuses a template that writes it so. It is read as it is meant, so that all else it says is
    judged.
    """
    return f"{key[:1].lower()}{key[1:]}"


_IN_ANY_CASE = (
    "container_definitions", "container_properties", "ecs_properties", "node_properties",
)  # fmt: skip
"""JSON whose keys Terraform's provider takes in any case: Go's `encoding/json` matches them so."""


def _as_written(key: str, fields: Mapping[str, Value], kind: str, path: str) -> str:
    """A key that a mapping of a resource lacks as it stands, as the mapping may have it."""
    if "::" in kind:
        other = _in_lower_case(key)
        return other if other in fields else key
    if path.startswith(_IN_ANY_CASE):
        return next((one for one in fields if one.lower() == key.lower()), key)
    return key


def _doubt(value: Items) -> tuple[Need, ...]:
    return value.needs or needs(value)
