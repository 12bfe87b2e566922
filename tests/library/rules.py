"""Rules of one's own, written for a test."""

from pathlib import Path

RULE = '''"""{id}: {title}.

What: Something.
Why: Because.
Terraform: it = false
CloudFormation: It: false
"""

import sys
from collections.abc import Iterator

from taskwall import Fact, Network, Verdict, rule


@rule("{severity}")
def judged(network: Network) -> Iterator[Verdict]:
    {body}
'''
FAILS = """for group in network.security_groups:
        yield Verdict(group, group, Fact.known(True, "it is so"), f"{group.name} is wrong")"""


def write_rule(
    folder: Path,
    id_: str = "ACME101",
    body: str = FAILS,
    severity: str = "high",
    title: str = "T",
    more: str = "",
) -> Path:
    """Write the file of a rule; unless its body says otherwise, every security group fails it.

    Args:
        folder: where it is written.
        id_: the rule's id.
        body: what its function does with `network`.
        severity: its severity.
        title: its title.
        more: further arguments of `@rule`, with a comma before them.
    """
    folder.mkdir(exist_ok=True)
    file = folder / f"{id_.lower()}_name.py"
    text = RULE.format(id=id_, title=title, severity=severity, body=body)
    file.write_text(text.replace(f'"{severity}")', f'"{severity}"{more})', 1))
    return file
