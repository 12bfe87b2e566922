"""Plans as JSON. Written by hand in the shape that `terraform show -json` gives them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets import examples
from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.core.values import Span, Value, needs, symbol
from taskwall.readers.terraform import stacks
from taskwall.readers.terraform.plan import stacks as plan_stacks
from taskwall.readers.terraform.plan.stacks import PlanStack, plans, unplanned
from taskwall.readers.terraform.state.reader import planned
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

Shown = Callable[[Value], object]

MAIN = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_security_group" "alb" {
  vpc_id = aws_vpc.main.id
}
module "api" {
  source   = "./api"
  for_each = toset(["a"])
  vpc_id   = aws_vpc.main.id
  groups   = [aws_security_group.alb.id]
}
"""
CHILD = """
variable "vpc_id" {}
variable "groups" {}
resource "aws_security_group" "task" {
  count  = 1
  vpc_id = var.vpc_id

  ingress {
    from_port       = 80
    to_port         = 80
    protocol        = "tcp"
    security_groups = var.groups
  }
}
"""


def resource(address: str, values: Mapping[str, Any], mode: str = "managed") -> dict[str, Any]:
    """A planned resource."""
    bare = address.rpartition("].aws")[2] or address
    kind = address.partition("aws_")[2].partition(".")[0]
    return {"address": address, "mode": mode, "type": f"aws_{kind}", "name": bare, "values": values}


def change(address: str, unknown: Mapping[str, Any], *actions: str) -> dict[str, Any]:
    """What a plan says of the change of a resource."""
    body = {"actions": list(actions or ("create",)), "after_unknown": unknown}
    return {"address": address, "change": body}


def references(*names: str) -> dict[str, Any]:
    """An expression of the configuration, as a plan tells it."""
    return {"references": [part for name in names for part in (name, name.rpartition(".")[0])]}


TASK = 'module.api["a"].aws_security_group.task[0]'
INGRESS = {"from_port": 80, "to_port": 80, "protocol": "tcp", "cidr_blocks": []}
PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "terraform_version": "1.9.0",
    "planned_values": {
        "root_module": {
            "resources": [
                resource("aws_vpc.main", {"cidr_block": "10.0.0.0/16", "tags": None}),
                resource("aws_security_group.alb", {"name": None}),
            ],
            "child_modules": [
                {
                    "address": 'module.api["a"]',
                    "resources": [resource(TASK, {"ingress": [INGRESS], "name_prefix": None})],
                }
            ],
        }
    },
    "resource_changes": [
        change("aws_vpc.main", {"id": True, "arn": True}),
        change("aws_security_group.alb", {"id": True, "vpc_id": True, "ingress": True}),
        change(TASK, {"id": True, "vpc_id": True, "ingress": [{"security_groups": True}]}),
    ],
    "prior_state": {
        "values": {
            "root_module": {
                "resources": [
                    resource("data.aws_region.here", {"name": "eu-west-1"}, "data"),
                    resource("aws_vpc.gone", {"cidr_block": "10.9.0.0/16"}),
                ]
            }
        }
    },
    "configuration": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_vpc.main",
                    "expressions": {"cidr_block": {"constant_value": "10.0.0.0/16"}},
                },
                {
                    "address": "aws_security_group.alb",
                    "expressions": {"vpc_id": references("aws_vpc.main.id")},
                },
            ],
            "module_calls": {
                "api": {
                    "source": "./api",
                    "expressions": {
                        "vpc_id": references("aws_vpc.main.id"),
                        "groups": references("aws_security_group.alb.id"),
                    },
                    "module": {
                        "resources": [
                            {
                                "address": "aws_security_group.task",
                                "expressions": {
                                    "vpc_id": {"references": ["var.vpc_id"]},
                                    "ingress": [
                                        {
                                            "from_port": {"constant_value": 80},
                                            "security_groups": {"references": ["var.groups"]},
                                        }
                                    ],
                                },
                            }
                        ]
                    },
                }
            },
        }
    },
}


def read(plan: object, **sources: str) -> PlanStack:
    """The stack of a plan, with sources beside it."""
    texts = {"/nowhere/plan.json": plan if isinstance(plan, str) else json.dumps(plan)}
    texts |= {f"/nowhere/{name}/main.tf".replace("/live/", "/"): t for name, t in sources.items()}
    files, inputs = Files(texts), Inputs(boundary="/nowhere")
    stacks([path for path in texts if path.endswith(".tf")], files, inputs)
    (stack,), errors = plans(["/nowhere/plan.json"], files, inputs)
    assert errors == []
    return stack


def bodies(evaluation: Evaluation, shown: Shown) -> dict[str, object]:
    """The attributes of all resources by their addresses."""
    return {r.origin.address: shown(r.body) for r in evaluation.resources}


EXPECTED = {
    "aws_vpc.main": {"cidr_block": "10.0.0.0/16"},
    "aws_security_group.alb": {"vpc_id": "<aws_vpc.main.id>"},
    TASK: {
        "vpc_id": "<aws_vpc.main.id>",
        "ingress": [{**INGRESS, "security_groups": ["<aws_security_group.alb.id>"]}],
    },
    "data.aws_region.here": {"name": "eu-west-1"},
}


