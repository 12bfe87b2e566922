"""A module that is there, and the same module taken away, never contradict each other.

Of a fixture each block is moved into a module of its own, which is scanned with and without its
source; each resource of a template likewise into a nested template. What stands outside of it then
is what the law is about: a fail there is not a pass here, unless the rule waits for the module.
"""

import re
import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, Fact
from taskwall.engine.judge import judge
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules, tw407_unreached_endpoint
from taskwall.rules._rule import Rule
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

RULES = Path(__file__).parent.parent / "fixtures" / "rules"
SOURCE = "example/moved/aws"

BLOCK = re.compile(r'^resource "(\w+)" "(\w+)" \{\n(?:.*\n)*?\}\n', re.MULTILINE)
NAMED = re.compile(r"\b((?:var|local)\.\w+|data\.\w+\.\w+(?:\.\w+)?|aws_\w+\.\w+(?:\.\w+)?)")

LOOPS = re.compile(r"\bfor_each\b|\bcount\b|\bdynamic\b")

SECTION = r"^{}:\n((?:(?: .*)?\n)*)"
ENTRY = re.compile(r"^  (\w+):(?:\n|.*\n)(?:(?:    .*)?\n)*", re.MULTILINE)
TAGGED = re.compile(r"!(?:Ref (\w+)(?![\w:])|GetAtt (\w+)\.([\w.]+))|\$\{(\w+)(?:\.([\w.]+))?\}")
APART = (
    *("DependsOn", "Fn::", "!If", "!ImportValue", "Condition:", "DefinitionSubstitutions"),
    "AWS::CloudFormation::Stack",
)
"""What a template says by other means than these references; what hangs on them is another
question."""

ALIAS = re.compile(r"[:-] [&*]\w")
"""What another part of the same file repeats, which no other file can."""

SHARE = 24
"""One in so many moves is tried at each run of the tests; `tools/check.py --all` tries all."""

CAUSES: list[dict[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "data" / "absent_standing.toml").read_text(encoding="utf-8")
)["cause"]
STANDING = frozenset(name for cause in CAUSES for name in cause["standing"])
"""The moves that break the law, by their reasons. What keeps the law must go from the list."""


class Moved(Struct, frozen=True):
    """A root from which a resource is moved into a module, which `call` calls."""

    name: str
    root: str
    module: str
    call: str


def moves(case: str, text: str, tried: Callable[[str], bool]) -> Iterator[Moved]:
    """Each way to move a resource of a root into a module, of those that shall be tried."""
    for block in BLOCK.finditer(text):
        own = f"{block[1]}.{block[2]}"
        body = block[0]
        if not tried(f"{case}-{own}") or LOOPS.search(body) or f"{own}[" in text:
            continue  # what hangs on them is another question
        given: dict[str, str] = {}
        inner = NAMED.sub(partial(_named, given, "var.a{}"), body)
        rest = text[: block.start()] + text[block.end() :]
        asked: dict[str, str] = {}
        uses = re.compile(rf"(?<![\w.]){own}(?:\.\w+)?(?!\w)")
        rest = uses.sub(partial(_named, asked, "module.moved.o{}"), rest)
        if not given and not asked:
            continue  # what nothing ties to the root is not there, for all that the root says
        call = "".join(f"  {name[4:]} = {value}\n" for value, name in given.items())
        module = inner
        module += "".join(f'variable "{name[4:]}" {{}}\n' for name in given.values())
        module += "".join(
            f'output "{name.rpartition(".")[2]}" {{ value = {of} }}\n' for of, name in asked.items()
        )
        root = f'{rest}\nmodule "moved" {{\n  source = "{SOURCE}"\n{call}}}\n'
        yield Moved(f"{case}-{own}", root, module, "module.moved")


def _named(names: dict[str, str], pattern: str, found: re.Match[str]) -> str:
    return names.setdefault(found[0], pattern.format(len(names)))


