"""Resources: their instances, bodies, places and references."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taskwall.core.loop_places import ElementSpan
from taskwall.core.values import Fields, Items, Reference, Span, Value, needs, symbol
from taskwall.readers.terraform import TerraformStack, stacks
from taskwall.readers.terraform.values.values import JsonItems
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation, Inputs

Evaluated = Callable[..., Evaluation]
Stack = Callable[..., TerraformStack]
Shown = Callable[[Value], object]

FILE = "/nowhere/live/main.tf"


def addresses(evaluation: Evaluation) -> list[str]:
    """The addresses of all resources, in order."""
    return [resource.origin.address for resource in evaluation.resources]


def only(evaluation: Evaluation, address: str) -> Resource:
    """The one resource of an address."""
    (found,) = (r for r in evaluation.resources if r.origin.address == address)
    return found


INSTANCES = [
    ("", ["t.a"]),
    ("count = 0", []),
    ("count = 2", ["t.a[0]", "t.a[1]"]),
    ('count = "1"', ["t.a[0]"]),
    ("count = var.open", ["t.a[*]"]),
    ("count = var.open ? 1 : 0", ["t.a[0]"]),
    ("count = null", ["t.a[*]"]),
    ('for_each = toset(["x", "y"])', ['t.a["x"]', 't.a["y"]']),
    ('for_each = { "x.y" = 1, b = 2 }', ['t.a["b"]', 't.a["x.y"]']),
    ("for_each = {}", []),
    ("for_each = var.open", ["t.a[*]"]),
    ('for_each = toset(concat(["x"], var.opens))', ['t.a["x"]', "t.a[*]"]),
    ("for_each = merge({ x = 1 }, var.open)", ['t.a["x"]', "t.a[*]"]),
    ("for_each = var.open ? { x = 1 } : {}", ["t.a[*]"]),
    ("for_each = var.open ? { x = 1, y = 2 } : { y = 3 }", ['t.a["y"]', "t.a[*]"]),
    ("for_each = toset([t.id.id])", ['t.a["${t.id.id}"]']),
    ('for_each = toset(["x-${var.open}"])', ['t.a["x-${var.open}"]']),
    ("for_each = { (var.open) = 1, x = 2 }", ['t.a["x"]', 't.a["${var.open}"]']),
    ("for_each = toset([uuid()])", ["t.a[*]"]),
    ('for_each = toset([uuid(), "x"])', ['t.a["x"]', "t.a[*]"]),
    ("for_each = { (uuid()) = 1, x = 2 }", ['t.a["x"]', "t.a[*]"]),
    (
        'for_each = { for k in [uuid(), var.open] : "x${k}" => k }',
        ['t.a["x${var.open}"]', "t.a[*]"],
    ),
    ("for_each = toset(concat([var.open], tolist(var.opens)))", ["t.a[*]"]),
    ("for_each = null", []),
    ("for_each = 5", ["t.a[*]"]),
]


@pytest.mark.parametrize(("how", "expected"), INSTANCES)
def test_instances(evaluated: Evaluated, how: str, expected: list[str]) -> None:
    """A block makes the instances that its count or for_each tells, and `[*]` for the rest."""
    evaluation = evaluated(
        f"""
        variable "open" {{}}
        variable "opens" {{ type = set(string) }}
        resource "t" "id" {{}}
        resource "t" "a" {{
          {how}
        }}
        """
    )
    assert [a for a in addresses(evaluation) if a != "t.id"] == expected


@pytest.mark.parametrize(
    ("how", "certain"),
    [
        ("toset([uuid()])", True),
        ('toset([uuid(), "x"])', True),
        ("{ (uuid()) = 1, x = 2 }", True),
        ("toset([var.open])", True),
        ("toset([t.id.id])", True),
        ("toset(concat([t.id.id], tolist(var.opens)))", False),
        ("merge({ x = 1 }, var.open)", False),
        ("{ for k in [1, 2] : k => k if var.open }", False),
    ],
)
def test_an_instance_of_which_only_the_key_is_open_is_there(
    evaluated: Evaluated, how: str, certain: bool
) -> None:
    """What is not known of it is what it is called, and not whether there is one."""
    evaluation = evaluated(
        f"""
        variable "open" {{}}
        variable "opens" {{ type = set(string) }}
        resource "t" "id" {{}}
        resource "t" "a" {{ for_each = {how} }}
        """
    )
    made = [one for one in evaluation.resources if one.origin.address != "t.id"]
    assert all(one.origin.maybe == () for one in made) is certain


def test_open_instances_say_what_they_wait_for(evaluated: Evaluated) -> None:
    """Only the instance of an unknown number is a maybe, and it waits for what decides."""
    evaluation = evaluated(
        """
        variable "more" { type = set(string) }
        resource "t" "a" {
          for_each = toset(concat(["x"], tolist(var.more)))
          name     = each.value
        }
        """
    )
    known, open_ = evaluation.resources
    assert known.origin.maybe == ()
    assert [need.name for need in open_.origin.maybe] == ["var.more"]
    assert (known.origin.name, open_.origin.name) == ("t.a", "t.a")


def test_instances_see_their_key_and_value(evaluated: Evaluated, shown: Shown) -> None:
    """`count.index`, `each.key` and `each.value` are those of the instance."""
    evaluation = evaluated(
        """
        resource "t" "c" {
          count = 2
          n     = "n${count.index}"
        }
        resource "t" "e" {
          for_each = { a = { port = 80 } }
          n        = "${each.key}:${each.value.port}"
        }
        """
    )
    assert [shown(r.body.fields["n"]) for r in evaluation.resources] == ["n0", "n1", "a:80"]


def test_steps_into_what_an_instance_writes(evaluated: Evaluated, shown: Shown) -> None:
    """In a loop an attribute may be taken of anything, and not of the element alone."""
    evaluation = evaluated(
        """
        resource "t" "a" {
          for_each = { a = { port = 80 } }
          x        = { k = each.key }.k
          y        = [each.value][0].port
          z        = merge(each.value, { name = "n" }).name
          dynamic "rule" {
            for_each = [443]
            content {
              v = { p = rule.value }.p
            }
          }
        }
        """
    )
    assert shown(only(evaluation, 't.a["a"]').body) == {
        "x": "a",
        "y": 80,
        "z": "n",
        "rule": [{"v": 443}],
    }


def test_for_each_over_resources(evaluated: Evaluated, shown: Shown) -> None:
    """Instances chain: the value of each is the other resource."""
    evaluation = evaluated(
        """
        resource "aws_subnet" "a" {
          for_each   = { x = "10.0.0.0/24" }
          cidr_block = each.value
        }
        resource "t" "b" {
          for_each  = aws_subnet.a
          subnet_id = each.value.id
          cidr      = each.value.cidr_block
        }
        """
    )
    body = only(evaluation, 't.b["x"]').body
    assert body.fields["subnet_id"] == Reference('aws_subnet.a["x"]', "id")
    assert shown(body.fields["cidr"]) == "10.0.0.0/24"


def test_splat_over_open_instances(evaluated: Evaluated) -> None:
    """`[*]` over an unknown number of instances is a list that may hold the open one's."""
    evaluation = evaluated(
        """
        variable "n" {}
        resource "t" "a" {
          count = var.n
        }
        resource "t" "b" {
          ids = t.a[*].id
          one = t.a[0].id
        }
        """
    )
    fields = only(evaluation, "t.b").body.fields
    ids = fields["ids"]
    assert isinstance(ids, Items)
    assert (ids.items, ids.rest) == ((), (Reference("t.a[*]", "id"),))
    assert fields["one"] == Reference("t.a[*]", "id")


