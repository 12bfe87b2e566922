"""How lowering functions read resources: settings, facts, links, and the changes that fix them."""

from collections.abc import Mapping
from typing import Any

import pytest

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    ModuleCall,
    Need,
    Origin,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    unknown,
)
from taskwall.lowering import lowered_types
from taskwall.lowering._network_builder import NetworkBuilder
from taskwall.lowering._reader import SWITCH, ResourceReader, setting
from taskwall.lowering._resources import leaves, references_in, words_in
from taskwall.model.endpoints.endpoint import PrivateZone
from taskwall.model.entities.ecs import Cluster
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import RouteTable, Subnet, Vpc
from taskwall.source.resource import Resource

HERE = Span("/r/main.tf", 1, 1, 9, 2)
VAR = unknown("var.x", "has no default")
COMPUTED = Unknown((Need("an id", "is not known"),))
NAMED = Unknown((Need("var.name", "has no default"),), "var.name")
MAYBE = Need("var.on", "has no default")


def resource(type_: str, address: str, /, **fields: Value) -> Resource:
    """A resource of Terraform (of a data source, where that is said), or of CloudFormation."""
    language = "cloudformation" if "::" in type_ else "terraform"
    data = address.startswith("data.")
    name = address.removeprefix("data.")
    full = name if "::" in type_ else f"{'data.' * data}{type_}.{name}"
    origin = Origin(full, full, HERE, language)
    return Resource(type_, origin, Fields(dict(fields)), HERE, data=data)


def perhaps(type_: str, name: str, /, **fields: Value) -> Resource:
    """A resource that a variable may switch off."""
    address = f"{type_}.{name}"
    origin = Origin(address, address, HERE, "terraform", maybe=(MAYBE,))
    return Resource(type_, origin, Fields(dict(fields)), HERE)


def reader(first: Resource, *others: Resource) -> ResourceReader:
    """A reader of the first of some resources."""
    assert lowered_types()
    builder = NetworkBuilder([first, *others])
    return ResourceReader(builder.resources[first.origin.address], builder)


SUBNET = resource("aws_subnet", "s")
CLUSTER = resource("aws_ecs_cluster", "c", name=Known("shop"))
REFERENCE = Reference("aws_subnet.s", "id")


def linked(value: Value | None, *others: Resource, kind: Any = Subnet) -> Any:
    """What a link from an attribute with a value leads to: its end, and how sure that is."""
    fields = {} if value is None else {"of": value}
    r = reader(resource("aws_lb", "b", **fields), *others)
    link = r.link(kind, r.body.get("of"))
    if link is None:
        return None
    return link.to, link.exact, link.written, [need.name for need in link.fact.needs]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (REFERENCE, ("aws_subnet.s", True, True, [])),
        (Reference("aws_local.x", "id", value=REFERENCE), ("aws_subnet.s", True, True, [])),
        (Text(("arn:", REFERENCE)), ("aws_subnet.s", True, True, [])),
        (Known("subnet-1"), ("subnet-1", True, False, ["subnet-1"])),
        (Known("aws_subnet.s"), ('"aws_subnet.s"', True, False, ['"aws_subnet.s"'])),
        (Known(""), ('""', True, False, ["of of aws_lb.b"])),
        (NAMED, ("var.name", False, False, ["var.name"])),
        (COMPUTED, ("", False, None, ["an id"])),
        (Reference("aws_lb.b", "id"), ("aws_lb.b.id", False, None, ["aws_lb.b.id"])),
    ],
    ids=range(10),
)
def test_where_links_lead(value: Value | None, expected: object) -> None:
    """References lead to what is written; texts and inputs to something from elsewhere."""
    assert linked(value, SUBNET) == expected


@pytest.mark.parametrize(
    ("value", "to"),
    [
        (Known("shop"), "aws_ecs_cluster.c"),
        (Known("arn:aws:ecs:eu-west-1:123456789012:cluster/shop"), "aws_ecs_cluster.c"),
        (Known("other"), "other"),
    ],
)
def test_names_lead_to_what_has_them(value: Value, to: str) -> None:
    """A cluster goes by its name, alone or in an ARN."""
    found = linked(value, CLUSTER, kind=Cluster)

    assert found[0] == to
    assert found[1] is True


def test_a_name_that_is_not_known() -> None:
    """What has the same unknown name is the same thing, and other unknowns are not."""
    cluster = resource("aws_ecs_cluster", "c", name=NAMED)
    other = Unknown((Need("var.other", "has no default"),), "var.other")

    assert linked(NAMED, cluster, kind=Cluster)[:2] == ("aws_ecs_cluster.c", True)
    assert linked(other, cluster, kind=Cluster)[:2] == ("var.other", False)


