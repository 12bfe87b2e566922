"""The ports of an instance from which its agent, or Docker, takes one where a task names none.

Amazon ECS API reference, PortMapping: on Linux the range of the kernel, on Windows 49152-65535;
ECS_DYNAMIC_HOST_PORT_RANGE in place of either (README of amazon-ecs-agent). An agent passes over a
range that it cannot read.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from taskwall.core.values import Need
from taskwall.model.compute.container_instances import Instances
from taskwall.model.compute.hosts import hosts
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Entity, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskDefinition, TaskSource
from taskwall.model.entities.ecs_agent import Agent

READ = "2026-11-28"

RANGE_SETTING = "ECS_DYNAMIC_HOST_PORT_RANGE"


class DynamicPorts(Struct, frozen=True):
    """A range of dynamic ports.

    `some` holds every port that may be taken, and is None where nothing is known of it. `sure` are
    those that an instance may take in any case, `enough` what is at least as wide as the range.
    `needs` is what the range waits for.
    """

    some: Ranges | None
    enough: tuple[Ranges, ...] = ()
    sure: Ranges = Ranges()
    needs: tuple[Need, ...] = ()

    @property
    def certain_range(self) -> tuple[int, int] | None:
        """The first and last port, where it is certain that any of these may be taken."""
        whole = self.some is not None and self.enough == (self.some,) and self.sure == self.some
        return self.sure.spans[0] if whole and len(self.sure.spans) == 1 else None


_LINUX = Ranges(((32768, 65535),))
_WINDOWS = Ranges(((49152, 65535),))

LINUX = DynamicPorts(_LINUX, (Ranges(((32768, 60999),)),), _LINUX)
"""The kernel's range, by default up to 60999; 49153-65535 where the kernel does not tell it."""

WINDOWS = DynamicPorts(_WINDOWS, (_WINDOWS,), _WINDOWS)


@remembered
def dynamic_ports(network: Network, source: TaskSource, on: Entity | None) -> DynamicPorts:
    """The range for tasks of a source on instances, which `on` describes.

    Managed Instances, and instances that are not in the sources, have the default.
    """
    definition = network.get(TaskDefinition, source.task_definition)
    started_by = ""
    if isinstance(on, Instances):
        template = network.get(Instances, on.template)
        agent = on.agent or (template.agent if template else None)
        if agent is not None:
            given = _given(agent)
            if given is not None:
                return given
            started_by = agent.started_by
    windows = definition.windows.truth if definition and not definition.external else False
    if windows or started_by == "windows":
        return WINDOWS
    if windows is None and definition is not None:
        return DynamicPorts(_LINUX, (_LINUX,), _WINDOWS, definition.windows.waits_for())
    return LINUX


def _given(agent: Agent) -> DynamicPorts | None:
    """The range that an agent's settings name; None where they name none."""
    setting = agent.setting(RANGE_SETTING)
    if setting.open:
        return DynamicPorts(None, needs=setting.needs)
    ports = _read(setting)
    return None if ports is None else DynamicPorts(ports, (ports,), ports)


_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


def _read(setting: Setting) -> Ranges | None:
    found = _RANGE.fullmatch(str(setting.known or "").strip())
    if found is None:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return Ranges(((first, last),)) if 0 < first <= last <= 65535 else None


@remembered
def dynamic_ports_anywhere(network: Network, source: TaskSource) -> DynamicPorts:
    """The range for tasks of a source, on whichever instances they are placed."""
    return _together(
        dynamic_ports(network, source, host.on) for host, _ in hosts(network, source)
    ) or dynamic_ports(network, source, None)


def _together(ranges: Iterable[DynamicPorts]) -> DynamicPorts | None:
    found = list(dict.fromkeys(ranges))
    if len(found) < 2:
        return found[0] if found else None
    needs = tuple(dict.fromkeys(need for each in found for need in each.needs))
    sure = Ranges.union(each.sure for each in found)
    known = [each.some for each in found if each.some is not None]
    if len(known) < len(found):
        return DynamicPorts(None, (), sure, needs)
    whole = Ranges.union(known)
    return DynamicPorts(whole, (whole,), sure, needs)
