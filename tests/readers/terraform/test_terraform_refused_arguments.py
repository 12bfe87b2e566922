"""What functions refuse: a list where a text must stand, a text where a list must, and the like."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Unknown, needs
from taskwall.source.stack import Evaluation

REFUSED: dict[str, list[str]] = {
    "a list or map is not a string": [
        'trimprefix(["a"], "b")',
        'split(",", ["a"])',
        'split(",", {})',
        'replace(["a"], "b", "c")',
        'startswith([], "b")',
        'regex("a", ["b"])',
        'regexall("a", ["b"])',
        'substr(["a"], 0, 1)',
        'indent(1, ["a"])',
        "title({})",
        "chomp([])",
        "trimspace([])",
        "strrev([])",
        'join([], ["a"])',
        'join(",", [["a"]])',
        'format("%s", ["a"])',
        'formatlist("%s", [["a"]])',
        'strcontains([], "a")',
        'endswith("a", [])',
        'trim("a", [])',
        "base64encode([])",
        "base64decode({})",
        "urlencode([])",
        "md5([])",
        "yamldecode([])",
        "csvdecode([])",
        "tostring([])",
        "parseint([], 10)",
        "cidrsubnet([], 1, 1)",
        "cidrhost([], 1)",
        "cidrnetmask([])",
        'timeadd([], "1h")',
        'formatdate([], "x")',
        'timecmp([], "x")',
        "basename([])",
        "dirname([])",
        'sort([["a"]])',
    ],
    "an argument of F is null": [
        'split(",", null)',
        'split(null, "a")',
    ],
    "an argument of F is not a list": [
        'join(",", "a")',
        'concat("a")',
        "concat({})",
        'flatten("a")',
        "flatten({})",
        "distinct({})",
        "compact({})",
        'contains("a", "b")',
        'contains({}, "b")',
        "index({}, 1)",
        'reverse("a")',
        "sort({})",
        'slice("a", 0, 1)',
        'element("a", 0)',
        "element({}, 0)",
        'chunklist("a", 1)',
        'setunion("a")',
        'setproduct("a", "b")',
        'one("a")',
        'sum("a")',
        'alltrue("a")',
        'zipmap("a", "b")',
        'tolist("a")',
        "toset(5)",
        'matchkeys("a", "b", "c")',
    ],
    "a list or map is not of type number": [
        "tonumber([])",
    ],
    "a list or map is not of type bool": [
        "tobool({})",
    ],
    "an argument of F is not a number": [
        "abs([])",
    ],
    "F is given something without a length": [
        "length(5)",
    ],
    "an argument of F is not a map": [
        "keys([])",
        'values("a")',
        'lookup([], "a", 1)',
        "merge([], {})",
        'merge("a")',
        "tomap([])",
        'tomap("a")',
    ],
    "F is given nothing but null": [
        "coalesce(null)",
        'coalesce("")',
    ],
    "F is given nothing but empty lists": [
        "coalescelist([])",
    ],
    "the value is not a number": [
        'sum(["a"])',
        'min("a")',
        'range("a")',
        'ceil("x")',
        'pow("a", 1)',
    ],
    "the value is neither true nor false": [
        "anytrue([5])",
    ],
}
"""By the reason, in which F stands for the function."""


@pytest.mark.parametrize(
    ("why", "call"), [(why, one) for why, all_ in REFUSED.items() for one in all_]
)
def test_an_argument_of_another_kind(
    why: str, call: str, evaluated: Callable[..., Evaluation]
) -> None:
    """Terraform fails: the value is unknown, and says why."""
    found = evaluated(f'resource "t" "t" {{\n  x = {call}\n}}\n').resources[0].body.fields["x"]
    name = call.partition("(")[0]
    assert isinstance(found, Unknown)
    assert [str(need) for need in needs(found)] == [why.replace("F", f"{name}(...)")]
