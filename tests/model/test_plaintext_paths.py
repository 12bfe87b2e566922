"""What load balancers take, and hand on to tasks, in plain text."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc_encryption_control" "main" {
  vpc_id = CONTROLLED
  mode   = CONTROL
}
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_lb" "edge" {
  load_balancer_type = KIND
  internal           = INTERNAL
  subnets            = [aws_subnet.a.id]
}
resource "aws_lb_target_group" "web" {
  port        = 8080
  protocol    = PROTOCOL
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
  health_check {
    protocol = CHECK
    port     = CHECK_PORT
  }
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.edge.arn
  port              = PORT
  protocol          = LISTENS
  certificate_arn   = "arn:of:certificate"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }
  network_configuration { subnets = [aws_subnet.a.id] }
}
"""
DEFAULTS = {
    "CONTROLLED": "aws_vpc.main.id",
    "CONTROL": '"monitor"',
    "KIND": '"application"',
    "INTERNAL": "false",
    "PROTOCOL": '"HTTPS"',
    "CHECK": '"HTTPS"',
    "CHECK_PORT": '"traffic-port"',
    "PORT": "443",
    "LISTENS": '"HTTPS"',
}
OF_NLB = {"KIND": '"network"', "PROTOCOL": '"TLS"', "LISTENS": '"TLS"', "CHECK": '"TCP"'}
PLAIN = {"PROTOCOL": '"HTTP"', "CHECK": '"HTTP"'}
PLAIN_CHECK = {"CHECK": '"HTTP"'}


def of_stack(folder: Path, changes: dict[str, str]) -> list[str]:
    """What TW101, TW103 and TW104 say of the stack with some changes, but for what passes."""
    return told(folder, filled(STACK, DEFAULTS | changes), "TW101", "TW103", "TW104")