@pytest.mark.parametrize(
    ("kind", "attribute", "adopts", "suffix"),
    [
        (SecurityGroup, "default_security_group_id", "aws_default_security_group", ".default"),
        (RouteTable, "default_route_table_id", "aws_default_route_table", ".main"),
        (RouteTable, "main_route_table_id", "aws_default_route_table", ".main"),
    ],
)
def test_what_comes_with_a_vpc(kind: Any, attribute: str, adopts: str, suffix: str) -> None:
    """Its default group and its main table are its own, or what adopts them."""
    vpc = resource("aws_vpc", "m")
    own = resource(adopts, "a", vpc_id=Reference("aws_vpc.m", "id"))
    other = resource(adopts, "b", vpc_id=Reference("aws_vpc.n", "id"))
    value = Reference("aws_vpc.m", attribute)

    assert linked(value, vpc, kind=kind)[:3] == (f"aws_vpc.m{suffix}", True, True)
    assert linked(value, vpc, other, kind=kind)[0] == f"aws_vpc.m{suffix}"
    assert linked(value, vpc, own, kind=kind)[:3] == (f"{adopts}.a", True, True)


def test_what_comes_with_a_vpc_that_is_looked_up() -> None:
    """It is not certainly another one than those that are written."""
    vpc = resource("aws_vpc", "data.m")
    value = Reference("data.aws_vpc.m", "main_route_table_id")

    assert linked(value, vpc, kind=RouteTable)[:2] == ("data.aws_vpc.m.main", False)


def test_a_main_table_that_is_looked_up() -> None:
    """By its filter it is the main one of a VPC."""
    vpc = resource("aws_vpc", "m")
    block = Fields({"name": Known("association.main"), "values": Items((Known("true"),))})
    table = resource("aws_route_table", "data.t", vpc_id=Reference("aws_vpc.m", "id"),
        filter=Items((block,)),
    )  # fmt: skip
    value = Reference("data.aws_route_table.t", "id")

    assert linked(value, vpc, table, kind=RouteTable)[:2] == ("aws_vpc.m.main", True)
    other = resource("aws_route_table", "data.t", vpc_id=Reference("aws_vpc.m", "id"))
    assert linked(value, vpc, other, kind=RouteTable)[:2] == ("data.aws_route_table.t", False)


@pytest.mark.parametrize("key", ["id", "arn"])
def test_a_data_source_whose_id_is_written(key: str) -> None:
    """It is the thing that has that id."""
    looked_up = resource("aws_subnet", "data.d", **{key: REFERENCE})

    assert linked(Reference("data.aws_subnet.d", "id"), looked_up, SUBNET)[0] == "aws_subnet.s"
    unseen = resource("aws_subnet", "data.d", **{key: VAR})
    assert linked(Reference("data.aws_subnet.d", "id"), unseen, SUBNET)[0] == "data.aws_subnet.d"


def test_links_of_a_list() -> None:
    """Each element leads somewhere; one that may be missing is not sure to."""
    value = Items((REFERENCE, Known("subnet-1")), (Known("subnet-2"),), None, (MAYBE,))
    r = reader(resource("aws_lb", "b", of=value), SUBNET)

    found = r.links(Subnet, r.body.get("of"))

    assert [(link.to, link.fact.truth) for link in found] == [
        ("aws_subnet.s", True), ("subnet-1", True), ("subnet-2", None),
    ]  # fmt: skip
    assert r.links(Subnet, r.body.get("nothing")) == ()


def test_what_stands_for_a_list() -> None:
    """A reference to one thing is one link."""
    r = reader(resource("aws_lb", "b", of=REFERENCE), SUBNET)

    assert [link.to for link in r.links(Subnet, r.body.get("of"))] == ["aws_subnet.s"]


def test_what_a_resource_must_name() -> None:
    """Where it names nothing, it certainly leads nowhere."""
    r = reader(resource("aws_lb", "b", of=REFERENCE), SUBNET)

    assert r.must(Subnet, r.body.get("of")).to == "aws_subnet.s"
    nothing = r.must(Subnet, r.body.get("nothing"))
    assert (nothing.to, nothing.fact.truth) == ("", False)


def test_facts_of_resources_that_may_not_exist() -> None:
    """What they say is not certain, and waits for what switches them on."""
    sure, open_ = reader(resource("aws_lb", "b")), reader(perhaps("aws_lb", "b"))

    assert sure.fact("it is", sure.body).truth is True
    assert sure.there(sure.body).truth is True
    found = open_.fact("it is", open_.body)
    assert (found.truth, found.needs) == (None, (MAYBE,))
    assert open_.there(open_.body).truth is None


