"""By what each type of data source looks for a resource, and what answers it."""

import pytest

from taskwall.core.values import Items, Known, Reference, Value, symbol
from taskwall.readers.terraform import stacks
from taskwall.source.context import Context
from taskwall.source.files import Files
from taskwall.source.stack import Inputs


def looked_up(block: str, expression: str, net: str) -> Value:
    """What an expression of a root comes to, beside another root."""
    main = f'variable "e" {{}}\nvariable "f" {{}}\n{block}\nresource "t" "t" {{ x = {expression} }}'
    texts = {"/infra/app/main.tf": main, "/infra/net/main.tf": f'variable "e" {{}}\n{net}'}
    inputs = Inputs(boundary="/infra", context=Context(("/infra/net/main.tf",), (), ()))
    (stack,), errors = stacks(["/infra/app/main.tf"], Files(texts), inputs)
    assert errors == []
    return next(r for r in stack.evaluate({}).resources if r.type == "t").body.fields["x"]


def means(value: Value) -> str:
    """What a value is: the name of what it refers to, else itself."""
    if isinstance(value, Items):
        return ", ".join(map(means, (*value.items, *value.rest)))
    return str(value.data) if isinstance(value, Known) else symbol(value)


KINDS = [
    ("aws_alb", "name", "aws_lb", "name"),
    ("aws_alb", "name", "aws_alb", "name"),
    ("aws_lb", "name", "aws_lb", "name"),
    ("aws_lb", "name", "aws_alb", "name"),
    ("aws_lb_listener", "port", "aws_lb_listener", "port"),
    ("aws_lb_listener", "port", "aws_alb_listener", "port"),
    ("aws_alb_listener", "port", "aws_lb_listener", "port"),
    ("aws_alb_listener", "port", "aws_alb_listener", "port"),
    ("aws_lb_target_group", "name", "aws_lb_target_group", "name"),
    ("aws_lb_target_group", "name", "aws_alb_target_group", "name"),
    ("aws_alb_target_group", "name", "aws_lb_target_group", "name"),
    ("aws_alb_target_group", "name", "aws_alb_target_group", "name"),
    ("aws_db_instance", "db_instance_identifier", "aws_db_instance", "identifier"),
    ("aws_ecs_cluster", "cluster_name", "aws_ecs_cluster", "name"),
    ("aws_ecs_service", "service_name", "aws_ecs_service", "name"),
    ("aws_ecs_service", "cluster_arn", "aws_ecs_service", "cluster"),
    ("aws_ecs_task_definition", "task_definition", "aws_ecs_task_definition", "family"),
    ("aws_efs_file_system", "creation_token", "aws_efs_file_system", "creation_token"),
    ("aws_elasticache_cluster", "cluster_id", "aws_elasticache_cluster", "cluster_id"),
    (
        "aws_elasticache_replication_group",
        "replication_group_id",
        "aws_elasticache_replication_group",
        "replication_group_id",
    ),
    ("aws_internet_gateway", "vpc_id", "aws_internet_gateway", "vpc_id"),
    ("aws_nat_gateway", "subnet_id", "aws_nat_gateway", "subnet_id"),
    ("aws_rds_cluster", "cluster_identifier", "aws_rds_cluster", "cluster_identifier"),
    ("aws_route_table", "vpc_id", "aws_route_table", "vpc_id"),
    ("aws_security_group", "name", "aws_security_group", "name"),
    (
        "aws_service_discovery_dns_namespace",
        "name",
        "aws_service_discovery_private_dns_namespace",
        "name",
    ),
    (
        "aws_service_discovery_http_namespace",
        "name",
        "aws_service_discovery_http_namespace",
        "name",
    ),
    ("aws_subnet", "cidr_block", "aws_subnet", "cidr_block"),
    ("aws_vpc", "cidr_block", "aws_vpc", "cidr_block"),
    ("aws_vpc_endpoint", "service_name", "aws_vpc_endpoint", "service_name"),
]


