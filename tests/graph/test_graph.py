"""The picture of a network: what is drawn, and that no text of a source breaks a format."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskwall.api.options import Options
from taskwall.cli import main
from taskwall.findings.finding import Absent
from taskwall.graph import FORMATS, Graph, GraphFinding, GraphFlow, GraphNode, edges, render
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


def said(graph: Graph) -> dict[tuple[str, str], tuple[str, bool, bool]]:
    """The arrows by the names of what they join: their label, whether sure, whether failing."""
    names = {node.id: node.name for node in graph.nodes}
    return {
        (names[each.start], names[each.end]): ("; ".join(each.labels), each.sure, each.failing)
        for each in edges(graph)
    }


def in_frames(graph: Graph) -> dict[str, tuple[str | None, ...]]:
    """The boxes, each with its frame's tier and VPC."""
    frames = {frame.id: frame for frame in graph.frames}
    found: dict[str, tuple[str | None, ...]] = {}
    for node in graph.nodes:
        frame = frames.get(node.frame or "")
        outer = frames.get(frame.parent or "") if frame else None
        found[node.name] = (frame.tier, outer.name if outer else frame.name) if frame else ()
    return found


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


def test_where_things_are_and_who_reaches_whom() -> None:
    """Boxes are in subnets by where these lead; arrows tell ports, findings and what is unknown."""
    graph = demo()

    places = in_frames(graph)
    assert places["lb:shop"] == ("public", "main")
    assert places["service:module.web"] == ("private", "main")
    assert places["store:main"] == ("isolated", "main")
    assert places["endpoint:s3"] == ("none", "main")
    assert places["vpc:main"] == (None, "main")
    assert places["internet"] == ()
    found = said(graph)
    assert found["internet", "lb:shop"] == ("tcp 80, 443", True, False)
    assert found["lb:shop", "service:module.web"] == ("tcp 8080", True, True)
    assert found["service:module.api", "store:main"] == ("tcp 5432", True, False)
    assert ("task:reports", "store:main") not in found  # no group of a VPC that is to be made
    assert ("internet", "service:module.web") not in found
    assert ("vpc:main", "service:module.mailer") in found
    assert ("service:module.web", "service:module.mailer") not in found  # as all of its VPC


def test_findings_are_on_what_they_concern() -> None:
    """A finding is on the box of its resource, its groups, listeners and task definition."""
    graph = demo()

    rules = {
        node.name: {graph.findings[number].rule for number in node.findings} for node in graph.nodes
    }
    assert {"TW101", "TW102"} <= rules["lb:shop"]
    assert {"TW204", "TW205"} <= rules["service:module.web"]
    assert "TW204" not in rules["service:worker"]


def test_both_languages_draw_the_same() -> None:
    """The demo in CloudFormation has as many boxes and frames of each kind, and the same arrows."""
    one, other = demo(), demo("cloudformation")

    assert sorted(node.kind for node in one.nodes) == sorted(node.kind for node in other.nodes)
    tiers = [sorted(str(frame.tier) for frame in graph.frames) for graph in (one, other)]
    assert tiers[0] == tiers[1]
    labels = [sorted(each[:2] for each in said(graph).values()) for graph in (one, other)]
    assert labels[0] == labels[1]


OPEN = """\
variable "public" {}

variable "peers" {}

resource "aws_lb" "x" {
  count           = var.public ? 1 : 0
  security_groups = [aws_security_group.x.id, "sg-0123456789abcdef0"]
}

resource "aws_lb_listener" "x" {
  count             = var.public ? 1 : 0
  load_balancer_arn = aws_lb.x[0].arn
  port              = 443
  protocol          = "HTTPS"
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

    [balancer] = [node for node in graph.nodes if node.kind == "lb"]
    assert not balancer.sure
    assert said(graph)["internet", balancer.name] == ("tcp 443", False, False)
    assert f"class {balancer.id} unsure" in render("mermaid", [graph])
    assert f"{balancer.id} [label" in render("dot", [graph])


def test_several_stacks_are_apart(tmp_path: Path) -> None:
    """Each stack has a part of the picture, and names of its own."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text('resource "aws_lb" "x" {}\n')
    graphs = pictures(Options(paths=(str(tmp_path),), cwd=str(tmp_path))).graphs

    assert re.findall(r'subgraph (s\d)\["(\w+)"\]', render("mermaid", graphs)) == [
        ("s1", "a"),
        ("s2", "b"),
    ]
    assert len(re.findall(r"subgraph cluster_s\d \{", render("dot", graphs))) == 2


TEXTS = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\n\"'\\[](){}<>|#;&%`-"),
    min_size=1,
    max_size=30,
) | st.sampled_from(("</script><script>alert(1)</script>", "<!--<script>", "]]>", "{{DATA}}"))
NODE = r's?\d*n\d+(\(\(|\(\[|\{\{|\[\(|\[|\()"([^"]*)"(\)\)|\]\)|\}\}|\)\]|\]|\))'


