"""What the environments of containers say."""

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.patterns import pattern
from taskwall.core.values import Need, Origin, Span, Text, Value, symbol


class Definition(Struct, frozen=True):
    """What holds a container: its id and its name, and the names of all its containers.

    `unnamed` is what those of its containers wait for whose names are not known.
    """

    id: str
    name: str
    containers: frozenset[str] = frozenset()
    unnamed: tuple[Need, ...] = ()


class Variable(Struct, frozen=True):
    """A variable of a container's environment, a secret of it, or an argument of its command.

    `container` is what messages call its container; `name` is "" where it is not known, and
    `named` what it waits for. `value` is the text as far as it is known (a Text whose pieces are
    literal or not), None where nothing of it is; `unread` is whether only what it refers to counts,
    as of a secret or an argument. `refers` are the ids of the resources that the value refers to,
    in the order of reading, and `stores` those of data stores among them that are only looked up,
    each with whether it can have a public address. `anything` is whether it may refer to whatever
    else the sources write. `written` is where the value itself stands, which may be in an argument
    of a module. `of_aws` is whether it is a URL that AWS gives out. Values are never shown.
    """

    on: Origin
    definition: Definition
    container: str
    name: str
    value: str | Text | None
    refers: tuple[str, ...]
    at: Span
    needs: tuple[Need, ...] = ()
    unread: bool = False
    stores: tuple[tuple[str, bool], ...] = ()
    named: tuple[Need, ...] = ()
    anything: bool = False
    written: Span | None = None
    of_aws: bool = False


def is_url_of_aws(value: Value | None) -> bool:
    """Whether a value is a URL that AWS gives out, as a module that is not there puts it out.

    They are of https. So modules call the URL of a queue, and that of an API (Amazon API Gateway
    developer guide, "Invoke REST APIs"; the outputs of terraform-aws-modules/sqs and
    apigateway-v2).
    """
    name = symbol(value)
    return name.startswith("module.") and _URLS_OF_AWS.search(name) is not None


_URLS_OF_AWS = pattern(r"[._](?:queue_url|api_endpoint|invoke_url)$")


class DnsName(Struct, frozen=True):
    """A name at which a service of the sources answers others, in Cloud Map or Service Connect.

    `by` is what messages call the service, `id` identifies it. `name` may be known in part: then
    inputs of its `root` (a root module or template) are in it. `encrypted` is whether proxies
    encrypt what goes to it. `by_id` is whether its namespace is written as an id, which tells no
    name.
    """

    by: str
    id: str
    name: Value
    encrypted: Fact
    root: str
    by_id: bool = False
