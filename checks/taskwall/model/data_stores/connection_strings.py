"""Connections in plain text, as environments of containers describe them.

What a variable holds is looked at and never shown.
"""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Need, Reference, Text, Value, dereferenced, same
from taskwall.core.values import needs as needs_of
from taskwall.core.values import text as text_of
from taskwall.model.compute.launch_type import sources_of_definition
from taskwall.model.core.entity import same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.data_stores.store import Store
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.environment import DnsName, Variable, is_url_of_aws
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.load_balancing.edge import AliasRecord, dns_name, records_of
from taskwall.model.load_balancing.paths import stands_before_others


class Connection(Struct, frozen=True):
    """What a variable says of a connection: whether it is one, and plain; and to which store.

    `marked` is whether anything says that it is about a connection. `cure` is what to write in its
    place, where that is one word.
    """

    plain: Fact
    concerned: Fact
    store: str = ""
    marked: bool = True
    cure: str = ""


def connection(network: Network, variable: Variable) -> Connection | None:
    """What a variable says of a connection; None where it certainly is about none."""
    name = _plain_name(variable)
    if variable.value is None:
        # Of Sentry's address nothing is asked, as long as nothing says that it is of the sources;
        # what is called the URI of an image is one that is pulled.
        marks = name.endswith((*_MARKS, _PROTOCOL)) and not name.endswith((_SENTRY, _IMAGE))
        asked = marks or variable.anything or variable.named
        if variable.unread or variable.of_aws or not (asked and variable.needs):
            return None
        return replace(
            _open(variable, variable.needs), marked=marks and not _is_of_browsers(variable)
        )
    text, holes = _flat(variable.value)
    needs = tuple(need for hole in holes for need in _needs(hole))
    if name.endswith(_PROTOCOL):
        if needs:
            return _open(variable, needs)
        plain = text.strip().upper() in _KAFKA_PLAIN
        return Connection(
            _fact(plain, variable, "asks Kafka for plain text"), TRUE, cure="SASL_SSL"
        )
    if variable.named and text.strip().upper() in _KAFKA_PLAIN:
        return _open(variable, variable.named)
    text = _decoded(text) if not holes else text
    store = next((each for each in variable.refers if network.get(Store, each)), "")
    mode = _MODE.search(variable.name) and text.strip().lower()
    if mode in ("disable", "disabled") or _SWITCHED_OFF.search(text):
        if _is_local(network, variable, name, text):
            return None
        return Connection(_fact(True, variable, "turns TLS off"), TRUE, store)
    found: list[Connection] = []
    for piece in text.split('"'):  # what stands in quotes is a text of its own: JSON, YAML
        own = holes[: piece.count(_HOLE)]
        holes = holes[len(own) :]
        found += _in_text(network, variable, name, piece, own, store)
    return min(found, key=_rank, default=None)


def _is_local(network: Network, variable: Variable, name: str, text: str) -> bool:
    """Whether TLS is off for connections to the task itself only, as to a proxy in it.

    Who is connected to stands in the text, else in the variable beside it: `DB_HOST` of
    `DB_SSLMODE`. `name` is the variable's, in small letters and without signs.
    """
    hosts = [
        host for found in _HOSTS.finditer(text) for host in (found[1] or found[2] or "").split(",")
    ]
    if not hosts:
        key = variable.definition.id, variable.container, name.removesuffix("sslmode")
        hosts = _hosts_by_prefix(network).get(key, [])
    ports_off = (re.sub(r":\d*$", "", host) for host in hosts)
    return bool(hosts) and all(_LOCAL.fullmatch(host) or host.startswith("/") for host in ports_off)


@remembered
def _hosts_by_prefix(network: Network) -> dict[tuple[str, str, str], list[str]]:
    """What variables that end in HOST hold, by definition, container and what is before that."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in network.every(Variable):
        name = _plain_name(each)
        if name.endswith("host"):
            key = each.definition.id, each.container, name.removesuffix("host")
            known = each.value.strip() if isinstance(each.value, str) else _HOLE
            found.setdefault(key, []).append(known)
    return found


def _plain_name(variable: Variable) -> str:
    """A variable's name in small letters and without signs."""
    return re.sub(r"[._-]", "", variable.name.lower())


def _is_of_browsers(variable: Variable) -> bool:
    """Whether a variable is called like what only browsers connect to, and like no store.

    People log in by way of them, and are sent back; pages name the files that they load.
    """
    words = {word.lower() for word in _WORD.findall(variable.name)}
    return bool(words & _OF_BROWSERS) and not words & _OF_STORES