class Elements(HTMLParser):
    """The elements of a page, each with its attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for each element that begins."""
        self.found.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        """Called for each stretch of text."""
        if self.found:
            tag, attributes, text = self.found[-1]
            self.found[-1] = tag, attributes, text + data

    def handle_endtag(self, tag: str) -> None:
        """Called for each element that ends."""
        self.found.append((f"/{tag}", {}, ""))

    def texts(self, tag: str) -> list[str]:
        """The texts of the elements of a kind."""
        return [text for each, _, text in self.found if each == tag]


def data_of(page: str) -> Any:
    """The graphs that a page holds."""
    return json.loads(Elements(page).texts("script")[0])


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_breaks_a_label(name: str, word: str, label: str) -> None:
    """Whatever a box is called, each box and each arrow is one line of the format's own form."""
    finding = GraphFinding("TW204", "fail", "high", label, name, name, 1)
    node = GraphNode("n1", "service", f"service:{name}", word, file="a.tf", line=1, findings=(0,))
    flow = GraphFlow(("n1",), "n1", label, "open", waits=label)
    graph = Graph(name, (), (node,), (flow,), (finding,))

    _, one, _, other, *_ = render("mermaid", [graph]).removesuffix("\n").split("\n")
    shape = re.fullmatch(NODE, one.strip())
    assert shape
    assert "<" not in shape[2].replace("<br>", "")
    assert re.fullmatch(r'n1 -->\|"[^"|]*"\| n1', other.strip())
    lines = render("dot", [graph]).removesuffix("\n").split("\n")
    quoted = r'"(?:[^"\\]|\\["\\n])*"'
    assert re.fullmatch(rf"n1 \[label={quoted}, shape=box, color=red\];", lines[2].strip())
    assert re.fullmatch(rf"n1 -> n1 \[label={quoted}\];", lines[3].strip())
    found = json.loads(render("json", [graph]))
    assert found["graphs"][0]["nodes"][0]["name"] == f"service:{name}"
    page = Elements(render("html", [graph]))
    assert [tag for tag, *_ in page.found] == TAGS
    assert len(data_of(render("html", [graph]))[0]["stack"]) == len(name)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_absent_is_said_in_the_picture(name: str) -> None:
    """Who sees the picture alone is told that it does not show all."""
    absent = [Absent("module", "module.net", "a/b/c", None, "infra", "main.tf", 3, "terraform get")]

    text = render(name, [Graph("infra")], absent)

    assert ("1 module not read" in text) == (name != "json")
    assert name != "json" or json.loads(text)["absent"][0]["cure"] == "terraform get"
    assert "not read" not in render(name, [Graph("infra")])
    twice = render(name, [Graph("infra")], [*absent, msgspec.structs.replace(absent[0], stack="b")])
    assert ("1 module not read: what it creates is" in twice) == (name != "json")


TAGS = [tag for tag, *_ in Elements(render("html", [])).found]


def test_the_page_loads_nothing_and_runs_its_own_script_alone() -> None:
    """Its policy forbids all but what stands in it, by hash; nothing names another address."""
    page = render("html", [demo()])
    elements = Elements(page)

    [policy] = [a["content"] for tag, a, _ in elements.found if "http-equiv" in a]
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    for kind, text in (
        ("style", elements.texts("style")[0]),
        ("script", elements.texts("script")[1]),
    ):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    attributes = [a for _, each, _ in elements.found for a in each]
    assert not {"src", "href", "style", "onclick", "onload"} & set(attributes)
    assert re.findall(r"https?://[^\s\"']+", page) == ["http://www.w3.org/2000/svg"]  # a namespace
    [graph] = data_of(page)
    assert len(graph["edges"]) == len(said(demo()))


@pytest.mark.everything
def test_a_browser_draws_the_page(tmp_path: Path) -> None:
    """In a real browser each resource is a button, and each arrow a line."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no chromium")
    page = tmp_path / "demo.html"
    page.write_text(render("html", [demo()]), encoding="utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'own'}")
    shown = subprocess.run(
        [browser, *options, "--virtual-time-budget=2000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    ).stdout  # fmt: skip

    elements = Elements(shown).found
    boxes = [
        a for tag, a, _ in elements if tag == "button" and str(a.get("class")).startswith("box")
    ]
    assert len(boxes) == len(demo().nodes)
    out = {"internet", "endpoint:s3"}
    arrows = [a for tag, a, _ in elements if tag == "path" and "marker-end" in a]
    # What a box opens to itself is listed at the box.
    between = [(of, to) for of, to in said(demo()) if to not in (of, *out)]
    assert len(arrows) == len(between)


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
    assert "ALB<br>x" in captured.out
    assert "broken.tf:1" in captured.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "dott"], '--format: "dott" is none of html, mermaid, dot, json'),
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
    assert main(["graph", str(tmp_path / "infra")]) == 2  # nothing to analyse
    assert "ALB<br>web" not in capsys.readouterr().out
    assert main(["graph", str(tmp_path / "infra"), "--settings", str(own)]) == 0
    assert "ALB<br>web" in capsys.readouterr().out
    assert main(["graph", str(tmp_path / "infra"), "--settings", str(tmp_path / "none")]) == 2