def test_plan_alone(shown: Shown) -> None:
    """Instances and values are the plan's, and references are rebuilt through module calls."""
    evaluation = read(PLAN).evaluate({})
    assert bodies(evaluation, shown) == EXPECTED
    task = next(r for r in evaluation.resources if r.origin.address == TASK)
    assert task.origin.name == "module.api.aws_security_group.task"
    assert [call.name for call in task.origin.called_from] == ["module.api"]
    assert task.place == Span("/nowhere/plan.json", 1, 1, 1, 1)


def test_plan_with_its_sources(shown: Shown) -> None:
    """With the sources beside it, everything has its place there."""
    stack = read(PLAN, live=MAIN, api=CHILD)
    evaluation = stack.evaluate({})
    assert evaluation.errors == ()
    found = bodies(evaluation, shown)
    inner = found[TASK]["ingress"][0]  # type: ignore[index]
    assert inner["security_groups"] == ["<aws_security_group.alb.id>"]
    task = next(r for r in evaluation.resources if r.origin.address == TASK)
    assert (task.place.file, task.place.line) == ("/nowhere/api/main.tf", 4)
    assert task.body.places["ingress"] == Span("/nowhere/api/main.tf", 8, 3, 13, 4)
    assert stack.files == {"/nowhere/plan.json", "/nowhere/main.tf", "/nowhere/api/main.tf"}


@pytest.mark.parametrize("sources", [{}, {"live": MAIN, "api": CHILD}])
def test_a_plan_creates_what_it_plans(sources: Mapping[str, str]) -> None:
    """With its sources or by itself it knows the types of its resources, and is asked for each."""
    stack = read(PLAN, **sources)
    assert [stack.creates(f"aws_{name}") for name in ("vpc", "security_group", "eip")] == [
        True,
        True,
        False,
    ]
    evaluate = stack.evaluations()
    assert evaluate({}).resources == stack.evaluate({}).resources


@pytest.mark.parametrize("beside", [{}, {"/nowhere/main.tf": MAIN, "/nowhere/api/main.tf": CHILD}])
def test_a_plan_that_stays_is_read_once(beside: Mapping[str, str]) -> None:
    """In a session it is the same stack until its text or the inputs are others."""
    path = "/nowhere/plan.json"
    files = Files({path: json.dumps(PLAN), **beside}, retained=True)

    def made(**said: Any) -> PlanStack:
        (stack,), _ = plans([path], files, Inputs(boundary="/nowhere", **said))
        return stack

    first = made()
    assert made() is first
    assert made(workspace="prod") is not first
    assert made() is not first
    second = made()
    files.change(path, json.dumps({**PLAN, "complete": False}))
    assert made() is not second


def test_a_plan_as_context_stands_for_itself() -> None:
    """Its resources have its name before theirs, its outputs lead to them, and nothing is shown."""
    plan = {
        **PLAN,
        "planned_values": {
            "outputs": {
                "cidr": {"value": "10.0.0.0/16"},
                "vpc": {"value": "vpc-0123456789abcdef0"},
                "secret": {"value": SECRET, "sensitive": True},
                "later": {},
            },
            "root_module": {"resources": [resource("aws_vpc.x", {"id": "vpc-0123456789abcdef0"})]},
        },
    }
    texts = {"/nowhere/net.json": json.dumps(plan), "/nowhere/broken.json": "{"}
    (found,), (error,) = planned(list(texts), Files(texts), Inputs(boundary="/nowhere"))
    assert error.place.file == "/nowhere/broken.json"
    addresses = {one.origin.address for one in found.resources}
    assert "net.json/aws_vpc.x" in addresses
    assert {name: symbol(value) for name, value in found.outputs.items()} == {
        "cidr": "",
        "vpc": "net.json/aws_vpc.x.id",
        "secret": "",
    }
    assert SECRET in found.sensitive_texts


def test_plan_knows_what_sources_leave_open(shown: Shown) -> None:
    """Values, and how many instances there are, come from the plan where the sources are open."""
    main = 'variable "n" {}\nvariable "open" {}\nresource "aws_eip" "e" {\n'
    main += '  count    = var.n\n  instance = var.open\n  region   = "r"\n}\n'
    planned = [resource(f"aws_eip.e[{i}]", {"instance": f"i{i}", "domain": "vpc"}) for i in (0, 1)]
    plan = {
        "format_version": "1.0",
        "planned_values": {"root_module": {"resources": planned}},
        "configuration": {},
    }
    evaluation = read(plan, live=main).evaluate({})
    assert [r.origin.maybe for r in evaluation.resources] == [(), ()]
    assert bodies(evaluation, shown) == {
        f"aws_eip.e[{i}]": {"instance": f"i{i}", "domain": "vpc", "region": "r"} for i in (0, 1)
    }
    assert {r.place.line for r in evaluation.resources} == {3}


