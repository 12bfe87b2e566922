"""TW503: Containers cannot get tokens for instance metadata.

What: Container instances do not require IMDSv2 with a hop limit of 1, nor disable the metadata
    endpoint. A higher limit (2 is the default of AWS's ECS images) passes if tokens are required
    and user data drops packets of containers to 169.254.169.254 (an iptables rule in DOCKER-USER or
    FORWARD).
Why: The response with a token is dropped after as many hops as the limit allows. A container behind
    a bridge is one hop further away than the instance, so with a limit of 1 it never gets a token,
    and without a token IMDSv2 gives nothing. IMDSv1 needs no token at all.
Fine when: A container must read instance metadata itself. Tasks in awsvpc mode are blocked by
    TW501's setting, tasks in host mode by nothing (TW201). Defaults of the account count where the
    sources set them (aws_ec2_instance_metadata_defaults).
Terraform: metadata_options {
      http_endpoint               = "enabled"
      http_tokens                 = "required"
      http_put_response_hop_limit = 1
    }
CloudFormation: MetadataOptions:
      HttpTokens: required
      HttpPutResponseHopLimit: 1
Guide: beyond
See: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

from collections.abc import Iterator

from taskwall.core.change import AttributeChange
from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Scalar
from taskwall.model.compute.container_instances import (
    ContainerInstances,
    Instances,
    MetadataDefaults,
    MetadataOptions,
    container_instances,
)
from taskwall.model.compute.placement import is_judged, on_unseen_instances
from taskwall.model.core.entity import Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.rules._rule import Verdict, cannot_be_seen, rule


@rule("medium", default=True, pci=True)
def reachable_instance_metadata(network: Network) -> Iterator[Verdict]:
    for member in container_instances(network):
        instances = member.instances
        if instances.metadata is None:
            continue
        options, name = _with_defaults(network, instances.metadata), instances.name
        off = _is(network, options, "endpoint", "disabled")
        asks = instances.agent is not None and instances.agent.asks_without_token
        left = ", unless its image asks for one by default" if options.tokens.value is None else ""
        changes = _changes(options)
        yield Verdict(
            instances.origin,
            options.tokens.place,
            ~(
                off
                | _is(network, options, "tokens", "required")
                | _overridden(network, member, "tokens")
            ),
            f"containers on {name} can read its instance metadata without a token{left}",
            holds=f"no container on {name} can read its instance metadata without a token",
            concerned=is_judged(network, member),
            changes=() if asks else changes,
            advice=changes,
            remedy=_TEMPLATE if instances.word == "launch specification" else _ASKS * asks,
        )
        yield Verdict(
            instances.origin,
            options.hop_limit.place,
            ~(
                off
                | _is(network, options, "hop_limit", 1)
                | _dropped(network, instances)
                | _overridden(network, member, "hop_limit")
            ),
            f"containers on {name} can get tokens for its instance metadata",
            holds=f"containers on {name} cannot get tokens for its instance metadata",
            concerned=is_judged(network, member),
            advice=options.hop_limit.to(1),
            remedy=_MEANT,
        )
    for each in on_unseen_instances(network)[:1]:
        message = f"containers of {each.source.name} can read the metadata of their instances"
        yield cannot_be_seen(each.source.origin, each.at, message, each.needs, each.fact)


_MEANT = (
    "Whether a container reads instance metadata is a design decision. If none has to, set this"
)
"""The fix for a limit that somebody meant to let them."""

_TEMPLATE = (
    "A launch specification has no options for instance metadata: start the instances from a launch"
    " template that requires tokens."
)

_ASKS = "Let user data get a token for the metadata that it reads, and require tokens then."


def _changes(options: MetadataOptions) -> tuple[AttributeChange, ...]:
    """What makes tokens a must; the hop limit with it where neither is written."""
    if options.tokens.value is None and options.hop_limit.value is None:
        return options.tokens.around(
            {"http_tokens": "required", "http_put_response_hop_limit": 1},
            {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        )
    return options.tokens.to("required")


def _with_defaults(network: Network, options: MetadataOptions) -> MetadataOptions:
    """Metadata options, with the account's defaults where instances set none."""
    for given in network.every(MetadataDefaults):
        if given.exists.truth:
            return MetadataOptions(
                _first(options.endpoint, given.options.endpoint),
                _first(options.tokens, given.options.tokens),
                _first(options.hop_limit, given.options.hop_limit),
            )
    return options


def _is(network: Network, options: MetadataOptions, name: str, value: Scalar) -> Fact:
    """Whether an option has a value, if only by defaults of the account that may not be there."""
    own: Setting = getattr(options, name)
    if own.value is not None:
        return own.is_(value)
    defaults = [each for each in network.every(MetadataDefaults) if each.exists.truth is None]
    given = (each.exists & getattr(each.options, name).is_(value) for each in defaults)
    return any_of((own.is_(value), *given))


def _first(own: Setting, default: Setting) -> Setting:
    return default if own.value is None and default.value is not None else own


def _overridden(network: Network, member: ContainerInstances, name: str) -> Fact:
    """Whether a launch template's option never counts: all that start from it set their own.

    What an absent module starts from it may be an instance, which can do so.
    """
    started, own = list[Fact](), list[Fact]()
    for group, link in member.scaled_by:
        own.append(~link.fact)
        if group.origin.silent and member.instances.word == "launch template":
            text = f"{group.origin.maybe[0].name} starts an instance that sets its own"
            started.append(Fact(None, text, link.place, group.name, link.fact.waits_for()))
    for user, link in _users(network).get(member.instances.id, ()):
        sets = bool(user.metadata and getattr(user.metadata, name).value is not None)
        text, otherwise = f"{user.name} sets its own", f"{user.name} does not set its own"
        started.append(all_of((link.fact, user.exists)))
        own.append(~link.fact | Fact(sets, text, link.place, user.name, otherwise=otherwise))
    return all_of((any_of(started), *own)) if started else FALSE


@remembered
def _users(network: Network) -> dict[str, list[tuple[Instances, Link]]]:
    """What starts from each launch template, or may, by the template's id."""
    found: dict[str, list[tuple[Instances, Link]]] = {}
    for user in network.every(Instances):
        for meant, link in network.meant(Instances, user.template):
            found.setdefault(meant.id, []).append((user, link))
    return found


def _dropped(network: Network, instances: Instances) -> Fact:
    """Whether user data drops containers' requests, its launch template's where it has none."""
    template = network.get(Instances, instances.template)
    agent = instances.agent or (template.agent if template is not None else None)
    return agent.drops_metadata if agent is not None else FALSE
