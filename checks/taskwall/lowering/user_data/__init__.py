"""User data: which settings it gives to the ECS agent, in whatever way it is written.

Each kind of user data has a reader of its own beside this file, imported when the first text of
its kind is met. All of them act on a `Machine`; `agent` reads off it what the agent would take.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from taskwall.core.facts import Fact, any_of
from taskwall.core.patterns import pattern
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Reference,
    Repeated,
    RowsSpan,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
)
from taskwall.lowering._reader import ResourceReader
from taskwall.lowering.user_data.layers import MAX_USER_DATA, unpacked
from taskwall.lowering.user_data.machine import AgentSettings, Machine, Written
from taskwall.lowering.user_data.marked import STAND_IN, Marks, is_known
from taskwall.model.core.entity import Link, Setting
from taskwall.model.entities.ecs import Cluster
from taskwall.model.entities.ecs_agent import Agent, AgentProxy
from taskwall.source.resource import Cell, Resource


def agent(r: ResourceReader, cell: Cell) -> Agent:
    """The agent's settings, as the user data at a cell writes them."""
    marks = Marks()
    machine = Machine(marks)
    value = cell.value if cell.doubt is None else Unknown(cell.doubt)
    text, at = _text(r, value, marks)
    if text is None:
        return _unseen(r, cell, needs(at) or cell.needs)
    rows = _Rows(cell, at, text)
    machine.left_open.update(dict.fromkeys(needs(at)))
    _act(r, machine, text, at)
    found = _read_off(r, cell, machine, rows)
    asks = "169.254.169.254/latest/" in text and "/api/token" not in text
    script = rows.place(0) if rows.start is not None and _SCRIPT.match(text) else None
    return replace(found, asks_without_token=asks, script=script)


_SCRIPT = pattern(r"#!\s*/(?:usr/)?bin/(?:env +)?(?:ba)?sh\b")


def _unseen(r: ResourceReader, cell: Cell, waits: tuple[Need, ...]) -> Agent:
    """What is known of user data that is not known: nothing."""
    waits = waits or (Need(f"the user data of {r.name}", "is not known"),)
    unknown = Fact(None, f"{r.name} runs an ECS agent", cell.place, r.name, waits)
    drops = Fact(None, f"{r.name} drops requests for metadata", cell.place, r.name, waits)
    return Agent(
        cell.place, r.name, unseen=waits, joins=unknown, cluster_needs=waits, drops_metadata=drops
    )


# --- from the attribute to a text


_RENDERED = "rendered"
"""The attribute by which data sources give a text that they make."""

_LAYERS = 5
"""So often one encoding or template is in another, at most: a circle ends there."""


class _Archive(Items, frozen=True):
    """The parts of a data source that makes a MIME archive."""


def _text(r: ResourceReader, value: Value | None, marks: Marks) -> tuple[str | None, Value]:
    """The text of user data, out of its layers, and the value that it stood in."""
    found = Known(None) if value is None else value
    for _ in range(_LAYERS):
        if isinstance(found, Reference) and found.value is None:
            inner = _rendered(r, found.resource, found.attribute)
        elif isinstance(found, Unknown) and len(found.needs) == 1:
            # `base64encode` of what a data source makes.
            name, _, attribute = found.needs[0].name.rpartition(".")
            inner = _rendered(r, name, attribute) if name.startswith("data.") else None
        elif isinstance(found, Fields) and "Fn::Base64" in found.fields:
            inner = found.fields["Fn::Base64"]
        else:
            inner = dereferenced(found)
            if inner is found:
                break
        if inner is None:
            break
        found = inner
    if isinstance(found, _Archive):
        return "", found
    if isinstance(found, Known) and isinstance(found.data, str):
        plain = unpacked(found.data)
        short = plain is not None and len(plain) <= MAX_USER_DATA
        return (marks.text([plain]) if short and plain is not None else None), found
    if isinstance(found, Text):
        found = Text(tuple(_expanded(r, found)), found.place)
    if (
        isinstance(found, Text)
        and sum(len(p) for p in found.parts if isinstance(p, str)) < MAX_USER_DATA
    ):
        return marks.text(found.parts), found
    return None, found


