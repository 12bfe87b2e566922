"""Which resources of roots, their own or others, or of the context, data sources mean.

A data source that one resource answers is that resource. Of several in different root modules,
which are copies (of dev and prod: one account cannot have both), those of the nearest root module
are taken. Else one that several answer is unknown, and so is one of which it is open whether a
resource answers it. What the same root writes is meant only if it certainly answers.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from taskwall.core.paths import encloses, nearest_folder
from taskwall.core.values import (
    Items,
    Known,
    Need,
    Reference,
    Unknown,
    Value,
    holds_reference,
    same,
)
from taskwall.readers.terraform.evaluation.context import ModuleContext, WrittenBody
from taskwall.readers.terraform.evaluation.data_queries import (
    DATA_SOURCES,
    UNIQUE,
    DataQuery,
    meets,
    query_of,
)
from taskwall.readers.terraform.evaluation.default_tags import DefaultTags
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.evaluation.remote_states import RemoteStates
from taskwall.readers.terraform.evaluation.resource_instance import ResourceInstance
from taskwall.readers.terraform.stand_ins import is_stand_in
from taskwall.readers.terraform.values.effects import Memo
from taskwall.source.context import ContextSource
from taskwall.source.resource import Resource


class Candidate(Struct, frozen=True, eq=False):
    """A resource that data sources may mean; `root` is the folder or the file that it is of."""

    root: str
    type: str
    own: str
    """Its address in this root or source."""
    resource: ResourceInstance | Resource
    context: bool = False
    """Whether it is read, and not judged."""
    more_tags: Callable[[Value | None], Value | None] = lambda written: written
    """What its tags are, with those of its provider."""
    unread: Unknown | None = None
    """What its tags are if none are written: None outside of stand-ins."""
    uncalled: bool = False
    """Whether it is of a module that nothing of the sources deploys."""

    @property
    def address(self) -> str:
        """Its address in the whole stack."""
        found = self.resource
        return found.address if isinstance(found, ResourceInstance) else found.origin.address

    def get(self, name: str) -> Value:
        """A reference to an attribute."""
        found = self.resource
        if isinstance(found, ResourceInstance):
            return found.get(name)
        return Reference(self.address, name, found.body.fields.get(name))

    def asked(self, name: str) -> Value | None:
        """What data sources compare of an attribute; None if nothing is written."""
        if name in UNIQUE:
            return self.get(name)
        found = self.resource
        if isinstance(found, ResourceInstance):
            written = found.fields.get(name)
            if name != "tags":
                return written
            # A stand-in leaves out what no rule asks for.
            return self.unread if written is None and self.unread else self.more_tags(written)
        fields = found.body.fields
        return fields.get("tags_all", fields.get(name)) if name == "tags" else fields.get(name)


class DataAnswer(Struct, frozen=True, eq=False):
    """The resources that a data source means, and those that it may mean."""

    query: DataQuery
    found: tuple[Candidate, ...]
    open: tuple[Candidate, ...]
    farther: tuple[str, ...] = ()
    """The roots in which there are copies of what is found."""

    @property
    def one(self) -> Candidate | None:
        """The only one that it can mean."""
        return self.found[0] if len(self.found) == 1 and not self.open else None

    @property
    def doubt(self) -> str:
        """Why it is not known which it means: a sentence's end."""
        some = [one.address for one in (*self.found, *self.open)]
        more = f" or one of {len(some) - 3} more" if some[3:] else ""
        return f"may be {' or '.join(some[:3])}{more}"


