"""Whoever writes a source decides what findings it has, and nothing else (SECURITY.md)."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dulwich import porcelain

import taskwall
from languageserver.editors import Editor
from taskwall.api.options import Options
from taskwall.cli import main
from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.positions import DocumentLines
from taskwall.languageserver.preferences import Preferences
from taskwall.languageserver.projects import Project
from taskwall.mcp import answers
from taskwall.outputs import formats

REACHING = (
    "ftplib.", "http.", "imaplib.", "nntplib.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn",
    "os.startfile", "os.system", "poplib.", "pty.", "smtplib.", "socket.", "subprocess.",
    "telnetlib.", "urllib.", "webbrowser.",
)  # fmt: skip
"""How the events of Python begin that connect to others, or start other programs."""

TOUCHING = (
    "open", "os.chmod", "os.link", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.rmdir",
    "os.scandir", "os.symlink", "os.truncate", "os.utime",
)  # fmt: skip
"""The events of Python whose first argument is a path that is read or written."""

OWN = tuple(
    os.path.realpath(path)
    for path in (
        *(sys.prefix, sys.base_prefix, os.path.dirname(taskwall.__file__), os.devnull),
        *filter(None, sys.path),
    )
)
"""Python's own files, and ours."""


class Watch:
    """What is done while it is on. A hook of Python cannot be taken away: there is one for all."""

    def __init__(self) -> None:
        self.tree: str | None = None
        self.reached: list[str] = []
        self.outside: dict[str, None] = {}
        self.written: dict[str, None] = {}

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        """Note what an event says."""
        if self.tree is None:
            return
        if event.startswith(REACHING):
            self.reached.append(f"{event}{arguments}")
        elif event in TOUCHING and isinstance(arguments[0], str | bytes):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            inside = path == self.tree or path.startswith(self.tree + os.sep)
            if not inside and not path.startswith(OWN):
                self.outside[path] = None
            if inside and (event not in ("open", "os.listdir", "os.scandir") or _writes(arguments)):
                self.written[path] = None

    @contextmanager
    def on(self, tree: Path) -> Iterator[None]:
        """Watch what is done with a tree."""
        self.reached.clear()
        self.outside.clear()
        self.written.clear()
        self.tree = os.path.realpath(tree)
        try:
            yield
        finally:
            self.tree = None


def _writes(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 else 0
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


watch = Watch()
sys.addaudithook(watch.hook)

WORD = "word-of-another"
"""What is outside of the tree."""

SERVICE = """
resource "aws_ecs_service" "a" {
  name            = "a"
  launch_type     = "FARGATE"
  task_definition = "a:1"
  network_configuration {
    subnets          = ["subnet-1"]
    security_groups  = [aws_security_group.a.id]
    assign_public_ip = true
  }
}
resource "aws_security_group" "a" {
  vpc_id = "vpc-1"
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""

HOSTILE = {
    "app/cdk.json": '{"app": "x", "output": "OUTSIDE"}',
    "linked_app/cdk.json": '{"app": "x", "output": "../link"}',
    "main.tf": SERVICE + """
variable "given" {}
module "beside" { source = "../OUT" }
module "absolute" { source = "OUTSIDE" }
module "installed" {
  source  = "acme/net/aws"
  version = "1.0.0"
}
module "linked" { source = "./link" }
module "git" { source = "git::file://OUTSIDE" }
data "terraform_remote_state" "other" {
  backend = "local"
  config  = { path = "../OUT/terraform.tfstate" }
}
data "external" "run" { program = ["sh", "-c", "touch ran"] }
data "http" "fetch" { url = "http://127.0.0.1:9/" }
locals {
  read = [
    file("../OUT/secret.txt"), file("OUTSIDE/secret.txt"), file("link/secret.txt"),
    file("~/secret.txt"), filebase64("../OUT/secret.txt"), filesha256("../OUT/secret.txt"),
    templatefile("../OUT/secret.txt", {}), fileset("../OUT", "**"), fileset("OUTSIDE", "*"),
    fileexists("../OUT/secret.txt"), abspath("../OUT"), pathexpand("~"),
  ]
}
resource "aws_ecs_cluster" "read" { name = join(",", flatten(local.read)) }
resource "aws_instance" "run" {
  user_data = file("../OUT/secret.txt")
  provisioner "local-exec" { command = "touch ran" }
}
""",
    ".terraform/modules/modules.json": json.dumps(
        {"Modules": [{"Key": "installed", "Source": "acme/net/aws", "Dir": "../OUT"}]}
    ),
    "unit/terragrunt.hcl": """
include "root" { path = "../../OUT/root.hcl" }
include "absolute" { path = "OUTSIDE/root.hcl" }
terraform {
  source = "../../OUT"
  before_hook "h" {
    commands = ["plan"]
    execute  = ["touch", "ran"]
  }
}
dependency "d" { config_path = "../../OUT" }
inputs = {
  a = run_cmd("touch", "ran")
  b = file("../../OUT/secret.txt")
  c = read_terragrunt_config("OUTSIDE/root.hcl").inputs.a
  d = read_tfvars_file("../../OUT/terraform.tfvars")
  e = sops_decrypt_file("../../OUT/secret.txt")
  f = find_in_parent_folders("secret.txt")
}
""",
    "stack.yaml": """
Resources:
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ../OUT/t.yaml}
  Absolute:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: file://OUTSIDE/t.yaml}
  Fetched:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: http://127.0.0.1:9/t.yaml}
  Serverless:
    Type: AWS::Serverless::Application
    Properties: {Location: ../OUT/t.yaml}
  Included:
    Type: AWS::ECS::Cluster
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: ../OUT/t.yaml}}
  Service:
    Type: AWS::ECS::Service
    Properties: {LaunchType: FARGATE}
