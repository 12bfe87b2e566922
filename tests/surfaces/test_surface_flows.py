"""`taskwall flows` and `taskwall why`, as somebody uses them."""

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from taskwall.cli import main

FIXTURES = Path(__file__).parents[2] / "fixtures" / "flows"
ALB = str(FIXTURES / "01_public_alb")
FUNCTION = str(FIXTURES / "10_function_and_store" / "template.yaml")
STORE = str(FIXTURES / "02_database_by_group")
KEPT = str(FIXTURES / "12_kept_addresses")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """What a command says, and its status."""
    status = main(arguments)
    said = capsys.readouterr()
    return status, said.out, said.err


def read(text: str) -> list[dict[str, Any]]:
    """The flows of a JSON output."""
    made = json.loads(text)
    assert made["version"] == 1
    flows: list[dict[str, Any]] = made["flows"]
    return flows


def test_text_is_grouped_by_destination(capsys: pytest.CaptureFixture[str]) -> None:
    """Where flows lead is said once, with the ports, the way, and from where."""
    status, out, _ = run(capsys, "flows", STORE, "--to", "store:main")

    assert status == 0
    assert out == (
        "to store:main\n"
        "  tcp 5432\n"
        "    from service:api\n"
        "\n"
        "1 flow. All others are closed, as far as these sources tell.\n"
    )


def test_a_name_that_is_like_a_secret_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ends are called are names of the sources, also where a sensitive value is the same."""
    whole = (Path(STORE) / "main.tf").read_text(encoding="utf-8").replace('"../', '"./')
    whole = whole.replace("  engine ", "  username = var.user\n  engine ")
    secret = 'variable "user" {\n  sensitive = true\n  default   = "main"\n}\n'
    copytree(FIXTURES / "network", tmp_path / "network")
    (tmp_path / "main.tf").write_text(secret + whole, encoding="utf-8")

    _, out, _ = run(capsys, "flows", str(tmp_path), "--to", "store:main")

    assert "to store:main" in out


def test_json_is_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    """A flow through a load balancer has the client's port, and the one where it arrives."""
    status, out, _ = run(
        capsys, "flows", ALB, "--from", "internet", "--to", "service:web", "--format", "json"
    )

    assert status == 0
    (flow,) = read(out)
    assert flow["because"][0].keys() == {"resource", "file", "line", "text"}
    assert {key: value for key, value in flow.items() if key not in ("because", "stack")} == {
        "from": "internet",
        "to": "service:web",
        "protocol": "tcp",
        "ports": ["443"],
        "arrives": ["8080"],
        "verdict": "open",
        "through": ["lb:edge"],
        "missing": [],
        "addresses": [],
        "notes": [],
    }