def nestings(case: str, text: str, tried: Callable[[str], bool]) -> Iterator[Moved]:
    """Each way to move a resource of a template into a nested one, of those to be tried."""
    declared = {entry[1]: entry[0] for entry in _entries(text, "Parameters")}
    held = {entry[1] for entry in _entries(text, "Resources")}
    for entry in _entries(text, "Resources"):
        own, body = entry[1], entry[0]
        apart = any(word in body for word in APART) or "DependsOn" in text or ALIAS.search(body)
        if not tried(f"{case}-{own}") or apart:
            continue
        given: dict[str, str] = {}
        inner = TAGGED.sub(partial(_tagged, given, {*held, *declared} - {own}, ""), body)
        rest = text.replace(body, "", 1)
        asked: dict[str, str] = {}
        rest = TAGGED.sub(partial(_tagged, asked, {own}, "Moved.Outputs."), rest)
        if not given and not asked:
            continue
        arguments, parameters = "", ""
        for value, name in given.items():
            type_ = re.search(r"Type: (.*)", declared.get(value.removeprefix("!Ref "), ""))
            kind = type_[1] if type_ is not None else "String"
            listed = kind.startswith(("List<", "CommaDelimited"))
            joined = f'!Join [",", {value}]' if listed else value
            arguments += f"        {name}: {joined}\n"
            parameters += f"  {name}: {{Type: '{kind}'}}\n"
        outputs = "".join(f"  {name}: {{Value: {value}}}\n" for value, name in asked.items())
        root = rest.replace(
            "Resources:\n",
            "Resources:\n  Moved:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
            "      TemplateURL: moved.yaml\n"
            + (f"      Parameters:\n{arguments}\n" if arguments else "\n"),
            1,
        )
        module = f"Parameters:\n{parameters}" if given else ""
        module += f"Resources:\n{inner}\n"
        module += f"Outputs:\n{outputs}" if asked else ""
        yield Moved(f"{case}-{own}", root, module, "Moved")


def _entries(text: str, section: str) -> list[re.Match[str]]:
    found = re.search(SECTION.format(section), text, re.MULTILINE)
    return list(ENTRY.finditer(found[1])) if found is not None else []


def _tagged(names: dict[str, str], known: set[str], prefix: str, found: re.Match[str]) -> str:
    name = found[1] or found[2] or found[4]
    if name not in known:
        return found[0]
    attribute = found[3] or found[5]
    value = f"!GetAtt {name}.{attribute}" if attribute else f"!Ref {name}"
    own = names.setdefault(value, f"{'O' if prefix else 'A'}{len(names)}")
    if found[4]:
        return f"${{{prefix}{own}}}"
    return f"!GetAtt {prefix}{own}" if prefix else f"!Ref {own}"


WITHIN = " within"
OUTER = 'module "outer" {\n  source = "./outer"\n}\n'


def inner_moves(case: str, text: str, tried: Callable[[str], bool]) -> Iterator[Moved]:
    """The same moves in a root that is itself a module: the call of the other is in that."""
    if 'variable "' not in text:  # nobody gives it a value there
        for moved in moves(f"{case}{WITHIN}", text, tried):
            yield replace(moved, call="module.outer.module.moved")


KINDS: Mapping[str, tuple[Callable[[str, str, Callable[[str], bool]], Iterator[Moved]], ...]] = {
    "main.tf": (moves, inner_moves),
    "template.yaml": (nestings,),
}


MENDED = frozenset(
    {
        "tw101/fail_classic_instance-aws_instance.host",
        "tw101/fail_classic_instance-Host",
        "tw503/pass_own_options-aws_instance.ecs",
        "tw503/pass_own_options-Instance",
        "tw602/fail_transit_half-aws_ec2_transit_gateway_route_table_association.payments_shared",
        "tw602/pass_transit_halves-aws_vpc.shop",
        "tw208/fail_managed_instances-aws_ecs_service.api",
        "tw502/not_concerned_bridge-aws_ecs_cluster.main",
        "tw605/fail_looked_up-aws_ecs_task_definition.web",
    }
)
"""Moves that broke the law once, which each run of the tests tries."""


def is_tried(name: str) -> bool:
    """Whether a move is among those of each run of the tests."""
    share = SHARE * 8 if WITHIN in name else SHARE
    return name in MENDED or zlib.crc32(name.encode()) % share == 0