def test_blocks_and_dynamic_blocks_keep_their_order(evaluated: Evaluated, shown: Shown) -> None:
    """Static and dynamic blocks of one type are one list, in the order of the source."""
    evaluation = evaluated(
        """
        variable "open" { type = list(number) }
        resource "t" "a" {
          rule {
            port = 1
          }
          dynamic "rule" {
            for_each = { x = 2, y = 3 }
            content {
              port = rule.value
              name = rule.key
            }
          }
          rule {
            port = 4
            inner {}
          }
          dynamic "rule" {
            for_each = var.open
            iterator = it
            content {
              port = it.value
            }
          }
          lifecycle {
            ignore_changes = [rule]
          }
        }
        """
    )
    body = only(evaluation, "t.a").body
    assert shown(body) == {
        "rule": [
            {"port": 1},
            {"port": 2, "name": "x"},
            {"port": 3, "name": "y"},
            {"port": 4, "inner": [{}]},
            ("maybe", {"port": "<var.open[*]>"}),
        ]
    }


def test_lists_within_lists_are_their_elements(evaluated: Evaluated, shown: Shown) -> None:
    """As before Terraform 0.12, in what AWS makes; not where a list of lists may be meant."""
    evaluation = evaluated(
        """
        variable "groups" { default = ["a", "b"] }
        resource "aws_t" "a" {
          groups = ["${var.groups}", ["${["c"]}"]]
          deep   = [["a", ["b", "c"]]]
          texts  = [jsonencode(var.groups)]
          network {
            groups = ["d"]
          }
          network {
            groups = ["${toset(var.groups)}"]
          }
        }
        resource "terraform_data" "a" { input = [var.groups] }
        """
    )
    assert shown(only(evaluation, "aws_t.a").body) == {
        "groups": ["a", "b", "c"],
        "deep": ["a", "b", "c"],
        "texts": [["a", "b"]],
        "network": [{"groups": ["d"]}, {"groups": ["a", "b"]}],
    }
    texts = only(evaluation, "aws_t.a").body.fields["texts"]
    assert isinstance(texts, Items)
    assert isinstance(texts.items[0], JsonItems)
    assert shown(only(evaluation, "terraform_data.a").body) == {"input": [["a", "b"]]}


