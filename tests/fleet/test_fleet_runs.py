"""Fleets from the command line: limits, kills, two at a time, questions, a cluster with TLS."""

import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from git_repositories import STACK, bundled, committed

pytestmark = pytest.mark.everything  # they need the extra `fleet`, and many processes

TASKWALL = (sys.executable, "-m", "taskwall", "fleet")
TABLES = ("repositories", "findings", "unknowns", "flows", "absent", "ties", "errors")


def fleet(*words: object, status: int = 0) -> str:
    """What the command says, on whichever stream."""
    done = _done(*words)
    assert done.returncode == status, done.stderr
    return f"{done.stdout}{done.stderr}"


def asked(folder: Path, question: str, *words: str) -> list[dict[str, Any]]:
    """The answer to a question; of a run that is not finished, standard error says so."""
    done = _done("query", folder, question, "--format", "json", *words)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _done(*words: object) -> "subprocess.CompletedProcess[str]":
    command = [*TASKWALL, *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)


def tables(folder: Path, run: str = "") -> dict[str, list[str]]:
    """All rows of a run but its timings, in an order."""
    where = f" where run = '{run}'" if run else ""
    return {
        name: sorted(
            json.dumps({**row, "run": ""}, sort_keys=True)
            for row in asked(folder, f"from {name}{where}")
        )
        for name in TABLES
    }


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of twelve repositories that differ, one of them a bundle, one of them empty."""
    folder = tmp_path_factory.mktemp("repositories")
    for number in range(11):
        committed(folder / f"r{number:02}", main_tf=STACK.replace("22", str(22 + number)))
    (folder / "empty" / ".git").mkdir(parents=True)
    bundled(folder / "r00", folder / "r.bundle")
    return folder


@pytest.fixture(scope="module")
def whole(repositories: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of these, by a fleet that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    assert "13 repositories, 1 could not be scanned" in fleet(
        repositories, "--to", folder, "--run", "one", "--jobs", 2
    )
    return folder


def test_a_run_again_is_the_same_run(whole: Path, repositories: Path) -> None:
    """What is done is not done again; a run of other options is another run."""
    before = tables(whole)
    words = (repositories, "--to", whole, "--run", "one")

    assert "(13 of them by an earlier process)" in fleet(*words)
    assert "is of other repositories, options" in fleet(*words, "--select", "TW204", status=2)
    assert tables(whole) == before


def test_a_fleet_that_is_killed_goes_on(repositories: Path, whole: Path, tmp_path: Path) -> None:
    """After kills at whatever moment the tables are those of a run that nobody killed."""
    kills = 0
    for moment in (0.2, 1.0, 1.6, 2.2, 2.8):
        command = [*TASKWALL, str(repositories), "--to", str(tmp_path), "--run", "one"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        kills += process.poll() is None
        process.kill()
        process.wait()
    (tmp_path / "run=one" / ".writing-000099").mkdir(parents=True, exist_ok=True)

    fleet(repositories, "--to", tmp_path, "--run", "one")

    assert kills
    assert tables(tmp_path) == tables(whole)
    assert not list((tmp_path / "run=one").glob(".writing*"))


def test_what_a_repository_does_costs_it_alone(tmp_path: Path) -> None:
    """One hangs, one needs too much memory, one kills its process; the good one is scanned."""
    many = tmp_path / "many"
    many.mkdir()
    for name in ("good", "hangs", "large", "dies"):
        committed(many / name, main_tf=STACK)
    committed(many / "hangs", main_tf=STACK.replace("api", "endless"))
    _enlarge(many / "large", 700)
    committed(many / "dies", main_tf=STACK.replace("api", "fatal"))
    rules = _rules(tmp_path)

    fleet(
        many, "--to", tmp_path / "to", "--rules", rules, "--time-limit", 20, "--memory-limit", 400
    )

    rows = asked(tmp_path / "to", "from repositories order by repository")
    assert {Path(row["repository"]).name: row["status"] for row in rows} == {
        "dies": "crash",
        "good": "scanned",
        "hangs": "timeout",
        "large": "memory",
    }
    assert "signal SIGSEGV" in rows[0]["reason"]
    assert len(asked(tmp_path / "to", "from errors")) == 3
    assert len(asked(tmp_path / "to", "not-scanned")) == 3


FATAL = '''"""ACME101: Nothing is fatal, and nothing endless.

What: A service that is called fatal ends the process, and one that is called endless waits.
Why: It is a test.
Terraform: name = "api"
CloudFormation: ServiceName: api
"""

import os
import signal
from collections.abc import Iterator

from taskwall import Network, Verdict, rule


@rule("low")
def nothing_is_fatal(network: Network) -> Iterator[Verdict]:
    for service in network.services:
        if service.label == "fatal":
            os.kill(os.getpid(), signal.SIGSEGV)
        if service.label == "endless":
            open(os.path.join(os.path.dirname(__file__), "pipe")).read()
    yield from ()
'''


def _rules(folder: Path) -> Path:
    """A folder with this rule, and the pipe that it waits at."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "acme101_fatal.py").write_text(FATAL)
    os.mkfifo(rules / "pipe")
    return rules