@pytest.mark.parametrize(
    ("written", "planned"),
    [
        ('"web-${var.open}"', "web-prod"),
        ('[var.open, "b"]', ["a", "b"]),
        ("{ a = var.open }", {"a": "x"}),
        ('concat(["a"], var.open)', ["a", "b"]),
        ("merge({ a = 1 }, var.open)", {"a": 1, "b": 2}),
        ('"web"', "web"),
        ("aws_vpc.many[*].id", ["vpc-1", "vpc-2"]),
        ("aws_vpc.many[0].id", "vpc-1"),
    ],
)
def test_plan_knows_what_sources_know_in_part(written: str, planned: object, shown: Shown) -> None:
    """The whole of a text, a list or a map of which the sources leave a part open."""
    main = f'variable "open" {{}}\nresource "aws_eip" "e" {{\n  x = {written}\n}}\n'
    main += 'resource "aws_vpc" "many" {\n  count = var.open\n}\n'
    plan = {
        "format_version": "1.0",
        "planned_values": {"root_module": {"resources": [resource("aws_eip.e", {"x": planned})]}},
        "configuration": {},
    }
    (found,) = read(plan, live=main).evaluate({}).resources
    assert shown(found.body.fields["x"]) == planned
    assert found.body.places["x"].line == 3


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"${aws_vpc.one.id}-web"', "<aws_vpc.one.id>-web"),
        ('"${aws_vpc.one.id}-${var.open}"', "vpc-1-web"),
        ("[aws_vpc.one.id]", ["<aws_vpc.one.id>"]),
        ("{ a = aws_vpc.one.id }", {"a": "<aws_vpc.one.id>"}),
        ("{ a = aws_vpc.one.id, b = var.open }", {"a": "vpc-1"}),
        ("merge({ a = aws_vpc.one.id }, var.open)", {"a": "vpc-1"}),
    ],
)
def test_what_refers_to_a_resource_is_known(written: str, expected: object, shown: Shown) -> None:
    """A plan says less of it than its sources, in a text as well."""
    main = f'variable "open" {{}}\nresource "aws_eip" "e" {{\n  x = {written}\n}}\n'
    main += 'resource "aws_vpc" "one" {}\n'
    value = {"[": ["vpc-1"], '"': "vpc-1-web"}.get(written[0], {"a": "vpc-1"})
    planned = [resource("aws_eip.e", {"x": value}), resource("aws_vpc.one", {})]
    plan = {
        "format_version": "1.0",
        "planned_values": {"root_module": {"resources": planned}},
        "configuration": {},
    }
    found = bodies(read(plan, live=main).evaluate({}), shown)

    assert found["aws_eip.e"] == {"x": expected}


def test_what_the_provider_fills_in_is_left_out(shown: Shown) -> None:
    """An unknown within a block is there only if the configuration writes it, or the whole."""
    values = {"action": [{"type": "fixed"}], "block": [{"a": 1}]}
    unknowns = {"action": [{"order": True, "target": True}], "block": [{"b": True}]}
    expressions = {
        "action": [{"type": {}, "target": {"references": ["var.x"]}}],
        "block": {"references": ["var.x"]},
    }
    listener = {"address": "aws_lb_listener.l", "expressions": expressions}
    plan = {
        "format_version": "1.0",
        "planned_values": {"root_module": {"resources": [resource("aws_lb_listener.l", values)]}},
        "resource_changes": [
            {"address": "aws_lb_listener.l", "change": {"after_unknown": unknowns}}
        ],
        "configuration": {"root_module": {"resources": [listener]}},
    }
    (found,) = bodies(read(plan).evaluate({}), shown).values()
    assert set(found["action"][0]) == {"type", "target"}  # type: ignore[index]
    assert set(found["block"][0]) == {"a", "b"}  # type: ignore[index]