def test_maps_may_be_written_as_blocks(evaluated: Evaluated, shown: Shown) -> None:
    """As before Terraform 0.12: of data sources, variables, locals, and arguments of modules."""
    evaluation = evaluated(
        """
        variable "ports" {
          type = "map"
          default {
            web = 80
          }
        }
        locals {
          names {
            web = "web"
          }
        }
        data "template_file" "a" {
          template = "$${port} $${name}"
          vars {
            port = "${var.ports["web"]}"
            name = "${local.names["web"]}"
          }
        }
        resource "null_resource" "a" {
          triggers {
            text = "${data.template_file.a.rendered}"
          }
          lifecycle {
            create_before_destroy = true
          }
        }
        resource "aws_t" "a" {
          text = "${null_resource.a.triggers.text}"
          tags {
            Name = "a"
          }
        }
        """
    )
    assert shown(only(evaluation, "aws_t.a").body) == {"text": "80 web", "tags": {"Name": "a"}}


def test_an_old_template_may_be_the_path_of_a_file(evaluated: Evaluated, shown: Shown) -> None:
    """Of the resource, which Terraform had before 0.7; the data source takes texts only."""
    evaluation = evaluated(
        """
            resource "template_file" "a" {
              template = "hello.tmpl"
              vars { name = "a" }
            }
            resource "template_file" "b" {
              template = "nowhere.tmpl"
            }
            data "template_file" "c" {
              template = "hello.tmpl"
            }
            resource "aws_t" "a" {
              texts = [
                template_file.a.rendered, template_file.b.rendered, data.template_file.c.rendered,
              ]
            }
        """,
        {"live/hello.tmpl": "hello ${name}"},
    )
    texts = ["hello a", "nowhere.tmpl", "hello.tmpl"]
    assert shown(only(evaluation, "aws_t.a").body) == {"texts": texts}


def test_types_of_blocks_and_names_may_stand_in_quotes(evaluated: Evaluated, shown: Shown) -> None:
    """As before Terraform 0.12."""
    evaluation = evaluated(
        """
        resource "aws_t" "a" {
          "action" {
            "kind" = "forward"
            "inner" { port = 80 }
          }
          port = 1
        }
        """
    )
    action = {"kind": "forward", "inner": [{"port": 80}]}
    assert shown(only(evaluation, "aws_t.a").body) == {"action": [action], "port": 1}