def _enlarge(repository: Path, megabytes: int) -> None:
    """Let main.tf of a repository be an object of zeros: small on disk, and large in memory."""
    from dulwich.objects import Blob
    from dulwich.repo import Repo

    raw = bytes(megabytes << 20)
    blob = Blob.from_string(raw)
    path = repository / ".git" / "objects" / blob.id[:2].decode() / blob.id[2:].decode()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(b"blob %d\0" % len(raw) + raw, 1))
    with Repo(str(repository)) as opened:
        tree: Any = opened[opened[opened.head()].tree]  # type: ignore[attr-defined]
        tree[b"main.tf"] = (0o100644, blob.id)
        opened.object_store.add_object(tree)
        commit: Any = opened[opened.head()].copy()
        commit.tree = tree.id
        opened.object_store.add_object(commit)
        opened.refs[opened.refs.follow(b"HEAD")[0][-1]] = commit.id  # type: ignore[arg-type]


def test_a_full_disk_is_said_and_loses_nothing(
    repositories: Path, whole: Path, tmp_path: Path
) -> None:
    """What cannot be written ends the command with 2; the same one goes on when it can be."""
    words = (repositories, "--to", tmp_path, "--run", "one", "--jobs", 2)
    small = f"ulimit -f 2; exec {' '.join(map(str, (*TASKWALL, *words)))}"

    done = subprocess.run(
        ["bash", "-c", small], check=False, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 2
    assert "cannot be written: File too large. 0 of 13 repositories are done" in done.stderr
    assert asked(tmp_path, "from repositories") == []
    fleet(*words)
    assert tables(tmp_path) == tables(whole)


def test_two_fleets_in_one_folder(repositories: Path, tmp_path: Path) -> None:
    """Two runs stand beside each other; into one run only one process adds."""
    commands = [
        [*TASKWALL, str(repositories), "--to", str(tmp_path), "--run", run, "--jobs", "1"]
        for run in ("one", "two")
    ]
    first, second = (subprocess.Popen(each, stderr=subprocess.DEVNULL) for each in commands)
    while not (tmp_path / "run=one" / "run.json").exists():
        time.sleep(0.02)

    refused = fleet(*commands[0][len(TASKWALL) :], status=2)

    assert "another process works on the run one" in refused
    assert (first.wait(300), second.wait(300)) == (0, 0)
    assert tables(tmp_path, "one") == tables(tmp_path, "two")


def test_the_gate(repositories: Path, whole: Path, tmp_path: Path) -> None:
    """2 where a repository could not be scanned, else 1 from a severity on, else 0."""
    assert "1 could not be scanned" in fleet(
        repositories, "--to", whole, "--run", "one", "--fail-on", "high", status=2
    )
    for severity, select, status in (
        ("high", "TW204", 1),
        ("critical", "TW204", 0),
        ("low", "TW801", 0),
    ):
        fleet(
            repositories / "r01", "--to", tmp_path, "--select", select, "--fail-on", severity,
            status=status,
        )  # fmt: skip


def test_a_fleet_that_scans_nothing_fails(repositories: Path, tmp_path: Path) -> None:
    """It says where to look."""
    assert "not-scanned says why" in fleet(repositories / "empty", "--to", tmp_path, status=2)


def test_questions(whole: Path, repositories: Path, tmp_path: Path) -> None:
    """Ready ones have answers; new findings are those that an earlier run has not."""
    committed(tmp_path / "one", main_tf=STACK.replace("0.0.0.0/0", "10.0.0.0/8"))
    fleet(tmp_path / "one", "--to", tmp_path / "to", "--run", "a")
    committed(tmp_path / "one", main_tf=STACK)
    fleet(tmp_path / "one", "--to", tmp_path / "to", "--run", "b")

    new = asked(tmp_path / "to", "new-findings")
    worst = asked(whole, "worst-rules")

    assert "TW204" in {row["rule"] for row in new}
    assert {row["was"] for row in new} == {"scanned"}
    assert not asked(tmp_path / "to", "new-findings", "--run", "b", "--since", "b")
    (tmp_path / "to" / "run=b" / "finished.json").unlink()
    assert "no run is before a" in fleet("query", tmp_path / "to", "new-findings", status=2)
    assert "not finished" in fleet("query", tmp_path / "to", "new-findings", "--run", "b")
    assert worst[0]["repositories"] == 12
    assert len(asked(whole, "worst-repositories")) == 12
    assert [Path(row["repository"]).name for row in asked(whole, "not-scanned")] == ["empty"]
    assert asked(whole, "waiting-for-modules") == asked(whole, "store-access") == []
    fleet("summary", whole)
    assert "<svg" in (whole / "summary.html").read_text()


@pytest.mark.parametrize(
    "sql",
    [
        "from read_csv('/etc/passwd')",
        "from read_parquet('{}/*/*/flows.parquet')",
        "from '/etc/passwd'",
        "copy findings to '{}/copy'",
        "attach '{}/other.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "create table more as from findings",
        "select 1; select 2",
        "from glob('/*')",
        "select",
    ],
)
def test_a_query_reads_the_tables_and_nothing_else(sql: str, whole: Path) -> None:
    """Files, extensions, settings and what changes something are refused, in a sentence."""
    said = fleet("query", whole, sql.replace("{}", str(whole)), status=2)

    assert said.startswith("taskwall: ")
    assert "crashed" not in said
    assert {each.name for each in whole.iterdir()} <= {"run=one", "summary.html"}


def test_a_context_ties_repositories(tmp_path: Path) -> None:
    """What one repository writes and another one reads is tied, and the table says so."""
    committed(tmp_path / "network", main_tf=NETWORK)
    committed(tmp_path / "app", main_tf=APP)

    fleet(tmp_path / "app", "--to", tmp_path / "to", "--context", tmp_path / "network")

    (row,) = asked(tmp_path / "to", "select source, target from ties")
    assert row == {"source": "data.aws_vpc.main", "target": "aws_vpc.main"}


NETWORK = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags = { Name = "main" }
}
"""
APP = """
data "aws_vpc" "main" {
  tags = { Name = "main" }
}
resource "aws_security_group" "api" {
  vpc_id = data.aws_vpc.main.id
}
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """An authority, and a certificate of it for 127.0.0.1 with its key."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("certificates")
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("ca", "node")}
    names = {name: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in keys}
    now = datetime.now(UTC)
    for name, key in keys.items():
        made = (
            x509.CertificateBuilder()
            .subject_name(names[name])
            .issuer_name(names["ca"])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=name == "ca", path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
                critical=False,
            )
            .sign(keys["ca"], hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = keys["node"].private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "node.key").write_bytes(private)
    return str(folder / "ca.pem"), str(folder / "node.pem"), str(folder / "node.key")


@pytest.fixture
def scheduler(
    certificates: tuple[str, str, str], tmp_path: Path
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler and a worker that speak TLS: the address, and the scheduler's process."""
    files = [
        word
        for option, file in zip(("ca-file", "cert", "key"), certificates, strict=True)
        for word in (f"--tls-{option}", file)
    ]
    about = tmp_path / "scheduler.json"
    shared = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    dask = (sys.executable, "-m", "distributed.cli")
    first = subprocess.Popen(
        [*dask[:-1], "distributed.cli.dask_scheduler", "--host", "tls://127.0.0.1", "--port", "0",
         "--no-dashboard", "--scheduler-file", about, *files], **shared,  # type: ignore[call-overload]
    )  # fmt: skip
    while not about.exists():
        assert first.poll() is None
        time.sleep(0.05)
    address = json.loads(about.read_text())["address"]
    second = subprocess.Popen(
        [*dask[:-1], "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "2",
         "--no-dashboard", *files], **shared,  # type: ignore[call-overload]
    )  # fmt: skip
    try:
        yield address, first
    finally:
        for process in (second, first):
            process.kill()
            process.wait()