def standing(plan: Mapping[str, object], texts: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The names of stacks that are judged, and of the sources for which a plan stands."""
    files = Files({"/nowhere/p/plan.json": json.dumps(plan), **texts})
    inputs = Inputs(boundary="/nowhere")
    read, _ = stacks(list(texts), files, inputs)
    planned, _ = plans(["/nowhere/p/plan.json"], files, inputs, read)
    kept = [stack.name for stack in unplanned(read, planned)]
    return kept, [one.sources.name for one in planned if one.sources is not None]


CONFIGURED = {
    "format_version": "1.0",
    "planned_values": {"root_module": {}},
    "configuration": {
        "root_module": {
            "resources": [{"address": "aws_vpc.main"}, {"address": "data.aws_region.here"}],
            "module_calls": {"m": {}},
        }
    },
}
DECLARED = """
resource "aws_vpc" "main" {}
data "aws_region" "here" {}
module "m" { source = "example/m" }
"""


@pytest.mark.parametrize("path", ["/nowhere/p/main.tf", "/nowhere/infra/main.tf"])
def test_a_plan_stands_for_its_sources(path: str) -> None:
    """A root that was planned is not judged twice, wherever the plan lies."""
    texts = {path: DECLARED, "/nowhere/other/main.tf": 'resource "aws_vpc" "main" {}\n'}
    assert standing(CONFIGURED, texts) == (["/nowhere/other"], [path.removesuffix("/main.tf")])


@pytest.mark.parametrize(
    "texts",
    [
        {"/nowhere/p/main.tf": DECLARED + 'resource "aws_vpc" "new" {}\n'},
        {"/nowhere/a/main.tf": DECLARED, "/nowhere/b/main.tf": DECLARED},
    ],
    ids=["changed", "two"],
)
def test_sources_that_are_not_those_of_the_plan_are_judged(texts: Mapping[str, str]) -> None:
    """Sources that have changed, or of which several could be meant, are judged by themselves."""
    kept, for_ = standing(CONFIGURED, texts)
    assert len(kept) == len(texts)
    assert for_ == []


def test_findings_of_a_plan_and_its_sources_are_told_once(tmp_path: Path) -> None:
    """A scan of both judges one stack, and points into the sources."""
    (tmp_path / "main.tf").write_text(MAIN)
    (tmp_path / "api").mkdir()
    (tmp_path / "api/main.tf").write_text(CHILD)
    (tmp_path / "web.tf").write_text("""
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration { subnets = ["subnet-1"] }
}
""")
    service = resource("aws_ecs_service.web", {"launch_type": "FARGATE"})
    planned = {**PLAN["planned_values"]["root_module"]}
    planned["resources"] = [*planned["resources"], service]
    config = {**PLAN["configuration"]["root_module"]}
    config["resources"] = [*config.get("resources", ()), {"address": "aws_ecs_service.web"}]
    plan = {
        **PLAN,
        "planned_values": {"root_module": planned},
        "configuration": {"root_module": config},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan, sort_keys=True))
    report = scan(Options((str(tmp_path),), profile="strict", cwd=str(tmp_path)))
    assert report.document.summary.stacks == 1
    assert report.document.summary.errors == 0
    files = {finding.file for finding in report.findings}
    assert files
    assert "plan.json" not in files


def test_ids_of_what_exists(shown: Shown) -> None:
    """The id of a resource, where another one holds it, is a reference to it."""
    plan = {
        "format_version": "1.0",
        "planned_values": {
            "root_module": {
                "resources": [
                    resource("aws_vpc.v", {"id": "vpc-0123456789abcdef0"}),
                    resource("aws_subnet.s", {"vpc_id": "vpc-0123456789abcdef0"}),
                ]
            }
        },
    }
    (_, subnet) = read(plan).evaluate({}).resources
    value = subnet.body.fields["vpc_id"]
    assert getattr(value, "symbol", "") == "aws_vpc.v.id"
    assert shown(value) == "vpc-0123456789abcdef0"


@pytest.mark.parametrize(
    ("attribute", "expression", "unknown", "expected"),
    [
        ("vpc_id", references("aws_vpc.main.id"), True, "<aws_vpc.main.id>"),
        ("subnets", references("aws_subnet.a.id", "aws_subnet.b.id"), [True, True],
         ["<aws_subnet.a.id>", "<aws_subnet.b.id>"]),
        ("subnets", references("aws_subnet.a.id", "var.x"), [True, True], ["<?>", "<?>"]),
        ("subnets", references("aws_subnet.a.id", "var.x"), True, "<?>"),
        ("subnets", references("aws_subnet.a.name", "aws_subnet.b.name"), [True, True],
         ["<?>", "<?>"]),
        ("subnets", references(), True, "<?>"),
        ("subnets", references("aws_subnet.a[0].id"), True, ["<aws_subnet.a[0].id>"]),
        ("subnets", references("aws_subnet.a.id"), [True, True], ["<?>", "<?>"]),
        ("name", references("aws_vpc.main.id"), True, "<?>"),
        ("container_definitions", references("aws_ecr_repository.r.arn"), True, "<?>"),
        ("vpc_id", references("local.x"), True, "<?>"),
        ("vpc_id", references("aws_vpc.main.id", "var.x"), True, "<?>"),
        ("vpc_id", references("module.gone.vpc_id"), True, "<?>"),
        ("vpc_id", {"references": ["module.gone"]}, True, "<?>"),
        ("vpc_id", {"references": ["aws_vpc.main"]}, True, "<?>"),
        ("vpc_id", {"references": ["data.aws_vpc.main"]}, True, "<?>"),
        ("vpc_id", {"references": ["data.aws_vpc.main.id"]}, True, "<data.aws_vpc.main.id>"),
    ],
)  # fmt: skip
def test_rebuilt_references(
    shown: Shown, attribute: str, expression: Any, unknown: Any, expected: object
) -> None:
    """Ids of resources are references; whatever could be put together is unknown."""
    value = [None] * len(unknown) if isinstance(unknown, list) else None
    plan = {
        "format_version": "1.0",
        "planned_values": {"root_module": {"resources": [resource("aws_x.x", {attribute: value})]}},
        "resource_changes": [change("aws_x.x", {attribute: unknown})],
        "configuration": {
            "root_module": {
                "resources": [{"address": "aws_x.x", "expressions": {attribute: expression}}]
            }
        },
    }
    (found,) = read(plan).evaluate({}).resources
    assert shown(found.body.fields[attribute]) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (references("aws_subnet.a.id", "aws_subnet.b.id"),
         ["<aws_subnet.a.id>", "<aws_subnet.b.id>"]),
        (references("aws_subnet.a.id"), ["<aws_subnet.a.id>"]),
        (references("aws_subnet.a.id", "var.x"), "<?>"),
        (references("aws_subnet.a.name", "aws_subnet.b.name"), "<?>"),
        (references(), "<?>"),
        ({}, "<?>"),
    ],
)  # fmt: skip
def test_references_that_are_handed_to_a_module(shown: Shown, given: Any, expected: object) -> None:
    """A variable of a module stands for ids that the call names, and for nothing put together."""
    address = "module.m.aws_x.x"
    inner = [{"address": "aws_x.x", "expressions": {"subnets": references("var.ids")}}]
    child = {"address": "module.m", "resources": [resource(address, {"subnets": None})]}
    plan = {
        "format_version": "1.0",
        "planned_values": {"root_module": {"child_modules": [child]}},
        "resource_changes": [change(address, {"subnets": True})],
        "configuration": {
            "root_module": {
                "module_calls": {
                    "m": {
                        "expressions": {"ids": given},
                        "module": {"resources": inner, "variables": {"ids": {}}},
                    }
                }
            }
        },
    }
    (found,) = read(plan).evaluate({}).resources
    assert shown(found.body.fields["subnets"]) == expected


@pytest.mark.parametrize(
    ("name", "output", "expected"),
    [
        ("module.m.id", references("aws_vpc.main.id"), "<module.m.aws_vpc.main.id>"),
        ("module.m.id", {"references": ["module.n.id"]}, "<module.m.module.n.aws_vpc.main.id>"),
        ('module.m["a"].id', references("aws_vpc.main.id"), '<module.m["a"].aws_vpc.main.id>'),
        ("module.m.id", references("aws_vpc.main.name"), "<?>"),
        ("module.m.id", references("local.x"), "<?>"),
        ("module.m.other", references("aws_vpc.main.id"), "<?>"),
        ("module.other.id", references("aws_vpc.main.id"), "<?>"),
    ],
)
def test_references_that_a_module_hands_out(
    shown: Shown, name: str, output: Any, expected: object
) -> None:
    """An output of a module is the id that its expression names, also from further below."""
    inner = {"outputs": {"id": {"expression": references("aws_vpc.main.id")}}}
    called = {
        "outputs": {"id": {"expression": output}},
        "module_calls": {"n": {"module": inner}},
    }
    expressions = {"vpc_id": {"references": [name]}}
    plan = {
        "format_version": "1.0",
        "planned_values": {
            "root_module": {"resources": [resource("aws_x.x", {"vpc_id": None})]},
        },
        "resource_changes": [change("aws_x.x", {"vpc_id": True})],
        "configuration": {
            "root_module": {
                "resources": [{"address": "aws_x.x", "expressions": expressions}],
                "module_calls": {"m": {"module": called}},
            }
        },
    }
    (found,) = read(plan).evaluate({}).resources
    value = found.body.fields["vpc_id"]

    assert shown(value) == expected
    assert needs(value)


@pytest.mark.parametrize(("id_", "symbol"), [("vpc-1", "aws_vpc.main.id"), ("vpc-2", "")])
def test_a_known_value_is_a_reference_to_what_it_was_taken_from(id_: str, symbol: str) -> None:
    """If the configuration names one attribute, and that has the value."""
    expressions = {"vpc_id": references("aws_vpc.main.id")}
    plan = {
        "format_version": "1.0",
        "planned_values": {
            "root_module": {
                "resources": [
                    resource("aws_vpc.main", {"id": "vpc-1"}),
                    resource("aws_x.x", {"vpc_id": id_}),
                ]
            },
        },
        "configuration": {
            "root_module": {"resources": [{"address": "aws_x.x", "expressions": expressions}]}
        },
    }
    (_, found) = read(plan).evaluate({}).resources
    value = found.body.fields["vpc_id"]

    assert getattr(value, "symbol", "") == symbol


@pytest.mark.parametrize("shape", [{}, [], None, 1, "x", {"root_module": []}, {"root_module": 1}])
@pytest.mark.parametrize("key", ["planned_values", "prior_state", "configuration", "variables"])
def test_plan_of_another_shape(key: str, shape: object) -> None:
    """A plan in which something has another shape is read as far as it goes."""
    assert read({**PLAN, key: shape}).evaluate({}).errors == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "a plan that is not JSON: Input data was truncated"),
        ('{"format_version": "7.0"}', "a plan of format 7.0, which is not known"),
        ('{"a": [1, 2, 3]}', "a plan of more than 4 parts: not read"),
    ],
)
def test_broken_plan(text: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that cannot be read is an error at its beginning."""
    monkeypatch.setattr(plan_stacks, "MAX_PLAN_PARTS", 4)
    files = Files({"/nowhere/plan.json": text})
    found, errors = plans(["/nowhere/plan.json"], files, Inputs())
    assert ([*found], [e.message for e in errors]) == ([], [message])
    assert [error.place for error in errors] == [Span("/nowhere/plan.json", 1, 1, 1, 1)]