def _expanded(r: ResourceReader, text: Text, layers: int = _LAYERS) -> Iterator[str | Value]:
    """The parts of a text, with what data sources make of theirs put in."""
    for part in text.parts:
        inner = None
        if isinstance(part, Reference) and part.attribute == _RENDERED and layers:
            inner = _rendered(r, part.resource, _RENDERED) if part.value is None else part.value
        inner = _repeated(part) if isinstance(part, Repeated) else dereferenced(inner)
        if isinstance(inner, Text):
            yield from _expanded(r, inner, layers - 1)
        else:
            yield part


def _repeated(part: Repeated) -> Value | None:
    """What a template's loop writes, where it is the same for an agent how often that stands.

    That is so of what names nothing of an agent: users with their keys, packages.
    """
    once = dereferenced(part.once)
    texts = [each for each in once.parts if isinstance(each, str)] if isinstance(once, Text) else []
    return once if texts and not any(map(_OF_AGENTS.search, texts)) else None


_OF_AGENTS = pattern(r"(?i)ecs|169\.254|iptables|proxy")
"""What a text holds that sets up an agent, or what instances let containers reach."""


def _rendered(r: ResourceReader, name: str, attribute: str) -> Value | None:
    """What a data source that only computes makes of its arguments."""
    resource = r.builder.resources.get(name)
    if resource is None or not resource.data or attribute != _RENDERED:
        return None
    if resource.type == "template_file":
        return _template(resource)
    if resource.type in ("cloudinit_config", "template_cloudinit_config"):
        blocks = resource.body.fields.get("part")
        found = dereferenced(blocks)
        if isinstance(found, Items):
            return _Archive(found.items, found.rest, found.place, found.needs)
        if isinstance(found, Fields):
            return _Archive((found,), (), found.place)
    return None


def _template(resource: Resource) -> Value | None:
    """A `template_file` with its variables put in; None where it has directives or expressions."""
    source, given = resource.body.fields.get("template"), resource.body.fields.get("vars")
    found = dereferenced(source)
    variables = dereferenced(given)
    if not isinstance(found, Known) or not isinstance(found.data, str) or "%{" in found.data:
        return None
    held = variables.fields if isinstance(variables, Fields) else {}
    parts: list[str | Value] = []
    for index, piece in enumerate(re.split(r"(?<!\$)\$\{\s*([^}]*?)\s*\}", found.data)):
        if index % 2 == 0:
            parts.append(piece.replace("$${", "${"))
        else:
            parts.append(held.get(piece, Unknown((Need(f"${{{piece}}}", "is not known"),))))
    return Text(tuple(parts), found.place)


class _Rows:
    """Where in a source a row of user data stands: in the text itself, else at the attribute.

    That text is in the resource, or a file of its own, as a whole.
    """

    def __init__(self, cell: Cell, value: Value, text: str) -> None:
        self.cell = cell
        self.start: Span | None = None
        self.rows: tuple[Span | None, ...] = ()
        self.first = 1
        place = value.place
        inside = place is not None and cell.resource.place.holds(place)
        if isinstance(place, RowsSpan) and inside:
            self.rows = place.rows
            return
        if (
            place is not None
            and (place.line, place.column) == (1, 1)
            and place.file != cell.resource.place.file
            and place.end_line - place.line == text.count("\n")
        ):
            self.start, self.first = place, 0
            return
        rows = text.count("\n") + (0 if text.endswith("\n") else 1)
        # A here-document ends with a line of its own, a block of YAML with its last one. Texts
        # that are put together from pieces have other heights, and no rows.
        ending = 1 if cell.resource.origin.language == "terraform" else 0
        if place is not None and inside and place.end_line - place.line == rows + ending:
            self.start = place

    def place(self, row: int) -> Span:
        """The place of a row."""
        if row < len(self.rows):
            return self.rows[row] or self.cell.place
        start = self.start
        if start is None or start.line + self.first + row > start.end_line:
            return self.cell.place
        line = start.line + self.first + row
        return Span(start.file, line, 1, line, 2)