def test_what_others_say_of_a_resource() -> None:
    """Those that refer to it, and those that may: of these nothing is certain."""
    zone = resource("aws_route53_zone", "z")
    types = ("aws_route53_zone_association",)
    own = resource(types[0], "a", zone_id=Reference("aws_route53_zone.z", "zone_id"))
    other = resource(types[0], "b", zone_id=Reference("aws_route53_zone.y", "zone_id"))
    elsewhere = resource("aws_route53_zone", "y")
    open_ = resource(types[0], "c", zone_id=COMPUTED)
    switched = perhaps(types[0], "d", zone_id=Reference("aws_route53_zone.z", "zone_id"))
    r = reader(zone, own, other, elsewhere, open_, switched)
    found = {
        each.name.rpartition(".")[2]: each for each in r.said_by(PrivateZone, "zone_id", *types)
    }

    assert sorted(found) == ["a", "c", "d"]
    assert found["a"].body.doubt is None
    assert found["d"].body.doubt == (MAYBE,)


MEANINGS: list[tuple[Value | None, Mapping[str, Any], object]] = [
    (Known(True), {}, True),
    (Known("ENABLED"), {"meanings": SWITCH}, True),
    (Known("Disabled"), {"meanings": SWITCH}, False),
    (Known("on"), {"meanings": SWITCH}, True),
    (Known("off"), {"meanings": SWITCH}, False),
    (Known("true"), {"meanings": SWITCH}, True),
    (Known("false"), {"meanings": SWITCH}, False),
    (Known("else"), {"meanings": SWITCH}, "else"),
    (None, {"default": 5, "default_text": "5 is the default"}, 5),
    (None, {"default": 5}, None),
    (None, {}, None),
]


@pytest.mark.parametrize(("value", "given", "known"), MEANINGS, ids=range(len(MEANINGS)))
def test_settings(value: Value | None, given: Mapping[str, Any], known: object) -> None:
    """Words mean what they say, and a default stands only where it is told."""
    fields = {} if value is None else {"at": value}
    r = reader(resource("aws_lb", "b", **fields))

    found = r.setting("at", "At", **given)

    assert found.known == known
    assert (found.name, found.resource) == ("at", "aws_lb.b")
    assert found.default == given.get("default_text", "") * (value is None)


def test_settings_of_a_list_that_may_hold_more() -> None:
    """An element that may be missing has no known value."""
    r = reader(resource("aws_lb", "b", at=Items((), (Known("a"),), None, (MAYBE,))))
    (cell,) = r.body.get("at").each()

    assert setting(cell, "at").known is None
    assert setting(cell, "at").needs == (MAYBE,)
    assert setting(cell, "at", meanings=SWITCH).known is None


def test_attributes_are_spelled_in_each_language() -> None:
    """One that a language has no word for is not written there."""
    terraform = reader(resource("aws_lb", "b", at=Known(1)))
    template = reader(resource("AWS::X::Y", "B", At=Known(2)))

    assert (terraform.attribute("at", "At").known, template.attribute("at", "At").known) == (1, 2)
    assert terraform.attribute("", "At").absent
    assert template.attribute("at", "").absent
    assert template.setting("at", "At").name == "At"


def test_changes() -> None:
    """They set what a cell stands for, add to a list, or stand beside the resource."""
    r = reader(resource("aws_lb", "b", at=Known(1)))
    (change,) = r.change(r.body.get("at"), 2, 3)
    (added,) = r.change(r.body.get("at"), 2, 3, "[+]")
    (beside,) = r.beside("x")

    assert (change.attribute.address, change.attribute.path) == ("aws_lb.b", "at")
    assert added.attribute.path == "at[+]"
    assert (beside.attribute.path, beside.form) == ("", "beside")
    assert r.change(r.nothing(), 2, 3) == ()


def test_nothing_is_changed_in_the_words_of_another_language() -> None:
    """A resource of awscc is read as CloudFormation's, where its paths lead nowhere."""
    r = reader(resource("awscc_ecs_service", "s", service_name=Known("web")))

    assert r.resource.type == "AWS::ECS::Service"
    assert not r.terraform
    assert r.change(r.body.get("ServiceName"), 1, 2) == ()
    assert r.beside("x") == ()
    assert setting(r.body.get("ServiceName"), "ServiceName").attribute is None


def test_complaints() -> None:
    """What cannot be read is an error at its place, in the name of the resource."""
    r = reader(resource("aws_lb", "b", at=Known(1)))
    r.complain(r.body.get("at"), "it is no name")

    (error,) = r.builder.errors
    assert (error.message, error.place) == ("aws_lb.b: it is no name", HERE)