@pytest.mark.parametrize(("kind", "argument", "type_", "attribute"), KINDS)
def test_what_answers_a_data_source(kind: str, argument: str, type_: str, attribute: str) -> None:
    """The one resource of another root whose attribute has the value of the argument."""
    block = f'data "{kind}" "d" {{ {argument} = "one" }}'
    net = f'resource "{type_}" "r" {{ {attribute} = "VALUE" }}\n'
    for read in ("id", "arn"):
        own = f"data.{kind}.d.{read}"
        assert means(looked_up(block, own, net.replace("VALUE", "one"))) == f"{type_}.r.{read}"
        assert means(looked_up(block, own, net.replace("VALUE", "two"))) == own


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("aws_route_tables", "aws_route_table"),
        ("aws_security_groups", "aws_security_group"),
        ("aws_subnet_ids", "aws_subnet"),
        ("aws_subnets", "aws_subnet"),
        ("aws_vpcs", "aws_vpc"),
    ],
)
def test_what_answers_a_data_source_of_several(kind: str, type_: str) -> None:
    """The ids of all that have the tags."""
    block = f'data "{kind}" "d" {{\n tags = {{ Tier = "web" }}\n}}'
    net = "".join(
        f'resource "{type_}" "{name}" {{\n tags = {{ Tier = "{tier}" }}\n}}\n'
        for name, tier in (("a", "web"), ("b", "db"), ("c", "web"))
    )
    assert means(looked_up(block, f"data.{kind}.d.ids", net)) == f"{type_}.a.id, {type_}.c.id"
    assert means(looked_up(block, f"data.{kind}.d.tags", net)) == f"data.{kind}.d.tags"


@pytest.mark.parametrize(
    ("kind", "read", "attribute"),
    [
        ("aws_db_instance", "db_instance_identifier", "identifier"),
        ("aws_ecs_cluster", "cluster_name", "name"),
        ("aws_ecs_service", "service_name", "name"),
        ("aws_ecs_service", "cluster_arn", "cluster"),
    ],
)
def test_attributes_that_the_resource_calls_otherwise(kind: str, read: str, attribute: str) -> None:
    """Each is the resource's own."""
    block = f'data "{kind}" "d" {{ {read} = "one" }}'
    net = f'resource "{kind}" "r" {{ {attribute} = "one" }}\n'
    assert means(looked_up(block, f"data.{kind}.d.{read}", net)) == f"{kind}.r.{attribute}"


FILTERS = [
    ("availability-zone", "aws_subnet", "availability_zone"),
    ("availabilityZone", "aws_subnet", "availability_zone"),
    ("cidr", "aws_vpc", "cidr_block"),
    ("cidr-block", "aws_subnet", "cidr_block"),
    ("cidrBlock", "aws_subnet", "cidr_block"),
    ("group-name", "aws_security_group", "name"),
    ("map-public-ip-on-launch", "aws_subnet", "map_public_ip_on_launch"),
    ("mapPublicIpOnLaunch", "aws_subnet", "map_public_ip_on_launch"),
    ("service-name", "aws_vpc_endpoint", "service_name"),
    ("vpc-id", "aws_subnet", "vpc_id"),
]


@pytest.mark.parametrize(("name", "kind", "attribute"), FILTERS)
def test_what_a_filter_asks_for(name: str, kind: str, attribute: str) -> None:
    """An attribute of what is meant, by AWS's name for it."""
    block = f'data "{kind}" "d" {{\n filter {{\n name = "{name}"\n values = ["x", "one"]\n}}\n}}'
    net = f'resource "{kind}" "r" {{ {attribute} = "VALUE" }}\n'
    own = f"data.{kind}.d.id"
    assert means(looked_up(block, own, net.replace("VALUE", "one"))) == f"{kind}.r.id"
    assert means(looked_up(block, own, net.replace("VALUE", "two"))) == own


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("group-id", "aws_security_group"),
        ("internet-gateway-id", "aws_internet_gateway"),
        ("nat-gateway-id", "aws_nat_gateway"),
        ("route-table-id", "aws_route_table"),
        ("subnet-id", "aws_subnet"),
        ("vpc-endpoint-id", "aws_vpc_endpoint"),
    ],
)
def test_a_filter_that_asks_for_an_id(name: str, kind: str) -> None:
    """It means the resource whose id another data source leads to, and no other."""
    block = f'data "aws_ssm_parameter" "p" {{ name = "p" }}\ndata "{kind}" "d" {{\n filter {{\n'
    block += f' name = "{name}"\n values = [data.aws_ssm_parameter.p.value]\n}}\n}}'
    net = f'resource "{kind}" "r" {{}}\nresource "{kind}" "s" {{}}\n'
    net += f'resource "aws_ssm_parameter" "p" {{\n name = "p"\n value = {kind}.s.id\n}}\n'
    assert means(looked_up(block, f"data.{kind}.d.arn", net)) == f"{kind}.s.arn"


