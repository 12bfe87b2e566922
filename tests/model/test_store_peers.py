"""Whom a database may allow: those tasks that use it, and nobody beside them."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "pool" {
  vpc_id            = aws_vpc.main.id
  ipv4_ipam_pool_id = var.which
}
resource "aws_subnet" "store" {
  vpc_id     = STORE_VPC
  cidr_block = STORE_CIDR
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "edge" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "function" { vpc_id = aws_vpc.main.id }
resource "aws_default_security_group" "main" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "store" {
  vpc_id = STORE_VPC
  ingress {
    protocol  = "tcp"
    from_port = 5432
    to_port   = 5432
    PEER
  }
}
resource "aws_db_subnet_group" "store" { subnet_ids = [aws_subnet.store.id] }
resource "aws_db_instance" "store" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.store.name
  publicly_accessible    = PUBLIC
  vpc_security_group_ids = STORE_GROUPS
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{
    name        = "web"
    image       = "web:1"
    environment = [{ name = "DB", value = HOST }]
  }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = WEB_SUBNETS
    security_groups = WEB_GROUPS
  }
}
resource "aws_lb" "edge" {
  subnets         = [aws_subnet.a.id]
  security_groups = [aws_security_group.edge.id]
}
resource "aws_lambda_function" "job" {
  function_name = "job"
  vpc_config {
    subnet_ids         = [aws_subnet.a.id]
    security_group_ids = [aws_security_group.function.id]
  }
}
"""
DEFAULTS = {
    "STORE_VPC": "aws_vpc.main.id",
    "STORE_CIDR": '"10.0.9.0/24"',
    "PEER": "security_groups = [aws_security_group.web.id]",
    "PUBLIC": "false",
    "STORE_GROUPS": "[aws_security_group.store.id]",
    "HOST": '"x"',
    "WEB_SUBNETS": "[aws_subnet.a.id]",
    "WEB_GROUPS": "[aws_security_group.web.id]",
}
BALANCER = "which a load balancer uses as well,"
EITHER = "security_groups = [[aws_security_group.web.id, aws_security_group.other.id][var.which]]"
REFERS = {"HOST": "aws_db_instance.store.address"}
FAR = {"STORE_VPC": "aws_vpc.far.id", "STORE_CIDR": '"10.9.1.0/24"'}


def whom(message: str) -> str:
    """Whom the store allows, as a message says it."""
    allowed = message.partition("allows ingress from ")[2].partition(" to database")[0]
    return allowed.replace("aws_security_group.", "")


def told(folder: Path, changes: dict[str, str], profile: str = "default") -> list[str]:
    """What TW207 says of the stack with some changes, in short: what fails, or waits for what."""
    return said_of(folder, filled(STACK, DEFAULTS | changes), profile)


