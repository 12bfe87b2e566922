"""TW601: An isolation group shares nothing with tasks outside it.

What: Tasks of an isolation group run in a VPC or a cluster in which tasks outside the group run as
    well, or share a security group that allows its own members with tasks outside it. A group is
    declared by the setting `isolation` (patterns of cluster names or of addresses), or by a tag on
    the cluster or on the task source. The tag of a task source overrides the tag of its cluster,
    and tags override settings. The rule does not apply to sources that declare no group.
Why: AWS's advice for traffic that must be strictly isolated is a separate VPC. Inside one VPC, one
    security group rule can open a task to every other; inside one cluster, tasks can share a
    container instance.
Fine when: Task sources in no group at all may stay where they are: set `undeclared = "ignore"` in
    `[tool.taskwall.isolation]` to judge only declared groups.
Terraform: How the groups are kept apart is a design decision. Give the group a VPC, a cluster and
    security groups of its own:
    subnets         = [<a subnet of the group>.id]
    security_groups = [<a security group of the group>.id]
CloudFormation: How the groups are kept apart is a design decision. Give the group a VPC, a cluster
    and security groups of its own:
    Subnets:
      - <a subnet of the group>
    SecurityGroups:
      - <a security group of the group>
Guide: separate-vpcs, separate-clusters
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html
"""

from collections.abc import Iterator

from taskwall.core.facts import TRUE, Fact
from taskwall.core.values import Need
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.exposure.isolation import declared, membership, shared
from taskwall.rules._rule import Verdict, cannot_be_seen, rule


@rule("high", default=True, pci=True)
def shared_isolation(network: Network) -> Iterator[Verdict]:
    if not declared(network):
        return
    asked: set[tuple[Need, ...]] = set()
    unseen = False
    for source in sorted(network.every(TaskSource), key=lambda each: each.origin.order):
        mine = membership(network, source)
        if mine.needs and mine.needs not in asked:
            asked.add(mine.needs)
            text = f"{source.name} shares something with tasks outside its isolation group"
            at = source.cluster.place if source.cluster else source.origin.header
            if mine.place is not None and mine.by == source.origin.address:
                at = mine.place
            yield cannot_be_seen(source.origin, at, text, mine.needs)
        if not mine.group:
            continue
        for each in shared(network, source):
            if each.with_outsiders.truth is None and not each.seen:
                if unseen:
                    continue
                unseen = True
            yield Verdict(
                source.origin,
                each.at,
                each.with_outsiders,
                f"{source.name}, {mine.words}, shares {each.what} with {each.other}",
                holds=f"{source.name} shares {each.what} with no task outside {mine.group}",
                names={"group": mine.group},
                concerned=Fact(True, f"{source.name} is {mine.words}", mine.place)
                if mine.place
                else TRUE,
            )
