"""What each command of a shell script does to its machine, by its name."""

from taskwall.core.values import Need
from taskwall.lowering.user_data.machine import ScriptLine
from taskwall.lowering.user_data.shell.builtin_commands import BUILTIN_COMMANDS
from taskwall.lowering.user_data.shell.call import DEEPEST, Command, ShellCall, spend
from taskwall.lowering.user_data.shell.docker_run import docker
from taskwall.lowering.user_data.shell.file_commands import FILE_COMMANDS
from taskwall.lowering.user_data.shell.nested_scripts import SCRIPT_COMMANDS
from taskwall.lowering.user_data.shell.programs import PROGRAMS, not_followed


def ran(call: ShellCall) -> list[ScriptLine]:
    """Let a command act on the machine; its output."""
    return _COMMANDS.get(call.name, not_followed)(call)


def _iptables(call: ShellCall) -> list[ScriptLine]:
    from taskwall.lowering.user_data import packet_rules

    spend(call.shell.machine, call.row, sum(map(len, call.shell.machine.rules.values())) // 10)
    if call.name == "iptables-restore":
        packet_rules.restored(call.shell.machine, call.row)
    else:
        packet_rules.obey(call.shell.machine, call.arguments, call.row, call.doubt)
    return []


def _cfn_init(call: ShellCall) -> list[ScriptLine]:
    """Let the metadata of the named resource act, if it is one of the sources."""
    from taskwall.lowering.user_data import cfn_init

    words = [part for word in call.arguments for part in word.split("=", 1)]
    named = {name: words[at + 1] for at, name in enumerate(words[:-1]) if name.startswith("-")}
    machine = call.shell.machine
    metadata = machine.metadata(
        named.get("-r") or named.get("--resource") or "",
        named.get("-s") or named.get("--stack") or "",
    )
    if metadata is None or not metadata.fields:
        machine.anything(call.row, machine.unknown("what cfn-init does"))
    elif call.depth < DEEPEST:
        sets = named.get("-c") or named.get("--configsets") or ""

        def shell(script: str, doubt: tuple[Need, ...]) -> list[ScriptLine]:
            return call.shell.inside(call.row, doubt, call.depth).run(script)

        cfn_init.run(machine, metadata, sets, call.row, call.doubt, shell)
    return []


_COMMANDS: dict[str, Command] = {
    **BUILTIN_COMMANDS,
    **FILE_COMMANDS,
    **SCRIPT_COMMANDS,
    **PROGRAMS,
    **dict.fromkeys(("iptables", "iptables-legacy", "iptables-nft"), _iptables),
    "iptables-restore": _iptables,
    "docker": docker,
    "cfn-init": _cfn_init,
}