@pytest.mark.parametrize(
    ("wanted", "written", "found"),
    [
        ("${var.e}-web", "${var.e}-web", True),
        ("${var.e}-web", "${var.e}-db", False),
        ("${var.e}-web", "x-${var.e}-web", False),
        ("${var.e}-${var.e}", "${var.e}-${var.e}", True),
        ("${var.f}-web", "${var.e}-web", False),
        ("${var.e}", "${var.e}", True),
        ("${var.e}", "${var.e}-x", False),
        ("a-${var.e}", "b-${var.e}", False),
        ("one", "${var.e}", False),
    ],
)
def test_names_that_are_known_in_part(wanted: str, written: str, found: bool) -> None:
    """A variable of one name has one value in all roots; what may be equal is not taken."""
    block = f'data "aws_security_group" "d" {{ name = "{wanted}" }}'
    net = f'resource "aws_security_group" "r" {{ name = "{written}" }}\n'
    expected = "aws_security_group.r.id" if found else "data.aws_security_group.d.id"
    assert means(looked_up(block, "data.aws_security_group.d.id", net)) == expected


@pytest.mark.parametrize(
    ("values", "written", "found"),
    [
        pytest.param("[443]", "Port = 443", True, id="a number"),
        pytest.param("[443]", 'Port = "443"', True, id="a number that a text spells"),
        pytest.param('["443"]', "Port = 443", True, id="a text that spells a number"),
        pytest.param('["4*"]', "Port = 443", True, id="a pattern of a number"),
        pytest.param("[443]", "Port = 80", False, id="another number"),
        pytest.param('["true"]', "Port = true", True, id="a text that spells a truth"),
        pytest.param('["*"]', 'Port = ""', True, id="whatever there is"),
        pytest.param('["Web"]', 'Port = "web"', False, id="letters of another case"),
        pytest.param('["x"]', "Port = null", False, id="null"),
        pytest.param('["x"]', 'Name = "x"', False, id="another tag"),
        pytest.param('["x", "y"]', 'Port = "y"', True, id="one of several"),
        pytest.param('["x", var.e]', 'Port = "x"', True, id="one beside an open one"),
        pytest.param("[]", 'Port = "x"', False, id="none"),
        pytest.param("var.e", 'Port = "x"', False, id="open"),
        pytest.param('concat(["x"], var.f)', 'Port = "x"', False, id="a list with a rest"),
        pytest.param("null", 'Port = "x"', False, id="no list"),
    ],
)
def test_the_values_of_a_filter(values: str, written: str, found: bool) -> None:
    """They are compared as texts, whatever both sides write them as."""
    block = 'data "aws_security_group" "d" {\n filter {\n name = "tag:Port"\n values = '
    net = f'resource "aws_security_group" "r" {{\n tags = {{ {written} }}\n}}\n'
    value = looked_up(f"{block}{values}\n}}\n}}", "data.aws_security_group.d.id", net)
    assert means(value) == ("aws_security_group.r.id" if found else "data.aws_security_group.d.id")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        pytest.param('name = "state"\n values = ["available"]', True, id="what there is"),
        pytest.param('name = "state"\n values = ["available", "pending"]', False, id="a state"),
        pytest.param('name = "state"\n values = ["pending"]', False, id="another state"),
        pytest.param(
            'name = "state"\n values = ["available"]\n}\n'
            ' filter {\n name = "tag:N"\n values = ["y"]',
            False,
            id="another tag behind a state",
        ),
        pytest.param('name = "tag:N"\n values = ["available"]', False, id="what a state may be"),
        pytest.param('name = "owner-id"\n values = ["1"]', False, id="what no source says"),
        pytest.param('name = "tag-key"\n values = ["N"]', False, id="that there is a tag"),
        pytest.param('name = "tag:"\n values = ["x"]', False, id="a tag without a name"),
        pytest.param('name = var.e\n values = ["x"]', False, id="open"),
        pytest.param('values = ["x"]', False, id="nothing"),
    ],
)
def test_a_filter_beside_a_tag(filters: str, found: bool) -> None:
    """What it asks for is told from the sources, or nothing is taken for what is meant."""
    block = f'data "aws_subnet" "d" {{\n tags = {{ N = "x" }}\n filter {{\n {filters}\n}}\n}}'
    net = 'resource "aws_subnet" "r" {\n tags = { N = "x", "" = "x" }\n}\n'
    value = looked_up(block, "data.aws_subnet.d.id", net)
    assert means(value) == ("aws_subnet.r.id" if found else "data.aws_subnet.d.id")


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("null", False),
        ("var.e", False),
        ("{}", False),
        ('merge(var.e, { N = "x" })', True),
        ('merge({ N = "x" }, var.e)', False),
        ('{ "${var.e}" = "x" }', False),
        ('{ N = "x" }', True),
    ],
)
def test_tags_that_are_known_in_part(tags: str, found: bool) -> None:
    """A tag counts where nothing that is open can take its place."""
    block = 'data "aws_subnet" "d" {\n tags = { N = "x" }\n}'
    value = looked_up(
        block, "data.aws_subnet.d.id", f'resource "aws_subnet" "r" {{ tags = {tags} }}'
    )
    assert means(value) == ("aws_subnet.r.id" if found else "data.aws_subnet.d.id")