def stack_of(moved: Moved, present: bool) -> Stack:
    """The root, with its module or without."""
    if moved.call == "Moved":
        templates = {"/nowhere/template.yaml": moved.root}
        templates |= {"/nowhere/moved.yaml": moved.module} if present else {}
        inputs = Inputs(boundary="/nowhere")
        joined, errors = cloudformation.stacks([*templates], Files(templates), inputs)
        assert errors == []
        (whole,) = joined
        return whole
    texts = {"/nowhere/main.tf": moved.root, "/moved/main.tf": moved.module}
    if moved.call != "module.moved":
        texts |= {"/nowhere/main.tf": OUTER, "/nowhere/outer/main.tf": moved.root}
    inputs = Inputs(boundary="/nowhere", module_sources={SOURCE: "/moved"} if present else {})
    roots, errors = terraform.stacks([*texts], Files(texts), inputs)
    assert errors == []
    return next(one for one in roots if "/nowhere/main.tf" in one.files)


def verdicts(rule: Rule, moved: Moved, present: bool) -> tuple[dict[str, set[str]], bool]:
    """What a rule says of the resources outside of the module, and whether it waits for that."""
    judged = judge(stack_of(moved, present), [rule], Settings(show=("fail", "unknown", "pass")))
    assert (judged.errors, judged.crashes) == ((), ())
    taken = [each for each in judged.absent if each.kind != "include"]  # no file comes along
    assert bool(taken) is not present
    found: dict[str, set[str]] = {}
    waits = False
    for one in judged.findings:
        found.setdefault(one.finding.resource, set()).add(one.finding.verdict)
        if one.finding.verdict == "unknown":
            named = (one.finding.resource, *one.finding.missing)
            waits = waits or any(f"{name}.".startswith(f"{moved.call}.") for name in named)
    return found, waits


def contradictions(rule: Rule, moved: Moved) -> list[str]:
    """Where a verdict with the module is turned without it, or the other way round.

    A verdict may become unknown where the module is called, or where what it puts out is used.
    """
    (there, _), (absent, waits) = verdicts(rule, moved, True), verdicts(rule, moved, False)
    found = []
    for resource in {*there, *absent}:
        if resource.startswith(moved.call):
            continue
        with_it, without = there.get(resource, set()), absent.get(resource, set())
        if "fail" in with_it and not {"fail", "unknown"} & without and not waits:
            found.append(f"{resource}: fails, and passes without the module")
        if "fail" in without and not {"fail", "unknown"} & with_it:
            found.append(f"{resource}: fails without the module only")
    return found


def cases(rule: Rule, tried: Callable[[str], bool]) -> Iterator[Moved]:
    """The moves in a rule's fixtures, of those that shall be tried."""
    for case in sorted((RULES / rule.id.lower()).iterdir()):
        name = f"{case.parent.name}/{case.name}"
        for file, ways in KINDS.items():
            if (case / file).exists():
                text = (case / file).read_text(encoding="utf-8")
                for moved in (one for way in ways for one in way(name, text, tried)):
                    twice = moved.root.count("AWS::CloudFormation::Stack") > 1
                    if not twice and "\nmodule " not in moved.root.replace('\nmodule "moved" ', ""):
                        yield moved


def stands(moved: Moved) -> bool:
    """Whether a move is listed as breaking the law: then it does in a module, too."""
    return moved.name.replace(WITHIN, "") in STANDING


def unlisted(rule: Rule, tried: Callable[[str], bool]) -> dict[str, list[str]]:
    """The moves that contradict and are not listed, or are listed and do not."""
    return {
        moved.name: found
        for moved in cases(rule, tried)
        if bool(found := contradictions(rule, moved)) is not stands(moved)
    }


each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)


@each_rule
def test_a_module_taken_away_contradicts_nothing(rule: Rule) -> None:
    """Verdicts may become unknown, and nothing else."""
    assert unlisted(rule, is_tried) == {}


@pytest.mark.everything
@each_rule
def test_all_other_modules_taken_away_contradict_nothing(rule: Rule) -> None:
    """The same of all other moves."""
    assert unlisted(rule, lambda name: not is_tried(name)) == {}