def _act(r: ResourceReader, machine: Machine, text: str, value: Value) -> None:
    """Let user data act on a machine, by its kind."""
    machine.metadata = _metadata(r, machine)
    if isinstance(value, _Archive):
        _archive(machine, value)
        return
    machine.texts.append(text)
    stripped = text.lstrip()
    if not stripped:
        return
    if STAND_IN.match(stripped):
        machine.anything(0, machine.marks.needs(stripped[0]))
        return
    from taskwall.lowering.user_data import bottlerocket, powershell

    if powershell.is_windows(text):
        powershell.run(machine, text)
    elif bottlerocket.is_toml(text):
        bottlerocket.run(machine, text)
    elif stripped.startswith("{"):
        _json(machine, stripped)
    else:
        from taskwall.lowering.user_data import cloud

        whole = cloud.is_archive(text)
        cloud.run(machine, cloud.parts_of(text) if whole else [cloud.MimePart(text, 0)])


_INIT = "AWS::CloudFormation::Init"


def _metadata(r: ResourceReader, machine: Machine) -> Callable[[str, str], Fields | None]:
    """The metadata of a resource of the same template, by its logical id and its stack's name."""
    own = r.id.rpartition("/")[0]

    def of(name: str, stack: str) -> Fields | None:
        found = r.builder.resources.get(f"{own}/{name}" if own else name)
        metadata = None if found is None else found.metadata
        template = found is not None and found.origin.language == "cloudformation"
        orders = metadata is not None and (_INIT in metadata.fields or bool(needs(metadata)))
        # A name that is written may be that of another stack.
        if template and not orders and (not stack or not is_known(stack)):
            return Fields({_INIT: Fields({})})
        if metadata is None or not orders or not metadata.fields:
            machine.left_open.update(dict.fromkeys(machine.unknown("what cfn-init does")))
            return None
        machine.left_open.update(dict.fromkeys(needs(metadata)))
        machine.texts.extend(_texts(metadata))
        return metadata

    return of


def _texts(value: Value) -> Iterator[str]:
    """All texts within a value, keys among them."""
    found = dereferenced(value)
    if isinstance(found, Known):
        yield str(found.data)
    elif isinstance(found, Text):
        yield from (part for part in found.parts if isinstance(part, str))
    elif isinstance(found, Items):
        for item in found.items:
            yield from _texts(item)
    elif isinstance(found, Fields):
        for key, item in found.fields.items():
            yield key
            yield from _texts(item)


def _archive(machine: Machine, archive: Items) -> None:
    from taskwall.lowering.user_data import cloud

    parts = []
    for value, sure in (*((v, True) for v in archive.items), *((v, False) for v in archive.rest)):
        part = dereferenced(value)
        doubt = () if sure else (archive.needs or needs(value) or machine.unknown("a part"))
        if not isinstance(part, Fields):
            parts.append(cloud.MimePart(machine.marks.mark(value), 0, "", doubt))
            continue
        kind = part.fields.get("content_type")
        said = str(getattr(dereferenced(kind), "data", "") or "")
        content = dereferenced(part.fields.get("content", Known("")))
        if isinstance(content, Known):
            text = machine.marks.text([str(content.data or "")])
        elif isinstance(content, Text):
            text = machine.marks.text(content.parts)
        else:
            text = machine.marks.mark(content)
        machine.texts.append(text)
        parts.append(cloud.MimePart(text, 0, said, doubt))
    cloud.run(machine, parts)


def _json(machine: Machine, text: str) -> None:
    from taskwall.lowering.user_data import agent_json

    for _, name, value in agent_json.settings_of(machine.marks, text):
        machine.direct.set(name, value, 0)
    if needs_ := agent_json.other_needs(machine.marks, text):
        machine.anything(0, needs_)


# --- from the machine to the agent


