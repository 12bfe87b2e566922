"""Small ECS stacks for property tests: one description, written in both languages.

A `Shop` is a service behind a load balancer with everything that today's rules look at; each of
its fields is a choice that a rule judges. `storefronts_terraform` and `storefronts_cloudformation`
write the same shop, so that twins can be generated, shuffled and renamed.
"""

from typing import Literal

from hypothesis import strategies as st
from msgspec import Struct

import guards
import talks

Peer = Literal["alb", "self", "other", "anywhere", "vpc", "office", "half"]
Balancer = Literal["application", "network", None]
Hosts = Literal["bare", "blocking", "open", "proxied", None]
CIDRS = {"anywhere": "0.0.0.0/0", "office": "198.51.100.0/24", "half": "128.0.0.0/1"}


Image = Literal["ecr", "public", None]
Guarded = Literal["own", "organisation", "open", "sample", None]
SERVICES = ("ecr.api", "ecr.dkr", "s3", "ecs", "ecs-agent", "ecs-telemetry")
IMAGES = {"ecr": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1", "public": "nginx:1"}


Annex = Literal["volume", "cache", "edge", None]
"""What may stand beside a shop: a task with a volume, a cache that tasks use, CloudFront."""


class Shop(Struct, frozen=True):
    """One stack. Fields are what rules judge; None means that nothing is written.

    Terraform can write a VPC's default group and CloudFormation cannot: what they say of one that
    is not `closed` is alike only where tasks fall into it.
    """

    mode: str | None
    launch: str
    public_address: bool | None
    grouped: bool
    peers: tuple[Peer, ...]
    balancer: Balancer
    internal: bool | None
    protocol: str
    action: Literal["forward", "redirect-https", "redirect-http"]
    policy: str | None
    public_subnet: bool
    log: Literal["ALL", "REJECT", None]
    fields: bool
    hosts: Hosts = None
    hops: int | None = None
    image: Image = None
    nat: bool = False
    endpoints: tuple[str, ...] = ()
    guarded: Guarded = None
    named: bool | None = None
    admits: Peer | None = None
    annex: Annex = None
    talk: talks.Talk | None = None
    guard: guards.Guard | None = None
    mapped: int | None = None
    isolated: bool = False
    offered: bool | None = None
    store: bool | None = None
    closed: bool = True


POLICIES = (None, "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08")
AGENT = {
    "bare": "",
    "blocking": "ECS_AWSVPC_BLOCK_IMDS=true",
    "open": "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST=false",
    "proxied": "HTTP_PROXY=agent:word@10.0.0.9:3128",
}
"""What container instances set beside their cluster."""
FORMAT = "{version} {vpc-id} {subnet-id} {instance-id}"


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    """Any shop that AWS would accept."""
    balancers: tuple[Balancer, ...] = ("application", "network", None)
    balancer = draw(st.sampled_from(balancers))
    protocols = {"application": ("HTTP", "HTTPS"), "network": ("TCP", "TLS"), None: ("HTTP",)}
    protocol = draw(st.sampled_from(protocols[balancer]))
    redirects = ("redirect-https", "redirect-http") if protocol == "HTTP" and balancer else ()
    launch = draw(st.sampled_from(("FARGATE", "EC2")))
    modes = ("awsvpc",) if launch == "FARGATE" else ("awsvpc", "bridge", "host", None)
    mode, grouped = draw(st.sampled_from(modes)), draw(st.booleans())
    return Shop(
        mode=mode,
        launch=launch,
        public_address=draw(st.sampled_from((None, True, False))),
        grouped=grouped,
        closed=grouped or mode != "awsvpc" or draw(st.booleans()),
        peers=tuple(
            draw(
                st.lists(
                    st.sampled_from(("alb", "self", "other", "anywhere", "vpc", "office", "half")),
                    max_size=3,
                    unique=True,
                )
            )
        ),
        balancer=balancer,
        internal=draw(st.sampled_from((None, True, False))),
        protocol=protocol,
        action=draw(st.sampled_from(("forward", *redirects))),
        policy=draw(st.sampled_from(POLICIES)),
        public_subnet=draw(st.booleans()),
        log=draw(st.sampled_from(("ALL", "REJECT", None))),
        fields=draw(st.booleans()),
        isolated=draw(st.booleans()),
        offered=draw(st.sampled_from((None, True, False))) if balancer == "network" else None,
        store=draw(st.sampled_from((None, True, False))),
        hosts=draw(st.sampled_from((None, "bare", "blocking", "open", "proxied"))),
        hops=draw(st.sampled_from((None, 1, 2))),
        image=draw(st.sampled_from((None, "ecr", "public"))),
        nat=draw(st.booleans()),
        endpoints=tuple(draw(st.lists(st.sampled_from(SERVICES), max_size=4, unique=True))),
        guarded=draw(st.sampled_from((None, "own", "organisation", "open", "sample"))),
        named=draw(st.sampled_from((None, True, False))),
        admits=draw(st.sampled_from((None, "self", "other", "anywhere", "vpc", "office"))),
        annex=draw(st.sampled_from((None, "volume", "cache", "edge"))),
        talk=draw(st.one_of(st.none(), talks.talks())),
        guard=draw(st.one_of(st.none(), guards.guards())),
        mapped=draw(st.sampled_from((None, 8080, 9090))),
    )


def user_data(shop: Shop) -> str:
    """The user data of the container instances."""
    settings = ["ECS_CLUSTER=shop", AGENT[shop.hosts or "bare"]]
    return "#!/bin/bash\n" + "".join(f"echo {s} >> /etc/ecs/ecs.config\n" for s in settings if s)


def container(shop: Shop) -> dict[str, object]:
    """The container as CloudFormation spells it."""
    mappings = [{"ContainerPort": shop.mapped}]
    image: dict[str, object] = {"Image": IMAGES[shop.image or "public"]}
    return {**image, **({"PortMappings": mappings} if shop.mapped else {})}


def document(shop: Shop) -> dict[str, object]:
    """The policy of the endpoints."""
    own = "arn:aws:ecr:eu-west-1:123456789012:repository/*"
    allow: dict[str, object] = {"Effect": "Allow", "Principal": "*", "Action": "*"}
    token: dict[str, object] = {**allow, "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    statements: dict[Guarded, list[dict[str, object]]] = {
        "own": [{**allow, "Resource": own}, token],
        "organisation": [{**allow, "Resource": "*", "Condition": condition}],
        "open": [{**allow, "Resource": "*"}],
        "sample": [{**allow, "Resource": own}],
    }
    return {"Statement": statements[shop.guarded]}