def _rank(found: Connection) -> int:
    """The place of a connection among those of one variable: a fault before what may be one."""
    return (True, None, False).index((found.plain & found.concerned).truth)


def _in_text(
    network: Network, variable: Variable, name: str, text: str, holes: list[Value], store: str
) -> Iterator[Connection]:
    """What a text that turns off no TLS says of connections.

    `name` is the variable's, in small letters and without signs, and `store` what it refers to.
    """
    for address, parts in _addresses(text, holes):
        found = _by_address(network, variable, name, address, parts, store)
        if found is not None:
            yield found
    if _URL.match(text) is None:
        needs = tuple(need for hole in holes for need in _needs(hole))
        # The name of a host has no scheme before it, which alone says how it is spoken to.
        of_url = name.endswith(_MARKS) and not _HOST_NAME.match(text)
        marked = bool(of_url or _OPEN_URL.match(text) or _SWITCH.search(text))
        # Of two options of one name the last counts, and nothing that is not known is behind it.
        settled = _SWITCH.search(text.rpartition(_HOLE)[2])
        if not settled and needs and (marked or variable.named or variable.anything):
            yield replace(_open(variable, needs), marked=marked)
        elif _SWITCH.search(text):
            yield Connection(FALSE, TRUE, store)


def _addresses(text: str, holes: list[Value]) -> Iterator[tuple[str, list[Value]]]:
    """The addresses in a text, each with its parts that are not known.

    One at the start reaches to the end: it may be of several hosts. What stands in another one
    (`?redirect=http://...`) is no address of its own.
    """
    first = _URL.match(text)
    if first is not None:
        yield text, holes
    for found in _ADDRESS.finditer(text):
        if first is None or found.start() > first.start(1):
            before = text.count(_HOLE, 0, found.start())
            yield found[0], holes[before : before + found[0].count(_HOLE)]


def _by_address(
    network: Network, variable: Variable, name: str, text: str, holes: list[Value], store: str
) -> Connection | None:
    """What an address says of a connection; None where it is about none. See `_in_text`."""
    found = _URL.match(text)
    if found is None:
        return None
    scheme, host = found[1].lower(), found[2]
    if scheme == "http":
        # An origin is where browsers may come from, and nothing that the container connects to.
        if name.rstrip("0123456789").endswith(_ORIGINS):
            return None
        before = text[: found.start(2)].count(_HOLE)
        led = _by_http(network, variable, host, holes[before : before + host.count(_HOLE)])
        if led is None:
            return led
        plain = _open(variable, variable.named).plain if variable.named else led.plain
        return replace(led, plain=plain, cure="https://")
    if scheme in _ENCRYPTED:
        return Connection(FALSE, TRUE, store)
    if scheme.partition("+")[0] not in _SCHEMES and not _SWITCH.search(text):
        return None  # An object of S3, a file: nothing that has options of TLS.
    needs = tuple(need for hole in holes for need in _needs(hole))
    if scheme != "redis":
        needs = _of_options(text[found.end(1) :], holes)
    if needs and not _SWITCH.search(text):
        return _open(variable, needs)
    if scheme == "redis":
        return _by_redis(network, variable, host, holes)
    return Connection(FALSE, TRUE, store)