def test_a_name_that_is_taken_from_a_resource() -> None:
    """It is known as far as that is what the resource writes."""
    block = 'resource "aws_ecs_cluster" "c" { name = "${var.e}-web" }\n'
    block += 'data "aws_security_group" "d" { name = aws_ecs_cluster.c.name }'
    net = 'resource "aws_security_group" "r" { name = "${var.e}-web" }\n'
    value = looked_up(block, "data.aws_security_group.d.id", net)
    assert means(value) == "aws_security_group.r.id"


@pytest.mark.parametrize(
    ("pattern", "written", "found"),
    [
        ("shop-*", "shop-web", True),
        ("shop-?", "shop-a", True),
        ("shop-*", "web", False),
        ("shop-*", "shop-${var.e}", True),
        ("shop-*", "${var.e}-shop", False),
        ("shop-*-db", "shop-${var.e}", False),
        ("shop-web-*", "shop-${var.e}", False),
        ("shop[a]-*", "shop[a]-web", True),
    ],
)
@pytest.mark.parametrize("taken", [True, False])
def test_a_pattern_of_a_filter(taken: bool, pattern: str, written: str, found: bool) -> None:
    """Also where a resource of the root writes it."""
    values = "aws_ecs_cluster.c.name" if taken else f'"{pattern}"'
    block = f'resource "aws_ecs_cluster" "c" {{ name = "{pattern}" }}\n'
    block += (
        f'data "aws_security_group" "d" {{\n filter {{\n name = "group-name"\n values = [{values}]'
    )
    net = f'resource "aws_security_group" "r" {{ name = "{written}" }}\n'
    value = looked_up(block + "\n}\n}", "data.aws_security_group.d.id", net)
    assert means(value) == ("aws_security_group.r.id" if found else "data.aws_security_group.d.id")


