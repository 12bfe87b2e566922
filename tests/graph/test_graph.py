"""The picture of a network: what is drawn, and that no text of a source breaks a format."""

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskwall.api.options import Options
from taskwall.cli import main
from taskwall.graph import FORMATS, Graph, GraphEdge, GraphNode, render
from taskwall.graph.sources import pictures

ROOT = Path(__file__).parent.parent.parent
DATA = Path(__file__).parent / "data"
DEMO = ROOT / "fixtures" / "demo"


def demo(language: str = "terraform") -> Graph:
    """The picture of the demo stack."""
    found = pictures(Options(paths=(str(DEMO / language),), cwd=str(ROOT)))
    assert not found.errors
    [graph] = found.graphs
    return graph


def said(graph: Graph) -> set[tuple[str, str, str, str, bool]]:
    """The edges by the names of what they join."""
    names = {node.id: node.name for node in graph.nodes}
    return {(names[t.start], names[t.end], t.kind, t.label, t.sure) for t in graph.edges}


@pytest.mark.parametrize(
    ("name", "golden"), [("mermaid", "demo.mmd"), ("dot", "demo.dot"), ("json", "demo.json")]
)
def test_demo_in_each_format(name: str, golden: str) -> None:
    """Each format draws the demo as it was looked through."""
    actual = render(name, [demo()])
    path = DATA / golden
    if os.environ.get("UPDATE"):
        path.write_text(actual, encoding="utf-8")
    assert actual == path.read_text(encoding="utf-8")


def test_who_reaches_whom() -> None:
    """The internet reaches a public load balancer, which forwards to tasks; groups admit peers."""
    found = said(demo())

    tasks, balancer = "module.web.aws_ecs_service.this", "aws_lb.shop"
    group = "module.web.aws_security_group.tasks"
    assert {
        ("the internet", balancer, "reaches", "", True),
        (balancer, tasks, "forwards", "aws_lb_listener.https", True),
        (tasks, group, "uses", "", True),
        ("aws_security_group.shop", group, "allows", "port 8080", True),
        ("the internet", group, "allows", "port 9102", True),
        ("the CIDR of aws_vpc.main", group, "allows", "port 8080", True),
    } <= found


def test_both_languages_draw_the_same() -> None:
    """The demo in CloudFormation has as many nodes and edges of each kind."""
    one, other = demo(), demo("cloudformation")

    assert sorted(node.kind for node in one.nodes) == sorted(node.kind for node in other.nodes)
    assert sorted(edge.kind for edge in one.edges) == sorted(edge.kind for edge in other.edges)


OPEN = """\
variable "public" {}

variable "peers" {}

resource "aws_lb" "x" {
  count           = var.public ? 1 : 0
  security_groups = [aws_security_group.x.id, "sg-0123456789abcdef0"]
}

resource "aws_security_group" "x" {
  vpc_id = "vpc-1"

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = var.peers
  }

  ingress {
    protocol  = "tcp"
    from_port = 80
    to_port   = 80
    self      = true
  }
}
"""


def test_what_is_open_is_drawn_as_unsure(tmp_path: Path) -> None:
    """A load balancer that may be there is drawn, and what leads to it is not sure."""
    (tmp_path / "main.tf").write_text(OPEN)

    [graph] = pictures(Options(paths=(str(tmp_path),), cwd=str(tmp_path))).graphs

    assert ("the internet", "aws_lb.x[*]", "reaches", "", False) in said(graph)
    group = "aws_security_group.x"
    assert (group, group, "allows", "port 80", True) in said(graph)
    assert [node.name for node in graph.nodes if not node.seen] == ["sg-0123456789abcdef0"]
    [unsure] = [edge for edge in graph.edges if edge.kind == "allows" and not edge.sure]
    assert unsure.label == "port 443"