def test_complaints_of_a_module_that_is_downloaded() -> None:
    """Nobody edits it: they stand at its call, and say where in the module."""
    call = ModuleCall("module.m", Span("/r/main.tf", 20, 1, 22, 2), downloaded=True)
    inside = Span("/r/.terraform/modules/m/lb.tf", 3, 1, 5, 2)
    name = "module.m.aws_lb.b"
    origin = Origin(name, name, inside, "terraform", called_from=(call,))
    r = reader(Resource("aws_lb", origin, Fields({"at": Known(1)}), inside))
    r.complain(r.body.get("at"), "it is no name")

    (error,) = r.builder.errors
    assert error.place == call.place
    assert error.message == (
        "module.m.aws_lb.b: it is no name (lb.tf:3 of module.m, which is downloaded)"
    )


def test_resources_are_found_by_what_they_refer_to() -> None:
    """Of those that refer to nothing of the sources each has to be looked at."""
    own = resource("aws_route", "a", table=Reference("aws_route_table.t", "id"))
    looked = resource("aws_route", "b", table=Reference("data.aws_route_table.d", "id"))
    open_ = resource("aws_route", "c", table=VAR)
    table = resource("aws_route_table", "t")
    data = resource("aws_route_table", "data.d")
    builder = reader(own, looked, open_, table, data).builder

    found = builder.referring("table", "aws_route")
    assert {key: [each.origin.name for each in held] for key, held in found.items()} == {
        "aws_route_table.t": ["aws_route.a"], "": ["aws_route.b", "aws_route.c"],
    }  # fmt: skip
    about = builder.about("aws_route_table.t", "table", "aws_route")
    assert [each.origin.name[-1] for each in about] == ["a", "b", "c"]
    assert builder.about("aws_route_table.t", "table", "aws_other") == []


def test_words_of_resources() -> None:
    """Texts anywhere in them, and names of what is not known; not of what is looked up."""
    nested = Fields({"name": Known("shop"), "on": Known(True), "empty": Known("")})
    held = Items((nested, NAMED, Reference("aws_lb.b", "name", value=Known("web"))))

    assert {"shop", "var.name", "web"} <= {*words_in(held)}
    assert "" not in {*words_in(held)}
    builder = reader(
        resource("aws_vpc", "a", tags=held), resource("aws_vpc", "data.b", tags=Known("no"))
    ).builder
    assert "shop" in builder.words("aws_vpc")
    assert "no" not in builder.words("aws_vpc")
    assert builder.words("aws_subnet") == frozenset()


def test_references_in_values() -> None:
    """In texts, lists, maps, and what these may hold beside; not in what stands behind one."""
    inner = Reference("aws_lb.c", "id")
    held = Fields(
        {"a": Items((Text(("x", inner)),), (Reference("aws_lb.d", "id"),))}, {},
        Reference("aws_lb.e", "id", value=Reference("aws_lb.f", "id")),
    )  # fmt: skip

    assert [each.resource for each in references_in(held)] == ["aws_lb.c", "aws_lb.d", "aws_lb.e"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        (NAMED, [NAMED]),
        (Items((Known(1),), (NAMED, Items((VAR,)))), [Known(1), NAMED, VAR]),
        (Fields({"a": Known(1)}, {}, Items((), (NAMED,))), [Known(1), NAMED]),
        (Reference("aws_lb.b", "of", value=Items((REFERENCE,))), [REFERENCE]),
        (
            Items((Reference("aws_lb.b", "of", value=Known(1)),)),
            [Reference("aws_lb.b", "of", value=Known(1))],
        ),
    ],
    ids=["nothing", "no structure", "list", "map", "reference to a list", "reference in a list"],
)
def test_leaves_of_structures(value: Value | None, expected: list[Value]) -> None:
    """Also what lists and maps may hold beside, and what a reference to one leads to."""
    assert [*leaves(value)] == expected


def test_roots() -> None:
    """Terraform's are folders, CloudFormation's are files."""
    one, other = resource("aws_vpc", "a"), resource("AWS::EC2::VPC", "B")

    assert (one.origin.root, other.origin.root) == ("/r", "/r/main.tf")
    assert reader(one, resource("aws_vpc", "c")).builder.is_alone()
    assert not reader(one, other).builder.is_alone()


def test_vpcs_by_their_names_only() -> None:
    """Nothing has a name by which others could mean it, unless its type says so."""
    builder = reader(resource("aws_vpc", "a", id=Known("vpc-1"), name=Known("main"))).builder

    assert builder.by_name(Vpc) == {"vpc-1": "aws_vpc.a"}