def test_old_lists_of_lists_are_lists(evaluated: Evaluated, shown: Shown) -> None:
    """A variable whose type is written as before Terraform 0.12 holds no lists of lists."""
    evaluation = evaluated(
        """
        variable "old" {
          type    = "list"
          default = [["a", "b"], ["c"]]
        }
        variable "new" {
          type    = list(list(string))
          default = [["a", "b"], ["c"]]
        }
        resource "terraform_data" "a" { input = [length(var.old), length(var.new)] }
        """
    )
    assert shown(only(evaluation, "terraform_data.a").body) == {"input": [3, 2]}


def test_a_dynamic_block_over_nothing_writes_nothing(evaluated: Evaluated, shown: Shown) -> None:
    """No block is no attribute, on the top and inside; a list that is written empty is one."""
    evaluation = evaluated(
        """
        variable "none" { default = {} }
        resource "t" "a" {
          written = []
          dynamic "rule" {
            for_each = var.none
            content {}
          }
          inner {
            dynamic "rule" {
              for_each = null
              content {}
            }
          }
        }
        """
    )
    body = only(evaluation, "t.a").body

    assert shown(body) == {"written": [], "inner": [{}]}


DYNAMIC = [
    ("t.id.rules", [("maybe", {"v": "<t.id.rules[*]>"})], []),
    ("data.d.d.rules", [("maybe", {"v": "<data.d.d.rules[*]>"})], []),
    ("var.open", [("maybe", {"v": "<var.open[*]>"})], []),
    ("t.many", [{"v": "<t.many[0]>"}], []),
    ("t.id.ports", [{"v": 80}, {"v": 443}], []),
    ('"x"', None, ["for_each is neither a list nor a map"]),
    ("80", None, ["for_each is neither a list nor a map"]),
]


@pytest.mark.parametrize(("over", "expected", "errors"), DYNAMIC)
def test_what_a_dynamic_block_goes_over(
    stack: Stack, shown: Shown, over: str, expected: object, errors: list[str]
) -> None:
    """Over what is not known it may make blocks; over what is no collection it makes none."""
    evaluation = stack(
        f"""
        variable "open" {{}}
        data "d" "d" {{}}
        resource "t" "id" {{ ports = [80, 443] }}
        resource "t" "many" {{ count = 1 }}
        resource "t" "a" {{
          dynamic "rule" {{
            for_each = {over}
            content {{ v = rule.value }}
          }}
        }}
        """
    ).evaluate({})
    rules = only(evaluation, "t.a").body.fields.get("rule")

    assert (rules and shown(rules)) == expected
    assert [error.message for error in evaluation.errors] == errors


@pytest.mark.parametrize("body", ["for_each = [1]", "content {}", ""])
def test_a_dynamic_block_needs_both_its_parts(stack: Stack, body: str) -> None:
    """What it goes over, and what it makes; one without makes nothing."""
    text = f'resource "t" "a" {{\n  x = 1\n  dynamic "rule" {{\n    {body}\n  }}\n}}\n'
    evaluation = stack(text).evaluate({})

    assert list(only(evaluation, "t.a").body.fields) == ["x"]
    (error,) = evaluation.errors
    assert error.message == 'a "dynamic" block needs for_each and a content block'
    assert error.place.line == 3


NO_ATTRIBUTES = "is read from something that has no attributes"
WITHOUT_INDEX = [
    ("t.one.id", "<t.one[0].id>", []),
    ("t.one.name", "one", []),
    ("t.open.id", "<t.open[*].id>", ["t.open[*].id is known only after apply"]),
    ("t.two.id", "<?>", [f"t.two.id fails: id {NO_ATTRIBUTES}"]),
    ("t.none.id", "<?>", [f"t.none.id fails: id {NO_ATTRIBUTES}"]),
    ('["text"].id', "<?>", [f"the expression.id fails: id {NO_ATTRIBUTES}"]),
    ("[{ id = 1 }].id", "<?>", [f"the expression.id fails: id {NO_ATTRIBUTES}"]),
    ("[t.plain.arn].id", "<?>", [f"the expression.id fails: id {NO_ATTRIBUTES}"]),
]