""",
    "cdk.out/manifest.json": json.dumps(
        {
            "version": "36.0.0",
            "artifacts": {
                "s": {
                    "type": "aws:cloudformation:stack",
                    "properties": {"templateFile": "../../OUT/t.yaml"},
                }
            },
        }
    ),
}  # fmt: skip

OUTSIDE = {
    "main.tf": SERVICE,
    "secret.txt": WORD,
    "root.hcl": f'inputs = {{ a = "{WORD}" }}\n',
    "terraform.tfvars": f'given = "{WORD}"\n',
    "terraform.tfstate": json.dumps({"version": 4, "outputs": {"a": {"value": WORD}}}),
    "t.yaml": f"Resources:\n  S: {{Type: AWS::ECS::Service, Properties: {{Cluster: {WORD}}}}}\n",
    "b.json": '{"taskwall_baseline": 2}\n',
    "taskwall.toml": 'profile = "strict"\n',
    "acme101_a.py": "raise SystemExit(3)\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that leads outside in all ways, with a commit, as the working directory."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder, texts in ((inside, HOSTILE), (outside, OUTSIDE)):
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            sown = text.replace("OUTSIDE", str(outside)).replace("OUT", "outside")
            (folder / path).write_text(sown)
    for name, target in (
        ("link", outside),
        ("linked.tf", outside / "main.tf"),
        ("terraform.tfvars", outside / "terraform.tfvars"),
        ("linked.yaml", outside / "t.yaml"),
    ):
        (inside / name).symlink_to(target)
    porcelain.init(str(inside)).close()
    porcelain.add(str(inside), [str(inside / "main.tf")])
    who = b"a <a@example.com>"
    porcelain.commit(str(inside), b"one", author=who, committer=who)
    monkeypatch.setenv("HOME", str(outside))
    monkeypatch.chdir(inside)
    return inside


COMMANDS = (
    *(("scan", "--format", name, "--show", "fail,unknown,pass", ".") for name in formats()),
    ("flows", "."),
    ("why", ".", "internet", "service:a"),
    ("diff", "HEAD"),
    ("graph", "."),
    ("fix", "."),
)

SETTINGS = (
    'baseline = "../outside/b.json"',
    'extends = "../outside"',
    '[[context]]\npath = "../outside"',
    '[module-sources]\n"acme/net/aws" = "../outside"',
    '[remote-state]\n"a" = "../outside"',
)


def edited(tree: Path) -> None:
    """What an editor asks for while somebody types."""
    path = str(tree / "main.tf")
    project = Project(str(tree), Preferences().options(), "utf-16")
    hostile = (tree / "main.tf").read_text()
    for port in (81, 82, 83):
        text = hostile.replace("= 80", f"= {port}")
        document = OpenDocument(f"file://{path}", path, 1, DocumentLines(text, "utf-16"))
        project.change(path, document)
        project.judge()
        project.summaries()


def asked(tree: Path) -> None:
    """What an agent is answered."""
    options = Options((str(tree),), cwd=str(tree))
    answers.scan_answer(options, answers.MOST)
    answers.flows_answer(options, None, None, answers.MOST)
    answers.why_answer(options, "internet", "service:a", None)
    answers.diff_answer(Options(cwd=str(tree)), "HEAD", None, answers.MOST)
    answers.fix_answer(options)


def test_nothing_but_the_tree_is_touched(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No connection, no other program, no file outside, and none inside that is written."""
    with watch.on(tree):
        for command in COMMANDS:
            assert main(list(command)) in (0, 1, 2), command
        edited(tree)
        asked(tree)
    found = capsys.readouterr()
    assert (watch.reached, list(watch.outside), list(watch.written)) == ([], [], [])
    assert WORD not in found.out + found.err
    assert "crashed" not in found.out + found.err
    assert not list(tree.rglob("ran"))
    with watch.on(tree):
        main(["scan", ".", "--allow-outside"])
    assert watch.outside, "the sources do lead outside"


