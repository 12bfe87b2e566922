"""What the scaling of a service says of it: it is registered by its cluster and its name.

"ResourceId" of `RegisterScalableTarget` in the reference of Application Auto Scaling.
"""

from msgspec.structs import replace

from taskwall.core.values import Known, Reference, Text, Unknown, Value, dereferenced, same
from taskwall.lowering._reader import ResourceReader
from taskwall.source.resource import Cell

_TARGETS = ("aws_appautoscaling_target", "AWS::ApplicationAutoScaling::ScalableTarget")


def cluster_of(service: ResourceReader) -> Cell | None:
    """The cluster of a service in the id by which it is scaled; None where nothing scales it."""
    for resource in service.builder.of_type(*_TARGETS):
        target = ResourceReader(resource, service.builder)
        id_ = target.attribute("resource_id", "ResourceId")
        kind, cluster, name = _steps(id_.value) or (None, None, None)
        if kind == Known("service") and cluster and name and _is_of(name, service):
            return replace(id_, value=cluster)
    return None


def _steps(value: Value | None) -> tuple[Value, ...] | None:
    """The three steps of a path, if each is one text or one value; else None."""
    found = None if value is None else dereferenced(value)
    if isinstance(found, Known):
        found = Text((str(found.data),))
    steps: list[list[Value]] = [[]]
    for part in found.parts if isinstance(found, Text) else ():
        first, *others = part.split("/") if isinstance(part, str) else (part,)
        steps[-1] += [Known(first) if isinstance(first, str) else first] if first else []
        steps += [[Known(other)] if other else [] for other in others]
    single = tuple(step[0] for step in steps if len(step) == 1)
    return single if len(single) == len(steps) == 3 else None


def _is_of(name: Value, service: ResourceReader) -> bool:
    """Whether a name is that of a service, or made of its ARN."""
    if isinstance(name, Reference):
        return name.resource == service.id
    if isinstance(name, Unknown):
        made_of = {need.name.rpartition(".")[0] for need in name.needs}
        if made_of == {service.id}:
            return True
    own = service.attribute("name", "ServiceName").value
    return own is not None and same(own, name) is True