class DataAnswers:
    """What roots that are evaluated together, and the context, answer each other's data sources.

    `creates` says whether a root, by its folder, has any resources of a type: not each is looked
    through, which takes as long as to evaluate all its calls.
    """

    def __init__(
        self,
        scopes: Sequence[ModuleScope],
        context: Sequence[ContextSource],
        states: RemoteStates,
        creates: Callable[[str, str], bool],
    ) -> None:
        self._scopes = scopes
        self._creates = creates
        self._context = context
        self._states = states
        self._answers: Memo[str, DataAnswer] = Memo()
        self._candidates: Memo[str, tuple[Candidate, ...]] = Memo()
        self._pending: set[str] = set()
        self._types: dict[str, dict[str, frozenset[str]]] = {}
        """By the folders of modules, the types of the resources that their calls make."""

    def attribute(
        self, kind: str, address: str, name: str, written: WrittenBody, scope: ModuleContext
    ) -> Value | None:
        """An attribute of what a data source means; None if it is not known what that is."""
        answer = self.answer(kind, address, written, scope)
        if answer is None:
            return None
        if DATA_SOURCES[kind].lists:
            return _all(answer, address) if name == DATA_SOURCES[kind].lists else None
        if answer.one is not None:
            return answer.one.get(_SAME.get((kind, name), name))
        return Reference(address, name, None, None, answer.doubt) if answer.found else None

    def answer(
        self, kind: str, address: str, written: WrittenBody, scope: ModuleContext
    ) -> DataAnswer | None:
        """What is known of what a data source means; None if nothing can be told."""
        if kind not in DATA_SOURCES:
            return None
        effects = scope.run.effects
        if address in self._pending:
            effects.shareable = False
            return None
        self._pending.add(address)
        try:
            return effects.once(
                self._answers,
                address,
                lambda: self._said(address, scope) or self._answer(kind, written, scope),
            )
        finally:
            self._pending.discard(address)

    def _said(self, address: str, scope: ModuleContext) -> DataAnswer | None:
        """What the user says that a data source is."""
        run = scope.run
        own = run.own(address)
        target = run.inputs.ties.get((run.root.folder, own)) or run.inputs.ties.get(("", own))
        if target is None:
            return None
        stack, resource = target
        steps = re.sub(r"\[[^\]]*\]", "", resource).split(".")
        found = tuple(
            one
            for one in self._of_type(steps[-2] if len(steps) > 1 else "", scope)
            if one.own == resource and stack in ("", one.root)
        )
        return DataAnswer(DataQuery((), True, said="setting"), found, ())

    def _answer(self, kind: str, written: WrittenBody, scope: ModuleContext) -> DataAnswer:
        source = DATA_SOURCES[kind]
        query = query_of(source, written)
        found: list[Candidate] = []
        open_: list[Candidate] = []
        maybe: list[Candidate] = []
        # What is looked for in a written VPC, by its id, may be of the same root.
        asked = (each for each in query.criteria if each.attribute == "vpc_id")
        within = any(holds_reference(one) for each in asked for one in each.values)
        for type_ in source.means if query.criteria else ():
            for candidate in self._of_type(type_, scope):
                met = meets(query, candidate.asked)
                own = candidate.root == scope.run.root.folder and not within
                if met is False or (own and not (met and _is_near(candidate, query, written))):
                    continue  # What a root writes it would look for by what it writes.
                (maybe if not met else found if _leads_on(candidate) else open_).append(candidate)
        if roots := {one.root for one in found}:
            # A module that nobody calls would have to be given just what another one is.
            maybe = [one for one in maybe if not one.uncalled or one.root in roots]
        if not (query.unique and found):
            open_ += maybe
        near = _nearest(found, scope, lists=bool(source.lists))
        if near is None:
            near, open_ = ([], [*found, *open_]) if source.lists else (found, open_)
        farther = dict.fromkeys(one.root for one in found if near and one not in near)
        return DataAnswer(query, tuple(near), tuple(open_), tuple(farther))

    def _of_type(self, type_: str, scope: ModuleContext) -> tuple[Candidate, ...]:
        """All resources of a type."""
        effects = scope.run.effects
        if type_ in self._pending:
            effects.shareable = False
            return ()
        self._pending.add(type_)
        self._states.depth += 1
        try:
            found = effects.once(self._candidates, type_, lambda: tuple(self._every(type_)))
            return found or ()
        finally:
            self._states.depth -= 1
            self._pending.discard(type_)

    def _every(self, type_: str) -> Iterator[Candidate]:
        for root in self._scopes:
            folder = root.run.root.folder
            if not self._creates(folder, type_):
                continue
            tags = DefaultTags(root)
            for scope in self._making(root, type_):
                unread = _unread_tags(scope)
                for local in scope.module.resources:
                    if local.startswith(f"{type_}."):
                        for instance in scope.instances(local).all:
                            own = root.run.own(instance.address)
                            more = partial(tags.added, scope=scope, local=local)
                            context, alone = root.run.context, root.run.alone
                            yield Candidate(
                                folder, type_, own, instance, context, more, unread, alone
                            )
        for source in self._context:
            for resource in source.resources:
                if resource.type == type_ and not resource.data:
                    own = resource.origin.address[len(source.label) + 1 :]
                    yield Candidate(source.file, type_, own, resource, context=True)

    def _making(self, scope: ModuleScope, type_: str) -> Iterator[ModuleScope]:
        """A module, and those that it calls which have resources of a type, or call what has.

        How often others are called may hang on what is looked up.
        """
        yield scope
        for name, types in self._types_below(scope).items():
            if type_ in types:
                for called in scope.called(name):
                    yield from self._making(called, type_)

    def _types_below(self, scope: ModuleScope) -> Mapping[str, frozenset[str]]:
        """The types of the resources that each call of a module makes, at any depth."""
        found = self._types.get(scope.module.folder)
        if found is None:
            found = self._types[scope.module.folder] = {}  # what calls itself makes no more
            for name, callee in scope.callees() if scope.module.calls else ():
                own = (local.partition(".")[0] for local in callee.module.resources)
                below = self._types_below(callee).values()
                found[name] = frozenset(own).union(*below)
        return found