@pytest.mark.parametrize(
    ("written", "doubtful"),
    [
        ("web-${var.e}", False),
        ("sho${var.e}", True),
        ("shop-${var.e}", True),
        ("${var.e}", True),
        ("web", False),
    ],
)
def test_a_second_one_that_may_fit_a_pattern(written: str, doubtful: bool) -> None:
    """Where what is known of its name agrees, it is open which is meant."""
    block = 'data "aws_vpc_endpoint" "d" {\n filter {\n name = "service-name"\n values = ["shop-?"]'
    net = 'resource "aws_vpc_endpoint" "r" { service_name = "shop-1" }\n'
    net += f'resource "aws_vpc_endpoint" "s" {{ service_name = "{written}" }}\n'
    value = looked_up(block + "\n}\n}", "data.aws_vpc_endpoint.d.id", net)
    assert means(value) == ("data.aws_vpc_endpoint.d.id" if doubtful else "aws_vpc_endpoint.r.id")


VPCS = """
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "b" {}
resource "aws_vpc" "many" { count = var.e }
data "aws_vpc" "found" { state = var.e }
resource "aws_vpc_endpoint" "r" { vpc_id = aws_vpc.a.id }
resource "aws_vpc_endpoint" "s" { vpc_id = OTHER }
"""


@pytest.mark.parametrize(
    ("other", "doubtful"),
    [
        ("aws_vpc.b.id", False),
        ("aws_vpc.b.arn", True),
        ("aws_vpc.b.owner_id", True),
        ("aws_vpc.many[0].id", True),
        ("data.aws_vpc.found.id", True),
        ("var.e", True),
        ("null", True),
        ('"vpc-1"', True),
    ],
)
def test_a_second_one_that_may_be_in_the_same_vpc(other: str, doubtful: bool) -> None:
    """Two VPCs have two ids; what is looked up, or one of many, may be any."""
    block = 'data "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }\n'
    block += 'data "aws_vpc_endpoint" "d" {\n filter {\n name = "vpc-id"\n'
    block += " values = [data.aws_vpc.v.id]\n}\n}"
    value = looked_up(block, "data.aws_vpc_endpoint.d.id", VPCS.replace("OTHER", other))
    assert means(value) == ("data.aws_vpc_endpoint.d.id" if doubtful else "aws_vpc_endpoint.r.id")


@pytest.mark.parametrize(
    ("or_in", "doubtful"),
    [
        ("data.aws_vpc.v.id", False),
        ("data.aws_vpc.elsewhere.id", True),
        ("aws_vpc.here.id", False),
        ("aws_vpc.here.arn", True),
        ("aws_vpc.some[0].id", True),
    ],
)
def test_a_filter_that_asks_for_either_of_two_vpcs(or_in: str, doubtful: bool) -> None:
    """The other one may be that of a second endpoint, unless it is a VPC of its own."""
    block = 'data "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }\n'
    block += 'data "aws_vpc" "elsewhere" { cidr_block = "10.1.0.0/16" }\n'
    block += 'resource "aws_vpc" "here" {}\nresource "aws_vpc" "some" { count = var.e }\n'
    block += 'data "aws_vpc_endpoint" "d" {\n filter {\n name = "vpc-id"\n'
    block += f" values = [data.aws_vpc.v.id, {or_in}]\n}}\n}}"
    value = looked_up(block, "data.aws_vpc_endpoint.d.id", VPCS.replace("OTHER", "aws_vpc.b.id"))
    assert means(value) == ("data.aws_vpc_endpoint.d.id" if doubtful else "aws_vpc_endpoint.r.id")