@pytest.mark.parametrize(
    "end",
    [
        *("service:web", "service:aws_ecs_service.web", "group:web"),
        *("subnet:module.network.private[0]", "subnet:private"),
    ],
)
def test_ends_have_several_names(end: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A thing goes by its name and its address, a group stands for what has it.

    Where one thing of a module is called so, the module need not be named.
    """
    status, out, _ = run(capsys, "flows", ALB, "--from", "internet", "--to", end)

    assert (status, "through lb:edge (arrives at 8080)" in out) == (0, True)


def test_the_end_of_an_address_that_several_have_is_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """All are named instead."""
    (tmp_path / "vpc").mkdir()
    (tmp_path / "vpc" / "main.tf").write_text(
        'resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }\n'
    )
    calls = (f'module "{name}" {{\n  source = "./vpc"\n}}\n' for name in ("blue", "green"))
    (tmp_path / "main.tf").write_text("".join(calls))

    status, _, err = run(capsys, "why", str(tmp_path), "internet", "vpc:main")

    assert status == 2
    assert "vpc:module.blue.main" in err and "vpc:module.green.main" in err


@pytest.mark.parametrize("end", ["service:orders", "function:nightly"])
def test_ends_go_by_their_names_in_aws(end: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What people know by the name that the sources give it is found by that."""
    _, out, _ = run(capsys, "flows", FUNCTION, "--from", end, "--to", "store:ledger")
    assert out.startswith("to store:Main\n  tcp 5432\n")

    status, _, err = run(capsys, "flows", FUNCTION, "--from", end[:-1], "--to", "store:ledger")
    assert (status, end in err) == (2, True)


def test_an_end_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """What no stack knows is an error, which names what is near."""
    status, out, err = run(capsys, "flows", ALB, "--to", "service:wbe")

    assert (status, out) == (2, "")
    assert 'there is no end "service:wbe" (did you mean service:web' in err


PART = """
variable "env" {}

resource "aws_security_group" "a" {
  name   = "${var.env}-web"
  vpc_id = "vpc-1"
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_ecs_service" "a" {
  name            = "${var.env}-web-v1"
  launch_type     = "FARGATE"
  task_definition = "web:1"
  network_configuration {
    subnets          = ["subnet-1"]
    security_groups  = [aws_security_group.a.id]
    assign_public_ip = true
  }
}
"""


@pytest.mark.parametrize("end", ["service:prod-web-v1", "group:prod-web"])
def test_an_end_that_may_be_meant_is_unknown(
    end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a name that is known in part, what decides the rest is what its flows wait for."""
    (tmp_path / "main.tf").write_text(PART)
    asked = "flows", str(tmp_path), "--from", end, "--format", "json"
    status, out, _ = run(capsys, *asked)
    flows = read(out)

    assert status == 0
    assert flows
    assert {flow["verdict"] for flow in flows} == {"unknown"}
    assert all("var.env" in flow["missing"] for flow in flows)
    _, out, _ = run(capsys, *asked, "--var", "env=prod")
    assert read(out)
    assert not any("var.env" in flow["missing"] for flow in read(out))
    for other in (end.replace("web", "wbe"), f"{end}-b", end.replace("prod-", "")):
        assert run(capsys, "why", str(tmp_path), other, "internet")[0] == 2


def test_why_says_what_closes_a_way(capsys: pytest.CaptureFixture[str]) -> None:
    """Each thing that closes it, with its place, and what would open it."""
    status, out, _ = run(capsys, "why", STORE, "service:worker", "store:main")
    main_tf = (FIXTURES / "02_database_by_group" / "main.tf").read_text().splitlines()
    line = next(n for n, text in enumerate(main_tf, 1) if '"aws_security_group" "main"' in text)

    assert status == 0
    assert out.splitlines()[0] == "service:worker -> store:main: closed"
    assert "aws_security_group.main allows no ingress from service:worker [" in out
    assert f"02_database_by_group/main.tf:{line}]" in out
    assert "to open it: allow ingress from service:worker in aws_security_group.main" in out
    assert "load balancer" not in out


def test_why_opens_no_tasks_to_the_internet_without_a_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What it would take is against rules of ours: a load balancer does without."""
    _, out, _ = run(capsys, "why", STORE, "internet", "service:worker")
    assert "a listener of a public load balancer that forwards to them" in out
    _, out, _ = run(capsys, "why", STORE, "internet", "store:main")
    assert "to open it: " in out
    assert "load balancer" not in out


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        ([STORE, "service:worker", "store:main", "5432"], ["closed on port 5432", "because aws_s"]),
        ([STORE, "internet", "instances:bastion"], ["closed", "because module.network.aws_subnet"]),
        ([STORE, "service:api", "store:main"], ["open  tcp 5432", "aws_ecs_service.api uses"]),
        (
            [STORE, "instances:bastion", "store:main", "--var", "shares=true"],
            ["unknown  tcp 5432", "because var.which has no default"],
        ),
        (
            [STORE, "group:job", "internet"],
            ["unknown  everything", "because aws_security_group.job is used by nothing that"],
        ),
        ([FUNCTION, "internet", "function:Job"], ["closed", "because the interfaces of function"]),
        ([ALB, "internet", "service:web"], ["open  tcp 443  through lb:edge", "module.network."]),
    ],
)
def test_why_says_its_answer_first(
    asked: list[str], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The first line says whether it is open, and on which ports; the next ones why."""
    first, second, *_ = run(capsys, "why", *asked)[1].splitlines()

    assert first.startswith(f"{asked[1]} -> {asked[2]}: {lines[0]}")
    assert second.startswith(f"  {lines[1]}")


def test_why_says_that_something_could_not_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is in the file that cannot be read may open the way."""
    (tmp_path / "main.tf").write_text('resource "aws_vpc" "main" {}\n')
    (tmp_path / "broken.tf").write_text("resource {\n")

    status, out, _ = run(capsys, "why", str(tmp_path), "internet", "vpc:main")

    assert status == 2
    assert out.startswith("internet -> vpc:main: closed in what was read\n")


def test_why_offers_no_change_where_none_helps(capsys: pytest.CaptureFixture[str]) -> None:
    """What calls a Lambda function does not connect to its interfaces."""
    _, out, _ = run(capsys, "why", FUNCTION, "internet", "function:Job")

    assert out.endswith("\n  nothing would open it\n\n")


def test_why_words_each_obstacle(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Also one that is several facts together: whether tasks run on EC2, and have an address."""
    (tmp_path / "main.tf").write_text(
        'resource "aws_ecs_service" "web" {\n  name = "web"\n  launch_type = "FARGATE"\n'
        "  network_configuration {\n    subnets = [var.subnet]\n    assign_public_ip = false\n"
        '    security_groups = [aws_security_group.web.id]\n  }\n}\nvariable "subnet" {}\n'
        'resource "aws_security_group" "web" {}\n'
    )
    _, out, _ = run(capsys, "why", str(tmp_path), "internet", "service:web")

    assert "because assign_public_ip of aws_ecs_service.web is false [" in out


def test_why_tells_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    """Of what is open each step is told, and the rule that would close it."""
    status, out, _ = run(capsys, "why", ALB, "internet", "service:web", "443", "--format", "json")

    assert status == 0
    (flow,) = read(out)
    texts = [step["text"] for step in flow["because"]]
    assert any("routes to an internet gateway" in text for text in texts)
    assert any("aws_security_group.edge allows ingress from 0.0.0.0/0" in text for text in texts)
    assert [each["at"]["resource"] for each in flow["changes"]] == ["aws_security_group.web"]


def test_why_names_all_that_has_to_change(capsys: pytest.CaptureFixture[str]) -> None:
    """For the port that is asked about, by the way that needs least; of what is open, all rules."""
    _, out, _ = run(capsys, "why", STORE, "service:api", "store:main", "22")
    assert "open it: allow ingress from service:api on port 22 in aws_security_group.main" in out

    guarded = (KEPT, "--var", "guarded=true")
    _, out, _ = run(capsys, "why", *guarded, "internet", "service:api")
    assert out.splitlines()[-2].partition(": ")[2].split(", and ") == [
        "allow such traffic in from the internet in aws_network_acl.private",
        "allow answers out to the internet in aws_network_acl.private",
    ]
    _, out, _ = run(capsys, "why", KEPT, "onprem", "service:api", "443")
    assert "no route of module.network.aws_subnet.private[0] leads to onprem" in out

    named = (KEPT, "--var", "named=true", "--var", 'clients=["0.0.0.0/0"]')
    _, out, _ = run(capsys, "why", *named, "internet", "service:api", "--format", "json")
    assert len(read(out)[0]["changes"]) == 2


UNSURE = """
variable "ranges" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "api" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = var.ranges
  }
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_service" "api" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.api.id]
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""


def test_why_says_what_may_not_be_enough(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What else decides, and is not known, is named beside what has to change."""
    (tmp_path / "main.tf").write_text(UNSURE)
    asked = (str(tmp_path), "service:api", "service:web", "22")
    _, out, _ = run(capsys, "why", *asked)
    more = next(line for line in out.splitlines() if "not known whether that is enough" in line)
    assert "var.ranges" in more
    assert read(run(capsys, "why", *asked, "--format", "json")[1])[0]["missing"] == ["var.ranges"]

    known = ("--var", 'ranges=["10.0.0.0/16"]')
    assert "not known" not in run(capsys, "why", *asked, *known)[1]


CALLED = """
variable "name" {}
variable "cidr" {}
resource "aws_security_group" "this" { name = var.name }
resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id = aws_security_group.this.id
  ip_protocol       = "-1"
  cidr_ipv4         = var.cidr
}
resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id = aws_security_group.this.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
output "id" { value = aws_security_group.this.id }
"""
CALLS = """
module "{0}" {{
  source = "shop/group/aws"
  name   = "{0}"
  cidr   = "10.0.0.0/16"
}}
resource "aws_ecs_service" "{0}" {{
  name        = "{0}"
  launch_type = "FARGATE"
  network_configuration {{
    subnets         = [aws_subnet.main.id]
    security_groups = [module.{0}.id]
  }}
}}
"""
SUBNET = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
"""


def test_why_leads_to_the_call_of_a_downloaded_module(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Of two calls of one module to that of the rule, and there to the argument that decides."""
    modules = tmp_path / ".terraform" / "modules"
    (modules / "group").mkdir(parents=True)
    (modules / "group" / "main.tf").write_text(CALLED)
    keys = {"": ".", "a": ".terraform/modules/group", "b": ".terraform/modules/group"}
    listed = [{"Key": key, "Source": "shop/group/aws", "Dir": at} for key, at in keys.items()]
    (modules / "modules.json").write_text(json.dumps({"Modules": listed}))
    text = SUBNET + "".join(map(CALLS.format, keys.keys() - {""}))
    (tmp_path / "main.tf").write_text(text)
    lines = text.splitlines()

    for server, client in (("a", "b"), ("b", "a")):
        ends = (f"service:{client}", f"service:{server}")
        _, out, _ = run(capsys, "why", str(tmp_path), *ends, "--format", "json")
        (flow,) = read(out)
        (step,) = (one for one in flow["because"] if "allows ingress" in one["text"])
        call = lines.index(f'module "{server}" {{') + 1
        assert (step["line"], lines[step["line"] - 1]) == (call + 3, '  cidr   = "10.0.0.0/16"')


def test_why_asks_for_a_port(capsys: pytest.CaptureFixture[str]) -> None:
    """A flow on other ports is none; what is no number is refused."""
    _, out, _ = run(capsys, "why", ALB, "internet", "service:web", "80")
    assert "closed" in out.splitlines()[0]

    status, _, err = run(capsys, "why", ALB, "internet", "service:web", "http")
    assert (status, "a port is a number" in err) == (2, True)


def test_todays_flows_are_intents_that_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is written down of today's flows expects neither more nor less than there is."""
    settings = tmp_path / "taskwall.toml"
    rest = ("--settings", str(settings), "--select", "TW801", "--show", "fail,unknown")
    for stack in (str(FIXTURES.parent / "demo" / "terraform"), ALB):
        asked = ("scan", stack, *rest)
        _, out, _ = run(capsys, "flows", stack, "--as-intents")
        settings.write_text(out)
        assert run(capsys, *asked)[0] == 0

    settings.write_text(out.replace('only = ["tcp:443 through lb:edge"]', "never = true"))
    status, out, _ = run(capsys, *asked)
    assert status == 1
    assert "can open tcp:443 through lb:edge to service:web, which is not expected" in out


def test_what_closes_a_required_port_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Another port is open: that of the requirement is what the group does not allow."""
    stack = str(FIXTURES.parent / "rules" / "tw802" / "fail")
    _, out, _ = run(capsys, "scan", stack, "--select", "TW802")
    assert "aws_security_group.store allows no ingress from service:web on port 6379" in out


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('only = ["tcp/443"]', '"tcp/443" is not written like tcp:443'),
        ("never = true\nrequired = []\nonly = []", "never cannot be combined"),
        ("", "one of only, never and required"),
    ],
)
def test_expectations_that_cannot_be_meant_so(
    table: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table that says nothing, or something else than flows, is refused."""
    settings = tmp_path / "taskwall.toml"
    settings.write_text(f'[[expect]]\nfrom = "internet"\nto = "service:web"\n{table}\n')

    status, _, err = run(capsys, "scan", ALB, "--settings", str(settings))
    assert (status, why in err) == (2, True)


@pytest.mark.parametrize("command", ["flows", "why", "fix", "graph", "diff"])
def test_what_is_not_there_is_said(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A template that is absent is named at its call; a folder without sources is refused."""
    more = {"why": ["internet", "internet"], "diff": [str(tmp_path)]}.get(command, [])
    status, _, told = run(capsys, command, str(tmp_path), *more)
    assert status == 2
    assert "there is no Terraform and no CloudFormation" in told
    url = "TemplateURL: https://s3.amazonaws.com/b/t.yaml"
    (tmp_path / "t.yaml").write_text(
        f"Resources: {{N: {{Type: AWS::CloudFormation::Stack, Properties: {{{url}}}}}}}\n"
    )
    status, out, told = run(capsys, command, str(tmp_path), *more)
    assert status == 0
    assert told.count("t.yaml:1: N is not read") == 1
    assert "closed, as far as" not in out
    if command == "why":
        assert out.startswith("internet -> internet: closed in what was read\n")
    if command == "flows":
        assert out == "No flows. What was not read (1 nested template) may open others.\n"
        _, out, _ = run(capsys, command, str(tmp_path), "--format", "json")
        assert [one["name"] for one in json.loads(out)["absent"]] == ["N"]
        _, _, told = run(capsys, command, str(tmp_path), "--to", "lb:web")
        assert told == 'taskwall: there is no end "lb:web"; 1 nested template not read.\n'
