"""What all views of the library have in common: resources, attributes, and links between them."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from taskwall.core.facts import Fact as CoreFact
from taskwall.core.facts import all_of, any_of
from taskwall.core.values import Scalar, Span
from taskwall.library.facts import Fact, Need, Place, Presentation, shown_need, shown_place
from taskwall.model.core.entity import Entity, Link, same_entity
from taskwall.model.core.entity import Setting as ModelSetting
from taskwall.model.core.given_name import given_names
from taskwall.model.core.network import Network
from taskwall.model.core.tag import tags_of


class Frame(Struct, frozen=True, eq=False):
    """What every view knows: the network that it is of, and how texts are shown."""

    network: Network
    shown: Presentation

    def fact(self, fact: CoreFact) -> Fact:
        """A fact of the model as the library shows it."""
        return Fact(fact, self.shown)


class ReadOnly:
    """A read-only look at something of the network. `place` is where the sources declare it."""

    __slots__ = ("_frame",)
    _frame: Frame

    def __init__(self, frame: Frame) -> None:
        """Made by the library."""
        object.__setattr__(self, "_frame", frame)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is read-only: {name} cannot be set")

    __delattr__ = None  # type: ignore[assignment]


class Setting(ReadOnly):
    """One attribute of a resource: as the sources set it, or as AWS does where they do not."""

    __slots__ = ("_setting",)
    _setting: ModelSetting

    def __init__(self, frame: Frame, setting: ModelSetting) -> None:
        """Made by the library."""
        super().__init__(frame)
        object.__setattr__(self, "_setting", setting)

    @property
    def value(self) -> Scalar:
        """Its value (or AWS's default); None where it is absent or not known: see `known`."""
        value = self._setting.known
        return self._frame.shown.text(value) if isinstance(value, str) else value

    @property
    def known(self) -> bool:
        """Whether its value is known from the sources."""
        return not self._setting.open

    @property
    def written(self) -> bool:
        """Whether the sources set it."""
        return self._setting.written

    @property
    def needs(self) -> tuple[Need, ...]:
        """What its value waits for."""
        return tuple(map(shown_need, self._setting.needs))

    @property
    def place(self) -> Place | None:
        """Where it is set, or would be."""
        return shown_place(self._setting.place, self._frame.shown)

    def is_(self, *values: Scalar) -> Fact:
        """Whether it is one of these values; texts are compared without regard to case."""
        return self._frame.fact(self._setting.is_(*values))

    def satisfies(self, test: Callable[[Scalar], bool], text: str) -> Fact:
        """Whether a test is true of its value: unknown where that is not known.

        Args:
            test: a function of the value, which is None where it is absent.
            text: the sentence that is so if the test is true.
        """
        return self._frame.fact(self._setting.test(test, text))

    def __repr__(self) -> str:
        return f"<Setting {self._setting.name} = {self.value if self.known else 'unknown'!r}>"


class Resource(ReadOnly):
    """A resource of the sources, or one that they only refer to.

    Two views are equal if they are of the same resource.
    """

    __slots__ = ("_entity",)
    _entity: Entity

    def __init__(self, frame: Frame, entity: Entity) -> None:
        """Made by the library."""
        super().__init__(frame)
        object.__setattr__(self, "_entity", entity)

    @property
    def address(self) -> str:
        """The Terraform address with instance keys, or the CloudFormation logical id."""
        return self._entity.origin.address

    @property
    def name(self) -> str:
        """The address without instance keys: what messages say."""
        return self._entity.name

    @property
    def label(self) -> str:
        """The last part of its name: the Terraform label, or the logical id alone."""
        return self.name.rpartition("/")[2].rpartition(".")[2]

    @property
    def construct(self) -> str | None:
        """The path of the CDK construct that made it."""
        return self._entity.origin.construct

    @property
    def place(self) -> Place | None:
        """The line that declares it."""
        return shown_place(self._entity.origin.header, self._frame.shown)

    @property
    def in_sources(self) -> bool:
        """Whether the sources declare it; else they only refer to it."""
        return not self._entity.external

    @property
    def exists(self) -> Fact:
        """Whether it is there: unknown where an undecided count or condition decides it."""
        return self._frame.fact(self._entity.exists)

    @property
    def aws_names(self) -> tuple[Setting, ...]:
        """What it is called in AWS: its own name (or identifier), and its tag `Name`."""
        found = given_names(self._frame.network, self.address)
        return tuple(Setting(self._frame, each) for each in found)

    def tag(self, key: str) -> Setting | None:
        """The value of a tag; None if the resource certainly does not set it itself.

        Tags that a provider gives to all its resources (`default_tags`) are not seen.
        """
        tags = tags_of(self._frame.network, self.address)
        found = next((tag for tag in tags if tag.key == key), None)
        found = found or next((tag for tag in tags if tag.key is None), None)
        return None if found is None else Setting(self._frame, found.value)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._entity.id == self._entity.id

    def __hash__(self) -> int:
        return hash((type(self), self._entity.id))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address}>"