@pytest.mark.parametrize(
    ("tags", "doubtful"),
    [
        ('{ M = "x" }', False),
        ('{ N = "y" }', False),
        ("{ N = null }", False),
        ("{}", False),
        ("null", False),
        ("aws_vpc.other.tags", False),
        ("aws_vpc.same.tags", True),
        ('merge({ M = "x" }, var.e)', True),
        ("{ N = var.e }", True),
        ("var.e", True),
    ],
)
def test_a_second_one_that_may_have_the_tag(tags: str, doubtful: bool) -> None:
    """Not where its tags are known, and have another value or none."""
    block = 'data "aws_vpc_endpoint" "d" {\n tags = { N = "x" }\n}'
    net = 'resource "aws_vpc_endpoint" "r" {\n tags = { N = "x" }\n}\n'
    net += f'resource "aws_vpc_endpoint" "s" {{\n tags = {tags}\n}}\n'
    net += 'resource "aws_vpc" "same" {\n tags = { N = "x" }\n}\n'
    net += 'resource "aws_vpc" "other" {\n tags = { N = "y" }\n}\n'
    value = looked_up(block, "data.aws_vpc_endpoint.d.id", net)
    assert means(value) == ("data.aws_vpc_endpoint.d.id" if doubtful else "aws_vpc_endpoint.r.id")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ('filter {\n name = aws_ecs_cluster.name.name\n values = ["one"]\n}', True),
        ('filter {\n name = aws_ecs_cluster.name.name\n values = ["two"]\n}', False),
        ('filter {\n name = "state"\n values = [aws_ecs_cluster.state.name]\n}', True),
        ('dynamic "filter" {\n for_each = var.e\n content {\n name = "x"\n}\n}', False),
        ("filter = var.e", False),
        ("filter = [var.e]", False),
        ("filter {\n values = []\n}", False),
        ('filter {\n name = "service-name"\n}', False),
    ],
)
def test_what_a_filter_says_through_others(filters: str, found: bool) -> None:
    """Its name and values may be what another resource is called; what is open finds nothing."""
    block = 'resource "aws_ecs_cluster" "name" { name = "service-name" }\n'
    block += 'resource "aws_ecs_cluster" "state" { name = "available" }\n'
    block += f'data "aws_vpc_endpoint" "d" {{\n service_name = "one"\n {filters}\n}}'
    net = 'resource "aws_vpc_endpoint" "r" { service_name = "one" }\n'
    value = looked_up(block, "data.aws_vpc_endpoint.d.id", net)
    assert means(value) == ("aws_vpc_endpoint.r.id" if found else "data.aws_vpc_endpoint.d.id")


@pytest.mark.parametrize(
    ("names", "doubt"),
    [
        ("e", "aws_vpc_endpoint.r0 or aws_vpc_endpoint.r1"),
        ("1", "aws_vpc_endpoint.r0 or aws_vpc_endpoint.r1"),
        ("ee", "aws_vpc_endpoint.r0 or aws_vpc_endpoint.r1 or aws_vpc_endpoint.r2"),
        (
            "eee",
            "aws_vpc_endpoint.r0 or aws_vpc_endpoint.r1 or aws_vpc_endpoint.r2 or one of 1 more",
        ),
    ],
)
def test_what_it_may_be_is_named(names: str, doubt: str) -> None:
    """Those that certainly answer come before those that may, up to three."""
    block = 'data "aws_vpc_endpoint" "d" { service_name = "1" }'
    written = [f"${{var.{name}}}" if name == "e" else name for name in names]
    net = "".join(
        f'resource "aws_vpc_endpoint" "r{at}" {{ service_name = "{name}" }}\n'
        for at, name in enumerate(("1", *written))
    )
    value = looked_up(block, "data.aws_vpc_endpoint.d.id", net)
    assert isinstance(value, Reference)
    assert value.why == f"may be {doubt}"


@pytest.mark.parametrize(
    ("wanted", "written", "doubtful"),
    [
        ("${var.e}-web", "${var.e}-db", False),
        ("${var.e}-web", "x-${var.e}-web", False),
        ("${var.e}-web", "${var.e}-web-1", False),
        ("${var.f}-web", "${var.e}-web", True),
        ("web-${var.f}", "${var.e}-web", True),
        ("one", "${var.e}", True),
        ("one-${var.f}", "one", False),
        ("one", "two", False),
        ("one", "one${var.e}", True),
        ("one${var.f}", "one", True),
        ("one${var.f}", "two", False),
        ("one${var.f}", "one${var.e}s", True),
        ("a${var.f}b", "ab", True),
    ],
)
def test_a_second_one_that_may_answer(wanted: str, written: str, doubtful: bool) -> None:
    """Where another may have the value too, it is open which is meant; not where it cannot."""
    block = f'data "aws_vpc_endpoint" "d" {{ service_name = "{wanted}" }}'
    net = f'resource "aws_vpc_endpoint" "r" {{ service_name = "{wanted}" }}\n'
    net += f'variable "f" {{}}\nresource "aws_vpc_endpoint" "s" {{ service_name = "{written}" }}\n'
    value = looked_up(block, "data.aws_vpc_endpoint.d.id", net)
    expected = "data.aws_vpc_endpoint.d.id" if doubtful else "aws_vpc_endpoint.r.id"
    assert means(value) == expected