@pytest.mark.parametrize(("written", "expected", "waits"), WITHOUT_INDEX)
def test_a_counted_resource_without_its_index(
    evaluated: Evaluated, shown: Shown, written: str, expected: object, waits: list[str]
) -> None:
    """As before Terraform 0.12, a list of one resource has its attributes; no other list has."""
    evaluation = evaluated(
        f"""
        variable "n" {{}}
        resource "t" "plain" {{}}
        resource "t" "one" {{
          count = 1
          name  = "one"
        }}
        resource "t" "open" {{ count = var.n }}
        resource "t" "two" {{ count = 2 }}
        resource "t" "none" {{ count = 0 }}
        resource "t" "a" {{ x = {written} }}
        """
    )
    value = only(evaluation, "t.a").body.fields["x"]

    assert shown(value) == expected
    assert not waits or [str(need) for need in needs(value)] == waits


def test_an_empty_object_of_options_is_no_name(evaluated: Evaluated, shown: Shown) -> None:
    """An empty default stands for what exists already: an id, or a map of several; no options."""
    evaluation = evaluated(
        """
        terraform { backend "s3" {} }
        variable "alb" { default = {} }
        variable "subnets" { default = {} }
        resource "t" "a" {
          options = try(var.alb.https, "none")
          ids     = length(var.subnets)
        }
        """
    )
    assert shown(only(evaluation, "t.a").body) == {
        "options": "none",
        "ids": "<length(var.subnets)>",
    }


UNKNOWN_KEYS = [
    "zipmap(t.b[*].arn, [80, 81])",
    "{ (t.b[0].arn) = 80, (t.b[1].arn) = 81 }",
    "{ for i, b in t.b : b.arn => 80 + i }",
    "{ for arn, port in zipmap(t.b[*].arn, [80, 81]) : arn => port if port > 1 }",
]


@pytest.mark.parametrize("ports", UNKNOWN_KEYS)
def test_members_are_there_whose_keys_are_known_after_apply(
    evaluated: Evaluated, shown: Shown, ports: str
) -> None:
    """A block for each of them is there, and the key is what it is equal to."""
    evaluation = evaluated(
        f"""
        variable "ports" {{
          type    = map(number)
          default = {{}}
        }}
        resource "t" "b" {{ count = 2 }}
        resource "t" "a" {{
          dynamic "load_balancer" {{
            for_each = {ports}
            content {{
              arn  = load_balancer.key
              port = load_balancer.value
            }}
          }}
          size = length({ports})
        }}
        """
    )
    body = only(evaluation, "t.a").body
    blocks = body.fields["load_balancer"]

    assert isinstance(blocks, Items)
    assert not (blocks.rest or blocks.needs)
    assert [symbol(block.fields["arn"]) for block in blocks.items] == ["t.b[0].arn", "t.b[1].arn"]  # type: ignore[union-attr]
    assert [shown(block.fields["port"]) for block in blocks.items] == [80, 81]  # type: ignore[union-attr]
    assert shown(body.fields["size"]) == 2


OPEN_KEYS = [
    "zipmap(data.d.d[*].arn, data.d.d[*].port)",
    "{ for b in t.b : b.arn => 80 if data.d.d[0].on }",
    "zipmap([t.b[0].arn, t.b[0].arn], [80, 81])",
]


@pytest.mark.parametrize("ports", OPEN_KEYS)
def test_members_that_may_be_there_say_what_they_wait_for(evaluated: Evaluated, ports: str) -> None:
    """Whether a block is there is open, and what its key is waits for something with a name."""
    evaluation = evaluated(
        f"""
        data "d" "d" {{ count = data.d.n.size }}
        resource "t" "b" {{ count = 2 }}
        resource "t" "a" {{
          dynamic "load_balancer" {{
            for_each = {ports}
            content {{ arn = load_balancer.key }}
          }}
        }}
        """
    )
    blocks = only(evaluation, "t.a").body.fields["load_balancer"]

    assert isinstance(blocks, Items)
    assert len(blocks.rest) == 1
    assert all(need.name for need in blocks.needs)
    assert [need.name for need in needs(blocks.rest[0])] != []
    assert all(need.name for need in needs(blocks.rest[0]))