BESIDE = """
data "aws_vpc" "main" {}
resource "aws_security_group" "web" {
  vpc_id = data.aws_vpc.main.id
}
module "hosts" {
  source          = "example/hosts/aws"
  security_groups = [aws_security_group.web.id]
}
resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions    = jsonencode([{ name = "web", image = "nginx" }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = ["subnet-87654321"]
    security_groups = [aws_security_group.web.id]
  }
}
"""


def test_what_a_module_may_hold_unseen_silences_nothing() -> None:
    """An unknown that is told once, at the first task source, is told at one that is written."""
    [stack], _ = terraform.stacks(
        ["/nowhere/main.tf"], Files({"/nowhere/main.tf": BESIDE}), Inputs()
    )
    rules = [each for each in all_rules() if each.id == "TW401"]

    found = judge(stack, rules, Settings(show=("unknown",))).findings

    assert [one.finding.resource for one in found] == ["aws_ecs_service.web"]


GROUP_HANDED_OVER = """
module "cache" {
  source                  = "example/cache/aws"
  allowed_security_groups = [aws_security_group.web.id]
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group_rule" "web" {
  security_group_id = aws_security_group.web.id
  type              = "egress"
  protocol          = "%PROTOCOL%"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions    = jsonencode([{ name = "web", image = "nginx" }])
}

resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = ["subnet-87654321"]
    security_groups = [aws_security_group.web.id]
  }
}
"""


@pytest.mark.parametrize(
    ("protocol", "group", "asked"),
    [
        ("tcp", "aws_security_group.web.id", {"TW204", "TW210"}),
        ("-1", "aws_security_group.web.id", {"TW204"}),
        ("tcp", "aws_vpc.main.default_security_group_id", {"TW204"}),
    ],
)
def test_what_a_module_may_allow_is_asked_once(protocol: str, group: str, asked: set[str]) -> None:
    """By the first rule that asks of a permission; and not where everything is allowed anyway."""
    text = GROUP_HANDED_OVER.replace("%PROTOCOL%", protocol)
    text = text.replace("[aws_security_group.web.id]", f"[{group}]")
    [stack], _ = terraform.stacks(["/nowhere/main.tf"], Files({"/nowhere/main.tf": text}), Inputs())
    rules = [each for each in all_rules() if each.id.startswith("TW2")]

    found = judge(stack, rules, Settings(show=("unknown",))).findings

    shown = [one.finding for one in found if not one.unreported]
    assert {one.rule for one in shown if "rule in module.cache" in one.message} == asked


INLINE = """
  ingress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    security_groups = ["sg-12345678"]
  }
"""
SELF = """
  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }
"""


@pytest.mark.parametrize(
    ("written", "rule", "asked"),
    [
        (INLINE, "TW212", False),
        (INLINE, "TW216", True),
        (SELF, "TW216", False),
        (SELF, "TW204", True),
    ],
    ids=["removed rules", "own members", "own members already", "others"],
)
def test_what_a_module_may_allow_is_asked_where_it_is_a_mistake_of_its_own(
    written: str, rule: str, asked: bool
) -> None:
    """Nobody knows a rule of an absent module that inline rules remove, nor needs a second one."""
    text = GROUP_HANDED_OVER.replace("%PROTOCOL%", "tcp")
    group = 'resource "aws_security_group" "web" {\n  vpc_id = aws_vpc.main.id\n'
    start = text.index('resource "aws_ecs_service" "web"')
    text += text[start:].replace('"aws_ecs_service" "web"', '"aws_ecs_service" "api"')
    text = text.replace(group, group + written)
    assert written in text
    [stack], _ = terraform.stacks(["/nowhere/main.tf"], Files({"/nowhere/main.tf": text}), Inputs())
    rules = [each for each in all_rules() if each.id == rule]

    found = judge(stack, rules, Settings(show=("unknown",))).findings

    messages = [one.finding.message for one in found if not one.unreported]
    assert any("rule in module.cache" in message for message in messages) is asked


