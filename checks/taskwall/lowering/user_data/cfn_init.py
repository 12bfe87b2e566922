"""What cfn-init does by the metadata `AWS::CloudFormation::Init`: files, then commands."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
)
from taskwall.lowering.user_data.machine import Machine, lines, opaque
from taskwall.lowering.user_data.marked import is_known
from taskwall.lowering.user_data.quoting import for_shell

RunScript: TypeAlias = Callable[[str, tuple[Need, ...]], object]
"""Lets a command act, unless what is needed for that is not so."""


def run(
    machine: Machine,
    metadata: Fields,
    sets: str,
    row: int,
    doubt: tuple[Need, ...],
    shell: RunScript,
) -> None:
    """Let the configurations of a set ("default" if `sets` is empty) act."""
    init = _fields(metadata.fields.get("AWS::CloudFormation::Init"))
    if init is None or init.rest is not None or not is_known(sets):
        machine.anything(row, needs(metadata) or machine.unknown("what cfn-init does"))
        return
    for name in _configs(init, sets):
        config = _fields(init.fields.get(name))
        if config is None:
            what = f"configuration {name} of cfn-init" if name else "cfn-init"
            machine.anything(row, needs(init) or machine.unknown(f"what {what} does"))
            continue
        files, commands = (config.fields.get(key, config.rest) for key in ("files", "commands"))
        _files(machine, _fields(files), row, doubt)
        _left_open(machine, files, row)
        _commands(machine, _fields(commands), row, doubt, shell)
        _left_open(machine, commands, row)


def _fields(value: Value | None) -> Fields | None:
    found = dereferenced(value)
    return found if isinstance(found, Fields) else None


def _left_open(machine: Machine, value: Value | None, row: int) -> None:
    """Let what a map may hold beside what is known act, or all of one that is not known."""
    found = dereferenced(value)
    if isinstance(found, Fields):
        found = found.rest
    if found is not None and not isinstance(found, Known):
        machine.anything(row, needs(found))


def _configs(init: Fields, sets: str, depth: int = 0) -> list[str]:
    """The names of the configurations of a set, in their order; "" where one is not known."""
    chosen = dereferenced(init.fields.get("configSets"))
    if chosen is None or (isinstance(chosen, Known) and chosen.data is None):
        return ["config"] if "config" in init.fields else []
    if not isinstance(chosen, Fields):
        return [""]
    found: list[str] = []
    for name in (sets or "default").split(","):
        held = chosen.fields.get(name.strip(), chosen.rest)
        items = [] if held is None else [*_flat(held)]
        for item in items:
            inner = _fields(item)
            if isinstance(item, Known):
                found.append(str(item.data))
            elif inner is not None and "ConfigSet" in inner.fields and depth < 5:
                other = dereferenced(inner.fields["ConfigSet"])
                found += _configs(init, str(getattr(other, "data", "")), depth + 1)
            else:
                found.append("")
    return found


def _flat(value: Value) -> Iterator[Value]:
    """The items of a list, and of lists in it; what is no list is one item."""
    found = dereferenced(value)
    if not isinstance(found, Items):
        yield found
        return
    for item in found.items:
        yield from _flat(item)
    if found.rest:
        yield Unknown(needs(found))  # it may be there


def _text(machine: Machine, value: Value | None) -> str | None:
    found = dereferenced(value)
    if isinstance(found, Known):
        return "" if found.data is None else str(found.data)
    if isinstance(found, Text):
        return machine.marks.text(found.parts)
    return None


def _files(machine: Machine, files: Fields | None, row: int, doubt: tuple[Need, ...]) -> None:
    for path, value in files.fields.items() if files is not None else ():
        file = _fields(value)
        content = file.fields.get("content") if file is not None else None
        text = _text(machine, content)
        if file is None or text is None or "encoding" in file.fields or "context" in file.fields:
            waits = needs(value) or machine.unknown(f"what cfn-init writes to {path}")
            machine.write(path, [opaque(row, waits)], append=False, doubt=doubt)
        else:
            machine.write(path, lines(text, row, within=False), append=False, doubt=doubt)


def _commands(
    machine: Machine, orders: Fields | None, row: int, doubt: tuple[Need, ...], shell: RunScript
) -> None:
    for name, value in sorted(orders.fields.items()) if orders is not None else ():
        order = _fields(value)
        if order is None:
            machine.anything(row, needs(value))
            continue
        waits = doubt
        if "test" in order.fields:
            waits = (*doubt, Need(f"the test of command {name}", "is known only on the instance"))
        command = order.fields.get("command")
        found = dereferenced(command)
        words = [_text(machine, item) for item in found.items] if isinstance(found, Items) else []
        text = None
        if words:
            known = [word for word in words if word is not None]
            text = " ".join(map(for_shell, known)) if len(known) == len(words) else None
        elif command is not None:
            text = _text(machine, command)
        given = _fields(order.fields.get("env", Fields({})))
        if text is None or given is None:
            machine.anything(row, needs(value))
            continue
        for variable, item in given.fields.items():
            said = machine.marks.text((item,)) if (word := _text(machine, item)) is None else word
            text = f"export {variable}={for_shell(said)}; {text}"
        if (stands := order.fields.get("cwd")) is not None:
            at = _text(machine, stands)
            text = f"cd {for_shell(machine.marks.mark(stands) if at is None else at)}; {text}"
        shell(text, waits)
