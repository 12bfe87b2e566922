"""iptables: whether what containers send to the metadata address is dropped on its way.

The rules of a chain are asked in their order, and the first that matches a packet decides
(iptables(8)). Containers' packets pass FORWARD, and from there DOCKER-USER (Docker's documentation,
"Packet filtering and firewalls"); what they send to the metadata service is TCP to port 80.
"""

from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network
from itertools import pairwise

from msgspec.structs import replace

from taskwall.core.patterns import pattern
from taskwall.core.truths import all_true
from taskwall.core.values import Need
from taskwall.lowering.user_data.machine import AskedRule, Machine, PacketRule, doubting
from taskwall.lowering.user_data.marked import is_known

CHAINS = ("DOCKER-USER", "FORWARD")
_METADATA = ip_address("169.254.169.254")

_LONG = {
    "--append": "-A", "--insert": "-I", "--delete": "-D", "--flush": "-F", "--replace": "-R",
    "--check": "-C", "--table": "-t", "--destination": "-d", "--dst": "-d", "--source": "-s",
    "--src": "-s", "--in-interface": "-i", "--out-interface": "-o", "--protocol": "-p",
    "--proto": "-p", "--jump": "-j", "--match": "-m", "--goto": "-g", "--dport": "--dports",
    "--destination-port": "--dports", "--destination-ports": "--dports",
}  # fmt: skip
_ORDERS = ("-A", "-I", "-D", "-F", "-R", "-C")
_LIMITS = {"-d", "-i", "-p", "--dports", "-j", "-m", "--comment", "--reject-with", "-w", "--wait"}
"""Options that are understood: any other leaves open which packets a rule matches."""


def obey(machine: Machine, words: list[str], row: int, doubt: tuple[Need, ...]) -> None:
    """Change the rules of a machine as one call of iptables says."""
    parts = [_LONG.get(part, part) for word in words for part in _split(word)]
    options = {
        name: "" if following.startswith("-") else following.removesuffix("/32")
        for name, following in zip(parts, (*parts, "-")[1:], strict=True)
        if name.startswith("-")
    }
    if "-m" in options:
        options["-m"] = ",".join(word for name, word in pairwise(parts) if name == "-m")
    table = options.pop("-t", "filter")
    order = next((name for name in _ORDERS if name in options), "")
    chain = options.pop(order, "")
    number = parts[parts.index(chain) + 1 :][:1] if chain else []
    at = int(number[0]) - 1 if number and number[0].isdecimal() else None
    waits = (*doubt, *machine.marks.needs(table + chain))
    if not is_known(table):
        table = "filter"
    if table in ("raw", "mangle") and order in ("-A", "-I") and chain == "PREROUTING":
        # It may drop there as well; of other tables FORWARD is no chain, or drops nothing.
        chain, table, waits = CHAINS[0], "filter", (*doubt, *_open(row))
    if table != "filter" or (chain and is_known(chain) and chain not in CHAINS):
        return
    machine.asked = AskedRule(chain, options, doubt) if order == "-C" else None
    if order in ("-D", "-F", "-R"):
        machine.missing.clear()
    there = any(each.options == options for each in machine.rules.get(chain, ()))
    missing = machine.missing.get(doubt[-1]) if doubt and order in ("-A", "-I") else None
    if missing == AskedRule(chain, options, doubt[:-1]) and not there:
        # `-C RULE || -I RULE`: the rule is there, whoever has put it there.
        waits = (*doubt[:-1], *waits[len(doubt) :])
    rule = PacketRule(options, row, waits, _matches(parts, options))
    for name in (chain,) if chain in CHAINS else CHAINS:
        rules = machine.rules.setdefault(name, [])
        if order == "-I" and (at or 0) <= len(rules):
            rules.insert(at or 0, rule)
        elif order in ("-A", "-I"):  # behind what Docker has there, which may accept
            rules.append(replace(rule, doubt=(*waits, *_open(row))))
        elif order in ("-D", "-F", "-R"):
            gone = [
                place
                for place, each in enumerate(rules)
                if order == "-F" or (place == at if at is not None else each.options == options)
            ]
            for place in reversed(gone if order == "-F" else gone[:1]):
                each = rules.pop(place)
                if waits:
                    rules.insert(place, replace(each, doubt=doubting(each.doubt, waits)))
                if order == "-R":
                    rules.insert(place, rule)


def restored(machine: Machine, row: int) -> None:
    """Something has replaced all rules, nobody knows by which."""
    for name in CHAINS:
        machine.rules[name] = [PacketRule({"-j": "DROP"}, row, _open(row), None)]


def drops(machine: Machine) -> Iterator[tuple[int, tuple[Need, ...]]]:
    """The rules that drop what containers send to the metadata address: rows, and doubts."""
    accepted = False
    for name in CHAINS:
        open_: tuple[Need, ...] = ()
        for rule in machine.rules.get(name, ()):
            if rule.matches is False:
                continue
            verdict = rule.options.get("-j", rule.options.get("-g", ""))
            waits = (*open_, *rule.doubt, *(() if rule.matches else _open(rule.row)))
            if verdict in ("DROP", "REJECT"):
                yield rule.row, (*waits, *(_open(rule.row) if accepted else ()))
            elif verdict in ("LOG", "NFLOG", "MARK", ""):
                continue
            elif verdict not in ("ACCEPT", "RETURN"):
                # Another chain, which may drop or accept.
                yield rule.row, (*waits, *_open(rule.row))
                waits = waits or _open(rule.row)
            if not waits:
                accepted |= verdict == "ACCEPT"
                break
            open_ = tuple(dict.fromkeys(waits))


def _open(row: int) -> tuple[Need, ...]:
    return Machine.unknown(f"what the rule of iptables in line {row + 1} drops")


def _split(word: str) -> list[str]:
    return word.split("=", 1) if word.startswith("--") else [word]


def _matches(parts: list[str], options: dict[str, str]) -> bool | None:
    """Whether a rule matches what containers send to the metadata address."""
    found = [
        test(options[name]) if is_known(options[name]) else None
        for name, test in _TESTS.items()
        if name in options
    ]
    if "!" in parts or not set(options) <= _LIMITS:
        return None
    return all_true(found)


def _to_metadata(addresses: str) -> bool | None:
    try:
        return any(_METADATA in ip_network(each, strict=False) for each in addresses.split(","))
    except ValueError:
        return None


def _from_containers(interface: str) -> bool | None:
    """Docker's own bridge is docker0; eth0 and the like are the instance's."""
    if interface in ("docker+", "docker0", "+", ""):
        return True
    return False if _OF_THE_HOST.fullmatch(interface) else None


_OF_THE_HOST = pattern(r"(?:eth|ens|enp|en|lo)[\w.+]*")


def _to_port_80(ports: str) -> bool | None:
    try:
        for each in ports.split(","):
            first, _, last = each.partition(":")
            if int(first or 0) <= 80 <= int(last or (65535 if ":" in each else first)):
                return True
    except ValueError:
        return True if ports == "http" else None
    return False


_TESTS: dict[str, Callable[[str], bool | None]] = {
    "-d": _to_metadata,
    "-i": _from_containers,
    "-p": lambda protocol: protocol.lower() in ("tcp", "6", "all", "0"),
    "--dports": _to_port_80,
    "-m": lambda found: True if {*found.split(",")} <= {"tcp", "multiport", "comment"} else None,
}
