"""What user data does to a machine, as far as its ECS agent and its metadata are concerned."""

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.patterns import pattern
from taskwall.core.values import Fields, Need
from taskwall.lowering.user_data.marked import STAND_IN, Marks, is_known

CONFIG_FOLDER = "/etc/ecs"
AGENT_CONFIG = "/etc/ecs/ecs.config"
INSTANCE_CONFIG = "/var/lib/ecs/ecs.config"
JSON_CONFIG = "/etc/ecs/ecs.config.json"
UPSTART = "/etc/init/ecs.override"
SYSTEMD = pattern(r"/(etc|usr/lib|lib)/systemd/system/ecs\.service(\.d/[^/]+\.conf)?")
WATCHED_FILES = (
    AGENT_CONFIG,
    INSTANCE_CONFIG,
    JSON_CONFIG,
    UPSTART,
    "/etc/systemd/system/ecs.service.d/http-proxy.conf",
)
ON_INSTANCE = "is known only on the instance"

MAX_WORK = 200_000
"""So much may the scripts of one machine do: lines that they write, files that they look for."""

TOO_MUCH = Need("user data", "does too much to be followed")


MAX_NEEDS = 100
"""What waits for so much is not said to wait for more."""


def doubting(doubt: tuple[Need, ...], needs: tuple[Need, ...]) -> tuple[Need, ...]:
    """A doubt where more is waited for."""
    return doubt if len(doubt) > MAX_NEEDS else tuple(dict.fromkeys((*doubt, *needs)))


class ScriptLine(Struct, frozen=True):
    """A line of a file, or of what a command writes; `row` counts lines of the user data from 0.

    `doubt` says what its being there waits for. An `opaque` line may be any number of whatever
    lines. `ended` is whether a line break follows.
    """

    text: str
    row: int
    doubt: tuple[Need, ...] = ()
    opaque: bool = False
    ended: bool = True

    def waiting(self, needs: tuple[Need, ...]) -> "ScriptLine":
        """The line where its being there waits for more."""
        doubt = doubting(self.doubt, needs)
        return self if doubt == self.doubt else replace(self, doubt=doubt)


def lines(text: str, row: int, within: bool = True) -> list[ScriptLine]:
    """A text as lines; `within`: each stands on a row of its own, else all on the first."""
    pieces = text.split("\n")
    found = [
        ScriptLine(piece, row + number if within else row)
        for number, piece in enumerate(pieces[:-1])
    ]
    if pieces[-1]:
        last = row + len(pieces) - 1 if within else row
        found.append(ScriptLine(pieces[-1], last, ended=False))
    return found


def lines_waiting(content: list[ScriptLine], needs: tuple[Need, ...]) -> list[ScriptLine]:
    """Lines where their being there waits for more."""
    return [line.waiting(needs) for line in content]


def opaque(row: int, needs: tuple[Need, ...]) -> ScriptLine:
    """Lines that nothing tells."""
    return ScriptLine("", row, needs, opaque=True)


class Written(Struct, frozen=True):
    """A setting: its marked text, its row, and what its being so waits for."""

    text: str
    row: int
    doubt: tuple[Need, ...] = ()


class AgentSettings(Struct):
    """Settings in the order of their writing, and what may hold others or override them."""

    found: dict[str, Written] = {}
    unseen: dict[Need, None] = {}

    def set(self, name: str, text: str, row: int, doubt: tuple[Need, ...] = ()) -> None:
        """Set one; a doubtful one that says the same as before changes nothing."""
        before = self.found.get(name)
        if doubt and before is not None and before.text == text:
            return
        self.found[name] = Written(text, row, doubt)

    def cloud(self, needs: tuple[Need, ...]) -> None:
        """Anything may have been set: what was set before is no longer sure.

        But the cluster is: no program takes an instance out of the one that the sources name.
        """
        self.unseen.update(dict.fromkeys(needs))
        for name, written in self.found.items():
            doubt = written.doubt if name == "ECS_CLUSTER" else doubting(written.doubt, needs)
            if doubt is not written.doubt:
                self.found[name] = replace(written, doubt=doubt)


class PacketRule(Struct, frozen=True):
    """A rule of iptables: its options by their short names, its row, and its doubt.

    `matches` is whether it matches what containers send to the metadata address.
    """

    options: dict[str, str]
    row: int
    doubt: tuple[Need, ...]
    matches: bool | None = None


