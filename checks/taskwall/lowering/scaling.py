"""What the scaling of a service says of it: it is registered by its cluster and its name.

"ResourceId" of `RegisterScalableTarget` in the reference of Application Auto Scaling.
"""

from msgspec.structs import replace

from taskwall.core.values import Known, Reference, Text, Unknown, Value, dereferenced, same
from taskwall.lowering._reader import ResourceReader
from taskwall.lowering._references import ReferenceIndex
from taskwall.source.resource import Cell, Resource

_TARGETS = ("aws_appautoscaling_target", "AWS::ApplicationAutoScaling::ScalableTarget")


def cluster_of(service: ResourceReader) -> Cell | None:
    """The cluster of a service in the id by which it is scaled; None where nothing scales it."""
    targets = service.builder.recalled("scaled", _targets, service.builder)
    for resource in (*targets.get(service.id, ()), *targets.get("", ())):
        id_, (kind, cluster, name) = _id_of(resource, service.builder)
        if kind == Known("service") and _is_of(name, service):
            return replace(id_, value=cluster)
    return None


def _targets(index: ReferenceIndex) -> dict[str, list[Resource]]:
    """What is scaled, by the service that it certainly is; "" if the name alone says which."""
    found: dict[str, list[Resource]] = {}
    for resource in index.of_type(*_TARGETS):
        _, steps = _id_of(resource, index)
        service = _made_of(steps[-1])
        found.setdefault(service if service in index.resources else "", []).append(resource)
    return found


def _id_of(resource: Resource, index: ReferenceIndex) -> tuple[Cell, tuple[Value, Value, Value]]:
    """The id of what is scaled, and its steps, of which none is known if they are not three."""
    target = ResourceReader(resource, index)
    id_ = target.attribute("resource_id", "ResourceId")
    return id_, _steps(id_.value)


def _steps(value: Value | None) -> tuple[Value, Value, Value]:
    """The three steps of a path, each of one text or one value."""
    found = dereferenced(value)
    if isinstance(found, Known):
        found = Text((str(found.data),))
    steps: list[list[Value]] = [[]]
    for part in found.parts if isinstance(found, Text) else ():
        first, *others = part.split("/") if isinstance(part, str) else (part,)
        steps[-1] += [Known(first) if isinstance(first, str) else first] if first else []
        steps += [[Known(other)] if other else [] for other in others]
    single = [step[0] for step in steps if len(step) == 1]
    if len(single) == len(steps) == 3:
        kind, cluster, name = single
        return kind, cluster, name
    return _NOTHING, _NOTHING, _NOTHING


_NOTHING = Known(None)
"""Stands for each step of what is no such path."""


def _made_of(name: Value) -> str:
    """What a name is an attribute of, or made of by functions; "" if of nothing alone."""
    if isinstance(name, Reference):
        return name.resource
    needs = name.needs if isinstance(name, Unknown) else ()
    resources = {need.name.rpartition(".")[0] for need in needs}
    return resources.pop() if len(resources) == 1 else ""


def _is_of(name: Value, service: ResourceReader) -> bool:
    """Whether a name is that of a service, or made of its ARN."""
    own = service.attribute("name", "ServiceName").value
    return _made_of(name) == service.id or (own is not None and same(own, name) is True)