_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_BOOLEANS = frozenset(
    (
        "ECS_AWSVPC_BLOCK_IMDS",
        "ECS_ENABLE_TASK_IAM_ROLE",
        "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST",
    )
)
"""Settings that the agent reads as Go's ParseBool does, spaces apart: else they are not set."""


_ECS = pattern(r"(?<![a-z])(?<!aws )ecs", re.IGNORECASE)
"""A word of ECS: `ecs.config`, `ECS_CLUSTER`, `amazon-ecs-agent`, `Initialize-ECSAgent`."""


def _read_off(r: ResourceReader, cell: Cell, machine: Machine, rows: _Rows) -> Agent:
    """What an agent takes of all that user data has done."""
    found = machine.agent_settings()
    spelled = _spelled(machine)
    settings = {
        name: setting
        for name, written in found.found.items()
        if (setting := _setting(machine, name, written, rows, r, spelled)) is not None
    }
    unseen = tuple(found.unseen)
    text = f"user data of {r.name} sets up an ECS agent"
    evident = machine.has_agent or any(
        name.startswith("ECS_") and not written.doubt for name, written in found.found.items()
    )
    hinted = unseen or tuple(n for w in found.found.values() for n in w.doubt)
    if not any(map(_ECS.search, (*machine.texts, *machine.written()))):
        # Whatever a program does, it sets up no agent unasked: only lines that the sources leave
        # open could.
        hinted = tuple(need for need in hinted if need in machine.left_open)
    joins = Fact(
        True if evident else None if hinted else False, text, cell.place, r.name,
        () if evident else tuple(dict.fromkeys(hinted)),
        f"user data of {r.name} sets up no ECS agent",
    )  # fmt: skip
    cluster, waits = _cluster(r, cell, settings, unseen)
    return Agent(
        cell.place,
        r.name,
        settings,
        unseen,
        joins,
        cluster,
        waits,
        machine.started_by,
        tuple(_proxies(machine, found, settings, rows, r)),
        _drops(r, cell, machine, rows),
    )


def _spelled(machine: Machine) -> dict[str, str]:
    if machine.started_by == "windows":
        from taskwall.lowering.user_data.powershell import SPELLED
    elif machine.started_by == "bottlerocket":
        from taskwall.lowering.user_data.bottlerocket import SPELLED
    else:
        return {}
    return SPELLED


def _setting(
    machine: Machine,
    name: str,
    written: Written,
    rows: _Rows,
    r: ResourceReader,
    spelled: dict[str, str] | None = None,
) -> Setting | None:
    """A setting as the agent takes it; None if it does not."""
    place = rows.place(written.row)
    called = (spelled or {}).get(name, name)
    if written.doubt:
        return Setting(Unknown(written.doubt), place, called, r.name)
    value = machine.marks.value(written.text)
    if name in _BOOLEANS and isinstance(value, Known):
        text = str(value.data).strip()
        if text not in _TRUE | _FALSE:
            # What is written stays untold: user data can hold secrets.
            says = "the agent accepts only true and false"
            return Setting(Known(None), place, called, r.name, says) if text else None
        return Setting(Known(text in _TRUE), place, called, r.name)
    if name == "ECS_CLUSTER" and isinstance(value, Known) and not value.data:
        return None
    return Setting(value, place, called, r.name)


def _cluster(
    r: ResourceReader, cell: Cell, settings: dict[str, Setting], unseen: tuple[Need, ...]
) -> tuple[Link | None, tuple[Need, ...]]:
    """The cluster that the agent joins, or what that waits for."""
    setting = settings.get("ECS_CLUSTER")
    if setting is None:
        if unseen:
            return None, unseen
        text = f"{r.name} joins the cluster that is called default"
        return Link("default", Fact(True, text, cell.place, r.name), cell.place), ()
    named = _filled_in(r, setting)
    named_cell = Cell(named, setting.place, cell.path, cell.resource, cell.attributes_read)
    link = r.link(Cluster, named_cell, "joins")
    if link is None or not link.to:
        return None, setting.needs
    if not link.exact:  # A name that an input brings may be that of a cluster which is written.
        link = replace(link, written=None)
    if link.to not in r.builder.resources and (waits := _open_names(r)):
        # One of these clusters may have this name.
        if not link.exact:
            waits = tuple(dict.fromkeys((*link.fact.needs, *waits)))
        link = replace(link, exact=False, written=None, fact=replace(link.fact, needs=waits))
    return link, ()