def test_a_plan_that_failed_is_an_error() -> None:
    """What was not planned is not in it, and nobody shall take that for judged."""
    text = '{"format_version": "1.2", "errored": true, "planned_values": {}}'
    [stack], _ = plans(["/p.json"], Files({"/p.json": text}), Inputs())

    assert [one.message for one in stack.evaluate({}).errors] == [
        "the plan failed: what was not planned is not in it"
    ]


@pytest.mark.parametrize("complete", [True, False, None])
def test_a_plan_that_is_not_complete_says_so(complete: bool | None) -> None:
    """What `-target` leaves out is absent, and a plan that is complete lacks nothing."""
    said = {} if complete is None else {"complete": complete}
    absent = read({"format_version": "1.2", "planned_values": {}, **said}).evaluate({}).absent
    names = [(one.kind, one.name) for one in absent]
    assert names == ([("plan", "plan.json")] if complete is False else [])


SECRET, OPEN_TEXT = "Tr0ub4dor-and-3", "what anybody may read"
MARKED = {"values": {"a": SECRET, "b": OPEN_TEXT}, "sensitive_values": {"a": True}}
OUTPUTS = {"outputs": {"a": {"value": SECRET, "sensitive": True}, "b": {"value": OPEN_TEXT}}}
VALUES = {"a": {"value": SECRET}, "b": {"value": OPEN_TEXT}}