R = TypeVar("R", bound=Resource)
R_co = TypeVar("R_co", bound=Resource, covariant=True)
E = TypeVar("E", bound=Entity)


class Related(ReadOnly, Generic[R_co]):
    """A link to another resource, and the fact that it is there.

    `target` is None where it is not known to which resource it leads.
    """

    __slots__ = ("_fact", "_place", "target")
    _fact: CoreFact
    _place: Span | None
    target: R_co | None

    def __init__(
        self, frame: Frame, target: R_co | None, fact: CoreFact, place: Span | None
    ) -> None:
        """Made by the library."""
        super().__init__(frame)
        for name, value in (("target", target), ("_fact", fact), ("_place", place)):
            object.__setattr__(self, name, value)

    @property
    def fact(self) -> Fact:
        """Whether the link is there."""
        return self._frame.fact(self._fact)

    @property
    def place(self) -> Place | None:
        """Where the sources write it."""
        return shown_place(self._place, self._frame.shown)

    def __repr__(self) -> str:
        return f"<Related {self.target!r}: {self._fact.truth}>"


def related(
    frame: Frame, links: "tuple[Link, ...]", kind: type[E], view: Callable[[Frame, E], R]
) -> tuple[Related[R], ...]:
    """The resources to which links lead, or may: each written one where it is not known which."""

    def found() -> Iterator[Related[R]]:
        for link in links:
            meant = list(frame.network.meant(kind, link))
            for entity, link_ in meant:
                yield Related(frame, view(frame, entity), link_.fact, link_.place)
            if not meant:
                unknown = CoreFact(None, link.fact.text, link.place, needs=link.waits())
                yield Related(frame, None, unknown, link.place)

    return tuple(found())


def leads_to(on: Resource, links: "tuple[Link, ...]", target: Resource, words: str) -> Fact:
    """Whether one of the links of a resource leads to another.

    Args:
        on: the resource whose links these are.
        links: the links.
        target: the other resource.
        words: what the links mean, as a verb: "uses".
    """
    entity, frame = target._entity, on._frame
    here = Link(entity.id, CoreFact(True), entity.origin.header, not entity.external)
    text = f"{on.name} {words} {target.name}"
    parts = []
    for link in links:
        same = same_entity(link, here)
        if same is not False:
            needs = link.waits() if same is None else ()
            fact = CoreFact(same, text, link.place, on.name, needs)
            parts.append(all_of((fact, link.fact)) if same else fact)
    otherwise = f"{on.name} does not {_plain(words)} {target.name}"
    nothing = CoreFact(False, text, on._entity.origin.header, on.name, otherwise=otherwise)
    return frame.fact(any_of(parts) if parts else nothing)


def _plain(words: str) -> str:
    """A verb without its ending: "is in" as "be in", "uses" as "use"."""
    verb, _, rest = words.partition(" ")
    return f"{'be' if verb == 'is' else verb.removesuffix('s')} {rest}".rstrip()
