"""`taskwall fix`: what it prints, what it writes, and what it leaves alone."""

import os
import subprocess
from pathlib import Path

import pytest

from taskwall.cli import main
from taskwall.rules import tw102_weak_tls_policy

WEAK, STRONG = "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
LISTENER = f"""\
# Édge: the listener of the shop
resource "aws_lb_listener" "shop" {{
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/1"
  port              = 443
  protocol          = var.protocol
  certificate_arn   = "arn:aws:acm:eu-west-1:1:certificate/x"
  ssl_policy        = "{WEAK}"   # since 2017

}}

variable "protocol" {{
  default = "HTTPS"
}}
"""

TEMPLATE = f"""\
# Édge: the listener of the shop
Resources:
    Shop:   # in front of all
        Type: AWS::ElasticLoadBalancingV2::Listener
        Properties:
            LoadBalancerArn: arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/1
            Port: 443
            Protocol: HTTPS
            Certificates: [ {{CertificateArn: arn:aws:acm:eu-west-1:1:certificate/x}} ]
            SslPolicy: '{WEAK}'   # since 2017

            DefaultActions: [{{Type: forward, TargetGroupArn: arn:aws:tg}}]
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, in which the command runs."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> Path:
    """A file with this text, its line ends as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def called(root: Path, protocol: str) -> Path:
    """A root that calls the module `edge`."""
    text = f'module "edge" {{\n  source   = "../edge"\n  protocol = "{protocol}"\n}}\n'
    return write(root / "main.tf", text)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("name", "source"), [("main.tf", LISTENER), ("shop.yaml", TEMPLATE)])
def test_the_diff_is_what_is_written(
    repository: Path,
    capfd: pytest.CaptureFixture[str],
    name: str,
    source: str,
    newline: str,
    mark: str,
) -> None:
    """The diff can be applied, gives what `--write` writes, and all other bytes stay."""
    text = mark + source.replace("\n", newline)
    path = write(repository / "infra" / name, text)
    path.chmod(0o640)

    assert main(["fix", "infra", "--check"]) == 1
    assert main(["fix", "infra"]) == 0
    diff, said = capfd.readouterr()
    assert path.read_bytes() == text.encode()
    assert main(["fix", "infra", "--write"]) == 0

    expected = text.replace(WEAK, STRONG).encode()
    assert path.read_bytes() == expected
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(path.parent) == [name]
    assert said.endswith("1 finding can be fixed in 1 file\n")
    path.write_bytes(text.encode())
    lines = diff.split("--- a/")[1]
    subprocess.run(["git", "apply"], input=f"--- a/{lines}".encode(), check=True, cwd=repository)
    assert path.read_bytes() == expected


def test_a_second_run_has_nothing_to_do(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fixes of one resource and of two files compose, and what they bring to light is fixed too."""
    source = Path(__file__).parents[2] / "fixtures" / "rules" / "tw702" / "fail"
    for name in ("main.tf", "template.yaml"):
        write(repository / name, (source / name).read_text())

    assert main(["fix", ".", "--write", "--profile", "strict"]) == 0
    assert "findings fixed in 2 files" in capsys.readouterr().err
    assert main(["fix", ".", "--check", "--profile", "strict"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["scan", ".", "--select", "TW7"]) == 0


def test_rules_can_be_chosen(repository: Path) -> None:
    """`--select` says what is fixed; the other rules of the profile still are asked."""
    source = Path(__file__).parents[2] / "fixtures" / "rules" / "tw706" / "fail"
    write(repository / "edge.tf", LISTENER)
    write(repository / "main.tf", (source / "main.tf").read_text())

    assert main(["fix", ".", "--check", "--select", "TW101"]) == 0
    assert main(["fix", ".", "--check", "--ignore", "TW1,TW7"]) == 0
    assert main(["fix", ".", "--check", "--select", "TW102"]) == 1


def test_every_root_that_reads_a_file(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A module is edited only if that does good in all roots of the repository that call it."""
    write(repository / "edge" / "main.tf", LISTENER.replace('default = "HTTPS"', "type = string"))
    called(repository / "prod", "HTTPS")

    assert main(["fix", "edge", "--check"]) == 1
    assert main(["fix", "prod", "--check"]) == 0
    assert "1 in files that were not given" in capsys.readouterr().err
    called(repository / "test", "HTTP")
    assert main(["fix", "edge", "--check"]) == 0


def test_what_cannot_be_proved(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit with which a scan still finds the mistake is not offered, and said to be left."""
    monkeypatch.setattr(tw102_weak_tls_policy, "STRONG", "ELBSecurityPolicy-2015-05")
    write(repository / "main.tf", LISTENER)

    assert main(["fix", ".", "--check"]) == 0

    assert capsys.readouterr().err.endswith("nothing to fix; 1 not proved\n")


def test_links_and_changes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No link is followed, and a file that is read-only or has changed meanwhile stays."""
    elsewhere = write(repository / "other" / "main.tf", LISTENER)
    (repository / "infra").mkdir()
    (repository / "infra" / "main.tf").symlink_to(elsewhere)
    assert main(["fix", "infra", "--write"]) == 0
    assert elsewhere.read_text() == LISTENER

    elsewhere.chmod(0o444)
    assert main(["fix", "other", "--write"]) == 2
    assert "other/main.tf: is read-only. Nothing is written." in capsys.readouterr().err
    assert elsewhere.read_text() == LISTENER


def test_no_secret_is_shown(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line with a secret is no context of a change."""
    secret = '      POSTGRES_PASSWORD = "hunter2"\n'
    text = LISTENER.replace("   # since 2017\n\n", f"\n  tags = {{\n{secret}  }}\n")
    assert secret in text
    write(repository / "main.tf", text)

    assert main(["fix", "."]) == 0

    out = capsys.readouterr().out
    assert STRONG in out
    assert "hunter2" not in out
    assert "*" not in out


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        (rule, broken)
        for rule in ("TW102", "TW408", "TW701", "TW707")
        for broken in ("", 'resource "x" {\n')
    ],
)
def test_a_file_that_does_not_parse(repository: Path, rule: str, broken: str) -> None:
    """It is not edited: nobody knows what the rest of it says."""
    source = Path(__file__).parents[2] / "fixtures" / "rules" / rule.lower() / "fail" / "main.tf"
    text = source.read_text() + broken
    path = write(repository / "main.tf", text)

    main(["fix", ".", "--write", "--select", rule])

    assert (path.read_text() == text) == bool(broken)