SHARED = """
variable "images" {
  default = ["ecr.api", "ecr.dkr"]
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_security_group" "endpoints" {
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_endpoint" "images" {
  for_each           = toset(var.images)
  vpc_id             = aws_vpc.main.id
  service_name       = "com.amazonaws.eu-west-1.${each.value}"
  vpc_endpoint_type  = "Interface"
  security_group_ids = [aws_security_group.endpoints.id]
}

module "web" {
  source  = "example/web/aws"
  subnets = [aws_subnet.a.id]
}

module "jobs" {
  source  = "example/jobs/aws"
  subnets = [aws_subnet.a.id]
}
"""


def test_what_modules_may_start_unseen_is_not_followed_to_each_endpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of tasks of which nothing is known, no group is asked whether it reaches an endpoint.

    Each may be placed on each instance that may be unseen as well: that took most of a scan.
    """
    asked: list[str] = []
    rule = next(each for each in all_rules() if each.id == "TW407")

    def ask(network: Network, endpoint: Endpoint, source: TaskSource, itself: bool) -> Fact:
        asked.append(source.name)
        return FALSE

    monkeypatch.setattr(tw407_unreached_endpoint, "ingress_allowed", ask)
    monkeypatch.setattr(tw407_unreached_endpoint, "egress_allowed", ask)
    texts = {"/nowhere/main.tf": SHARED}
    [stack], _ = terraform.stacks([*texts], Files(texts), Inputs())

    found = judge(stack, [rule], Settings(show=("unknown",))).findings

    assert [one.finding.verdict for one in found] == ["unknown"]
    assert asked == []


WITHIN_A_VPC = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
}
module "web" {
  source = "example/web/aws"
  groups = [aws_security_group.web.id]
  given  = GIVEN
}
"""


@pytest.mark.parametrize(
    ("given", "asked"), [('"a"', set()), ("aws_subnet.a.id", {"TW401", "TW410"})]
)
def test_what_a_vpc_needs_is_asked_of_a_module_that_gets_a_subnet(
    given: str, asked: set[str]
) -> None:
    """A security group alone starts nothing in the VPC that it is of."""
    texts = {"/nowhere/main.tf": WITHIN_A_VPC.replace("GIVEN", given)}
    [stack], _ = terraform.stacks([*texts], Files(texts), Inputs())
    rules = [each for each in all_rules() if each.id in ("TW401", "TW410")]

    found = judge(stack, rules, Settings(show=("fail", "unknown"))).findings

    assert {one.finding.rule for one in found if not one.unreported} == asked


HANDED = """
resource "aws_security_group" "web" {
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
module "web" {
  source = "example/web/aws"
  groups = [aws_security_group.web.id]
}
"""


def test_messages_say_what_may_be_in_a_module() -> None:
    """Not the module is a database or has instances, but something in it may be one."""
    [stack], _ = terraform.stacks(
        ["/nowhere/main.tf"], Files({"/nowhere/main.tf": HANDED}), Inputs()
    )
    rules = [each for each in all_rules() if each.id in ("TW207", "TW208")]

    judged = judge(stack, rules, Settings(show=("fail", "unknown")))

    start = "cannot tell whether aws_security_group.web allows ingress from 0.0.0.0/0 to"
    store, hosts = judged.findings
    assert store.finding.message == f"{start} a database in module.web, not only from tasks"
    assert store.unreported  # nobody asks this of whatever is handed a group
    hosts_of = "the container instances of a service in module.web, by"
    assert hosts.finding.message.startswith(f"{start} {hosts_of}")
    assert (hosts.unreported, hosts.finding.resource) == (False, "module.web")


USED = """
resource "aws_subnet" "a" {}
resource "aws_security_group" "web" {}
resource "aws_security_group" "cache" {
  ingress {
    from_port       = 6379
    to_port         = 6379
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_elasticache_replication_group" "cache" {
  security_group_ids = [aws_security_group.cache.id]
}
module "database" {
  source  = "example/database/aws"
  subnets = [aws_subnet.a.id]
}
module "web" {
  source          = "example/web/aws"
  subnets         = [aws_subnet.a.id]
  security_groups = [aws_security_group.web.id]
}
"""