@pytest.mark.parametrize(
    "part",
    [
        {
            "variables": VALUES,
            "configuration": {"root_module": {"variables": {"a": {"sensitive": True}, "b": {}}}},
        },
        {"variables": {"b": {"value": OPEN_TEXT}, "db_password": {"value": SECRET}}},
        {"planned_values": OUTPUTS},
        {"prior_state": {"values": OUTPUTS}},
        {"planned_values": {"root_module": {"resources": [MARKED]}}},
        {"prior_state": {"values": {"root_module": {"child_modules": [{"resources": [MARKED]}]}}}},
        *(
            {part: [{"change": {when: MARKED["values"], f"{when}_sensitive": {"a": True}}}]}
            for part in ("resource_changes", "resource_drift")
            for when in ("before", "after")
        ),
        {"output_changes": {"a": {"before": SECRET, "before_sensitive": True}}},
        {"output_changes": {"a": {"after": [OPEN_TEXT, SECRET], "after_sensitive": [False, True]}}},
        {
            "output_changes": {
                "a": {"after": [OPEN_TEXT, SECRET, {}], "after_sensitive": [{}, True]}
            }
        },
        {"output_changes": {"a": {"after": {"x": [SECRET]}, "after_sensitive": True}}},
        {"planned_values": OUTPUTS, "variables": {"b": {"value": "[1"}, "c": {"value": "{}"}}},
    ],
)
def test_what_a_plan_calls_sensitive(part: dict[str, Any]) -> None:
    """A text that a plan marks is hidden wherever its mark stands, and no other is."""
    plan = {"format_version": "1.2", "planned_values": {}, **part}
    assert read(plan).evaluate({}).sensitive_texts == {SECRET}


def test_what_is_within_a_sensitive_text() -> None:
    """Of a text that is JSON the longer texts in it are hidden, too; of another one only itself."""
    held = json.dumps({"user": "ann", "password": SECRET})
    marked = {"values": {"a": held, "b": "[" + SECRET}, "sensitive_values": {"a": True, "b": True}}
    planned = {"root_module": {"resources": [marked]}}
    stack = read({"format_version": "1.2", "planned_values": planned})

    assert stack.evaluate({}).sensitive_texts == {held, SECRET, "[" + SECRET}


def test_nothing_of_a_plan_is_shown() -> None:
    """A plan holds sensitive values as they are: none of its text is shown."""
    (place,) = read(PLAN).secrets("/nowhere/plan.json")
    assert place.holds(Span("/nowhere/plan.json", 1, 1, 999, 1))


def test_both_readers_say_the_same(shown: Shown, evaluated: Callable[..., Evaluation]) -> None:
    """A plan alone and the sources alone give the same values, but for what nobody wrote."""
    main = MAIN.replace('"./api"', '"../api"')
    written = bodies(evaluated(main, {"api/main.tf": CHILD}), shown)
    planned = bodies(read(PLAN).evaluate({}), shown)
    for address, body in written.items():
        assert isinstance(body, dict)
        found = planned[address]
        assert isinstance(found, dict)
        for name, value in body.items():
            blocks = found[name]
            if isinstance(blocks, list):  # a plan also has what a block leaves out, as empty
                blocks = [{k: v for k, v in block.items() if v != []} for block in blocks]
            assert blocks == value


@examples(60)
@given(st.data())
def test_any_shape_within_a_plan(data: st.DataObject) -> None:
    """A plan of which any part has another shape is read without a crash."""
    plan = json.loads(json.dumps(PLAN))
    at, key = {"": plan}, ""
    for _ in range(data.draw(st.integers(1, 9))):
        inner = at[key]
        if isinstance(inner, dict) and inner:
            at, key = inner, data.draw(st.sampled_from(sorted(inner)))
        elif isinstance(inner, list) and inner:
            at, key = inner, data.draw(st.integers(0, len(inner) - 1))  # type: ignore[assignment]
    at[key] = data.draw(st.sampled_from([None, 1, "x", [], {}, [[]], [{}], True, [None]]))
    found, _ = plans(["/p.json"], Files({"/p.json": json.dumps(plan)}), Inputs())
    for stack in found:
        assert stack.evaluate({}).questions == frozenset()


NET = {
    "expressions": {"given": references("aws_vpc.main.id"), "fixed": {"constant_value": "x"}},
    "module": {
        "outputs": {
            "vpc": {"expression": references("aws_vpc.in.id")},
            "fixed": {"expression": {"constant_value": ["a"]}},
            "given": {"expression": references("var.given")},
            "none": {"expression": references("local.z")},
            "two": {"expression": references("aws_vpc.in.id", "aws_vpc.in.arn")},
            "mixed": {"expression": references("aws_vpc.in.id", "aws_vpc.in.x")},
            "more": {"expression": references("var.missing")},
        },
        "resources": [],
    },
}


def of_plan(attribute: str, expression: object, open_: object, data: object = None) -> Value | None:
    """An attribute of a resource in a plan, by its expression and what of it is unknown."""
    known = {} if data is None else {attribute: data}
    vpc = {"id": "vpc-0123456789abcdef0", "cidr_block": "10.1.0.0/16"}
    x = {"address": "aws_x.x", "expressions": {attribute: expression}}
    plan = {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": [
                    resource("aws_vpc.main", {"cidr_block": "10.0.0.0/16"}),
                    *(resource(f"aws_subnet.a[{at}]", {}) for at in (0, 1)),
                    resource("aws_eip.e", {}),
                    resource("aws_x.x", known),
                ],
                "child_modules": [
                    {"address": "module.net", "resources": [resource("module.net.aws_vpc.in", {})]}
                ],
            }
        },
        "resource_changes": [change("aws_x.x", {attribute: open_})],
        "prior_state": {
            "values": {"root_module": {"resources": [resource("data.aws_vpc.d", vpc, "data")]}}
        },
        "configuration": {"root_module": {"resources": [x], "module_calls": {"net": NET}}},
    }
    resources = read(plan).evaluate({}).resources
    return next(r for r in resources if r.origin.address == "aws_x.x").body.fields.get(attribute)