def told(folder: Path, text: str, *rules: str) -> list[str]:
    """What some rules say of a text, but for what passes."""
    report = scanned(folder, text, *rules)
    found = [f"{each.rule}: {each.message.partition(' ')[2]}" for each in report.findings]
    found += [f"{each.rule} waits for {', '.join(each.missing)}" for each in report.unknowns]
    words = {
        "accepts plaintext traffic on a public load balancer": "takes plain text",
        "accepts plaintext traffic on an internal load balancer": "takes plain text",
        "sends traffic to tasks in plain text behind a public load balancer": "hands on plain text",
        "checks the health of tasks in plain text behind a public load balancer": "checks plainly",
    }
    for before, after in words.items():
        found = [each.replace(before, after) for each in found]
    return sorted(found)


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("INTERNAL", "true", []),
        ("INTERNAL", "var.which", []),
        ("PROTOCOL", '"HTTP"', ["TW103: hands on plain text"]),
        ("PROTOCOL", "var.which", ["TW103 waits for var.which"]),
        ("CHECK", '"HTTP"', ["TW103: checks plainly"]),
        ("CHECK", "var.which", ["TW103 waits for var.which"]),
        ("LISTENS", '"HTTP"', ["TW101: takes plain text"]),
        ("LISTENS", "var.which", ["TW101 waits for var.which"]),
        ("KIND", "var.which", []),
    ],
)
def test_what_an_alb_takes_and_hands_on(
    word: str, value: str, said: list[str], tmp_path: Path
) -> None:
    """Its listener, its target group and the health check each say what they speak."""
    assert of_stack(tmp_path, {word: value}) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (PLAIN | {"CONTROL": '"enforce"'}, []),
        (PLAIN_CHECK | {"CONTROL": '"enforce"'}, []),
        (PLAIN_CHECK | {"CONTROL": "var.which"}, ["TW103 waits for var.which"]),
        (
            PLAIN_CHECK | {"CONTROL": '"enforce"', "CONTROLLED": '"vpc-1"'},
            ["TW103: checks plainly"],
        ),
        (PLAIN | {"CONTROL": "var.which"}, ["TW103 waits for var.which"]),
        (
            PLAIN | {"CONTROL": '"enforce"', "CONTROLLED": "var.which"},
            ["TW103: hands on plain text"],
        ),
        (PLAIN | {"CONTROL": '"enforce"', "CONTROLLED": '"vpc-1"'}, ["TW103: hands on plain text"]),
        (PLAIN | {"LISTENS": '"HTTP"'}, ["TW101: takes plain text", "TW103: hands on plain text"]),
        (PLAIN | {"LISTENS": '"HTTP"', "INTERNAL": "true"}, ["TW104: takes plain text"]),
        (
            PLAIN | {"LISTENS": '"HTTP"', "INTERNAL": "var.which"},
            ["TW101 waits for var.which", "TW103 waits for var.which"],
        ),
    ],
)
def test_an_alb_that_hands_on_plain_text(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """In a VPC that enforces encryption that is encrypted all the same."""
    assert of_stack(tmp_path, changes) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"PROTOCOL": '"TCP"'}, ["TW103: hands on plain text"]),
        ({"PROTOCOL": '"TCP"', "CONTROL": '"enforce"'}, []),
        (
            {"PROTOCOL": '"TCP"', "LISTENS": '"TCP"'},
            ["TW101 waits for whether the TCP traffic of aws_lb_listener.web is TLS"],
        ),
        ({"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "PORT": "80"}, ["TW101: takes plain text"]),
        (
            {"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "PORT": "var.which"},
            ["TW101 waits for whether the TCP traffic of aws_lb_listener.web is TLS"],
        ),
        ({"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "CHECK": '"HTTP"'}, ["TW101: takes plain text"]),
        (
            {"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "CHECK": '"HTTP"', "CHECK_PORT": '"9000"'},
            ["TW101 waits for whether the TCP traffic of aws_lb_listener.web is TLS"],
        ),
        (
            {"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "CHECK": '"HTTP"', "CHECK_PORT": '"8080"'},
            ["TW101: takes plain text"],
        ),
        (
            {"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "CHECK": '"HTTPS"'},
            ["TW101 waits for whether the TCP traffic of aws_lb_listener.web is TLS"],
        ),
        ({"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "CONTROL": '"enforce"'}, []),
        (
            {"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "CONTROL": "var.which"},
            ["TW101 waits for var.which"],
        ),
        (
            {"PROTOCOL": '"UDP"', "LISTENS": '"UDP"'},
            ["TW101 waits for whether the UDP traffic of aws_lb_listener.web is TLS"],
        ),
        ({"PROTOCOL": '"QUIC"', "LISTENS": '"QUIC"'}, []),
        (
            {"PROTOCOL": '"TCP"', "LISTENS": "var.which"},
            ["TW101 waits for var.which", "TW103 waits for var.which"],
        ),
        (
            {"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "INTERNAL": "true"},
            ["TW104 waits for whether the TCP traffic of aws_lb_listener.web is TLS"],
        ),
        (
            {"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "INTERNAL": "true", "PORT": "80"},
            ["TW104: takes plain text"],
        ),
    ],
)
def test_what_an_nlb_takes_and_hands_on(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """What it passes on may be encrypted, unless its port or health check shows otherwise."""
    assert of_stack(tmp_path, OF_NLB | changes) == said


CLASSIC = """
variable "which" {}
resource "aws_elb" "edge" {
  listener {
    lb_port           = 443
    lb_protocol       = LISTENS
    instance_port     = 8443
    instance_protocol = SPOKEN
  }
  CHECK
}
resource "aws_ecs_service" "web" {
  launch_type = "EC2"
  load_balancer {
    elb_name       = aws_elb.edge.name
    container_name = "web"
    container_port = 8443
  }
}
"""
CLASSIC_DEFAULTS = {"LISTENS": '"HTTPS"', "SPOKEN": '"HTTPS"', "CHECK": ""}


def checked(target: str) -> str:
    """The health check of a classic load balancer."""
    return f"health_check {{ target = {target} }}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"CHECK": checked('"HTTPS:8443/"')}, []),
        ({"CHECK": checked('"TCP:8443"')}, []),
        ({"CHECK": checked('"HTTP:8443/"')}, ["checks plainly"]),
        ({"CHECK": checked('"http:8443/"')}, ["checks plainly"]),
        ({"CHECK": checked("var.which")}, ["waits for var.which"]),
        # What it hands on in plain text is said, and not how it checks health besides.
        ({"SPOKEN": '"HTTP"', "CHECK": checked('"HTTP:8443/"')}, ["hands on plain text"]),
        ({"SPOKEN": '"HTTP"', "CHECK": checked('"HTTPS:8443/"')}, ["hands on plain text"]),
        ({"SPOKEN": '"HTTP"'}, ["hands on plain text"]),
        ({"SPOKEN": "var.which", "CHECK": checked('"HTTP:8443/"')}, ["waits for var.which"]),
        ({"LISTENS": '"SSL"', "SPOKEN": '"SSL"'}, []),
        ({"LISTENS": '"SSL"', "SPOKEN": '"TCP"'}, ["hands on plain text"]),
        # What it does not decrypt, it cannot encrypt.
        ({"LISTENS": '"TCP"', "SPOKEN": '"TCP"'}, []),
    ],
)
def test_what_a_classic_load_balancer_hands_on(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """Its listener says what it speaks to instances, and it has one health check for all."""
    text = filled(CLASSIC, CLASSIC_DEFAULTS | changes)
    assert told(tmp_path, text, "TW103") == [f"TW103: {each}".replace(": w", " w") for each in said]


BEHIND_INSTANCES = """
variable "which" {}
resource "aws_lb" "edge" {}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = "arn:of:certificate"
  default_action { type = "fixed-response" }
}
data "aws_lb_listener" "shared" { arn = "arn:of:listener" }
resource "aws_lb_listener_rule" "web" {
  listener_arn = LISTENER
  action {
    type             = "forward"
    target_group_arn = FORWARDED
  }
}
resource "aws_lb_target_group" "web" {
  port     = 8080
  protocol = "HTTP"
}
resource "aws_launch_template" "hosts" {}
resource "aws_autoscaling_group" "hosts" {
  target_group_arns = [REGISTERED]
  launch_template { id = aws_launch_template.hosts.id }
}
resource "aws_ecs_capacity_provider" "hosts" {
  name = "hosts"
  auto_scaling_group_provider { auto_scaling_group_arn = SCALED }
}
"""
OF_INSTANCES = {
    "LISTENER": "aws_lb_listener.web.arn",
    "FORWARDED": "aws_lb_target_group.web.arn",
    "REGISTERED": "aws_lb_target_group.web.arn",
    "SCALED": "aws_autoscaling_group.hosts.arn",
}
SHARED = "data.aws_lb_listener.shared.arn"
OTHER_ONE = '[aws_lb_target_group.web.arn, "arn:aws:1"][var.which]'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, ": hands on plain text", id="a listener of the sources"),
        pytest.param({"LISTENER": SHARED}, " waits for arn:of:listener", id="a data source"),
        pytest.param({"LISTENER": '"arn:aws:1"'}, " waits for arn:aws:1", id="an ARN"),
        pytest.param({"LISTENER": "var.which"}, " waits for var.which", id="an input"),
        pytest.param({"FORWARDED": '"arn:aws:1"'}, "", id="nothing forwards"),
        pytest.param({"FORWARDED": OTHER_ONE}, " waits for var.which", id="which may forward"),
        pytest.param({"REGISTERED": '"arn:aws:1"'}, "", id="registered elsewhere"),
        pytest.param({"REGISTERED": OTHER_ONE}, " waits for var.which", id="perhaps registered"),
        pytest.param({"SCALED": "var.which"}, " waits for var.which", id="perhaps these"),
    ],
)
def test_what_is_handed_to_container_instances(
    changes: dict[str, str], said: str, tmp_path: Path
) -> None:
    """By whichever listener or rule; one from elsewhere may be a public load balancer's."""
    text = filled(BEHIND_INSTANCES, OF_INSTANCES | changes)
    assert told(tmp_path, text, "TW103") == ([f"TW103{said}"] if said else [])
