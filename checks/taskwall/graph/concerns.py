"""Which boxes and flows of a picture a finding concerns."""

from collections.abc import Iterable, Iterator

from taskwall.findings.finding import Step
from taskwall.graph import GraphFinding
from taskwall.model.entities.ecs import TaskDefinition, TaskSource
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.reach import Reach


class Concerns:
    """Findings by the resources that they are about, and by the lines where they stand."""

    def __init__(self, reach: Reach, findings: Iterable[GraphFinding]) -> None:
        self._by_address: dict[str, list[int]] = {}
        self._by_line: dict[tuple[str, int], list[tuple[int, str]]] = {}
        boxes = {each.thing.origin.address for each in reach.every}
        for number, finding in enumerate(findings):
            self._by_address.setdefault(finding.resource, []).append(number)
            if finding.resource not in boxes:
                at = finding.file, finding.line
                self._by_line.setdefault(at, []).append((number, finding.resource))
        self._owned: dict[str, set[str]] = {}
        for each in reach.every:
            self._owned.setdefault(each.end, set()).update(_resources_of(reach, each))

    def of_end(self, end: str) -> tuple[int, ...]:
        """The findings about what is at an end, its security groups, listeners and definition."""
        found = (self.of_address(address) for address in self._owned.get(end, ()))
        return tuple(sorted({number for each in found for number in each}))

    def of_address(self, address: str) -> tuple[int, ...]:
        """The findings about a resource."""
        return tuple(self._by_address.get(address, ()))

    def of_steps(self, steps: Iterable[Step]) -> tuple[int, ...]:
        """The findings at a line by which a flow is open, but for those that boxes show."""
        found: dict[int, None] = {}
        for step in steps:
            for number, resource in self._by_line.get((step.file, step.line), ()):
                if resource.startswith(step.resource):
                    found[number] = None
        return tuple(found)


def _resources_of(reach: Reach, of: Interface) -> Iterator[str]:
    """The addresses of the resources that make something what it is."""
    network = reach.network
    yield of.thing.origin.address
    for link in of.groups.ties:
        group = network.get(SecurityGroup, link)
        if group is not None:
            yield group.origin.address
            for permission in network.every(Permission):
                if permission.group.to == group.id:
                    yield permission.on.address
    if isinstance(of.thing, LoadBalancer):
        for listener in network.every(Listener):
            if listener.load_balancer.to == of.thing.id:
                yield listener.origin.address
    if isinstance(of.thing, TaskSource):
        definition = network.get(TaskDefinition, of.thing.task_definition)
        if definition is not None:
            yield definition.origin.address
