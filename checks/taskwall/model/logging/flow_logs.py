"""Which flow logs record the traffic of which tasks."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Need, Span, Text, dereferenced
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import FlowLog, Subnet, Vpc
from taskwall.model.permissions.peers import vpcs
from taskwall.model.routing.routes import subnets

PLACE_FIELDS = ("vpc-id", "subnet-id", "instance-id")
"""The fields of a format that say where traffic happened."""

TASK_FIELDS = (
    "ecs-cluster-name or ecs-cluster-arn",
    "ecs-service-name",
    "ecs-task-id or ecs-task-arn",
)
"""Those that say which task it was of."""


class JudgedLog(Struct, frozen=True):
    """A flow log that a requirement is held against, whether it meets it, and is concerned.

    `asked` is whether tasks are written for which it matters: nobody asks how a log is written
    because a module that is not there may run some.
    """

    log: FlowLog
    meets: Fact
    concerned: Fact
    asked: bool


class LoggedVpc(Struct, frozen=True):
    """A VPC that holds long-running awsvpc task sources, and what is known of the place.

    `declared` is None where the VPC is not in the sources; then `at` and `source` say through what
    it is external. `subnets` are those of the sources that are known, all of them if `whole`.
    """

    key: str
    declared: Vpc | None
    sources: tuple[TaskSource, ...]
    subnets: tuple[Subnet, ...]
    whole: bool
    at: Span
    needs: tuple[Need, ...]

    @property
    def holds(self) -> Fact:
        """Whether any of these task sources exists."""
        return any_of(source.exists for source in self.sources)


@remembered
def logged_vpcs(network: Network) -> tuple[LoggedVpc, ...]:
    """The VPCs of long-running awsvpc tasks, in the order of the sources that run in them."""
    held: dict[str, list[tuple[TaskSource, Link | None]]] = {}
    for source in network.every(TaskSource):
        known = vpcs(network, source)
        if (
            source.long_running
            and awsvpc(network, source).truth is not False
            and (source.subnets or known or source.subnets_setting.needs)
        ):
            link = known[0] if known else None
            held.setdefault(link.to if link else "", []).append((source, link))
    return tuple(_logged_vpc(network, key, pairs) for key, pairs in held.items())


def _logged_vpc(
    network: Network, key: str, pairs: list[tuple[TaskSource, Link | None]]
) -> LoggedVpc:
    thing = network.get(Vpc, key)
    found: dict[str, Subnet] = {}
    whole = True
    for source, _ in pairs:
        known = subnets(network, source)
        whole = whole and all(link.sure and not subnet.external for subnet, link in known)
        whole = whole and len(known) == len(source.subnets) and bool(known)
        found |= {subnet.id: subnet for subnet, _ in known if not subnet.external}
    first, link = min(pairs, key=lambda pair: pair[0].origin.order)
    needs = link.fact.needs if link is not None else ()
    if thing is not None and thing.external:
        needs = needs or thing.external
    else:  # what is not known is which subnets tasks have, in a VPC that is or is not known
        settings = (source.subnets_setting for source, _ in pairs)
        needs = tuple(dict.fromkeys(need for each in settings for need in each.unseen)) or needs
    return LoggedVpc(
        key,
        thing if thing is not None and not thing.external else None,
        tuple(source for source, _ in pairs),
        tuple(found.values()),
        whole,
        first.subnets_setting.place,
        needs or (Need(key or f"the VPC of {first.name}", "is not in the sources"),),
    )


def flow_logs_of_vpc(network: Network, watch: LoggedVpc) -> list[FlowLog]:
    """The flow logs of a VPC itself."""
    return _logs(network).get(watch.key, []) if watch.key else []


@remembered
def _logs(network: Network) -> dict[str, list[FlowLog]]:
    return network.grouped(FlowLog, lambda log: (log.vpc.to,) if log.vpc else ())


def flow_logs_of_subnet(network: Network, subnet: Subnet) -> list[FlowLog]:
    """The flow logs of a subnet itself."""
    return _subnet_logs(network).get(subnet.id, [])


@remembered
def _subnet_logs(network: Network) -> dict[str, list[FlowLog]]:
    return network.grouped(FlowLog, lambda log: (log.subnet.to,) if log.subnet else ())


def elsewhere(network: Network, watch: LoggedVpc) -> Fact:
    """Whether a flow log whose target is not known may be this VPC's (or its subnets')."""
    return any_of(may for _, may in _loose_for(network, watch))


def _loose_for(network: Network, watch: LoggedVpc) -> Iterator[tuple[FlowLog, Fact]]:
    """The flow logs of which it is not known whether they are a VPC's, with that they may be."""
    seen = watch.whole and watch.declared is not None
    own = {watch.key, *(subnet.id for subnet in watch.subnets)} - {""}
    for log in _loose(network) if seen else network.every(FlowLog):
        link = log.vpc or log.subnet
        if link is None or link.to in own:
            continue
        is_known = link.exact or link.written is False
        if is_known and (watch.whole if log.vpc is None else watch.declared is not None):
            continue
        text = f"{log.name} records {watch.key or 'the VPC of the tasks'}"
        yield log, Fact(None, text, log.at, log.name, link.fact.needs or watch.needs)