def test_several_stacks_are_apart(tmp_path: Path) -> None:
    """Each stack has a part of the picture, and names of its own."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text('resource "aws_lb" "x" {}\n')
    graphs = pictures(Options(paths=(str(tmp_path),), cwd=str(tmp_path))).graphs

    assert render("mermaid", graphs).count("subgraph") == 2
    assert re.findall(r'subgraph (\w+)\["(\w+)"\]', render("mermaid", graphs)) == [
        ("s1", "a"),
        ("s2", "b"),
    ]
    assert render("dot", graphs).count("subgraph cluster_s") == 2


TEXTS = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\n\"'\\[](){}<>|#;&%`-"),
    min_size=1,
    max_size=30,
)
NODE = r's?\d*n\d+(\(\(|\(\[|\{\{|\[\(|\[|\()"([^"]*)"(\)\)|\]\)|\}\}|\)\]|\]|\))(:::unseen)?'


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_breaks_a_label(name: str, word: str, label: str) -> None:
    """Whatever a node is called, each node and each edge is one line of the format's own form."""
    node = GraphNode("n1", "tasks", name, word, file="a.tf", line=1)
    graph = Graph(name, (node,), (GraphEdge("n1", "n1", "allows", label, True),))

    _, one, other = render("mermaid", [graph]).removesuffix("\n").split("\n")
    shape = re.fullmatch(NODE, one.strip())
    assert shape
    assert "<" not in shape[2].replace("<br>", "")
    assert re.fullmatch(r'n1 -->\|"[^"|]*"\| n1', other.strip())
    lines = render("dot", [graph]).removesuffix("\n").split("\n")
    quoted = r'"(?:[^"\\]|\\["\\n])*"'
    assert re.fullmatch(rf"n1 \[label={quoted}, shape=box\];", lines[2].strip())
    assert re.fullmatch(rf"n1 -> n1 \[label={quoted}\];", lines[3].strip())
    found = json.loads(render("json", [graph]))
    assert found["graphs"][0]["nodes"][0]["name"] == name


def test_secrets_are_not_drawn(tmp_path: Path) -> None:
    """What the sources declare to be sensitive is in no label."""
    text = OPEN.replace('variable "peers" {}', PEERS)
    (tmp_path / "main.tf").write_text(text)
    found = pictures(Options(paths=(str(tmp_path),), cwd=str(tmp_path))).graphs

    for name in FORMATS:
        assert "203.0.113" not in render(name, found)


PEERS = """\
variable "peers" {
  default   = ["203.0.113.77/32"]
  sensitive = true
}
"""


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`taskwall graph` draws what can be read, and says what cannot."""
    (tmp_path / "main.tf").write_text('resource "aws_lb" "x" {}\n')
    target = tmp_path / "net.mmd"

    assert main(["graph", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("flowchart LR\n")
    assert main(["graph", str(tmp_path), "--output", str(target)]) == 0
    assert target.read_text() == shown

    (tmp_path / "broken.tf").write_text('resource "aws_vpc" "y" {\n')
    assert main(["graph", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert "aws_lb.x" in captured.out
    assert "broken.tf:1" in captured.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "dott"], '--format: "dott" is none of mermaid, dot, json'),
        (["--output", "no/such/folder/x"], "cannot be written"),
    ],
)
def test_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    """What cannot be meant is one sentence and exit status 2."""
    assert main(["graph", str(tmp_path), *arguments]) == 2
    assert says in capsys.readouterr().err


def test_nothing_to_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty picture says why."""
    (tmp_path / "main.tf").write_text('resource "aws_vpc" "x" {}\n')

    assert main(["graph", str(tmp_path)]) == 0
    assert "there are no tasks, load balancers or data stores" in capsys.readouterr().err


def test_settings_of_the_command_take_the_place_of_the_sources(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Settings that are given hold in place of those that lie beside the sources."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text('resource "aws_lb" "web" {}\n')
    (tmp_path / "infra" / "taskwall.toml").write_text('exclude = ["main.tf"]')
    own = tmp_path / "own.toml"
    own.write_text("")
    assert main(["graph", str(tmp_path / "infra")]) == 0
    assert "aws_lb.web" not in capsys.readouterr().out
    assert main(["graph", str(tmp_path / "infra"), "--settings", str(own)]) == 0
    assert "aws_lb.web" in capsys.readouterr().out
    assert main(["graph", str(tmp_path / "infra"), "--settings", str(tmp_path / "none")]) == 2