def test_settings_of_a_tree_name_no_code(tree: Path) -> None:
    """Rules in them count only in a file that is given by `--settings`."""
    (tree / "taskwall.toml").write_text('rules = ["../outside"]')
    with watch.on(tree):
        main(["scan", "."])
    assert (watch.reached, list(watch.outside)) == ([], [])


@pytest.mark.parametrize("text", SETTINGS)
def test_settings_lead_nowhere_else(
    text: str, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither to files nor to code: each is an error of the settings."""
    (tree / "taskwall.toml").write_text(text)
    with watch.on(tree):
        assert main(["scan", "."]) == 2
    assert (watch.reached, list(watch.outside), list(watch.written)) == ([], [], [])
    assert "taskwall.toml" in capsys.readouterr().err


def test_only_what_is_asked_for_is_written(tree: Path) -> None:
    """A report, a baseline and the files that a fix changes."""
    with watch.on(tree):
        main(["scan", ".", "--format", "json", "--output", "report.json"])
        main(["scan", ".", "--write-baseline", "known.json"])
        main(["fix", ".", "--write"])
    assert (watch.reached, list(watch.outside)) == ([], [])
    written = {os.path.relpath(path, tree) for path in watch.written}
    beside = {name for name in written if name.startswith(".taskwall-")}
    assert written - beside <= {"report.json", "known.json", "main.tf"}
    assert (tree / "report.json").exists()
    assert (tree.parent / "outside" / "main.tf").read_text() == SERVICE


# The same of whole processes, as the operating system sees them: also of what is no Python

SYSTEM = ("/dev/", "/etc/", "/lib", "/proc/", "/sys/", "/usr/")
"""Where a process finds libraries, time zones, and what the system is like."""

CONNECTS = re.compile(r"^\d+ +(?:socket|connect|bind|listen|accept4?)\(", re.MULTILINE)
STARTS = re.compile(
    r"^\d+ +(?:execve|execveat|fork|vfork|clone3?)\((?!.*CLONE_THREAD)", re.MULTILINE
)
OPENS = re.compile(r'^\d+ +open(?:at)?\((?:AT_FDCWD, )?"([^"]*)", ([A-Z_|]+).* = \d+', re.MULTILINE)


def run_by_commands(command: list[str], tree: Path) -> None:
    """Ask each command once, in a process of its own."""
    for number, arguments in enumerate((*COMMANDS[-5:], ("scan", "."))):
        done = subprocess.run([*command, *arguments], cwd=tree, capture_output=True, check=False)
        assert done.returncode in (0, 1, 2), done.stderr
        (tree.parent / "log").rename(tree.parent / f"log{number}")


def run_by_an_editor(command: list[str], tree: Path) -> None:
    """Open a file in an editor, and change it."""
    with Editor([*command, "lsp"]) as editor:
        editor.begin(tree)
        uri = editor.open(tree / "main.tf")
        editor.shown(uri, bool)
        editor.change(uri, 2, {"text": SERVICE})
        editor.shown(uri, lambda found: len(found) > 1)
        editor.end()


def run_by_an_agent(command: list[str], tree: Path) -> None:
    """Let an agent scan."""
    client = {"name": "a", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    messages = (
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "scan", "arguments": {}}},
    )
    with subprocess.Popen(
        [*command, "mcp"], cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for message in messages:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        process.stdin.flush()
        answers_of_both = [process.stdout.readline() for _ in range(2)]
        assert b"TW204" in answers_of_both[-1]
        process.stdin.close()


@pytest.mark.everything
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("used", [run_by_commands, run_by_an_editor, run_by_an_agent])
def test_processes_touch_nothing_but_the_tree(
    used: Callable[[list[str], Path], None], tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No socket but between own threads, no other program, no file of others, none written."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    log = tree.parent / "log"
    traced = ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=%network,%process,open,openat"]
    used([*traced, sys.executable, "-m", "taskwall"], tree)
    logs = [one.read_text() for one in tree.parent.glob("log*")]
    assert logs
    for text in logs:
        assert not CONNECTS.findall(text)
        assert len(STARTS.findall(text)) == 1, "it is started itself"
        opened = {
            (os.path.realpath(tree / path), how)
            for path, how in OPENS.findall(text)
            # Python tries whether it may write there before it says where such files may be.
            if os.path.dirname(path) != tempfile.gettempdir()
        }
        assert any(path.startswith(f"{tree}{os.sep}") for path, _ in opened)
        others = [one for one in opened if not one[0].startswith((*OWN, *SYSTEM, str(tree)))]
        assert not others
        assert {path for path, how in opened if "O_RDONLY" not in how} <= {os.devnull}