def test_an_unknown_stands_where_what_it_is_about_is_handed_over() -> None:
    """Tasks may be in either module, but only one gets the group that reaches the store."""
    [stack], _ = terraform.stacks(["/nowhere/main.tf"], Files({"/nowhere/main.tf": USED}), Inputs())
    rules = [each for each in all_rules() if each.id == "TW106"]

    [one] = judge(stack, rules, Settings(show=("fail", "unknown"))).findings

    assert (one.finding.resource, one.finding.line) == ("module.web", 22)


DECIDED = """
module "network" {
  source = "example/network/aws"
}
resource "aws_lb" "web" {
  internal = module.network.is_private ? true : false
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_lb_target_group" "web" {
  target_type = "ip"
}
resource "aws_ecs_service" "web" {
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"""


def test_what_a_module_puts_out_turns_no_switch() -> None:
    """Nobody can choose it: that a listener is public, or internal, waits for the module."""
    [stack], _ = terraform.stacks(
        ["/nowhere/main.tf"], Files({"/nowhere/main.tf": DECIDED}), Inputs()
    )
    rules = [each for each in all_rules() if each.id in ("TW101", "TW104")]

    found = [
        one.finding for one in judge(stack, rules, Settings(show=("fail", "unknown"))).findings
    ]

    assert {(one.verdict, one.when, one.missing) for one in found} == {
        ("unknown", None, ("module.network",))
    }


CLUSTERED = """
Resources:
  Cluster:
    Type: AWS::ECS::Cluster
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{Name: web, Image: nginx}]
  Service:
    Type: AWS::ECS::Service
    Properties: {Cluster: !Ref Cluster, TaskDefinition: !Ref Task}
  Other:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://bucket.s3.amazonaws.com/other.yaml
      Parameters: {Cluster: !Ref Cluster}
"""

INSTANCES = """\
  Instances:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        UserData:
          Fn::Base64: !Sub |
            #!/bin/bash
            echo ECS_CLUSTER=${Cluster} >> /etc/ecs/ecs.config
"""

REGISTERED = """
resource "aws_elb" "web" {
  listener {
    lb_port           = 80
    lb_protocol       = "HTTP"
    instance_port     = 8080
    instance_protocol = "HTTP"
  }
}
resource "aws_elb_attachment" "host" {
  elb      = aws_elb.web.id
  instance = module.host.id
}
module "host" {
  source = "example/host/aws"
}
"""


@pytest.mark.parametrize(
    ("root", "found"),
    [
        (REGISTERED, set()),
        (
            f'{REGISTERED}resource "aws_ecs_cluster" "main" {{}}\n',
            {("aws_elb.web", "unknown", ("module.host.id",))},
        ),
    ],
    ids=["no ECS", "ECS"],
)
def test_a_registered_instance_of_a_module_may_be_a_container_instance(
    root: str, found: set[tuple[str, str, tuple[str, ...]]]
) -> None:
    """Where the sources have to do with ECS at all, the load balancer waits for the module."""
    assert said_of(root, "TW101") == found


STARTED = """
resource "aws_ecs_cluster" "main" {}
resource "aws_launch_template" "host" {
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n")
  metadata_options {
    http_tokens                 = "optional"
    http_put_response_hop_limit = 1
  }
}
module "hosts" {
  source = "example/hosts/aws"
  from   = aws_launch_template.host.id
}
"""
SCALED = """
resource "aws_autoscaling_group" "host" {
  launch_template {
    id = aws_launch_template.host.id
  }
}
"""


@pytest.mark.parametrize(
    ("root", "found"),
    [
        (STARTED, ("module.hosts", "unknown")),
        (STARTED + SCALED, ("aws_launch_template.host", "fail")),
        (STARTED.replace("_template", "_configuration"), ("aws_launch_configuration.host", "fail")),
    ],
    ids=["template", "template of a group", "configuration"],
)
def test_a_module_may_start_instances_that_set_their_own_options(
    root: str, found: tuple[str, str]
) -> None:
    """From a launch template, if nothing else starts any; from a launch configuration never."""
    assert {one[:2] for one in said_of(root, "TW503")} == {found}