_MARKS = ("url", "uri", "dsn")
_SENTRY = "sentrydsn"
_IMAGE = "imageuri"
_WORD = pattern(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_OF_BROWSERS = frozenset(
    ("callback", "jwks", "logout", "oauth", "oidc", "openid", "redirect", "saml", "signout", "sso",
     "assets", "media", "static")
)  # fmt: skip
_OF_STORES = frozenset(
    ("cache", "database", "db", "jdbc", "mongo", "mongodb", "mysql", "pg", "postgres", "redis")
)
"""A word of a name that says what is connected to, whatever else the name says."""
_PROTOCOL = "securityprotocol"
_MODE = pattern(
    r"(?i)^sslmode$|(?:^|[._-])(?:pg|psql|postgres(?:ql)?|mysql|mariadb|rds|aurora|redshift|db"
    r"|database|datasource)[._-]*ssl[._-]?mode$"
)
"""Variables that hold the option of a client; others of that end are of servers, and of mail."""
_HOSTS = pattern(
    r"(?i)://(?:[^@/?\s]*@)?([^/?;\s]*)|(?<![a-z])(?:host|hostaddr|server)\s*=\s*([^\s;&]+)"
)
"""Whom a URL, or a list of options, connects to: hosts with their ports."""
_KAFKA_PLAIN = ("PLAINTEXT", "SASL_PLAINTEXT")
_SWITCHED_OFF = pattern(
    r"(?i)(?<![a-z])(?:ssl-?mode=disabled?|usessl=false|tls=false"
    r"|mongodb(?:\+srv)?://[^\s\"]*[?&]ssl=false)(?![a-z])"
)
"""Drivers of MongoDB take `ssl` for another word for `tls`, as their users know; to others, such as
PostgreSQL's for Java, `ssl=false` leaves it to the server.
"""
_SWITCH = pattern(r"(?i)(?<![a-z])(?:ssl-?mode|usessl|tls)=\w")
_URL = pattern(r"(?i)\s*(?:jdbc:)?([a-z][a-z0-9+.-]*)://(?:[^@/?\s]*@)?(\[[^]]*\]|[^/:?\s,]*)")
_AUTHORITY = pattern(r"://[^/?;]*(?:(?=[/?;])|(?<!\x01)$)")
"""Host and port, with who connects: to where something is known to follow, or a known end."""
_DATABASE_NAME = pattern(r"(?i)(?:db|database)[._-]?name$")
"""Inputs and outputs that hold the name of a database: `DBName`, `var.database_name`."""
_HOLE = "\x01"
_ADDRESS = pattern(r"(?i)[a-z][a-z0-9+.-]*://[^\s,;|\"'`<>(){}\\]*")
_HOST_NAME = pattern(r"(?i)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.\x01[a-z0-9.:\x01-]*$")
_OPEN_URL = pattern(r"(?i)\s*[a-z0-9+.\x01-]+://")
_ENCRYPTED = ("https", "rediss", "amqps", "wss")
_SCHEMES = frozenset(
    ("postgres", "postgresql", "mysql", "mysql2", "mariadb", "mongodb", "redis", "amqp",
     "sqlserver", "mssql", "oracle", "clickhouse")
)  # fmt: skip


def _flat(value: str | Text) -> tuple[str, list[Value]]:
    """A text with a sign for each part that is not known, and those parts."""
    parts = (value,) if isinstance(value, str) else value.parts
    holes = [part for part in parts if not isinstance(part, str)]
    known = (part.replace(_HOLE, "") if isinstance(part, str) else _HOLE for part in parts)
    return "".join(known), holes


def _needs(hole: Value) -> tuple[Need, ...]:
    """What a part waits for that may hold anything: no attribute of a resource of the sources.

    Nor the address of a queue, which is of https (Amazon SQS developer guide, "Queue URLs").
    """
    if isinstance(hole, Reference) and (not hole.looked_up or _QUEUE.search(hole.resource)):
        return ()
    return () if is_url_of_aws(hole) else needs_of(hole)


def _of_options(text: str, holes: list[Value]) -> tuple[Need, ...]:
    """What the options wait for of an address, which begins behind its scheme.

    A part that is not known can hold options where they may stand, and at the end.
    """
    known = _AUTHORITY.match(text)
    end = text.find("?") if "?" in text else known.end() if known else 0
    behind = holes[len(holes) - text.count(_HOLE, end) :]
    needs = (need for hole in behind for need in _needs(hole))
    # No options stand in the name of a database: RDS takes letters, digits and underscores.
    return tuple(need for need in needs if not _DATABASE_NAME.search(need.name))


def _decoded(text: str) -> str:
    """The text that a text holds in base64, if it does; else itself."""
    from base64 import b64decode
    from binascii import Error

    if len(text) < _SHORTEST or len(text) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", text):
        return text
    try:
        found = b64decode(text, validate=True).decode("ascii")
    except (Error, UnicodeDecodeError):
        return text
    return found.replace(_HOLE, "")


_SHORTEST = 12

_QUEUE = pattern(r"(?:^|\.)data\.aws_sqs_queue\.")


def _fact(truth: bool, variable: Variable, does: str) -> Fact:
    text = f"{variable.name or 'a variable'} of {variable.container} {does}"
    otherwise = (
        f"{variable.name or 'a variable'} of {variable.container} does not ask for plain text"
    )
    return Fact(truth, text, variable.at, variable.definition.name, otherwise=otherwise)


def _open(variable: Variable, needs: tuple[Need, ...]) -> Connection:
    text = f"{variable.name or 'a variable'} of {variable.container} connects in plain text"
    return Connection(Fact(None, text, variable.at, variable.definition.name, needs), TRUE)


def _by_http(
    network: Network, variable: Variable, host: str, holes: list[Value]
) -> Connection | None:
    """A connection by http: a fault where it leads to a store or another service of the sources.

    The holes are those of the host.
    """
    plain = _fact(True, variable, "connects by plain HTTP")
    if _LOCAL.fullmatch(host):
        return None
    others = _is_another(network, variable)
    balancer, waits = _called(network, host, holes)
    if balancer is not None:
        # It may be another record that answers.
        led = plain if not waits else _open(variable, waits).plain
        return Connection(led, stands_before_others(network, balancer, others))
    if _HOLE not in host:
        answering = []
        name = dns_name(Known(host))
        for each in (*_dns_names(network).get(name, ()), *_dns_names(network).get("", ())):
            text, waits = f"{each.by} has that name", needs_of(each.name)
            equal = dns_name(each.name) == name or same(each.name, Known(name))
            if equal is None and each.by_id and (head := _short(each.name)):
                own = head == name.partition(".")[0]
                equal = own and (True if _PRIVATE.search(name) else None)
            if equal is not False:
                answering.append((each, Fact(equal, text, needs=waits)))
        # With a search domain; containers of one task may be linked by their names.
        is_short = "." not in name and name not in variable.definition.containers
        short = _short_names(network) if is_short else {}
        for each in (*short.get(name, ()), *short.get("", ())):
            text = f"{each.by} has that name in its namespace"
            waits = (*needs_of(each.name), *variable.definition.unnamed)
            equal = _short(each.name) == name and not variable.definition.unnamed
            answering.append((each, Fact(equal or None, text, needs=waits)))
        reached = (
            (each, named, TRUE if "." in name else _within_reach(network, variable, each))
            for each, named in answering
        )
        answering = [
            (each, named & within & _answers_as_another(network, each, others))
            for each, named, within in reached
            if within.truth is not False
        ]
        if not answering:
            return None
        answered = any_of(named & ~each.encrypted for each, named in answering)
        spared = any_of(named & each.encrypted for each, named in answering)
        return Connection(plain, answered & ~spared)
    same_name = [
        all_of((_answers_as_another(network, each, others), ~each.encrypted))
        for each in _dns_names(network).get("", ())
        if each.root == variable.on.root and same(each.name, text_of(_parts(host, holes)))
    ]
    if same_name:
        return Connection(plain, any_of(same_name))
    for hole in holes:
        if isinstance(hole, Reference):
            if network.get(Store, hole.resource) is not None:
                return Connection(plain, TRUE, hole.resource)
            if network.get(TaskSource, hole.resource) is not None:
                return Connection(plain, others.get(hole.resource, TRUE))
            balancer = network.get(LoadBalancer, hole.resource)
            if balancer is not None and not balancer.external:
                return Connection(plain, stands_before_others(network, balancer, others))
    needs = tuple(need for hole in holes for need in _needs(hole))
    return _open(variable, needs) if needs else None


def _within_reach(network: Network, variable: Variable, name: DnsName) -> Fact:
    """Whether tasks with a variable are members of the namespace in which a service has a name.

    Nothing is in the way where either is in none, or a registry of Cloud Map has the name.
    """
    serving = network.get(TaskSource, name.id)
    text = f"tasks of {variable.definition.name} are members of the namespace of {name.by}"
    found = [
        link.fact & Fact(same_entity(own, one), text, needs=(*own.fact.needs, *one.fact.needs))
        for source, link in sources_of_definition(network, variable.definition)
        for own in source.namespaces
        for one in (() if serving is None else serving.namespaces)
    ]
    within = any_of(found) if found else TRUE
    return TRUE if within.truth else within  # who is in one namespace need not be said


@remembered
def _short_names(network: Network) -> dict[str, list[DnsName]]:
    """The names of services by what stands before their namespace; "" holds those not known."""
    found: dict[str, list[DnsName]] = {}
    for each in network.every(DnsName):
        if (short := _short(each.name)) is not None:
            found.setdefault(short, []).append(each)
    return found


def _short(value: Value) -> str | None:
    """What stands before the first dot of a name, "" if that is open; None if it has none."""
    name = dereferenced(value)
    head = name.parts[0] if isinstance(name, Text) else name
    if not isinstance(head, str):
        inner = dereferenced(head)
        if not isinstance(inner, Known):
            return ""
        head = str(inner.data) + "." * isinstance(name, Text)
    short, dot, _ = head.lower().partition(".")
    return short if dot else None


def _parts(host: str, holes: list[Value]) -> list[str | Value]:
    """The parts of a host, with what stands for each that is not known."""
    pieces = host.split(_HOLE)
    parts: list[str | Value] = [pieces[0]]
    for hole, piece in zip(holes, pieces[1:], strict=False):
        parts += (hole, piece)
    return parts


def _called(
    network: Network, host: str, holes: list[Value]
) -> tuple[LoadBalancer | None, tuple[Need, ...]]:
    """The load balancer to which a record gives the name of a host, and what that waits for."""
    records, waits = records_of(network, text_of(_parts(host, holes)))
    if host == _HOLE:
        # A record's name or address: both are its own.
        own = holes[0].resource if isinstance(holes[0], Reference) else ""
        records = [*records, *(each for each in network.every(AliasRecord) if each.record == own)]
    for each in records:
        balancer = network.get(LoadBalancer, each.balancer)
        if balancer is not None:
            return balancer, waits
    return None, ()


def _is_another(network: Network, variable: Variable) -> dict[str, Fact]:
    """Of what may run the containers that a variable is for, by id: whether others connect to it.

    A service that is told its own address connects to no other, unless another one runs the same
    task definition and is told so, too.
    """
    found = sources_of_definition(network, variable.definition)
    # Of many services two are enough, best those that certainly run it: one of them is another one
    # than any of these.
    some = sorted(found, key=lambda pair: pair[1].fact.truth is not True)[:2]
    return {
        source.id: any_of((~link.fact, *(one.fact for other, one in some if other is not source)))
        for source, link in found
    }


def _answers_as_another(network: Network, name: DnsName, others: dict[str, Fact]) -> Fact:
    """Whether what answers at a name is another one than those of `_is_another`."""
    registered, open_ = _registered(network).get(name.id, ()), _registered(network).get("", ())
    if not registered and all(source.id not in others for source, _ in open_):
        return others.get(name.id, TRUE)
    known = (fact & others.get(source.id, TRUE) for source, fact in registered)
    return any_of((*known, *(fact for _, fact in open_)))


@remembered
def _registered(network: Network) -> dict[str, list[tuple[TaskSource, Fact]]]:
    """Who registers tasks in a service of Cloud Map, by its id; "" holds those not known where."""
    named = {each.id for each in network.every(DnsName)}
    found: dict[str, list[tuple[TaskSource, Fact]]] = {}
    for source in network.every(TaskSource):
        for link in source.registries:
            known, fact = link.exact or link.to in named, link.fact
            open_ = Fact(None, fact.text, fact.place, fact.resource, link.waits("a service"))
            found.setdefault(link.to * known, []).append((source, fact if known else open_))
    return found


@remembered
def _dns_names(network: Network) -> dict[str, list[DnsName]]:
    """What answers at a name; "" holds those at a name that is not known."""
    found: dict[str, list[DnsName]] = {}
    for each in network.every(DnsName):
        known = isinstance(dereferenced(each.name), Known)
        found.setdefault(dns_name(each.name) if known else "", []).append(each)
    return found


_ORIGINS = ("origin", "origins", "originurl", "originurls", "rooturl")
"""How the names of variables end that hold origins; those of a list are numbered.

Under a root URL (`GF_SERVER_ROOT_URL` of Grafana) browsers reach the server itself.
"""

_LOCAL = pattern(r"(?i)localhost|127\.[\d.]+|\[?::1\]?|169\.254\.[\d.]+|0\.0\.0\.0|\[?::\]?|[+*]|")
"""Hosts that are the machine itself: what listens there says so of all its addresses, too."""

_PRIVATE = pattern(r"\.(?:local|internal|corp|home)\.?$")
"""Domains that are never in the public DNS (RFC 6762; ICANN's resolutions of 2018 and 2024).

A namespace of the sources that goes by its id is the one that answers for such a name.
"""


def _by_redis(
    network: Network, variable: Variable, host: str, holes: list[Value]
) -> Connection | None:
    """A connection by redis without TLS: a fault where the store offers TLS."""
    if _HOLE not in host:
        return None
    for hole in holes:
        store = network.get(Store, hole.resource) if isinstance(hole, Reference) else None
        if store is not None:
            offers = all_of(each.fact for each in store.tls_requirements[:1])
            plain = _fact(True, variable, f"connects without TLS to {store.name}, which has TLS")
            return Connection(plain, offers, store.id, cure="rediss://")
    return None