def _filled_in(r: ResourceReader, setting: Setting) -> Value | None:
    """The name of the cluster, where what it is written as is the name of a written one, too.

    No cluster may be called `$CLUSTER`: something fills that in before Terraform reads it, in the
    one place as in the other.
    """
    waits = [need.name for need in setting.needs] if isinstance(setting.value, Unknown) else []
    for name in _names(r):
        if isinstance(name, Known) and "$" in str(name.data) and waits == [name.data]:
            return name
    return setting.value


def _names(r: ResourceReader) -> Iterator[Value]:
    """The names of the sources' clusters."""
    key, kind = ("name", "aws_ecs_cluster") if r.terraform else ("ClusterName", "AWS::ECS::Cluster")
    names = (each.body.fields.get(key) for each in r.builder.of_type(kind) if not each.data)
    yield from (dereferenced(name) for name in names if name is not None)


def _open_names(r: ResourceReader) -> tuple[Need, ...]:
    """What the names of the sources' clusters wait for."""
    return tuple(need for name in _names(r) for need in needs(name))


DOCKER = "/var/run/docker.sock"
PIPE = r"\\.\pipe\docker_engine"


def _proxies(
    machine: Machine,
    found: AgentSettings,
    settings: dict[str, Setting],
    rows: _Rows,
    r: ResourceReader,
) -> list[AgentProxy]:
    """The proxies of the agent and of the service that starts it, with what they exclude."""
    docker = {"windows": PIPE, "bottlerocket": ""}.get(machine.started_by, DOCKER)
    service = machine.service_settings()
    held = {
        name: setting
        for name, written in service.found.items()
        if (setting := _setting(machine, name, written, rows, r)) is not None
    }
    excluded = _excluded(settings, tuple(found.unseen), rows, r)
    # The agent's file is an environment of the service as well, and the stronger one.
    own = excluded if excluded.value is not None else None
    own = own or _excluded(held, (*service.unseen, *found.unseen), rows, r)
    who = (("the agent", settings, excluded), ("the service that starts the agent", held, own))
    return [
        AgentProxy(by, name.upper(), given[name], without, docker)
        for by, given, without in who
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")
        if name in given and given[name].known != ""
    ]


def _excluded(
    settings: dict[str, Setting], unseen: tuple[Need, ...], rows: _Rows, r: ResourceReader
) -> Setting:
    """The list of what no proxy is used for; Go takes it under either case."""
    found = settings.get("NO_PROXY") or settings.get("no_proxy")
    if found is not None:
        return found
    return Setting(Unknown(unseen) if unseen else None, rows.cell.place, "NO_PROXY", r.name)


def _dropping(machine: Machine) -> Iterable[tuple[int, tuple[Need, ...]]]:
    if not machine.rules:
        return ()
    from taskwall.lowering.user_data import packet_rules

    return packet_rules.drops(machine)


def _drops(r: ResourceReader, cell: Cell, machine: Machine, rows: _Rows) -> Fact:
    """Whether a rule of iptables drops what containers send to the metadata address."""
    text = f"user data of {r.name} drops what containers send to 169.254.169.254"
    otherwise = f"user data of {r.name} drops nothing that containers send to 169.254.169.254"
    parts = [
        Fact(None if doubt else True, text, rows.place(row), r.name, doubt)
        for row, doubt in _dropping(machine)
    ]
    if machine.unseen:
        parts.append(Fact(None, text, cell.place, r.name, tuple(machine.unseen)))
    return any_of((Fact(False, text, cell.place, r.name, otherwise=otherwise), *parts))