def said_of(root: str, rule: str) -> set[tuple[str, str, tuple[str, ...]]]:
    """What a rule says of a root besides passes: of what, the verdict, and what it waits for."""
    texts = {"/nowhere/main.tf": root}
    [stack], _ = terraform.stacks([*texts], Files(texts), Inputs())
    rules = [each for each in all_rules() if each.id == rule]
    found = judge(stack, rules, Settings(show=("fail", "unknown"))).findings
    return {(f.finding.resource, f.finding.verdict, tuple(f.finding.missing)) for f in found}


LISTED = """
variable "group" {}
locals {
  groups = [var.group]
}
resource "aws_security_group_rule" "in" {
  security_group_id = var.group
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
}
resource "aws_db_instance" "db" {
  vpc_security_group_ids = [var.group]
}
module "watch" {
  source = "git::https://example.com/watch.git"
  groups = HANDED
}
"""


@pytest.mark.parametrize(
    "handed",
    [
        "[var.group]",
        "local.groups",
        "aws_db_instance.db.vpc_security_group_ids",
        "{ db = aws_db_instance.db.vpc_security_group_ids }",
    ],
)
def test_a_group_in_a_list_is_handed_over_however_the_list_is_written(handed: str) -> None:
    """Tasks in the module may use the group, and reach the database by it."""
    root = LISTED.replace("HANDED", handed)
    waits = ("module.watch", "var.group")

    assert said_of(root, "TW204") == {("module.watch", "unknown", ("module.watch",))}
    assert said_of(root, "TW207") == {
        ("aws_security_group_rule.in", "unknown", waits),
        ("aws_db_instance.db", "unknown", waits),
    }


ENDPOINTS_ELSEWHERE = """
resource "aws_vpc" "own" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "other" { cidr_block = "10.1.0.0/16" }
resource "aws_subnet" "own" {
  vpc_id     = aws_vpc.own.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_subnet" "other" {
  vpc_id     = aws_vpc.other.id
  cidr_block = "10.1.0.0/24"
}
resource "aws_security_group" "other" { vpc_id = aws_vpc.other.id }
resource "aws_route_table" "other" { vpc_id = aws_vpc.other.id }
resource "aws_ecs_task_definition" "api" {
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  container_definitions = jsonencode([
    { name = "api", image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:1" }
  ])
}
resource "aws_ecs_service" "api" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.api.arn
  network_configuration { subnets = [aws_subnet.own.id] }
}
module "other" {
  source = "git::https://example.com/other.git"
  given  = [HANDED]
}
"""


@pytest.mark.parametrize(
    ("handed", "certain"),
    [
        ("aws_subnet.other.id", True),
        ("aws_security_group.other.id, aws_subnet.other.id", True),
        ("aws_route_table.other.id", True),
        ("aws_vpc.other.id", True),
        ("aws_subnet.own.id", False),
        ("aws_subnet.own.id, aws_subnet.other.id", False),
    ],
)
def test_endpoints_of_a_module_are_in_a_vpc_of_which_it_gets_something(
    handed: str, certain: bool
) -> None:
    """What it is given of another VPC says nothing of the tasks' own."""
    found = said_of(ENDPOINTS_ELSEWHERE.replace("HANDED", handed), "TW401")

    assert (("aws_vpc.own", "fail", ()) in found) is certain
    assert {verdict for on, verdict, _ in found if on != "aws_vpc.own"} <= {"unknown"}


INCLUDING = """
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: "AWS::EC2::Subnet", Properties: {CidrBlock: 10.0.0.0/24, VpcId: !Ref Vpc}}
  Service:
    Type: AWS::ECS::Service
    Properties:
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref Subnet]}}
PART:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://bucket/logs.yaml}}
"""
LOGS = """
Logs:
  Type: AWS::EC2::FlowLog
  Properties: {ResourceId: !Ref Vpc, ResourceType: VPC, TrafficType: ALL}
"""


