"""What `import taskwall` offers: networks, three-valued answers, reports, and that it stays so."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

import taskwall
from taskwall.cli import main

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "fixtures" / "demo"
UNKNOWN = """
variable "peer" {}
resource "aws_security_group" "api" {
  ingress {
    protocol = "tcp"
    from_port = 443
    to_port = 443
    cidr_blocks = [var.peer]
  }
  ingress {
    protocol = "tcp"
    from_port = 8000
    to_port = 8100
    security_groups = [aws_security_group.alb.id]
  }
}
resource "aws_security_group" "alb" {
  ingress {
    protocol = "-1"
    from_port = 0
    to_port = 0
    cidr_blocks = ["10.0.0.0/8"]
  }
}
"""


@pytest.fixture
def network(tmp_path: Path) -> taskwall.Network:
    """A stack of two groups."""
    (tmp_path / "main.tf").write_text(UNKNOWN)
    return taskwall.load(tmp_path)


@pytest.fixture(scope="module")
def demo() -> taskwall.Network:
    """The demo in Terraform."""
    return taskwall.load(DEMO / "terraform")


def test_the_surface_is_what_is_promised() -> None:
    """A name that goes, or comes, is a decision: it stands here and in the stub."""
    names = [
        "BaselineError", "Fact", "Finding", "LoadError", "Need", "Network", "Place", "Report",
        "SettingsError", "UnknownFactError", "Verdict", "__version__", "all_of", "any_of",
        "assert_false", "assert_true", "load", "load_all", "rule", "scan",
    ]  # fmt: skip
    stub = (ROOT / "checks" / "taskwall" / "__init__.pyi").read_text()

    assert sorted(taskwall.__all__) == names
    assert all(getattr(taskwall, name) is not None for name in names)
    assert all(f'    "{name}",' in stub for name in names)
    assert stub.count('    "') == len(names)


def test_importing_it_imports_nothing_else() -> None:
    """What is used is imported when it is used."""
    code = "import sys, taskwall; print(*[m for m in sys.modules if m.startswith('taskwall.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


def test_answers_are_three_valued(network: taskwall.Network) -> None:
    """What a variable decides is unknown, says what it waits for, and is no truth of Python's."""
    api = network.security_group("api")
    open_ = api.allows("internet", 443)

    assert open_.truth is None
    assert [str(need) for need in open_.needs] == ["var.peer has no default"]
    assert [need.option for need in open_.needs] == ["var"]
    assert (open_ & ~open_).truth is None
    assert (open_ | api.allows(network.security_group("alb"), 8080)).truth is True
    with pytest.raises(TypeError, match=r"(?s)may be unknown.*needs var\.peer"):
        bool(open_)
    with pytest.raises(taskwall.UnknownFactError, match=r"needs var\.peer has no default"):
        taskwall.assert_false(open_)


def test_values_are_given_as_the_command_takes_them(tmp_path: Path) -> None:
    """The same question is decided where the value is given."""
    (tmp_path / "main.tf").write_text(UNKNOWN)
    for value, truth in (("0.0.0.0/0", True), ("10.0.0.0/8", False)):
        network = taskwall.load(tmp_path, var={"peer": value})

        assert network.security_group("api").allows("internet", 443).truth is truth


@pytest.mark.parametrize(
    ("peer", "port", "truth"),
    [
        ("10.1.0.0/16", None, True),
        ("10.1.2.3", 22, True),
        ("192.168.0.0/16", None, False),
        ("internet", None, False),
    ],
)
def test_whom_a_group_allows(
    network: taskwall.Network, peer: str, port: int | None, truth: bool
) -> None:
    """Addresses are compared by arithmetic."""
    assert network.security_group("alb").allows(peer, port).truth is truth


