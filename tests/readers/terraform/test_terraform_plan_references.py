"""What a plan by itself says of references: by ids that it knows, and by names in expressions."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from taskwall.core.values import Known, Unknown, Value, needs
from taskwall.readers.terraform.plan.stacks import plans
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

Shown = Callable[[Value], object]


def read(root: Mapping[str, Any], inputs: Inputs | None = None) -> Evaluation:
    """What a plan is without sources; `root` has its resources, and how these are configured.

    Under `resources` are their values, by address, under `unknown` what is not known of each, under
    `actions` what is to be done with it if not to create it, under `expressions` what the
    configuration says; `calls` are calls of modules.
    """

    def listed(values: Mapping[str, Any], within: str) -> list[dict[str, Any]]:
        return [
            {
                "address": address,
                "mode": "data" if ".data." in f".{address}" else "managed",
                "type": address.rsplit(".", 2)[-2],
                "name": "x",
                "values": each,
            }
            for address, each in values.items()
            if address.startswith("module.") is bool(within) and address.startswith(within)
        ]

    modules = sorted({one.rsplit(".", 2)[0] for one in root["resources"] if "module." in one})
    plan = {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": listed(root["resources"], ""),
                "child_modules": [
                    {"address": name, "resources": listed(root["resources"], f"{name}.")}
                    for name in modules
                ],
            }
        },
        "resource_changes": [
            {
                "address": address,
                "change": {
                    "actions": root.get("actions", {}).get(address, ["create"]),
                    "after_unknown": root.get("unknown", {}).get(address, {}),
                },
            }
            for address in {**root.get("unknown", {}), **root.get("actions", {})}
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {"address": address, "expressions": each}
                    for address, each in root.get("expressions", {}).items()
                ],
                "module_calls": root.get("calls", {}),
            }
        },
    }
    files = Files({"/nowhere/plan.json": json.dumps(plan)})
    (stack,), errors = plans(["/nowhere/plan.json"], files, inputs or Inputs(boundary="/nowhere"))
    assert errors == []
    return stack.evaluate({})


def value(evaluation: Evaluation, address: str, name: str) -> Value:
    """An attribute of a resource."""
    found = next(one for one in evaluation.resources if one.origin.address == address)
    return found.body.fields[name]


@pytest.mark.parametrize(
    ("text", "is_id"),
    [
        ("vpc-0123456789abcdef0", True),
        ("vpc-12345678", True),
        ("eni-attach-12345678", True),
        ("arn:aws:ec2:eu-west-1:123456789012:vpc/x", True),
        ("vpc-1234567", False),
        ("vpc-1234567g", False),
        ("vpc-ABCDEF12", False),
        ("-12345678", False),
        ("12345678", False),
        ("main", False),
        ("my-vpc", False),
        ("", False),
        ("an arn:aws:ec2", False),
    ],
)
def test_what_looks_like_an_id(text: str, is_id: bool, shown: Shown) -> None:
    """A value that is the id of a resource of the plan refers to it; a mere name does not."""
    found = read({"resources": {"aws_vpc.v": {"id": text}, "aws_subnet.s": {"vpc_id": text}}})
    expected = "<aws_vpc.v.id>" if is_id else text
    assert shown_reference(value(found, "aws_subnet.s", "vpc_id"), shown) == expected


def shown_reference(found: Value, shown: Shown) -> object:
    """A value as plain data; what refers to a resource is its name, also where it is known."""
    name = getattr(found, "symbol", "")
    return f"<{name}>" if name else shown(found)


@pytest.mark.parametrize(
    ("attribute", "owner", "name"),
    [
        ("id", "aws_vpc.v", "id"),
        ("arn", "aws_vpc.v", "arn"),
        ("default_security_group_id", "aws_vpc.v", "default_security_group_id"),
        ("main_route_table_id", "aws_vpc.v", "main_route_table_id"),
        ("other_id", "", ""),
    ],
)
def test_which_attributes_are_ids(attribute: str, owner: str, name: str, shown: Shown) -> None:
    """Those of the resource, and of what AWS makes with a VPC."""
    found = read({
        "resources": {
            "aws_vpc.v": {attribute: "sg-0123456789abcdef0"},
            "aws_instance.i": {"ids": ["sg-0123456789abcdef0", "sg-fedcba9876543210f"]},
        }
    })  # fmt: skip
    items = value(found, "aws_instance.i", "ids").items  # type: ignore[union-attr]
    expected = f"<{owner}.{name}>" if owner else "sg-0123456789abcdef0"
    assert [shown_reference(one, shown) for one in items] == [expected, "sg-fedcba9876543210f"]


def test_what_is_managed_by_itself_counts_more(shown: Shown) -> None:
    """A group that a VPC has by default may be a resource of its own, and a data source none."""
    found = read({
        "resources": {
            "aws_vpc.v": {"id": "vpc-12345678", "default_security_group_id": "sg-12345678"},
            "aws_default_security_group.g": {"id": "sg-12345678"},
            "data.aws_vpc.v": {"id": "vpc-12345678"},
            "aws_instance.i": {"groups": ["sg-12345678"], "vpc": "vpc-12345678"},
        }
    })  # fmt: skip
    (group,) = value(found, "aws_instance.i", "groups").items  # type: ignore[union-attr]
    assert shown_reference(group, shown) == "<aws_default_security_group.g.id>"
    assert shown_reference(value(found, "aws_instance.i", "vpc"), shown) == "<aws_vpc.v.id>"


def names(*given: str) -> dict[str, list[str]]:
    """An expression, by the names in it."""
    return {"references": list(given)}


@pytest.mark.parametrize(
    ("attribute", "expression", "expected"),
    [
        ("vpc_id", names("aws_vpc.v.id", "aws_vpc.v"), "<aws_vpc.v.id>"),
        ("vpc_id", names("aws_vpc.v.arn", "aws_vpc.v"), "<aws_vpc.v.arn>"),
        ("vpc_id", names('aws_vpc.e["a.b"].id', "aws_vpc.e"), '<aws_vpc.e["a.b"].id>'),
        ("vpc_id", names("data.aws_vpc.v.id", "data.aws_vpc.v"), "<data.aws_vpc.v.id>"),
        ("vpc_id", names("aws_vpc.v.name", "aws_vpc.v"), "aws_vpc.v.name"),
        ("vpc_id", names("aws_vpc.v.id", "aws_vpc.w.id"), ["<aws_vpc.v.id>", "<aws_vpc.w.id>"]),
        ("vpc_ids", names("aws_vpc.v.id"), ["<aws_vpc.v.id>"]),
        ("vpc_id", names("local.vpc"), "local.vpc"),
        ("vpc_id", names("each.value"), "each.value"),
        ("vpc_id", names("each.value.vpc.id"), "each.value.vpc.id"),
        ("vpc_id", names("var.vpc"), "var.vpc"),
        ("vpc_id", names("local.vpc.id"), "local.vpc.id"),
        ("vpc_id", names("each.value.id"), "each.value.id"),
        ("vpc_id", names("count.index.id"), "count.index.id"),
        ("vpc_id", names("self.vpc.id"), "self.vpc.id"),
        ("vpc_id", names("path.module.id"), "path.module.id"),
        ("vpc_id", names("terraform.workspace.id"), "terraform.workspace.id"),
        ("vpc_id", names("tofu.workspace.id"), "tofu.workspace.id"),
        ("vpc_id", names("ephemeral.vpc.id"), "ephemeral.vpc.id"),
        ("vpc_id", names("aws_vpc.v"), "aws_vpc.v"),
        ("vpc_id", names("data.aws_vpc.v"), "data.aws_vpc.v"),
        ("vpc_id", names("module.none.id"), "module.none.id"),
        ("vpc_id", {"nothing": "said"}, "vpc_id"),
        ("name", names("aws_vpc.v.id"), "aws_vpc.v.id"),
        ("name_prefix", names("aws_vpc.v.id"), "aws_vpc.v.id"),
        ("policy", names("aws_vpc.v.id"), "aws_vpc.v.id"),
        ("assume_role_policies", names("aws_vpc.v.id"), "aws_vpc.v.id"),
        ("user_data_base64", names("aws_vpc.v.id"), "aws_vpc.v.id"),
        ("tags_all", names("aws_vpc.v.id"), "aws_vpc.v.id"),
        ("policy_id", names("aws_vpc.v.id"), "<aws_vpc.v.id>"),
        ("a_name", names("aws_vpc.v.id"), "<aws_vpc.v.id>"),
    ],
)
def test_what_is_known_after_apply(
    attribute: str, expression: object, expected: object, shown: Shown
) -> None:
    """An id is what its name says; what a text is made of is only what it waits for."""
    found = read({
        "resources": {"aws_instance.i": {}},
        "unknown": {"aws_instance.i": {attribute: True}},
        "expressions": {"aws_instance.i": {attribute: expression}},
    })  # fmt: skip
    got = value(found, "aws_instance.i", attribute)
    if isinstance(expected, list) or str(expected).startswith("<"):
        assert shown(got) == expected
    else:
        assert isinstance(got, Unknown)
        assert [need.name for need in needs(got)] == [expected]


CALLED = {
    "source": "./m",
    "module": {
        "resources": [{"address": "aws_subnet.s", "expressions": {"vpc_id": names("var.vpc_id")}}],
        "outputs": {
            "id": {"expression": names("aws_subnet.s.id", "aws_subnet.s")},
            "both": {"expression": names("aws_subnet.s.id", "aws_subnet.t.arn")},
            "mixed": {"expression": names("aws_subnet.s.id", "local.x")},
            "fixed": {"expression": {"constant_value": "x"}},
        },
    },
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (names("aws_vpc.v.id", "aws_vpc.v"), "<aws_vpc.v.id>"),
        ({"constant_value": "vpc-1"}, "STEP.var.vpc_id"),
        (names("var.vpc"), "var.vpc"),
        (names("aws_vpc.v.id", "local.x"), "aws_vpc.v.id; local.x"),
        ({}, "STEP.var.vpc_id"),
    ],
)
@pytest.mark.parametrize("step", ["module.m", "module.m[0]", 'module.m["a.b"]'])
def test_what_a_call_gives(given: object, expected: str, step: str, shown: Shown) -> None:
    """A variable of a module is what the call says, as far as that is one name."""
    address = f"{step}.aws_subnet.s"
    found = read({
        "resources": {address: {}},
        "unknown": {address: {"vpc_id": True}},
        "calls": {"m": {**CALLED, "expressions": {"vpc_id": given}}},
    })  # fmt: skip
    got = value(found, address, "vpc_id")
    if expected.startswith("<"):
        assert shown(got) == expected
    else:
        waits = "; ".join(need.name for need in needs(got))
        assert waits == expected.replace("STEP", step)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("module.m.id", "<module.m.aws_subnet.s.id>"),
        ("module.m[0].id", "<module.m[0].aws_subnet.s.id>"),
        ("module.m.both", ["<module.m.aws_subnet.s.id>", "<module.m.aws_subnet.t.arn>"]),
        ("module.m.mixed", ["module.m.aws_subnet.s.id", "module.m.local.x"]),
        ("module.m", ["module.m"]),
        ("module.n.id", ["module.n.id"]),
        ("", [""]),
        (".", ["."]),
    ],
)
def test_what_a_module_gives(name: str, expected: object, shown: Shown) -> None:
    """An output is what its module says that it is, by the addresses of that call."""
    found = read({
        "resources": {"aws_instance.i": {}},
        "unknown": {"aws_instance.i": {"subnet_id": True}},
        "expressions": {"aws_instance.i": {"subnet_id": names(name)}},
        "calls": {"m": {**CALLED, "expressions": {}}},
    })  # fmt: skip
    got = value(found, "aws_instance.i", "subnet_id")
    if "<" in str(expected):
        assert shown(got) == expected
    else:
        assert [need.name for need in needs(got)] == expected


def test_a_circle_of_names_ends() -> None:
    """What a module gives may not be what it is given."""
    circle = {
        "source": "./m",
        "expressions": {"x": names("module.m.o")},
        "module": {"outputs": {"o": {"expression": names("var.x")}}},
    }
    found = read({
        "resources": {"aws_instance.i": {}},
        "unknown": {"aws_instance.i": {"subnet_id": True}},
        "expressions": {"aws_instance.i": {"subnet_id": names("module.m.o")}},
        "calls": {"m": circle},
    })  # fmt: skip
    (need,) = needs(value(found, "aws_instance.i", "subnet_id"))
    assert need.why == "is passed on too often"


def test_what_users_assume_of_what_is_not_known(shown: Shown) -> None:
    """It is the value of the reference; what the plan knows counts more."""
    inputs = Inputs(
        boundary="/nowhere",
        assumptions={"aws_vpc.v.cidr_block": Known("10.0.0.0/16"), "aws_vpc.v.id": Known("x")},
    )
    found = read(
        {
            "resources": {"aws_vpc.v": {"id": "vpc-12345678"}, "aws_x.x": {}},
            "unknown": {"aws_x.x": {"cidr": True, "vpc_id": True}},
            "expressions": {
                "aws_x.x": {
                    "cidr": names("aws_vpc.v.cidr_block"),
                    "vpc_id": names("aws_vpc.v.id"),
                }
            },
        },
        inputs,
    )
    assert shown(value(found, "aws_x.x", "cidr")) == "10.0.0.0/16"
    assert shown(value(found, "aws_x.x", "vpc_id")) == "vpc-12345678"


GROUP, RULE = "aws_security_group.g", "aws_vpc_security_group_ingress_rule.r"
TABLE, ACL = "aws_route_table.t", "aws_network_acl.a"


@pytest.mark.parametrize(
    ("owner", "name", "beside", "actions", "written", "kept"),
    [
        (GROUP, "ingress", RULE, ["no-op"], False, False),
        (GROUP, "ingress", RULE, ["update"], False, False),
        (GROUP, "ingress", RULE, ["create"], False, True),
        (GROUP, "ingress", RULE, ["no-op"], True, True),
        (GROUP, "ingress", "aws_route.r", ["no-op"], False, True),
        (GROUP, "ingress", "aws_security_group_rule.r", ["no-op"], False, False),
        (GROUP, "egress", "aws_vpc_security_group_egress_rule.r", ["no-op"], False, False),
        (GROUP, "tags", RULE, ["no-op"], False, True),
        (TABLE, "route", "aws_route.r", ["no-op"], False, False),
        (TABLE, "route", RULE, ["no-op"], False, True),
        (ACL, "ingress", "aws_network_acl_rule.r", ["no-op"], False, False),
        ("aws_db_security_group.g", "ingress", RULE, ["no-op"], False, True),
    ],
)
def test_blocks_that_resources_of_their_own_make(
    owner: str, name: str, beside: str, actions: list[str], written: bool, kept: bool
) -> None:
    """What AWS tells of a group, table or ACL is in its blocks, whether they are written or not."""
    found = read({
        "resources": {owner: {name: [{"from_port": 80}]}, beside: {}},
        "actions": {owner: actions},
        "expressions": {owner: {name: [{"from_port": {"constant_value": 80}}]} if written else {}},
    })  # fmt: skip
    bodies = {one.origin.address: one.body.fields for one in found.resources}

    assert (name in bodies[owner]) is kept
