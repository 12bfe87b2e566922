"""What Amazon Resource Names say of the things that they name."""

from taskwall.core.values import Text


def name_in(text: str) -> str:
    """The name in an ARN, or in `family:revision`.

    Those of load balancers and target groups end in an id: `loadbalancer/app/NAME/ID`.
    """
    head, *tail = text.split("/") if text.startswith("arn:") else (text,)
    if ":elasticloadbalancing:" in head and len(tail) > 1:
        tail = tail[:-1]
    return (tail or [head])[-1].partition(":")[0]


def name_at_end(text: Text) -> str:
    """The name after the last `/` of a text that is known in part, "" if that is not whole.

    `${prefix}/NAME:${revision}` names a task definition. ARNs of load balancing end otherwise.
    """
    known = "".join(part if isinstance(part, str) else "\0" for part in text.parts)
    before, slash, tail = known.rpartition("/")
    name = tail.partition(":")[0]
    balancing = ":elasticloadbalancing:" in before or "\0" in name
    return name if slash and not balancing else ""


def balancer_arn(listener: str) -> str:
    """The ARN of the load balancer whose name and id the ARN of a listener holds, else ""."""
    before, named, tail = listener.partition(":listener/")
    balancer = tail.rpartition("/")[0]
    return f"{before}:loadbalancer/{balancer}" if named and before.startswith("arn:") else ""