def test_nested_dynamic_blocks(evaluated: Evaluated, shown: Shown) -> None:
    """A dynamic block within another sees both iterators."""
    evaluation = evaluated(
        """
        resource "t" "a" {
          dynamic "outer" {
            for_each = ["a", "b"]
            content {
              dynamic "inner" {
                for_each = [1, 2]
                content {
                  x = "${outer.value}${inner.value}${outer.key}"
                }
              }
            }
          }
        }
        """
    )
    assert shown(only(evaluation, "t.a").body) == {
        "outer": [
            {"inner": [{"x": "a10"}, {"x": "a20"}]},
            {"inner": [{"x": "b11"}, {"x": "b21"}]},
        ]
    }


def test_meta_arguments_are_no_attributes(evaluated: Evaluated) -> None:
    """What only Terraform itself reads is not in the body; null stays there."""
    evaluation = evaluated(
        """
        resource "t" "a" {
          count      = 1
          provider   = aws.east
          depends_on = [t.b]
          x          = null
          provisioner "local-exec" {
            command = "rm -rf /"
          }
        }
        """
    )
    assert list(only(evaluation, "t.a[0]").body.fields) == ["x"]


def test_places(evaluated: Evaluated) -> None:
    """Everything stands where it is written, columns counted in characters."""
    evaluation = evaluated(
        'resource "t" "a" {\n'
        '  ü = "é"\n'
        '  name = "é${1}" # a comment\n'
        "  list = [1, 22]\n"
        "  rule {\n"
        "    port = 80\n"
        "  }\n"
        "}\n"
    )
    resource = only(evaluation, "t.a")
    body = resource.body
    assert resource.place == Span(FILE, 1, 1, 8, 2)
    assert body.place == resource.place
    assert resource.origin.header == Span(FILE, 1, 1, 1, 17)
    assert body.places["ü"] == Span(FILE, 2, 3, 2, 10)
    assert body.places["name"] == Span(FILE, 3, 3, 3, 17)
    assert body.places["rule"] == Span(FILE, 5, 3, 7, 4)
    items = body.fields["list"]
    assert isinstance(items, Items)
    assert [item.place for item in items.items] == [
        Span(FILE, 4, 11, 4, 12),
        Span(FILE, 4, 14, 4, 16),
    ]
    rules = body.fields["rule"]
    assert isinstance(rules, Items)
    assert rules.items[0].place == Span(FILE, 5, 3, 7, 4)
    rule = rules.items[0]
    assert isinstance(rule, Fields)
    assert rule.places["port"] == Span(FILE, 6, 5, 6, 14)


def test_elements_stand_where_the_list_names_them(evaluated: Evaluated) -> None:
    """A reference, or a value of a variable, in a list has the place where it is named.

    Of a value it is known, too, where it is written.
    """
    evaluation = evaluated(
        'variable "v" {\n  default = "x"\n}\nresource "t" "a" {\n  x = [\n    t.b.id,\n'
        "    var.v,\n  ]\n}\n"
        'resource "t" "b" {}\n'
    )
    items = only(evaluation, "t.a").body.fields["x"]
    assert isinstance(items, Items)
    assert [item.place for item in items.items] == [
        Span(FILE, 6, 5, 6, 11),
        ElementSpan(FILE, 7, 5, 7, 10, Span(FILE, 2, 13, 2, 16)),
    ]


def test_places_within_jsonencode(evaluated: Evaluated) -> None:
    """`jsonencode` keeps the places of its pieces, keys and values together."""
    evaluation = evaluated(
        'resource "t" "a" {\n  x = jsonencode([{\n    image = "nginx"\n  }])\n}\n'
    )
    items = only(evaluation, "t.a").body.fields["x"]
    assert isinstance(items, Items)
    container = items.items[0]
    assert isinstance(container, Fields)
    assert container.places["image"] == Span(FILE, 3, 5, 3, 20)