def _is_near(candidate: Candidate, query: DataQuery, written: WrittenBody) -> bool:
    """Whether a resource of the same root certainly is there, in the Region that is looked in."""
    found = candidate.resource
    if not isinstance(found, ResourceInstance) or not found.certain:
        return False
    if any(each.attribute == "load_balancer_arn" for each in query.criteria):
        return True  # A balancer's ARN says the Region.
    same = found.fields.provider == written.provider
    return same and not (written.get("region") or candidate.asked("region"))


def _unread_tags(scope: ModuleScope) -> Unknown | None:
    """What the tags of a module's resources are where none are written, if it is a stand-in."""
    if not is_stand_in(scope.module.folder):
        return None
    return Unknown((Need(f"the tags of {scope.address}", "are not in the sources"),))


def _nearest(
    found: list[Candidate], scope: ModuleContext, *, lists: bool
) -> list[Candidate] | None:
    """Of resources of several roots, all of which answer, those of the root nearest to a module's.

    None if several roots are as near. What is in one VPC, and can be meant together, is no copy;
    of context from elsewhere than the repository none is nearer.
    """
    folder, boundary = scope.run.root.folder, scope.run.boundary
    roots = dict.fromkeys(one.root for one in found)
    elsewhere = any(one.context and not encloses(boundary, one.root) for one in found)
    if len(roots) < 2 or (folder not in roots and elsewhere):
        return found
    if lists:
        first, *others = (one.asked("vpc_id") or Known(None) for one in found)
        if all(same(first, other) is True for other in others):
            return found
    near = nearest_folder(roots, folder)
    return None if near is None else [one for one in found if one.root == near]


def _leads_on(candidate: Candidate) -> bool:
    """Whether it matters what a resource is: of a parameter, that its value is of a resource.

    Other values are often only there until somebody gives the parameter the true one.
    """
    if candidate.type != "aws_ssm_parameter":
        return True
    values = (candidate.asked("value"), candidate.asked("insecure_value"))
    return any(holds_reference(value) for value in values if value is not None)


_SAME: Mapping[tuple[str, str], str] = {
    ("aws_db_instance", "db_instance_identifier"): "identifier",
    ("aws_ecs_cluster", "cluster_name"): "name",
    ("aws_ecs_service", "service_name"): "name",
    ("aws_ecs_service", "cluster_arn"): "cluster",
    ("aws_route_table", "route_table_id"): "id",
    ("aws_internet_gateway", "internet_gateway_id"): "id",
}
"""Attributes of data sources that the resource has by another name."""


def _all(answer: DataAnswer, address: str) -> Value | None:
    """The ids of all resources that a data source means."""
    if not answer.found:
        return None
    ids = tuple(one.get("id") for one in answer.found)
    rest = tuple(one.get("id") for one in answer.open)
    waits: tuple[Need, ...] = (Need(address, answer.doubt),) if rest else ()
    tagged = any(one.tag for one in answer.query.criteria)
    if not tagged and any(one.type in _MADE_WITH_A_VPC for one in answer.found):
        waits += (Need(address, "may hold what AWS makes with a VPC"),)
        rest += (Unknown(waits),)
    return Items(ids, rest, None, waits)


_MADE_WITH_A_VPC = frozenset({"aws_route_table", "aws_security_group"})
"""Of these each VPC has one, without tags, that no source writes."""
