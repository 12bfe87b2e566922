"""How long the network takes to say who reaches each task, where groups refer to each other.

python -m benchmarks.reach [--groups 1000] [--rules 60] [--rounds 5]

The network is built once and apart; each round then asks a network that remembers nothing. An
answer is one task source, one permission of a group that its tasks wear, and the task sources
(or the addresses) that the permission lets in, with whether that is the internet. It runs with
taskwall's package on the path, in this process: what is measured is processor time.
"""

import argparse
from collections.abc import Iterator
from time import process_time

from benchmarks.growth import groups
from benchmarks.rows import Row
from taskwall.core.facts import Fact
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import Permission
from taskwall.model.permissions.peers import (
    allows_internet,
    permissions,
    task_sources_by_group,
    who,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

GOAL = 2.0
"""Seconds of processor time within which every answer is to be there."""


class Built:
    """What `groups` declares, and a network of it as often as asked for."""

    def __init__(self, count: int, rules: int) -> None:
        files = {f"/nowhere/{name}": text for name, text in groups(count, rules).items()}
        inputs = Inputs(boundary="/nowhere")
        stacks, _ = terraform.stacks(sorted(files), Files(files), inputs)
        self._resources = stacks[0].evaluate({}).resources

    def network(self) -> Network:
        """A network that has been asked nothing yet."""
        return lower(self._resources).network


def reaching(
    network: Network,
) -> Iterator[tuple[TaskSource, Permission, str, Fact, list[TaskSource]]]:
    """Who reaches each task: whom each permission of its groups names, and who that is."""
    for source in network.every(TaskSource):
        for link in source.groups:
            for permission in permissions(network, link.to, "ingress"):
                peer = permission.peer.to if permission.peer is not None else ""
                others = [other for other, _ in task_sources_by_group(network).get(peer, ())]
                internet = allows_internet(network, permission)
                yield source, permission, who(network, permission), internet, others


def measured(count: int, rules: int, rounds: int) -> tuple[int, float]:
    """How many answers there are, and the seconds of processor time for all of them."""
    built = Built(count, rules)
    best, answers = float("inf"), 0
    for _ in range(rounds):
        network = built.network()
        start = process_time()
        answers = sum(1 for _ in reaching(network))
        best = min(best, process_time() - start)
    return answers, best


def measured_row() -> Row:
    """The row of 1,000 groups."""
    answers, best = measured(1_000, 60, 3)
    note = f"{answers:,} answers"
    return Row("who reaches each task, 1,000 groups of 60 rules", "itself", GOAL, "s", best, note)


def main() -> int:
    """Ask, and print how many answers came in which time.

    Returns:
        0 if the goal is met, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reach", description=__doc__)
    parser.add_argument("--groups", type=int, default=1000)
    parser.add_argument("--rules", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    answers, best = measured(given.groups, given.rules, given.rounds)
    met = best <= GOAL
    verdict = "met" if met else "missed"
    print(f"{answers} answers in {best:.2f} s of processor time (goal {GOAL:.0f} s: {verdict})")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