@pytest.mark.parametrize(
    ("kind", "argument", "open_"),
    [
        ("aws_subnet", 'availability_zone = "one"', True),
        ("aws_subnet", 'vpc_id = "one"', True),
        ("aws_subnet", "map_public_ip_on_launch = true", True),
        ("aws_vpc", "default = true", True),
        ("aws_subnet", 'cidr_block = "one"', False),
        ("aws_security_group", 'name = "one"', False),
        ("aws_subnet", 'tags = { Name = "one" }', False),
    ],
)
def test_what_aws_fills_in_may_be_what_is_asked_for(kind: str, argument: str, open_: bool) -> None:
    """A resource that does not write it may answer, too; what nobody fills in it does not have."""
    block = f'data "{kind}" "d" {{\n {argument}\n}}'
    net = f'resource "{kind}" "r" {{\n {argument}\n}}\nresource "{kind}" "s" {{}}\n'
    expected = f"data.{kind}.d.id" if open_ else f"{kind}.r.id"
    assert means(looked_up(block, f"data.{kind}.d.id", net)) == expected


@pytest.mark.parametrize(
    ("kind", "read"),
    [("aws_route_table", "route_table_id"), ("aws_internet_gateway", "internet_gateway_id")],
)
def test_ids_that_data_sources_call_otherwise(kind: str, read: str) -> None:
    """Each is the id of what is meant."""
    block = f'data "{kind}" "d" {{\n tags = {{ Name = "one" }}\n}}'
    net = f'resource "{kind}" "r" {{\n tags = {{ Name = "one" }}\n}}\n'
    assert means(looked_up(block, f"data.{kind}.d.{read}", net)) == f"{kind}.r.id"


NESTED = """
module "inner" {
  source = "./inner"
}
"""


@pytest.mark.parametrize("nested", [False, True])
def test_what_is_looked_up_decides_how_often_a_module_is_called(nested: bool) -> None:
    """It is looked for in those modules alone that make, or call what makes, one of its type."""
    main = """
module "edge" {
  source = "./edge"
}
data "aws_lb" "edge" {
  arn = module.edge.arn
}
module "rules" {
  source = "./rules"
  count  = length(local.groups) > 0 ? 1 : 0
  group  = one(local.groups)
}
locals {
  groups = tolist(data.aws_lb.edge.security_groups)
}
resource "first" "asked" {
  x = local.groups
}
"""
    edge = """
resource "aws_security_group" "edge" {}
resource "aws_lb" "edge" {
  security_groups = [aws_security_group.edge.id]
}
output "arn" {
  value = aws_lb.edge.arn
}
"""
    outer = NESTED + 'output "arn" {\n  value = module.inner.arn\n}\n'
    rules = 'variable "group" {}\nresource "t" "t" {\n  x = var.group\n}\n'
    made = {"edge/inner/main.tf": edge, "edge/main.tf": outer} if nested else {"edge/main.tf": edge}
    texts = {f"/infra/{at}": text for at, text in (made | {"rules/main.tf": rules}).items()}
    texts["/infra/main.tf"] = main
    (stack,), _ = stacks([*texts], Files(texts), Inputs(boundary="/infra"))

    evaluation = stack.evaluate({})

    (rule,) = (one for one in evaluation.resources if one.type == "t")
    address = f"module.edge.{'module.inner.' * nested}aws_security_group.edge.id"
    assert evaluation.errors == ()
    assert (means(rule.body.fields["x"]), rule.origin.maybe) == (address, ())