@pytest.mark.parametrize(
    ("part", "there", "verdict"),
    [("", True, "pass"), ("", False, "unknown"), ("Outputs", False, "fail")],
)
def test_an_include_may_add_to_every_resource(part: str, there: bool, verdict: str) -> None:
    """One that is not there, where resources are declared: a module that is given all of them."""
    text = INCLUDING.replace("PART:\n", f"{part}:\n" if part else "")
    texts = {"/nowhere/template.yaml": text} | ({"/nowhere/logs.yaml": LOGS} if there else {})
    [stack], errors = cloudformation.stacks(["/nowhere/template.yaml"], Files(texts), Inputs())
    rules = [each for each in all_rules() if each.id == "TW701"]

    judged = judge(stack, rules, Settings(show=("fail", "unknown", "pass")))

    assert (errors, [one.kind for one in judged.absent]) == ([], ["include"] * (not there))
    assert [one.finding.verdict for one in judged.findings] == [verdict]
    if verdict == "unknown":
        assert (judged.findings[0].finding.resource, judged.findings[0].place.line) == (
            "AWS::Include",
            9,
        )


DEFAULT = """\
    Type: AWS::ECS::Cluster
    Properties: {DefaultCapacityProviderStrategy: [{CapacityProvider: FARGATE}]}
"""


def told(template: str, rules: set[str]) -> set[tuple[str, str]]:
    """The rules that do not pass, and where."""
    texts = {"/nowhere/template.yaml": template}
    [stack], _ = cloudformation.stacks(list(texts), Files(texts), Inputs())
    chosen = [each for each in all_rules() if each.id in rules]
    found = judge(stack, chosen, Settings(show=("fail", "unknown"))).findings
    return {(one.finding.rule, one.finding.resource) for one in found}


def test_capacity_that_a_template_may_bring_hides_no_instances() -> None:
    """A nested template that gets a cluster may give it capacity; what joins it stays its own."""
    found = told(CLUSTERED + INSTANCES, {"TW107", "TW502", "TW503"})

    assert {("TW502", "Other"), ("TW503", "Instances")} <= found
    assert not {rule for rule, on in found if on == "Service"}


def test_a_cluster_keeps_the_default_that_is_written() -> None:
    """A cluster has one default strategy, which a nested template that gets the cluster keeps."""
    template = CLUSTERED.replace("    Type: AWS::ECS::Cluster\n", DEFAULT).replace(
        "      Container", "      NetworkMode: awsvpc\n      Container"
    )

    assert told(template, {"TW107", "TW501", "TW502", "TW503"}) == set()


def test_what_breaks_the_law_is_of_fixtures() -> None:
    """No move stands in the list that is not tried, and none under two reasons."""
    listed = [name for cause in CAUSES for name in cause["standing"]]
    assert len(listed) == len(STANDING)
    found = {each.name for rule in all_rules() for each in cases(rule, STANDING.__contains__)}
    assert found == STANDING


NOT_HANDED = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.eu-west-1.s3"
  route_table_ids = [aws_route_table.a.id]
}
resource "aws_flow_log" "main" {
  vpc_id       = aws_vpc.main.id
  traffic_type = "ALL"
}
module "web" {
  source  = "example/web/aws"
  subnets = [aws_subnet.a.id]
}
"""
SEEN = """
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = "web"
  network_configuration {
    subnets = [aws_subnet.a.id]
  }
}
"""
ASKED = {"TW407", "TW409", "TW703", "TW704", "TW707"}


@pytest.mark.parametrize(("more", "asked"), [("", set()), (SEEN, ASKED)])
def test_what_no_module_is_handed_is_not_asked_because_of_its_tasks(
    more: str, asked: set[str]
) -> None:
    """A flow log or an endpoint is asked about only if tasks are written for which it matters."""
    texts = {"/nowhere/main.tf": NOT_HANDED + more}
    [stack], _ = terraform.stacks([*texts], Files(texts), Inputs())
    rules = [each for each in all_rules() if each.id in ASKED]

    found = judge(stack, rules, Settings(show=("fail", "unknown"))).findings

    assert {one.finding.rule for one in found if not one.unreported} == asked
    assert {one.finding.rule for one in found} == ASKED
