"""The server for agents, asked by the client of the protocol's own SDK."""

import asyncio
import json
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.types import ListRootsResult, Root, TextContent, TextResourceContents

from taskwall.mcp.server import agent_server

STACK = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "tasks" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web", environment = [
    { name = "TOKEN", value = "hunter2-hunter2" }
  ] }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets          = ["subnet-1"]
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = var.public
  }
}
variable "public" {}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a stack, beside one that is not served."""
    for name in ("served", "secret"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(STACK)
    os.symlink(tmp_path / "secret", tmp_path / "served" / "link")
    return tmp_path / "served"


def asked(root: Path, ask: Callable[[Client], Coroutine[Any, Any, Any]], **options: Any) -> Any:
    """What a client of the server of a folder gets."""

    async def session() -> Any:
        async with Client(agent_server(str(root)), **options) as client:
            return await ask(client)

    return asyncio.run(session())


def called(root: Path, tool: str, options: dict[str, Any] | None = None, **given: Any) -> Any:
    """What a tool answers; where it refuses, the text of that."""

    async def ask(client: Client) -> Any:
        found = await client.call_tool(tool, given)
        first = found.content[0]
        assert isinstance(first, TextContent)
        return first.text if found.is_error else json.loads(first.text)

    return asked(root, ask, **(options or {}))


def test_findings_are_data(root: Path) -> None:
    """A scan answers with findings, unknowns and what they wait for, bounded, without secrets."""
    found = called(root, "scan", paths=["main.tf"])
    assert {one["rule"] for one in found["findings"]} >= {"TW204", "TW203"}
    assert [one["verdict"] for one in found["findings"]][:1] == ["fail"]
    assert {"name": "var.public", "why": "has no default", "option": "var"} in found["waits_for"]
    assert "hunter2" not in json.dumps(found)
    given = called(root, "scan", paths=["main.tf"], variables={"public": "false"}, limit=1)
    assert len(given["findings"]) == 1
    assert given["summary"]["unknown"] < found["summary"]["unknown"]
    assert given["left_out"] == given["summary"]["fail"] + given["summary"]["unknown"] - 1


def test_every_tool_answers_and_nothing_is_written(root: Path) -> None:
    """Flows, why, fix and explain answer as their commands do; the sources stay as they are."""
    before = (root / "main.tf").read_bytes()
    flows = called(root, "flows", paths=["main.tf"], target="service:web")
    assert flows["flows"]
    why = called(root, "why", source="internet", target="service:web", paths=["main.tf"])
    assert why["flows"][0]["verdict"] in ("open", "unknown", "closed")
    assert "+++ b/main.tf" in called(root, "fix", paths=["main.tf"])["diff"]
    assert called(root, "explain", rule="tw204")["id"] == "TW204"
    assert (root / "main.tf").read_bytes() == before
    assert sorted(os.listdir(root)) == ["link", "main.tf"]


def test_what_is_absent_is_in_every_answer(root: Path) -> None:
    """An agent that asks for flows, fixes or findings is told what was not read."""
    (root / "main.tf").write_text(f'{STACK}module "net" {{\n  source = "acme/net/aws"\n}}\n')
    ends: dict[str, Any] = {"source": "internet", "target": "service:web"}
    for tool, given in (("scan", {}), ("flows", {}), ("fix", {}), ("why", ends)):
        answer = called(root, tool, paths=["main.tf"], **given)
        assert {one["name"] for one in answer["absent"]} == {"module.net", "link"}, tool


def test_values_that_are_not_read_are_in_every_answer(root: Path) -> None:
    """An agent that is told only of the defaults knows that there are others."""
    (root / "main.tf").write_text(f'{STACK}variable "stage" {{ default = "dev" }}\n')
    (root / "stages").mkdir()
    (root / "stages" / "prod.tfvars").write_text('stage = "prod"\n')
    ends: dict[str, Any] = {"source": "internet", "target": "service:web"}
    for tool, given in (("flows", {}), ("fix", {}), ("why", ends)):
        assert called(root, tool, paths=["."], **given)["unread_values"] == 1, tool


@pytest.mark.parametrize("path", ["../secret", "/etc", "link", "link/main.tf", "a\0b", "nowhere"])
def test_nothing_outside_is_looked_at(path: str, root: Path) -> None:
    """Paths that leave the folder, by steps or by links, are refused; so is what is not there."""
    said = called(root, "scan", paths=[path])
    refusals = ("is outside of what is served", "There is no", "with a NUL")
    assert any(text in said for text in refusals)


def test_roots_of_the_client_only_narrow(root: Path) -> None:
    """A client's folder inside counts; one that is outside, or elsewhere, leaves nothing."""
    (root / "inner").mkdir()
    (root / "inner" / "main.tf").write_text(STACK)

    def options(*uris: str) -> dict[str, Any]:
        async def roots(_: Any) -> ListRootsResult:
            return ListRootsResult(roots=[Root(uri=uri) for uri in uris])  # type: ignore[arg-type]

        return {"list_roots_callback": roots, "mode": "legacy"}

    inner = options(f"file://{root}/inner")
    assert called(root, "scan", inner)["summary"]["files"] == 1
    assert "outside" in called(root, "scan", inner, paths=["main.tf"])
    wider = options(f"file://{root.parent}")
    assert "outside" not in called(root, "scan", wider, paths=["main.tf"])
    for other in (f"file://{root.parent}/secret", "file://elsewhere/srv"):
        assert "None of the client's roots" in called(root, "scan", options(other))


def test_questions_that_make_no_sense_are_refused(root: Path) -> None:
    """A wrong rule, end, revision or profile is a sentence, and never a traceback."""
    for tool, given, says in (
        ("explain", {"rule": "TW999"}, "No rule is TW999"),
        ("why", {"source": "internet", "target": "service:nothing"}, "there is no end"),
        ("diff", {"base": "../secret"}, "is a path: name git revisions"),
        ("diff", {"base": "main"}, "git"),
        ("scan", {"select": ["TW9999"]}, "TW9999"),
        ("scan", {"profile": "none"}, "profile"),
    ):
        said = called(root, tool, **given)
        assert says in said
        assert "Traceback" not in said


def test_resources_and_the_prompt(root: Path) -> None:
    """Rules, their pages and the guide's coverage can be read; the prompt names the tools."""

    async def ask(client: Client) -> list[str]:
        texts = []
        for uri in ("taskwall://rules", "taskwall://rules/TW204", "taskwall://coverage"):
            (found,) = (await client.read_resource(uri)).contents
            assert isinstance(found, TextResourceContents)
            texts.append(found.text)
        prompt = await client.get_prompt("review_change", {"base": "trunk"})
        assert isinstance(prompt.messages[0].content, TextContent)
        return [*texts, prompt.messages[0].content.text]

    rules, rule, coverage, prompt = asked(root, ask)
    assert "- TW204 (high): No security group opens tasks to the internet" in rules
    assert "## Why it matters" in rule
    assert "| Rules |" in coverage
    assert "trunk" in prompt
    assert all(tool in prompt for tool in ("diff", "explain", "fix"))
