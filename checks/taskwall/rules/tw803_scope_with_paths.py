"""TW803: No path matches a Network Access Scope that the sources write.

What: A scope of Network Access Analyzer names the paths that nobody wants, by their ends and
    packet headers, with exclusions; and by the sources there is one. The scope itself is reported,
    with the path. Judged are IPv4, TCP and UDP, as the analyzer does. Through which NAT gateway,
    firewall or attachment a path leads is not known.
Why: The scope says what must not be reachable. Once it is deployed, only an analysis that somebody
    starts says so; before, this rule does.
Fine when: The scope lists paths for information only, or the path is wanted: exclude it.
Terraform: What a scope excludes is a design decision. Close the path where it is opened, or add an
    `exclude_paths` for it.
CloudFormation: What a scope excludes is a design decision. Close the path where it is opened, or
    add an entry of `ExcludePaths` for it.
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/network-access-analyzer/what-is-network-access-analyzer.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact
from taskwall.model.core.network import Network
from taskwall.model.entities.access_scope import AccessScope
from taskwall.rules._rule import Verdict, rule


@rule("high", default=True, pci=True)
def scope_with_paths(network: Network) -> Iterator[Verdict]:
    if not network.every(AccessScope):
        return
    # Flows are a tenth of all that a scan would import, and most scans are asked for none.
    from taskwall.model.flows.access_scopes import scope_findings

    for scope, found in scope_findings(network):
        at = scope.origin.header
        holds = f"no path matches {scope.name}"
        certain = [each for each in found if each.broken.truth]
        told = (certain or found)[:1]
        if not told:
            none = Fact(False, f"a path matches {scope.name}", at, scope.name, otherwise=holds)
            yield Verdict(scope.origin, at, none, f"a path matches {scope.name}", holds)
        for each in told:
            flow = each.flow
            more = f", and {len(certain) - 1} more" if len(certain) > 1 else ""
            path = f"the path from {flow.source} to {flow.target}{more}"
            yield Verdict(scope.origin, at, each.broken, f"{scope.name} matches {path}", holds)