def said_of(folder: Path, text: str, profile: str = "default") -> list[str]:
    """What TW207 says of a stack, in short."""
    report = scanned(folder, text, "TW207", profile=profile)
    found = [f"{each.severity}: {whom(each.message)}" for each in report.findings]
    found += [f"unknown: {', '.join(each.missing)}" for each in report.unknowns]
    return sorted(found) or ["pass"] * bool(report.passes)


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        ("security_groups = [aws_security_group.web.id]", ["pass"]),
        ("security_groups = [aws_security_group.other.id]", []),
        ("security_groups = [aws_security_group.edge.id]", []),
        ("security_groups = [aws_security_group.function.id]", []),
        ("security_groups = [aws_security_group.store.id]", []),
        ("self = true", []),
        ("security_groups = [aws_default_security_group.main.id]", []),
        ('security_groups = ["sg-1"]', []),
        ("security_groups = [var.which]", ["unknown: var.which"]),
        (EITHER, ["unknown: var.which"]),
        ('cidr_blocks = ["10.0.1.0/24"]', ["medium: 10.0.1.0/24"]),
        ('cidr_blocks = ["10.0.0.0/16"]', ["medium: 10.0.0.0/16"]),
        ('cidr_blocks = ["10.0.2.0/24"]', []),
        ('cidr_blocks = ["0.0.0.0/0"]', ["critical: 0.0.0.0/0"]),
        ('cidr_blocks = ["52.1.2.3/32"]', []),
        ("cidr_blocks = [var.which]", ["unknown: var.which"]),
        ("cidr_blocks = [aws_subnet.a.cidr_block]", ["medium: 10.0.1.0/24"]),
        ('prefix_list_ids = ["pl-1"]', ["unknown: pl-1"]),
    ],
)
def test_a_store_that_tasks_reach_by_its_groups_alone(
    peer: str, said: list[str], tmp_path: Path
) -> None:
    """It is one that tasks use where its group lets some of them in."""
    assert told(tmp_path, {"PEER": peer}) == said


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        ("security_groups = [aws_security_group.web.id]", ["pass"]),
        ("security_groups = [aws_security_group.other.id]", ["pass"]),
        (
            "security_groups = [aws_security_group.edge.id]",
            [f"medium: group edge, {BALANCER}"],
        ),
        ("security_groups = [aws_security_group.function.id]", ["pass"]),
        ("security_groups = [aws_security_group.store.id]", ["pass"]),
        ("self = true", ["pass"]),
        (
            "security_groups = [aws_default_security_group.main.id]",
            ["medium: the default group aws_default_security_group.main"],
        ),
        ('security_groups = ["sg-1"]', ["unknown: sg-1"]),
        ("security_groups = [var.which]", ["unknown: var.which"]),
        (EITHER, ["unknown: var.which"]),
        ('cidr_blocks = ["10.0.1.0/24"]', ["medium: 10.0.1.0/24"]),
        ('cidr_blocks = ["10.0.0.0/16"]', ["medium: 10.0.0.0/16"]),
        ('cidr_blocks = ["10.0.2.0/24"]', ["medium: 10.0.2.0/24"]),
        ('cidr_blocks = ["0.0.0.0/0"]', ["critical: 0.0.0.0/0"]),
        ('cidr_blocks = ["52.1.2.3/32"]', ["medium: 52.1.2.3/32"]),
        ("cidr_blocks = [var.which]", ["medium: an unknown CIDR"]),
        ("cidr_blocks = [aws_subnet.a.cidr_block]", ["medium: 10.0.1.0/24"]),
        ('prefix_list_ids = ["pl-1"]', ["medium: prefix list pl-1"]),
    ],
)
def test_a_store_whose_address_tasks_have(peer: str, said: list[str], tmp_path: Path) -> None:
    """Whomever its group lets in, tasks use it: all others are too many."""
    assert told(tmp_path, REFERS | {"PEER": peer}) == said


@pytest.mark.parametrize(
    ("store_groups", "said"),
    [
        ("[]", ["pass"]),
        ("[aws_default_security_group.main.id]", ["pass"]),
        ("[aws_security_group.other.id]", ["pass"]),
        ("[var.which]", ["unknown: var.which"]),
        ("var.which", ["unknown: var.which"]),
        ('["sg-1"]', ["unknown: sg-1"]),
    ],
)
def test_the_groups_of_a_store(store_groups: str, said: list[str], tmp_path: Path) -> None:
    """A group that is not known may let anybody in."""
    assert told(tmp_path, REFERS | {"STORE_GROUPS": store_groups}) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"PEER": 'cidr_blocks = ["10.0.1.0/24"]'}, []),
        ({"PEER": 'cidr_blocks = ["10.0.1.0/24"]', "PUBLIC": "true"}, []),
        (
            {"PEER": 'cidr_blocks = ["10.0.1.0/24"]', "HOST": "aws_db_instance.store.address"},
            ["medium: 10.0.1.0/24"],
        ),
        ({"PEER": 'cidr_blocks = ["0.0.0.0/0"]'}, []),
        ({"PEER": 'cidr_blocks = ["0.0.0.0/0"]', "PUBLIC": "true"}, ["critical: 0.0.0.0/0"]),
        (
            {"PEER": 'cidr_blocks = ["0.0.0.0/0"]', "HOST": "aws_db_instance.store.address"},
            ["critical: 0.0.0.0/0"],
        ),
    ],
)
def test_a_store_in_another_vpc(changes: dict[str, str], said: list[str], tmp_path: Path) -> None:
    """Addresses of tasks get there by its public address, or not at all."""
    assert told(tmp_path, FAR | changes) == said