def test_references_carry_what_the_source_writes(evaluated: Evaluated, shown: Shown) -> None:
    """A reference says whose attribute it is, and its value where the block writes one."""
    evaluation = evaluated(
        """
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
          nothing    = null
        }
        data "aws_vpc" "other" {
          default = true
        }
        resource "t" "a" {
          cidr    = aws_vpc.main.cidr_block
          id      = aws_vpc.main.id
          nothing = aws_vpc.main.nothing
          other   = data.aws_vpc.other.cidr_block
          given   = data.aws_vpc.other.default
          deep    = aws_vpc.main.ipam[0].pool
        }
        """
    )
    fields = only(evaluation, "t.a").body.fields
    cidr = fields["cidr"]
    assert isinstance(cidr, Reference)
    assert (cidr.resource, cidr.attribute, shown(cidr)) == (
        "aws_vpc.main",
        "cidr_block",
        "10.0.0.0/16",
    )
    assert fields["id"] == Reference("aws_vpc.main", "id")
    assert fields["nothing"] == Reference("aws_vpc.main", "nothing")
    assert fields["other"] == Reference(
        "data.aws_vpc.other", "cidr_block", why="is not in the sources"
    )
    assert shown(fields["given"]) is True
    assert fields["deep"] == Reference("aws_vpc.main", "ipam[0].pool")
    data = only(evaluation, "data.aws_vpc.other")
    assert (data.data, data.type) == (True, "aws_vpc")


def test_groups_may_name_each_other(evaluated: Evaluated) -> None:
    """Resources that refer to each other's computed attributes are no cycle."""
    evaluation = evaluated(
        """
        resource "aws_security_group" "a" {
          ingress {
            security_groups = [aws_security_group.b.id]
          }
        }
        resource "aws_security_group" "b" {
          ingress {
            security_groups = [aws_security_group.a.id]
          }
        }
        """
    )
    assert addresses(evaluation) == ["aws_security_group.a", "aws_security_group.b"]


def test_failure_is_an_unknown_not_an_error(evaluated: Evaluated) -> None:
    """An expression that cannot be evaluated leaves its own attribute unknown, nothing else."""
    evaluation = evaluated(
        """
        locals {
          list = []
          map  = { broken = local.list[0], whole = 1 }
        }
        resource "t" "a" {
          x = local.list[0]
          y = 1
          m = local.map
          z {
            w = upper([])
          }
        }
        """
    )
    fields = only(evaluation, "t.a").body.fields
    assert [str(need) for need in needs(fields["x"])] == [
        "local.list[0] fails: the element [0] does not exist: there are 0"
    ]
    assert needs(fields["y"]) == ()
    assert len(needs(fields["z"])) == 1
    members = fields["m"]
    assert isinstance(members, Fields)
    assert needs(members.fields["broken"]) == needs(fields["x"])
    assert needs(members.fields["whole"]) == ()


def test_terraform_data_hands_its_input_on(evaluated: Evaluated, shown: Shown) -> None:
    """Its output is what its input is, whatever that is; null without one."""
    source = """
    variable "open" {}
    resource "terraform_data" "a" {
      input = { ports = [80, var.open] }
    }
    resource "terraform_data" "none" {}
    resource "t" "t" {
      known   = terraform_data.a.output.ports[0]
      open    = terraform_data.a.output.ports[1]
      nothing = terraform_data.none.output
      id      = terraform_data.a.id
    }
    """
    body = only(evaluated(source), "t.t").body

    assert {key: shown(value) for key, value in body.fields.items()} == {
        "known": 80,
        "open": "<var.open>",
        "nothing": None,
        "id": "<terraform_data.a.id>",
    }