def with_tls(address: str, certificates: tuple[str, str, str]) -> list[str]:
    """The options that lead to a scheduler."""
    ca, certificate, key = certificates
    return ["--scheduler", address, "--tls-ca", ca, "--tls-cert", certificate, "--tls-key", key]


def test_a_scheduler_that_runs(
    repositories: Path,
    whole: Path,
    certificates: tuple[str, str, str],
    scheduler: tuple[str, subprocess.Popen[bytes]],
    tmp_path: Path,
) -> None:
    """Its workers find what processes here find; without its certificates nobody gets to it."""
    address, _ = scheduler
    words = (repositories, "--to", tmp_path / "to", "--run", "one")

    said = fleet(*words, "--scheduler", address, status=2)
    fleet(*words, *with_tls(address, certificates))

    assert "no scheduler answers" in said
    assert tables(tmp_path / "to") == tables(whole)


def test_a_scheduler_that_goes_away(
    repositories: Path,
    whole: Path,
    certificates: tuple[str, str, str],
    scheduler: tuple[str, subprocess.Popen[bytes]],
    tmp_path: Path,
) -> None:
    """It is said, with how far it came; the same command goes on elsewhere."""
    address, process = scheduler
    committed(tmp_path / "slow", main_tf=STACK.replace("api", "endless"))
    rules = _rules(tmp_path)
    words = (repositories, tmp_path / "slow", "--to", tmp_path / "to", "--rules", rules)
    command = [*TASKWALL, *map(str, words), "--time-limit", "90", *with_tls(address, certificates)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    writer = _once_read(rules / "pipe")
    process.send_signal(signal.SIGKILL)

    _, said = running.communicate(timeout=120)
    os.close(writer)

    assert running.returncode == 2
    assert "of 14 repositories are done; the same command goes on" in said
    fleet(*words, "--time-limit", 5)
    assert len(asked(tmp_path / "to", "from repositories")) == 14


def _once_read(pipe: Path) -> int:
    """The end of a pipe to write to, as soon as somebody reads from it."""
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.02)