WHY = {
    "is known only after apply": "later",
    "is not known in the plan": "open",
    "is not in the plan": "absent",
}
NAMED: list[tuple[str, list[str], object, object, str]] = [
    (
        "vpc_id",
        ["aws_vpc.main.id"],
        True,
        "<aws_vpc.main.id>",
        "aws_vpc.main.id later",
    ),
    (
        "vpc_id",
        ["aws_vpc.main.arn"],
        True,
        "<aws_vpc.main.arn>",
        "aws_vpc.main.arn later",
    ),
    ("vpc_id", ["aws_vpc.main.name"], True, "<?>", "aws_vpc.main.name later"),
    (
        "vpc_ids",
        ["aws_vpc.main.id"],
        True,
        ["<aws_vpc.main.id>"],
        "aws_vpc.main.id later",
    ),
    (
        "subnet_ids",
        ["aws_subnet.a[0].id", "aws_subnet.a[1].id"],
        True,
        ["<aws_subnet.a[0].id>", "<aws_subnet.a[1].id>"],
        "aws_subnet.a[0].id later; aws_subnet.a[1].id later",
    ),
    (
        "subnet_id",
        ["aws_subnet.a[0].id", "aws_subnet.a[1].id"],
        True,
        ["<aws_subnet.a[0].id>", "<aws_subnet.a[1].id>"],
        "aws_subnet.a[0].id later; aws_subnet.a[1].id later",
    ),
    (
        "subnet_ids",
        ["aws_subnet.a[0].id", "aws_vpc.main.x"],
        True,
        "<?>",
        "aws_subnet.a[0].id later; aws_vpc.main.x later",
    ),
    (
        "subnet_ids",
        ["aws_subnet.a[0].id"],
        [True],
        ["<aws_subnet.a[0].id>"],
        "aws_subnet.a[0].id later",
    ),
    (
        "subnet_ids",
        ["aws_subnet.a[0].id"],
        [True, True],
        ["<?>", "<?>"],
        "aws_subnet.a[0].id open",
    ),
    (
        "subnet_ids",
        ["aws_subnet.a[0].id", "aws_subnet.a[1].id"],
        [True, True],
        ["<aws_subnet.a[0].id>", "<aws_subnet.a[1].id>"],
        "aws_subnet.a[0].id later; aws_subnet.a[1].id later",
    ),
    ("vpc_id", ["local.v"], True, "<?>", "local.v open"),
    ("vpc_id", ["var.v"], True, "<?>", "var.v open"),
    ("vpc_id", ["each.value"], True, "<?>", "each.value open"),
    ("vpc_id", ["count.index"], True, "<?>", "count.index open"),
    ("vpc_id", ["aws_vpc.main"], True, "<?>", "aws_vpc.main open"),
    ("vpc_id", ["data.aws_vpc.d.id"], True, "vpc-0123456789abcdef0", ""),
    (
        "vpc_id",
        ["data.aws_vpc.none.id"],
        True,
        "<data.aws_vpc.none.id>",
        "data.aws_vpc.none.id absent",
    ),
    (
        "vpc_id",
        ["aws_vpc.none.id"],
        True,
        "<aws_vpc.none.id>",
        "aws_vpc.none.id absent",
    ),
    ("vpc_id", ["data.aws_vpc.d"], True, "<?>", "data.aws_vpc.d open"),
    ("cidr_block", ["aws_vpc.main.cidr_block"], True, "10.0.0.0/16", ""),
    ("cidr_block", ["data.aws_vpc.d.cidr_block"], True, "10.1.0.0/16", ""),
    (
        "cidr_block",
        ["aws_vpc.main.ipv6_cidr_block"],
        True,
        "<aws_vpc.main.ipv6_cidr_block>",
        "aws_vpc.main.ipv6_cidr_block later",
    ),
    (
        "allocation_id",
        ["aws_eip.e.allocation_id"],
        True,
        "<aws_eip.e.allocation_id>",
        "aws_eip.e.allocation_id later",
    ),
    (
        "vpc_id",
        ["module.net.vpc"],
        True,
        "<module.net.aws_vpc.in.id>",
        "module.net.aws_vpc.in.id later",
    ),
    (
        "vpc_id",
        ["module.net.given"],
        True,
        "<aws_vpc.main.id>",
        "aws_vpc.main.id later",
    ),
    ("vpc_id", ["module.net.fixed"], True, "<?>", "module.net.fixed open"),
    ("vpc_id", ["module.net.none"], True, "<?>", "module.net.local.z open"),
    (
        "vpc_id",
        ["module.net.two"],
        True,
        ["<module.net.aws_vpc.in.id>", "<module.net.aws_vpc.in.arn>"],
        "module.net.aws_vpc.in.id later; module.net.aws_vpc.in.arn later",
    ),
    (
        "vpc_ids",
        ["module.net.two"],
        True,
        ["<module.net.aws_vpc.in.id>", "<module.net.aws_vpc.in.arn>"],
        "module.net.aws_vpc.in.id later; module.net.aws_vpc.in.arn later",
    ),
    (
        "vpc_ids",
        ["module.net.mixed"],
        True,
        "<?>",
        "module.net.aws_vpc.in.id open; module.net.aws_vpc.in.x open",
    ),
    ("vpc_id", ["module.net.missing"], True, "<?>", "module.net.missing open"),
    ("vpc_id", ["module.gone.vpc"], True, "<?>", "module.gone.vpc absent"),
    ("vpc_id", ["module.net.const"], True, "<?>", "module.net.const open"),
    ("vpc_id", ["module.net.more"], True, "<?>", "module.net.more open"),
    (
        "vpc_id",
        ["module.net[0].vpc"],
        True,
        "<module.net[0].aws_vpc.in.id>",
        "module.net[0].aws_vpc.in.id absent",
    ),
    ("vpc_id", ["module.net"], True, "<?>", "module.net open"),
    ("vpc_id", [], True, "<?>", "vpc_id later"),
    (
        "names",
        ["aws_vpc.main.id"],
        True,
        ["<aws_vpc.main.id>"],
        "aws_vpc.main.id later",
    ),
    (
        "rename",
        ["aws_vpc.main.id"],
        True,
        "<aws_vpc.main.id>",
        "aws_vpc.main.id later",
    ),
    (
        "policy_id",
        ["aws_vpc.main.id"],
        True,
        "<aws_vpc.main.id>",
        "aws_vpc.main.id later",
    ),
]


