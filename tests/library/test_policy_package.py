"""The policy package in fixtures/policy: as an organisation writes it, and as its users have it."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import taskwall
from taskwall.cli import main
from taskwall.library import own_rules

POLICY = Path(__file__).parents[2] / "fixtures" / "policy"
RULES = POLICY / "acme_policy" / "rules"
IDS = [f"ACME1{number:02}" for number in range(1, 11)]
MAX_LINES = 25


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of `sys.path` with the package and its metadata, as pip leaves them."""
    site = tmp_path / "site"
    shutil.copytree(POLICY / "acme_policy", site / "acme_policy")
    metadata = site / "acme_policy-1.0.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-policy\nVersion: 1.0.0\n")
    (metadata / "entry_points.txt").write_text("[taskwall.rules]\nacme = acme_policy.rules\n")
    monkeypatch.syspath_prepend(str(site))
    own_rules._every.cache_clear()
    yield site
    own_rules._every.cache_clear()
    for name in [name for name in sys.modules if name.startswith("acme_policy")]:
        del sys.modules[name]


def test_its_rules_say_what_their_fixtures_mark(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten rules that users of other tools ask for, each in at most 25 lines."""
    assert main(["rules", "test", str(RULES)]) == 0
    said = capsys.readouterr().out

    assert [line.partition(":")[0] for line in said.splitlines()] == IDS
    assert said.count("all as marked") == len(IDS)
    assert {
        file.name: lines
        for file in RULES.glob("acme*.py")
        if (lines := len(file.read_text().splitlines())) > MAX_LINES
    } == {}


def test_an_installed_package_is_found(installed: Path) -> None:
    """Its rules run without any option, beside ours."""
    report = taskwall.scan(POLICY / "infra", profile="strict")

    found = Counter(one.rule for one in report.findings if one.rule.startswith("ACME"))
    assert found == {"ACME106": 1, "ACME108": 3, "ACME110": 1}
    assert {one.rule for one in report.passes} >= {"ACME101", "ACME102", "ACME109"}
    assert report.errors == ()


def test_a_package_that_cannot_be_imported_is_an_error(installed: Path) -> None:
    """The rest goes on."""
    file = installed / "acme_policy" / "rules" / "__init__.py"
    file.write_text("\nimport nowhere\n")
    report = taskwall.scan(POLICY / "infra")

    (error,) = report.errors
    assert "acme_policy.rules cannot be imported: ModuleNotFoundError" in error.message
    assert (Path(error.file).resolve(), error.line) == (file.resolve(), 2)
    assert report.passes
    assert report.exit_status == 2


def test_its_tests_pass() -> None:
    """Pytest finds the plugin and the stack by the package's own settings."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"]
    done = subprocess.run(command, check=False, cwd=POLICY, capture_output=True, text=True)

    assert "3 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.everything
def test_it_works_as_its_users_install_it(tmp_path: Path) -> None:
    """From wheels in an empty environment: the command, pytest with xdist, and checkov."""
    shutil.copytree(POLICY, tmp_path / "policy")
    wheels, programs = tmp_path / "wheels", tmp_path / "venv" / "bin"

    def done(*command: object, status: int = 0) -> str:
        run = subprocess.run(
            [str(word) for word in command],
            check=False, cwd=tmp_path / "policy", capture_output=True, text=True,
            env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        )  # fmt: skip
        assert run.returncode == status, run.stdout + run.stderr
        return run.stdout

    done(sys.executable, "-m", "venv", programs.parent)
    for source in (POLICY.parents[1], tmp_path / "policy"):
        done(programs / "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, source)
    built = {file.name.partition("-")[0]: file for file in wheels.glob("*.whl")}
    taskwall_wheel = f"taskwall[checkov] @ {built['taskwall'].as_uri()}"
    done(programs / "pip", "install", "--quiet", taskwall_wheel, built["acme_policy"])
    done(programs / "pip", "install", "--quiet", "pytest", "pytest-xdist")
    shutil.rmtree(tmp_path / "policy" / "acme_policy")

    listed = done(programs / "taskwall", "rules")
    assert [line[:7] for line in listed.splitlines() if line.startswith("ACME")] == IDS
    found = done(programs / "taskwall", "scan", "infra", "--select", "ACME", status=1)
    assert "ACME110" in found
    assert "3 passed" in done(programs / "pytest", "-n", "2")
    shown = done(programs / "taskwall-checkov", "-d", "infra", "--check", "ACME*", status=1)
    assert "ACME110" in shown
