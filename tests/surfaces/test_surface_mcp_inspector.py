"""The server for agents, asked by the protocol's own inspector (npm)."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from npm import npm

DEMO = Path(__file__).parents[2] / "fixtures" / "demo" / "terraform"


@pytest.mark.everything
@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_inspector_understands_the_server(tmp_path: Path) -> None:
    """It lists tools, resources and prompts, and a tool that it calls answers by its schema."""
    npm(tmp_path, "install", "--no-audit", "--no-fund", "@modelcontextprotocol/inspector@2.12.0")

    def asked(method: str, *more: str) -> Any:
        inspector = tmp_path / "node_modules" / ".bin" / "mcp-inspector"
        server = (sys.executable, "-m", "taskwall", "mcp", "--root", str(DEMO))
        run = subprocess.run(
            (inspector, "--cli", *server, "--method", method, *more),
            capture_output=True,
            check=False,
            text=True,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return json.loads(run.stdout)

    tools = {tool["name"] for tool in asked("tools/list")["tools"]}
    assert tools == {"scan", "explain", "flows", "why", "diff", "fix"}
    assert asked("resources/list")["resources"]
    assert asked("prompts/list")["prompts"]
    answer = asked("tools/call", "--tool-name", "scan", "--tool-arg", "limit=2")
    assert not answer.get("isError")
    assert len(answer["structuredContent"]["findings"]) == 2