def test_ports_and_groups_of_a_permission(network: taskwall.Network) -> None:
    """A permission opens the ports of its range, to the group that it refers to and no other."""
    alb = network.security_group("alb")
    (permission,) = [one for one in network.security_group("api").ingress if one.peer_group]

    assert permission.peer_group
    assert permission.peer_group.target == alb
    assert [permission.opens(port).truth for port in (7999, 8000, 8100, 8101)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert permission.opens(8000, "udp").truth is False
    assert permission.allows_only(alb).truth is True
    assert permission.allows_only("10.0.0.0/8").truth is False
    assert alb.ingress[0].allows_only("10.0.0.0/8", alb).truth is True
    assert alb.ingress[0].allows_only("10.0.0.0/9").truth is False


def test_a_wrong_peer_is_an_error(network: taskwall.Network) -> None:
    """A word that is no CIDR is a mistake of the program, and no answer."""
    with pytest.raises(ValueError, match='"intranet" is neither "internet" nor a CIDR'):
        network.security_group("alb").allows("intranet")


def test_views_are_read_only(demo: taskwall.Network) -> None:
    """No program changes what others see."""
    with pytest.raises(AttributeError, match="read-only"):
        setattr(demo.services[0], "name", "other")  # noqa: B010 (a type checker refuses it)
    with pytest.raises(AttributeError):
        setattr(demo.services[0], "brand_new", 1)  # noqa: B010


def test_the_network_relates_its_resources(demo: taskwall.Network) -> None:
    """Service, target group, listener, load balancer, groups, subnets, store."""
    web = demo.service("module.web.aws_ecs_service.this")
    shop, partners = demo.load_balancer("shop"), demo.load_balancer("partners")

    assert web.behind(shop).truth is True
    assert web.behind(partners).truth is False
    assert [each.target for each in web.load_balancers] == [shop]
    assert shop.public.truth is True
    assert web.uses(demo.security_group("module.web.aws_security_group.tasks")).truth is True
    assert web.uses(demo.security_group("database")).truth is False
    assert demo.store("aws_db_instance.main").used_by_tasks.truth is True
    assert demo.store("aws_db_instance.main").public.truth is False
    assert {subnet.vpc.target for subnet in demo.subnets} == {demo.vpc("main")}
    assert {subnet.public.truth for subnet in demo.subnets} == {True, False}


def test_a_name_that_nothing_has_names_the_nearest(demo: taskwall.Network) -> None:
    """Whoever misspells a name is told which was meant."""
    with pytest.raises(LookupError, match='did you mean "shop"'):
        demo.load_balancer("shoop")
    with pytest.raises(LookupError, match="more than one subnet"):
        demo.subnet("aws_subnet.public")


def test_one_stack_is_loaded_and_many_are_refused(tmp_path: Path) -> None:
    """`load` is for one stack, `load_all` for several; nothing to load is an error."""
    assert len(taskwall.load_all(DEMO)) == 2
    with pytest.raises(taskwall.LoadError, match="2 stacks, use load_all"):
        taskwall.load(DEMO)
    with pytest.raises(taskwall.LoadError, match="there is no stack"):
        taskwall.load(tmp_path)
    (tmp_path / "main.tf").write_text('resource "aws_vpc" "main" {')
    with pytest.raises(taskwall.LoadError, match=r"main\.tf:1"):
        taskwall.load(tmp_path)


def test_a_sensitive_value_is_in_no_answer(tmp_path: Path) -> None:
    """What sources declare to be sensitive is masked in explanations, too."""
    (tmp_path / "main.tf").write_text(
        'variable "office" {\n  default = "203.0.113.77/32"\n  sensitive = true\n}\n'
        'resource "aws_security_group" "api" {\n  ingress {\n    protocol = "tcp"\n'
        "    from_port = 443\n    to_port = 443\n    cidr_blocks = [var.office]\n  }\n}\n"
    )
    group = taskwall.load(tmp_path).security_group("api")
    said = [group.allows("internet").explain(), group.ingress[0].peer, repr(group.ingress[0])]

    assert "203.0.113.77" not in " ".join(said)
    assert "(sensitive)" in said[1]


def test_a_report_is_that_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The library and the command say the same, to the byte."""
    report = taskwall.scan(DEMO / "terraform")
    assert main(
        ["scan", str(DEMO / "terraform"), "--format", "json", "--show", "fail,unknown,pass"]
    )

    assert report.to_json() == capsys.readouterr().out
    assert report.exit_status == 1
    assert {each.verdict for each in report.findings} == {"fail"}
    assert {each.verdict for each in report.unknowns} <= {"unknown"}
    assert report.passes
    assert (report.errors, report.crashes) == ((), ())


def schema_of(name: str, capsys: pytest.CaptureFixture[str]) -> Draft202012Validator:
    """What holds documents against the schema of a name, as the command prints it."""
    assert main(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_reports_keep_their_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of stacks, and the one on which all outputs are tried, which has everything."""
    report = schema_of("report", capsys)
    whole = json.loads((ROOT / "tests" / "surfaces" / "data" / "report.json").read_text())

    report.validate(json.loads(taskwall.scan(DEMO).to_json()))
    report.validate(whole)
    assert not report.is_valid({**whole, "findings": [{"rule": "TW101"}]})
    assert main(["schema"]) == 0
    assert {"report", "settings"} <= set(capsys.readouterr().out.split())


def test_flows_keep_their_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of flows, of why, be it open or closed, and of a change."""
    flows, diff = schema_of("flows", capsys), schema_of("diff", capsys)
    alb, stores = (str(ROOT / "fixtures" / "flows" / name) for name in (
        "01_public_alb", "02_database_by_group"))  # fmt: skip

    for held, *asked in (
        (flows, "flows", stores),
        (flows, "why", stores, "service:api", "store:main"),
        (flows, "why", stores, "service:worker", "store:main"),
        (diff, "diff", stores, alb),
    ):
        assert main([*asked, "--format", "json"]) in (0, 1)
        made = json.loads(capsys.readouterr().out)
        held.validate(made)
        told = made["flows"] if held is flows else made["flows"]["opened"]
        assert told
        del told[0]["verdict"]
        assert not held.is_valid(made)


def test_settings_keep_their_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """What the docs show is right, and what the program refuses is wrong."""
    settings = schema_of("settings", capsys)
    pages = "".join((ROOT / "docs" / f"{name}.md").read_text() for name in ("settings", "flows"))
    shown = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", pages, re.DOTALL)]
    shown = [found.get("tool", {}).get("taskwall", found) for found in shown]

    assert len(shown) > 10
    assert [each for each in shown if not settings.is_valid(each)] == []
    assert not settings.is_valid({"profil": "pci"})
    assert not settings.is_valid({"today": "2026-01-01"})
