"""Functions of address blocks."""

from typing import TYPE_CHECKING

from taskwall.core.values import Items, Known, PartOf, Value
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import text_of, whole
from taskwall.readers.terraform.values.values import FailedError, is_open, waiting

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network


def _network(value: Value) -> "IPv4Network | IPv6Network":
    from ipaddress import ip_network

    text = text_of(value)
    if "/" not in text:
        raise FailedError(f'"{text}"', "is not a CIDR block")
    return ip_network(text, strict=False)


def _subnet(
    network: "IPv4Network | IPv6Network", bits: int, number: int
) -> "IPv4Network | IPv6Network":
    length = network.prefixlen + bits
    if bits < 0 or length > network.max_prefixlen or not 0 <= number < 1 << bits:
        raise FailedError(f'"{network}"', f"has no subnet {number} of {bits} more bits")
    start = int(network.network_address) + (number << (network.max_prefixlen - length))
    return type(network)((start, length))


def _cidrsubnet(arguments: list[Value], scope: ModuleContext) -> Value:
    if any(map(is_open, arguments)):
        return PartOf(waiting(*arguments).needs, whole=arguments[0])
    network = _network(arguments[0])
    return Known(str(_subnet(network, whole(arguments[1]), whole(arguments[2]))))


def _cidrsubnets(arguments: list[Value], scope: ModuleContext) -> Value:
    if is_open(arguments[0]):
        # How many there are is known all the same.
        waits = waiting(arguments[0]).needs
        return Items(tuple(PartOf(waits, whole=arguments[0]) for _ in arguments[1:]))
    network = _network(arguments[0])
    at = int(network.network_address)
    end = int(network.broadcast_address) + 1
    found: list[Value] = []
    for argument in arguments[1:]:
        length = network.prefixlen + whole(argument)
        if not network.prefixlen < length <= network.max_prefixlen:
            raise FailedError(f'"{network}"', "cannot be divided so")
        size = 1 << (network.max_prefixlen - length)
        at = -(-at // size) * size
        if at + size > end:
            raise FailedError(f'"{network}"', "has not room for so many subnets")
        found.append(Known(str(type(network)((at, length)))))
        at += size
    return Items(tuple(found))


def _cidrhost(arguments: list[Value], scope: ModuleContext) -> Value:
    network, number = _network(arguments[0]), whole(arguments[1])
    size = network.num_addresses
    if not -size <= number < size:
        raise FailedError(f'"{network}"', f"has no address number {number}")
    base = network.network_address if number >= 0 else network.broadcast_address + 1
    return Known(str(base + number))


def _cidrnetmask(arguments: list[Value], scope: ModuleContext) -> Value:
    network = _network(arguments[0])
    if network.version != 4:
        raise FailedError("cidrnetmask(...)", "takes IPv4 only")
    return Known(str(network.netmask))


def _cidrcontains(arguments: list[Value], scope: ModuleContext) -> Value:
    from ipaddress import ip_address

    network, text = _network(arguments[0]), text_of(arguments[1])
    first = last = ip_address(text.partition("/")[0])
    if "/" in text:
        other = _network(arguments[1])
        first, last = other.network_address, other.broadcast_address
    if first.version != network.version:
        raise FailedError("cidrcontains(...)", "is given IPv4 and IPv6")
    return Known(first in network and last in network)


FUNCTIONS = {
    "cidrcontains": _cidrcontains,
    "cidrsubnet": _cidrsubnet,
    "cidrsubnets": _cidrsubnets,
    "cidrhost": _cidrhost,
    "cidrnetmask": _cidrnetmask,
}
