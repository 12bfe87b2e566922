"""The edits of endpoint policies, whichever way Terraform writes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from mending import Scan, mended, scanned

RULES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
FILLED_IN = {"account that owns the images", "id of the organisation", "account"}
CASES = [
    ("TW402", "fail_any_account"),
    ("TW402", "fail_beside_good"),
    ("TW402", "fail_attached"),
    ("TW404", "fail_one_of_two"),
    ("TW404", "fail_resource_key"),
    ("TW405", "fail_agent"),
    ("TW405", "fail_everything"),
    ("TW409", "fail_policy"),
    ("TW409", "fail_policy_bucket"),
    ("TW411", "fail"),
]


def heredoc(policy: dict[str, Any]) -> tuple[str, str]:
    """A policy as JSON text, and what comes with it."""
    return f"<<-EOF\n{json.dumps(policy, indent=4)}\n    EOF\n  ", ""


def blocks(policy: dict[str, Any]) -> tuple[str, str]:
    """A policy as a data source."""
    lines = ['\n\ndata "aws_iam_policy_document" "written" {']
    for each in policy["Statement"]:
        lines += ["  statement {", f"    effect = {json.dumps(each['Effect'])}"]
        for key, name in (("Action", "actions"), ("Resource", "resources")):
            value = each[key]
            lines.append(
                f"    {name} = {json.dumps(value if isinstance(value, list) else [value])}"
            )
        principals = each["Principal"]
        named = principals if isinstance(principals, dict) else {"*": principals}
        for kind, value in named.items():
            lines += ["    principals {", f"      type = {json.dumps(kind)}"]
            lines += [f"      identifiers = [{json.dumps(value)}]", "    }"]
        for operator, keys in each.get("Condition", {}).items():
            for key, value in keys.items():
                lines += ["    condition {", f"      test = {json.dumps(operator)}"]
                lines += [f"      variable = {json.dumps(key)}"]
                lines += [f"      values = [{json.dumps(value)}]", "    }"]
        lines.append("  }")
    return "data.aws_iam_policy_document.written.json", "\n".join([*lines, "}\n"])


def fails(scan: Scan, rule: str) -> list[Any]:
    """The fails of a rule, and the edits of each."""
    return [
        one
        for one in scan.judged
        if (one[0].finding.rule, one[0].finding.verdict) == (rule, "fail")
    ]


@pytest.mark.parametrize("written", [heredoc, blocks])
@pytest.mark.parametrize(("rule", "case"), CASES)
def test_a_policy_is_mended_as_it_is_written(rule: str, case: str, written: Any) -> None:
    """The same is wrong of it, and edits mend it."""
    source = str(RULES / rule.lower() / case / "main.tf")
    scan = scanned(source)
    [address] = {one.finding.resource for one, _ in fails(scan, rule)}
    resource = next(
        each for each in scan.stack.evaluate({}).resources if each.origin.address == address
    )
    text, place = scan.files.text(source), resource.body.places["policy"]
    lines = text.split("\n")
    before = "\n".join(lines[: place.line - 1])
    value, end = written(scan.bodies()[address]["policy"])
    policy = f"\n  policy = {value}"
    text = "\n".join((before + policy, *lines[place.end_line :])) + end

    scan = scanned(source, overlay={source: text})
    found = fails(scan, rule)
    after = mended(scan, [edit for _, edits in found for edit in edits]).get(source, "")

    assert found
    assert all(edits for _, edits in found)
    for meant in FILLED_IN:
        after = after.replace(f"<{meant}>", "123456789012")
    assert fails(scanned(source, overlay={source: after}), rule) == []