FILES = [
    ('aws_sfn_state_machine" "a', 'definition = file("m.json")', "m.json"),
    (
        'aws_sfn_state_machine" "a',
        'definition = templatefile("${path.module}/m.json", {})',
        "m.json",
    ),
    ('aws_api_gateway_rest_api" "a', 'body = jsonencode(yamldecode(file("m.json")))', "m.json"),
    ('aws_ecs_task_definition" "a', 'container_definitions = file("../../m.json")', "../../m.json"),
    ('aws_launch_template" "a', 'user_data = filebase64("m.json")', "m.json"),
    ('aws_launch_template" "a', 'user_data = filebase64("~root/m.json")', "~root/m.json"),
    ('aws_launch_template" "a', 'user_data = filebase64("there.json")', ""),
    ('aws_lambda_function" "a', 'source_code_hash = filebase64("m.json")', ""),
    ('aws_sfn_state_machine" "a', "definition = var.definition", ""),
    ('aws_apigatewayv2_api" "a', 'body = file("m.json")', "m.json"),
    ('aws_instance" "a', 'user_data = file("m.json")', "m.json"),
    ('aws_instance" "a', 'user_data_base64 = filebase64("m.json")', "m.json"),
    ('aws_launch_configuration" "a', 'user_data = file("m.json")', "m.json"),
    ('aws_launch_configuration" "a', 'user_data_base64 = filebase64("m.json")', "m.json"),
    ('aws_vpc_endpoint" "a', 'policy = file("m.json")', "m.json"),
    ('aws_vpc_endpoint_policy" "a', 'policy = file("m.json")', "m.json"),
    ('aws_vpc_endpoint" "a', 'service_name = file("m.json")', ""),
    ('aws_iam_policy" "a', 'policy = file("m.json")', ""),
]


@pytest.mark.parametrize(("block", "attribute", "source"), FILES)
def test_a_file_that_is_not_there_is_absent(
    evaluated: Evaluated, block: str, attribute: str, source: str
) -> None:
    """What says how the network is and stands in a file that is not read is named, once."""
    text = f'resource "{block}" {{\n  count = 2\n  {attribute}\n}}\n'
    evaluation = evaluated(text, {"live/there.json": "{}"})
    found = [(one.kind, one.name, one.source, one.place.line) for one in evaluation.absent]
    name = block.replace('" "', ".")
    assert found == ([("include", name, source, 3)] if source else [])
    cures = {
        "../../m.json": "--allow-outside",
        "~root/m.json": "copy the file into the repository",
    }
    cure = cures.get(source, "create the file before the scan")
    assert all(one.cure == cure for one in evaluation.absent)


def test_a_file_that_cannot_be_read_is_absent(tmp_path: Path) -> None:
    """It is there, but nobody knows what it says."""
    (tmp_path / "m.json").write_bytes("{}".encode("utf-16"))
    text = 'resource "aws_sfn_state_machine" "a" {\n  definition = file("m.json")\n}\n'
    (tmp_path / "main.tf").write_text(text)
    [stack], _ = stacks([f"{tmp_path}/main.tf"], Files(), Inputs(boundary=f"{tmp_path}"))
    (absent,) = stack.evaluate({}).absent
    assert (absent.source, absent.cure) == ("m.json", "make it a plain file in UTF-8")


@pytest.mark.parametrize(
    ("count", "there"),
    [
        ("true", True),
        ('"true"', True),
        ("false", False),
        ('"false"', False),
        ("local.one", True),
        ("local.one && true ? 1 : 0", True),
        ("(local.one - 1) || false ? 1 : 0", False),
        ("2 && true ? 1 : 0", None),
    ],
)
def test_numbers_and_truth_values_are_the_same_up_to_terraform_0_11(
    count: str, there: bool | None, evaluated: Callable[..., Evaluation]
) -> None:
    """What later versions refuse was written so, and means one thing."""
    text = f'locals {{\n  one = 1\n}}\nresource "t" "t" {{\n  count = {count}\n}}\n'
    found = evaluated(text).resources

    assert (None if found and found[0].origin.maybe else bool(found)) is there


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("count = var.n", "var.n has no default"),
        ('count = "x"', "the value is not a number"),
        ('count = "yes"', "the value is not a number"),
        ("count = []", "an operand is a list or map"),
        ("count = null", "an operand is null"),
        ('lifecycle {\n  enabled = "x"\n}', "the value is neither true nor false"),
    ],
)
def test_what_an_instance_waits_for(
    written: str, why: str, evaluated: Callable[..., Evaluation]
) -> None:
    """A number that is none leaves it open whether there is one, and says what is wrong."""
    text = f'variable "n" {{}}\nresource "t" "t" {{\n{written}\n}}\n'

    (resource,) = evaluated(text).resources

    assert [str(need) for need in resource.origin.maybe] == [why]