class AskedRule(Struct, frozen=True):
    """A rule that iptables is asked for: its chain, its options, and the asking's doubt."""

    chain: str
    options: dict[str, str]
    doubt: tuple[Need, ...]


class Machine:
    """The files that user data writes, and what else it does that matters here."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.files: dict[str, list[ScriptLine]] = {}
        self.direct = AgentSettings()
        self.rules: dict[str, list[PacketRule]] = {}
        """Rules of iptables by their chain, before those that the image and Docker have there."""
        self.asked: AskedRule | None = None
        """The rule that the last command has asked iptables for."""
        self.missing: dict[Need, AskedRule | None] = {}
        """The rules that iptables was asked for, and has not, where one waits for this last."""
        self.started_by = "ecs-init"
        self.has_agent = False
        self.expanded = 0
        """How many characters stood for variables so far."""
        self.work = 0
        """How much its scripts have done so far; beyond MAX_WORK nobody knows what is written."""
        self.unseen: dict[Need, None] = {}
        self.texts: list[str] = []
        """What was read of it, and of the metadata that it names."""
        self.left_open: dict[Need, None] = {}
        """What those texts wait for, as far as the sources write them."""
        self.metadata: Callable[[str, str], Fields | None] = lambda _name, _stack: None

    def write(
        self, path: str, content: list[ScriptLine], append: bool, doubt: tuple[Need, ...]
    ) -> None:
        """Write lines to a file, whose path may be known in part."""
        if not is_known(path):
            waits = (*doubt, *self.marks.needs(path))
            self.work += len(self.files)
            for known in dict.fromkeys((*WATCHED_FILES, *self.files)):
                if _may_be(path, known) and (known in self.files or known == AGENT_CONFIG):
                    self.write(known, content, append, waits or self.unknown(path))
            return
        held = self.files.setdefault(path, [])
        self.work += 1
        if not append:
            if doubt:
                self.work += sum(1 + len(line.doubt) for line in held)
                held[:] = [line.waiting(doubt) for line in held]
            else:
                held.clear()
        for line in content:
            if self.work > MAX_WORK:
                held.append(opaque(line.row, (TOO_MUCH,)))
                break
            self.work += 1 + len(line.doubt)
            new = line.waiting(doubt)
            last = held[-1] if held else None
            if last is not None and not last.ended and not last.opaque and not new.opaque:
                self.work += len(last.text)
                held[-1] = replace(new, text=last.text + new.text).waiting(last.doubt)
            else:
                held.append(new)

    def watches(self, path: str) -> bool:
        """Whether a file matters: the agent may read it, or a script has written it."""
        return path in WATCHED_FILES or path in self.files or path.startswith(f"{CONFIG_FOLDER}/")

    def replace(self, path: str, row: int, needs: tuple[Need, ...], *, whole: bool) -> None:
        """Something has changed a file, or replaced the whole of it, nobody knows how."""
        if whole and path == AGENT_CONFIG:
            self.has_agent = True  # whatever is in it: an agent reads it
        self.write(path, [opaque(row, needs)], append=not whole, doubt=() if whole else needs)

    def anything(self, row: int, needs: tuple[Need, ...]) -> None:
        """Something has been done that nothing tells: every file may be another."""
        needs = needs or self.unknown("user data")
        self.unseen.update(dict.fromkeys(needs))
        self.direct.cloud(needs)
        for path in dict.fromkeys((AGENT_CONFIG, *self.files)):
            self.write(path, [opaque(row, needs)], append=True, doubt=())

    def written(self) -> Iterator[str]:
        """The lines of all files that were written."""
        return (line.text for content in self.files.values() for line in content)

    @staticmethod
    def unknown(what: str) -> tuple[Need, ...]:
        """What to wait for where only the running instance tells."""
        return (Need(STAND_IN.sub("…", what), ON_INSTANCE),)

    def agent_settings(self) -> AgentSettings:
        """The agent's settings: those of its file win over the instance's, both over its JSON.

        After amazon-ecs-agent, agent/config (`Merge`) and ecs-init.
        """
        found = AgentSettings({}, {})
        self._of_json(self.files.get(JSON_CONFIG, []), found)
        for path in (INSTANCE_CONFIG, AGENT_CONFIG):
            self._environment(self.files.get(path, ()), found)
        for name, written in self.direct.found.items():
            found.set(name, written.text, written.row, written.doubt)
        found.unseen.update(self.direct.unseen)
        return found

    def _of_json(self, content: list[ScriptLine], found: AgentSettings) -> None:
        """The settings of the agent's JSON, as far as its lines are sure."""
        doubt = tuple(need for line in content for need in line.doubt)
        if any(line.opaque for line in content):
            found.cloud(doubt or self.unknown(JSON_CONFIG))
            return
        if not content:
            return
        from taskwall.lowering.user_data import agent_json

        text = "\n".join(line.text for line in content)
        for key, name, value in agent_json.settings_of(self.marks, text):
            rows = (line.row for line in content if f'"{key}"' in line.text)
            found.set(name, value, next(rows, content[0].row), doubt)
        if needs := agent_json.other_needs(self.marks, text):
            found.cloud(needs)

    def _environment(
        self, content: "list[ScriptLine] | tuple[ScriptLine, ...]", found: AgentSettings
    ) -> None:
        """Lines as ecs-init reads them: split at the first `=`, only the line's ends trimmed."""
        for line in content:
            if line.opaque:
                found.cloud(line.doubt or self.unknown("user data"))
                continue
            name, equals, value = line.text.strip().partition("=")
            if not is_known(name) or (not equals and not is_known(line.text)):
                found.cloud(self.marks.needs(name) or self.unknown(name))
            elif equals and name:
                found.set(name, value, line.row, line.doubt)

    def service_settings(self) -> AgentSettings:
        """The environment that drop-ins give to the service that starts the agent."""
        found = AgentSettings({}, {})
        for path, content in self.files.items():
            if path == UPSTART:
                for line in content:
                    assigned = line.text.strip()
                    if line.opaque:
                        found.cloud(line.doubt or self.unknown(path))
                    elif assigned.startswith("env "):
                        self._assign(assigned[4:], line, found)
            elif SYSTEMD.fullmatch(path):
                for line in content:
                    key, equals, value = line.text.strip().partition("=")
                    if line.opaque:
                        found.cloud(line.doubt or self.unknown(path))
                    elif equals and key.strip() == "Environment":
                        for item in _ITEM.findall(value):
                            self._assign(_QUOTED.sub(r"\1\2", item), line, found)
                    elif equals and key.strip() == "EnvironmentFile":
                        self.environment_file(value.strip().removeprefix("-"), line.doubt, found)
        return found

    def environment_file(
        self, path: str, doubt: tuple[Need, ...], found: AgentSettings, quotes: str = "\"'"
    ) -> None:
        """Take the lines of a file of `NAME=value`, as systemd and `docker run` read one.

        The agent's own file is read by itself; what this user data does not write cannot be seen.
        Docker takes quotes as a part of the value.
        """
        if path in (AGENT_CONFIG, INSTANCE_CONFIG):
            return
        held = self.files.get(path)
        self.work += len(held or ())
        if held is None:
            found.cloud((*doubt, *(self.marks.needs(path) or self.unknown(path))))
        for line in held or ():
            waits = (*doubt, *line.doubt)
            name, equals, value = line.text.strip().partition("=")
            if line.opaque or (not equals and not is_known(line.text)) or not is_known(name):
                found.cloud(waits or self.marks.needs(line.text) or self.unknown(path))
            elif equals and not name.startswith(("#", ";")):
                found.set(name, value.strip(quotes), line.row, waits)

    @staticmethod
    def _assign(text: str, line: ScriptLine, found: AgentSettings) -> None:
        name, equals, value = text.strip().partition("=")
        if equals:
            found.set(name, value.strip("\"'"), line.row, line.doubt)


_ITEM = pattern(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'])+")
_QUOTED = pattern(r"\"([^\"]*)\"|'([^']*)'")
"""The items of `Environment=`; systemd takes quotes off wherever they are in them."""


def _may_be(path: str, known: str) -> bool:
    """Whether a path known in part can be a known one."""
    pieces = STAND_IN.split(path)
    return known.startswith(pieces[0]) and known.endswith(pieces[-1])