@remembered
def _loose(network: Network) -> list[FlowLog]:
    """The flow logs whose targets are not in the sources."""
    links = ((log, log.vpc or log.subnet) for log in network.every(FlowLog))
    return [log for log, link in links if link is not None and not link.exact]


def judged_logs(network: Network, satisfies: Callable[[FlowLog], Fact]) -> Iterator[JudgedLog]:
    """The flow logs that a requirement is held against.

    One log of the VPC that meets it is enough, and so are logs that meet it for each subnet of
    the tasks: others beside them are not judged.
    """
    done: set[str] = set()
    for watch in logged_vpcs(network):
        own = [(log, satisfies(log)) for log in flow_logs_of_vpc(network, watch)]
        of_subnets = [
            [(log, satisfies(log)) for log in flow_logs_of_subnet(network, subnet)]
            for subnet in watch.subnets
        ]
        others = [(log, satisfies(log), may) for log, may in _loose_for(network, watch)]
        perhaps = [(log, all_of((may, met, log.exists))) for log, met, may in others]
        # One whose subnet is not known may be that of any.
        loose = [fact for log, fact in perhaps if log.vpc is None]
        met = [any_of((_met(logs), *loose)) for logs in of_subnets]
        enough = any_of(
            (
                _met(own),
                _of_each_subnet(network, watch, met, satisfies),
                *(fact for log, fact in perhaps if log.vpc is not None),
            )
        )
        judged = [(log, fact, fact | ~enough) for log, fact in own]
        for logs in of_subnets:
            judged += [(log, fact, fact | ~(enough | _met(logs))) for log, fact in logs]
        judged += [(log, fact, may & (fact | ~enough)) for log, fact, may in others]
        for log, fact, concerned in judged:
            if log.id not in done and concerned.truth is not False:
                done.add(log.id)
                asked = any(not source.origin.unseen for source in watch.sources)
                yield JudgedLog(log, fact, concerned & watch.holds, asked)


def _met(logs: list[tuple[FlowLog, Fact]]) -> Fact:
    return any_of(met & log.exists for log, met in logs)


def _of_each_subnet(
    network: Network, watch: LoggedVpc, met: list[Fact], satisfies: Callable[[FlowLog], Fact]
) -> Fact:
    """Whether the logs of the tasks' subnets meet a requirement, for each subnet.

    One that does not is enough to say so: there may be thousands.
    """
    if watch.whole:
        lacking = next((each for each in met if each.truth is False), None)
        return all_of(met) if lacking is None else lacking
    if any(log.subnet and satisfies(log).truth is not False for log in network.every(FlowLog)):
        text = f"each subnet of the tasks in {watch.key or 'the VPC'} has such a flow log"
        return Fact(None, text, watch.at, watch.sources[0].name, watch.needs)
    return FALSE


def lacks_fields(log: FlowLog, fields: Sequence[str]) -> Fact:
    """Whether the format of a flow log lacks one of the fields ("a or b": both of two).

    A format may be known in part: a field that stands in a known piece of it is there.
    """
    setting, missing = log.format, _missing(log, fields)
    text = f"the format of {log.name} lacks {', '.join(missing)}"
    if setting.default:
        text = f"{log.name} sets no format: {setting.default}"
    if missing and setting.open:
        return Fact(None, text, setting.place, log.name, setting.needs)
    otherwise = f"the format of {log.name} has {', '.join(fields)}"
    return Fact(bool(missing), text, setting.place, log.name, otherwise=otherwise)


def whole_format(log: FlowLog) -> str:
    """The format of a flow log with all fields that it lacks at its end.

    AWS replaces a flow log for another format: whichever fields are asked for, it does so once.
    """
    missing = _missing(log, (*PLACE_FIELDS, *TASK_FIELDS))
    added = [f"${{{field.partition(' or ')[0]}}}" for field in missing]
    return " ".join((str(log.format.known or ""), *added))


def _missing(log: FlowLog, fields: Sequence[str]) -> list[str]:
    """The fields that no known piece of a log's format has."""
    setting = log.format
    value = dereferenced(setting.value)
    pieces = value.parts if isinstance(value, Text) else (str(setting.known or ""),)
    written = " ".join(piece for piece in pieces if isinstance(piece, str))
    written = written.replace("{!", "{")
    return [
        field for field in fields if not any(f"{{{one}}}" in written for one in field.split(" or "))
    ]
