"""The laws that every rule keeps, and tests that try hard to break them.

1. Making a leaf unknown leaves pass, fail or no verdict as it is, or makes it unknown
   (`test_law1.py`).
2. Opening a switch yields the union of its branches' findings, each with its `when`.
3. The same stack gets the same verdicts in both languages.
4. The order of files, blocks and statements, and names, do not matter.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import storefronts
import storefronts_cloudformation
import storefronts_terraform
from budgets import examples
from storefronts import Shop
from taskwall.engine.judge import judge
from taskwall.engine.judgement import Judgement
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs, SourceError, Stack

ROOT = "/shop"
few = examples(60)


def _stack(texts: Mapping[str, str]) -> Stack:
    files = Files({f"{ROOT}/{name}": text for name, text in texts.items()})
    paths, inputs = [f"{ROOT}/{name}" for name in texts], Inputs(boundary=ROOT)
    read: tuple[Sequence[Stack], Sequence[SourceError]]
    if any(name.endswith(".tf") for name in texts):
        read = terraform.stacks(paths, files, inputs)
    else:
        read = cloudformation.stacks(paths, files, inputs)
    (stack,), errors = read
    assert not errors
    return stack


def _in_terraform(blocks: list[str]) -> Stack:
    return _stack({"main.tf": "\n\n".join(blocks) + "\n"})


def _in_cloudformation(resources: Mapping[str, object], **more: object) -> Stack:
    return _stack({"t.json": json.dumps({"Resources": resources, **more}, indent=1)})


def _judged(stack: Stack) -> Judgement:
    found = judge(stack, all_rules(), Settings(show=("fail", "unknown", "pass")))
    assert not found.errors
    assert not found.crashes
    return found


def _told(stack: Stack) -> Counter[tuple[str, str]]:
    """How often each rule gives each verdict."""
    return Counter((each.finding.rule, each.finding.verdict) for each in _judged(stack).findings)


@few
@given(storefronts.shops())
def test_languages_agree(shop: Shop) -> None:
    """Law 3: a shop in Terraform and the same in CloudFormation get the same verdicts."""
    one = _told(_in_terraform(storefronts_terraform.terraform(shop)))
    other = _told(_in_cloudformation(storefronts_cloudformation.cloudformation(shop)))

    assert one == other


@few
@given(storefronts.shops(), st.randoms(use_true_random=False))
def test_order_does_not_matter(shop: Shop, random: Random) -> None:
    """Law 4: shuffled blocks, spread over files, and shuffled resources change no verdict."""
    blocks = storefronts_terraform.terraform(shop)
    resources = storefronts_cloudformation.cloudformation(shop)
    before = _told(_in_terraform(blocks)), _told(_in_cloudformation(resources))

    random.shuffle(blocks)
    cut = random.randrange(len(blocks))
    spread = _stack(
        {"z.tf": "\n".join(blocks[:cut]) + "\n", "a.tf": "\n".join(blocks[cut:]) + "\n"}
    )
    names = list(resources)
    random.shuffle(names)
    shuffled = _in_cloudformation({name: resources[name] for name in names})

    assert before == (_told(spread), _told(shuffled))


@few
@given(storefronts.shops(), st.sampled_from(("2", "Zz", "0a")))
def test_names_do_not_matter(shop: Shop, ending: str) -> None:
    """Law 4: other names change no verdict."""
    before = _told(_in_terraform(storefronts_terraform.terraform(shop)))
    after = _told(_in_terraform(storefronts_terraform.terraform(shop, ending)))

    assert before == after


CHOICES = ("mode", "public_address", "policy", "protocol", "peers", "log")


@few
@given(storefronts.shops(), storefronts.shops())
def test_an_open_switch_is_followed_both_ways(one: Shop, other: Shop) -> None:
    """Law 2: a stack whose condition is open fails wherever one of its branches does."""
    a, b = map(storefronts_cloudformation.cloudformation, (one, other))
    resources: dict[str, object] = {}
    for name in {**a, **b}:
        if name in a and name in b and a[name] == b[name]:
            resources[name] = a[name]
            continue
        for branch, held in (("A", a), ("B", b)):
            if name in held and a.get(name, {}).get("Type") == b.get(name, {}).get("Type"):
                properties = {
                    key: {"Fn::If": ["Live", _of(a, name, key), _of(b, name, key)]}
                    for key in {**_properties(a[name]), **_properties(b[name])}
                }
                resources[name] = {"Type": a[name]["Type"], "Properties": properties}
            elif name in held:
                condition = "Live" if branch == "A" else "NotLive"
                resources[name] = {**held[name], "Condition": condition}
    template = {
        "Conditions": {
            "Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]},
            "NotLive": {"Fn::Not": [{"Condition": "Live"}]},
        },
    }

    def judged(**parameter: str) -> Counter[tuple[str, str]]:
        stage = {"Stage": {"Type": "String", **parameter}}
        found = _judged(_in_cloudformation(resources, Parameters=stage, **template))
        return Counter(
            (f.finding.rule, f.finding.resource)
            for f in found.findings
            if f.finding.verdict == "fail"
        )

    live, not_live = judged(Default="live"), judged(Default="test")

    assert set(judged()) == set(live) | set(not_live)


def _properties(resource: Mapping[str, object]) -> dict[str, object]:
    found = resource.get("Properties", {})
    assert isinstance(found, dict)
    return found


def _of(resources: Mapping[str, Mapping[str, object]], name: str, key: str) -> object:
    return _properties(resources[name]).get(key, {"Ref": "AWS::NoValue"})


def test_when_names_the_setting() -> None:
    """A finding that one branch of a switch makes says which; one that both make does not."""
    shop = Shop(
        "host", "EC2", None, True, (), None, None, "HTTP", "forward", None, False, None, False
    )
    resources = storefronts_cloudformation.cloudformation(shop)
    mode = {"Fn::If": ["Live", "host", "awsvpc"]}
    resources["Td"]["Properties"] = {"NetworkMode": mode, "RequiresCompatibilities": ["EC2"]}
    stack = _in_cloudformation(
        resources,
        Parameters={"Stage": {"Type": "String"}},
        Conditions={"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
    )

    whens = {f.finding.when for f in _judged(stack).findings if f.finding.rule == "TW201"}

    assert whens == {"Stage is live"}


def test_evaluation_is_pure() -> None:
    """The same stack evaluates to the same resources, however often it is asked."""
    shop = Shop("awsvpc", "FARGATE", True, True, ("alb",), "application", None, "HTTPS", "forward",
                None, True, "ALL", True)  # fmt: skip
    stack = _in_terraform(storefronts_terraform.terraform(shop))
    first: Evaluation = stack.evaluate({})
    again: Evaluation = stack.evaluate({})

    traces = {
        "user_place": first.user_place,
        "provenance": first.provenance,
        "element_place": first.element_place,
    }
    assert replace(again, **traces) == first