@pytest.mark.parametrize(
    ("web_groups", "said"),
    [
        ("[]", []),
        ("[var.which]", []),
        ("var.which", []),
        ('["sg-1"]', []),
        ("[aws_security_group.web.id, aws_security_group.other.id]", ["pass"]),
    ],
)
def test_the_groups_of_tasks(web_groups: str, said: list[str], tmp_path: Path) -> None:
    """What lets in the group of no task is nothing that tasks use."""
    assert told(tmp_path, {"WEB_GROUPS": web_groups}) == said


@pytest.mark.parametrize(
    ("subnets", "groups", "said"),
    [
        ("var.which", "[aws_security_group.web.id]", ["unknown: var.which"]),
        ("var.which", "[]", ["unknown: var.which"]),
        ("[]", "[aws_security_group.web.id]", ["unknown: the subnets of aws_ecs_service.web"]),
        ("[aws_subnet.pool.id]", "[]", ["unknown: the addresses of aws_subnet.pool"]),
        ("[]", "[]", ["unknown: the subnets of aws_ecs_service.web"]),
    ],
)
def test_tasks_of_unknown_subnets_may_have_any_address(
    subnets: str, groups: str, said: list[str], tmp_path: Path
) -> None:
    """In the VPC of their groups, or in any where these tell none."""
    changes = {"WEB_SUBNETS": subnets, "WEB_GROUPS": groups}
    assert told(tmp_path, {"PEER": 'cidr_blocks = ["10.0.1.0/24"]', **changes}) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ["pass"]),
        ({"PEER": "security_groups = [aws_security_group.other.id]"}, ["low: group other"]),
        ({"PEER": "security_groups = [aws_security_group.function.id]"}, ["low: group function"]),
        (
            {"PEER": "security_groups = [aws_security_group.edge.id]"},
            [f"medium: group edge, {BALANCER}"],
        ),
        ({"PEER": 'security_groups = ["sg-1"]'}, ["unknown: sg-1"]),
        ({"PEER": "self = true"}, ["pass"]),
        ({"PEER": 'cidr_blocks = ["10.0.1.0/24"]'}, ["medium: 10.0.1.0/24"]),
    ],
)
def test_the_strict_profile_asks_for_tasks_alone(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """It tells of groups that no task has, too, which are no fault by themselves."""
    assert told(tmp_path, REFERS | changes, "strict") == said


LEFT_OUT = """
resource "aws_ecs_service" "left_out" {
  count       = 0
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.other.id]
  }
}
"""
PROXY = """
resource "aws_db_proxy" "main" {
  engine_family          = "POSTGRESQL"
  vpc_subnet_ids         = [aws_subnet.a.id]
  vpc_security_group_ids = [aws_security_group.other.id]
}
resource "aws_db_proxy_target" "main" {
  db_proxy_name          = aws_db_proxy.main.name
  target_group_name      = "default"
  db_instance_identifier = aws_db_instance.store.identifier
}
"""
OF_OTHER, ELSEWHERE = "[aws_security_group.other.id]", '["sg-1"]'
OPEN_LIST = 'var.which == "" ? [aws_security_group.edge.id] : []'


@pytest.mark.parametrize(
    ("changes", "more", "said"),
    [
        ({"PEER": f"security_groups = {OF_OTHER}"}, "", ["low: group other"]),
        ({"PEER": f"security_groups = {OF_OTHER}"}, LEFT_OUT, ["pass"]),
        ({"PEER": f"security_groups = {OF_OTHER}"}, PROXY, ["pass"]),
        ({"PEER": f"security_groups = {ELSEWHERE}"}, "", ["unknown: sg-1"]),
        ({"PEER": f"security_groups = {ELSEWHERE}", "WEB_GROUPS": ELSEWHERE}, "", ["pass"]),
    ],
)
def test_a_group_is_one_of_tasks_also_without_any(
    changes: dict[str, str], more: str, said: list[str], tmp_path: Path
) -> None:
    """Tasks that are left out would have it, a proxy hands on what tasks ask, or it is theirs."""
    text = filled(STACK + more, DEFAULTS | REFERS | changes)
    assert said_of(tmp_path, text, "strict") == said


SECOND = PROXY.replace('" "main"', '" "more"').replace("db_proxy.main", "db_proxy.more")
BETWEEN = "[[aws_security_group.other.id, aws_security_group.edge.id][var.which]]"
PERHAPS = 'var.which == "" ? [aws_security_group.other.id] : []'
OF_INPUT = PROXY.replace("aws_db_proxy.main.name", "var.which")
UNSURE = PROXY.replace("aws_db_proxy.main.name", '[aws_db_proxy.main.name, "x"][var.which]')


PROXIES: dict[str, tuple[str, list[str]]] = {
    "it has it": (PROXY, ["pass"]),
    "it has another": (PROXY.replace(OF_OTHER, "[aws_security_group.edge.id]"), ["low"]),
    "it has another as well": (
        PROXY.replace(OF_OTHER, "[aws_security_group.edge.id, aws_security_group.other.id]"),
        ["pass"],
    ),
    # What an input brings is none that the sources write.
    "it has one of an input": (PROXY.replace(OF_OTHER, "[var.which]"), ["low"]),
    "it has one of two": (PROXY.replace(OF_OTHER, BETWEEN), ["unknown: var.which"]),
    "it has it perhaps": (PROXY.replace(OF_OTHER, PERHAPS), ["unknown: var.which"]),
    "it is elsewhere": (
        PROXY.replace("aws_db_proxy.main.name", '"elsewhere"'),
        ["unknown: elsewhere"],
    ),
    "it is an input": (OF_INPUT, ["unknown: var.which"]),
    "it is one of two": (UNSURE, ["unknown: var.which"]),
    # One that certainly has it is enough.
    "it has it, another perhaps": (PROXY + SECOND.replace(OF_OTHER, PERHAPS), ["pass"]),
    "it has it, and another may be in front": (UNSURE + SECOND, ["pass"]),
    "it has it, another one of two": (PROXY + SECOND.replace(OF_OTHER, BETWEEN), ["pass"]),
    "one has one of two, another has it": (SECOND.replace(OF_OTHER, BETWEEN) + PROXY, ["pass"]),
    "it has it, and an input is in front": (
        PROXY + SECOND.replace("aws_db_proxy.more.name", "var.which"),
        ["pass"],
    ),
}


@pytest.mark.parametrize(("proxies", "said"), PROXIES.values(), ids=PROXIES)
def test_the_group_of_an_rds_proxy_is_one_of_tasks(
    proxies: str, said: list[str], tmp_path: Path
) -> None:
    """Of a proxy whose groups are not known any may be; of one that has others none is."""
    changes = {"PEER": f"security_groups = {OF_OTHER}"}
    text = filled(STACK + proxies, DEFAULTS | REFERS | changes)
    report = scanned(tmp_path, text, "TW207", profile="strict")

    store = "aws_security_group.store"
    found = [str(each.severity) for each in report.findings if each.resource == store]
    found += ["pass" for each in report.passes if each.resource == store]
    # What is waited for may be asked at the proxy, which lets in a group as well.
    asked = [f"unknown: {', '.join(each.missing)}" for each in report.unknowns]
    assert (found or asked) == said


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ("[]", ["pass"]),
        ("[aws_security_group.edge.id]", [f"medium: group edge, {BALANCER}"]),
        (OPEN_LIST, ["unknown: var.which"]),
        ("[var.which]", ["pass"]),
    ],
)
def test_a_group_that_a_load_balancer_may_use_as_well(
    groups: str, said: list[str], tmp_path: Path
) -> None:
    """Whether it does is waited for."""
    changes = {"PEER": "security_groups = [aws_security_group.edge.id]"}
    own = "security_groups = [aws_security_group.edge.id]"
    text = filled(STACK.replace(own, f"security_groups = {groups}"), DEFAULTS | REFERS | changes)
    assert said_of(tmp_path, text) == said