@pytest.mark.parametrize(("attribute", "names", "open_", "expected", "waits"), NAMED)
def test_what_the_names_in_an_expression_say(
    attribute: str, names: list[str], open_: object, expected: object, waits: str, shown: Shown
) -> None:
    """Ids are taken for what they are; of anything else it is said what it waits for."""
    data = [None] * len(open_) if isinstance(open_, list) else None
    value = of_plan(attribute, references(*names), open_, data)
    assert value is not None
    told = "; ".join(f"{need.name} {WHY[need.why]}" for need in needs(value))
    assert (shown(value), told) == (expected, waits)


@pytest.mark.parametrize(
    "attribute",
    [
        *("name", "name_prefix", "description", "policy", "policies", "assume_role_policy"),
        *("x_json", "user_data", "user_data_base64", "container_definitions", "tags", "tags_all"),
        *("value", "values", "command", "content", "environment"),
    ],
)
def test_what_is_put_together_from_pieces(attribute: str, shown: Shown) -> None:
    """A name in it says nothing of the whole."""
    value = of_plan(attribute, references("aws_vpc.main.id"), True)
    assert value is not None
    assert shown(value) == "<?>"


@pytest.mark.parametrize(
    ("data", "names", "expected"),
    [
        ("10.0.0.0/16", ["aws_vpc.main.cidr_block"], "aws_vpc.main.cidr_block"),
        ("10.9.0.0/16", ["aws_vpc.main.cidr_block"], ""),
        ("10.0.0.0/16", ["aws_vpc.main.cidr_block", "var.v"], ""),
        ("vpc-0123456789abcdef0", ["data.aws_vpc.d.id"], "data.aws_vpc.d.id"),
        ("vpc-0123456789abcdef0", ["var.v"], ""),
        ("x", ["var.v"], ""),
    ],
)
def test_from_what_a_known_value_was_taken(data: str, names: list[str], expected: str) -> None:
    """If it is equal to that, it is that."""
    value = of_plan("cidr", references(*names), False, data)
    assert value is not None
    assert symbol(value) == expected


SG, TABLE = "sg-0123456789abcdef0", "rtb-0123456789abcdef0"


@pytest.mark.parametrize(
    ("data", "others", "expected"),
    [
        (SG, [], "aws_vpc.main.default_security_group_id"),
        (TABLE, [], "aws_vpc.main.main_route_table_id"),
        ("rtb-aaaaaaaaaaaaaaaaa", [], "aws_vpc.main.default_route_table_id"),
        ("vpc-0123456789abcdef0", [], "aws_vpc.main.id"),
        ("arn:aws:ec2:vpc", [], "aws_vpc.main.arn"),
        # What is managed by itself counts more.
        (
            SG,
            [resource("aws_default_security_group.d", {"id": SG})],
            "aws_default_security_group.d.id",
        ),
        (SG, [resource("data.aws_security_group.d", {"id": SG}, "data")], ""),
        ("sg-0123456", [], ""),
        ("sg-0123456z", [], ""),
        ("main", [], ""),
    ],
)
def test_ids_in_a_plan_are_of_what_has_them(
    data: str, others: list[dict[str, Any]], expected: str
) -> None:
    """Also those of what AWS makes with a VPC; what only looks like a name is none."""
    vpc = {
        "id": "vpc-0123456789abcdef0",
        "arn": "arn:aws:ec2:vpc",
        "default_security_group_id": SG,
        "main_route_table_id": TABLE,
        "default_route_table_id": "rtb-aaaaaaaaaaaaaaaaa",
        "name": "main",
    }
    resources = [resource("aws_vpc.main", vpc), *others, resource("aws_x.x", {"v": data})]
    if others and others[0]["mode"] == "data":
        vpc["default_security_group_id"] = "sg-bbbbbbbbbbbbbbbbb"
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": resources}}}
    found = read(plan).evaluate({}).resources[-1].body.fields["v"]
    assert symbol(found) == expected