INSTANCE = """
resource "aws_instance" "plain" {
  vpc_security_group_ids = GROUPS
  DATA
}
"""
JOBS = """
resource "aws_ecs_cluster" "jobs" { name = "jobs" }
resource "aws_ecs_service" "jobs" {
  cluster     = aws_ecs_cluster.jobs.id
  launch_type = LAUNCH
}
"""
BATCH = """
resource "aws_batch_compute_environment" "jobs" {
  type = "MANAGED"
  compute_resources {
    type               = "EC2"
    security_group_ids = GROUPS
    subnets            = [aws_subnet.a.id]
    max_vcpus          = 4
  }
}
"""
OF_EDGE = "[aws_security_group.edge.id]"
ONE_OF_TWO = "[[aws_security_group.edge.id, aws_security_group.other.id][var.which]]"
HOSTS = {"GROUPS": OF_OTHER, "DATA": "", "LAUNCH": '"EC2"'}
STARTS = r'user_data = "#!/bin/bash\necho ECS_CLUSTER=jobs >> /etc/ecs/ecs.config"'
NONE, IMAGE = ["low"], ["unknown: the image of aws_instance.plain"]


@pytest.mark.parametrize(
    ("more", "changes", "said"),
    [
        pytest.param(JOBS, {}, NONE, id="tasks on instances from elsewhere"),
        pytest.param(INSTANCE, {}, NONE, id="an instance, and no tasks on any"),
        pytest.param(INSTANCE + JOBS, {}, IMAGE, id="an instance whose image may hold an agent"),
        pytest.param(INSTANCE + JOBS, {"LAUNCH": '"FARGATE"'}, NONE, id="tasks on Fargate"),
        pytest.param(INSTANCE + JOBS, {"LAUNCH": "var.which"}, IMAGE, id="tasks perhaps on it"),
        pytest.param(INSTANCE + JOBS, {"GROUPS": OF_EDGE}, NONE, id="an instance of another group"),
        pytest.param(
            INSTANCE + JOBS, {"GROUPS": ONE_OF_TWO}, IMAGE, id="an instance of one group of two"
        ),
        pytest.param(
            INSTANCE + JOBS, {"DATA": r'user_data = "#!/bin/bash\necho hello"'}, NONE,
            id="an instance that starts something else",
        ),
        pytest.param(INSTANCE + JOBS, {"DATA": STARTS}, ["pass"], id="an instance of the cluster"),
        pytest.param(BATCH, {}, ["pass"], id="jobs"),
        pytest.param(BATCH, {"GROUPS": OF_EDGE}, NONE, id="jobs of another group"),
        pytest.param(
            BATCH, {"GROUPS": ONE_OF_TWO}, ["unknown: var.which"], id="jobs of one group of two"
        ),
        pytest.param(BATCH, {"GROUPS": "var.which"}, NONE, id="jobs of given groups"),
    ],
)  # fmt: skip
def test_the_group_of_hosts_is_one_of_tasks(
    more: str, changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """Tasks share it with the instance that they run on, as jobs of AWS Batch do."""
    peer = {"PEER": f"security_groups = {OF_OTHER}"}
    text = filled(STACK + filled(more, HOSTS | changes), DEFAULTS | REFERS | peer)
    report = scanned(tmp_path, text, "TW207", profile="strict")

    store = "aws_security_group.store"
    found = [str(each.severity) for each in report.findings if each.resource == store]
    found += ["pass" for each in report.passes if each.resource == store]
    found += [f"unknown: {', '.join(each.missing)}" for each in report.unknowns]
    assert found == said
