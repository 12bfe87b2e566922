"""What a fleet scans, and what it says of one repository: nothing here needs its extra."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from dulwich import porcelain
from dulwich.object_store import tree_lookup_path
from dulwich.repo import Repo

from git_repositories import STACK, bundled, committed
from taskwall.cli import main
from taskwall.fleet import FleetError
from taskwall.fleet.plan import Target, targets
from taskwall.fleet.scanning import FleetOptions, scanned
from taskwall.fleet.tables import RepositoryRows

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"


def found(at: Path, revision: str = "HEAD", no_skips: bool = False) -> RepositoryRows:
    """What a scan of a repository finds."""
    with TemporaryDirectory() as scratch:
        return scanned(Target(str(at), revision), FleetOptions(no_skips=no_skips), scratch)


def reason(rows: RepositoryRows) -> str:
    """Why a repository was not scanned, which is all that there is of it."""
    (about,) = rows.repositories
    assert about.status == rows.errors[0].kind == "unreadable"
    assert not rows.findings
    assert not rows.flows
    return about.reason


def test_a_commit_is_scanned_and_not_the_files_beside_it(tmp_path: Path) -> None:
    """Rules, places and counts are of the commit; the working tree may say what it likes."""
    old = committed(tmp_path / "one", main_tf=STACK.replace("0.0.0.0/0", "10.0.0.0/8"))
    new = committed(tmp_path / "one", main_tf=STACK)
    (tmp_path / "one" / "main.tf").write_text("")
    (tmp_path / "one" / "more.tf").write_text(STACK)

    now, before = found(tmp_path / "one"), found(tmp_path / "one", old[:12])

    (about,) = now.repositories
    assert (about.commit, about.status, about.files, about.stacks) == (new, "scanned", 1, 1)
    assert about.fail == len(now.findings)
    assert about.unknown == len(now.unknowns)
    broken = {(one.rule, one.file, one.resource) for one in now.findings}
    assert ("TW204", "main.tf", "aws_security_group.api") in broken
    assert before.repositories[0].commit == old
    assert "TW204" not in {one.rule for one in before.findings}


def test_bare_repositories_and_bundles_are_the_same(tmp_path: Path) -> None:
    """Whichever way the objects come, the rows differ in the name alone."""
    committed(tmp_path / "one", main_tf=STACK, modules__main_tf='variable "a" {}')
    porcelain.clone(str(tmp_path / "one"), str(tmp_path / "two.git"), bare=True).close()
    bundled(tmp_path / "one", tmp_path / "three.bundle")

    rows = [found(tmp_path / name) for name in ("one", "two.git", "three.bundle")]

    named = [
        [(one.rule, one.file, one.line, one.fingerprint) for one in each.findings] for each in rows
    ]
    assert named[0]
    assert named[0] == named[1] == named[2]


def test_what_the_repository_says_about_itself_counts(tmp_path: Path) -> None:
    """Comments and settings of the commit hold, unless they are not to; those above it do not."""
    silent = STACK.replace("  ingress {", "  # taskwall:skip=TW204: known\n  ingress {")
    committed(tmp_path / "one", main_tf=silent, taskwall_toml='ignore = ["TW101"]\n')
    (tmp_path / "taskwall.toml").write_text('select = ["TW801"]\n')

    rules = {one.rule for one in found(tmp_path / "one").findings}
    loud = {one.rule for one in found(tmp_path / "one", no_skips=True).findings}

    assert rules
    assert not rules & {"TW204", "TW101"}
    assert "TW204" in loud


def outside(one: Path, other: Path) -> None:
    """Objects lie in another repository."""
    (one / ".git" / "objects" / "info").mkdir(exist_ok=True)
    (one / ".git" / "objects" / "info" / "alternates").write_text(f"{other}/.git/objects\n")


def linked(one: Path, other: Path) -> None:
    """An object is a link into another repository."""
    path = next((one / ".git" / "objects").glob("??/*"))
    path.unlink()
    path.symlink_to(next((other / ".git" / "objects").glob("??/*")))


def elsewhere(one: Path, other: Path) -> None:
    """All of git's folder does."""
    (one / ".git").rename(one / "gone")
    (one / ".git").write_text(f"gitdir: {other}/.git\n")


def promised(one: Path, other: Path) -> None:
    """Objects are fetched when they are needed."""
    with (one / ".git" / "config").open("a") as stream:
        stream.write('[remote "origin"]\n\turl = https://example.com/x\n\tpromisor = true\n')


def gone(one: Path, other: Path) -> None:
    """An object is not there."""
    with Repo(str(one)) as opened:
        _, blob = tree_lookup_path(opened.__getitem__, opened[opened.head()].tree, b"main.tf")  # type: ignore[attr-defined]
        id_ = blob.decode()
    (one / ".git" / "objects" / id_[:2] / id_[2:]).unlink()


def damaged(one: Path, other: Path) -> None:
    """No object can be read."""
    for path in (one / ".git" / "objects").glob("??/*"):
        path.chmod(0o644)
        path.write_bytes(b"nonsense")


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (outside, "outside of it"),
        (elsewhere, "outside of it"),
        (linked, "a link that leads out of it"),
        (promised, "partial clone"),
        (gone, "is missing, or damaged"),
        (damaged, "no revision"),
    ],
)
def test_a_hostile_or_broken_repository_is_an_error(
    harm: Callable[[Path, Path], None], why: str, tmp_path: Path
) -> None:
    """None of it is half scanned: one row says what is wrong."""
    for name in ("one", "other"):
        committed(tmp_path / name, main_tf=STACK)
    harm(tmp_path / "one", tmp_path / "other")

    assert why in reason(found(tmp_path / "one"))


@pytest.mark.filterwarnings("ignore:unclosed PackData")  # of dulwich, for half a pack
def test_an_empty_repository_and_broken_files_are_errors(tmp_path: Path) -> None:
    """No commit, no such revision, a file that is no bundle, half of one, bad settings."""
    (tmp_path / "empty").mkdir()
    porcelain.init(tmp_path / "empty").close()
    committed(tmp_path / "one", main_tf=STACK)
    whole = bundled(tmp_path / "one", tmp_path / "one.bundle").read_bytes()
    (tmp_path / "half.bundle").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "other.bundle").write_text("nothing")
    committed(tmp_path / "settings", taskwall_toml="fail-on = 3\n")

    assert 'no revision "HEAD"' in reason(found(tmp_path / "empty"))
    assert 'no revision "next"' in reason(found(tmp_path / "one", "next"))
    assert "bundle cannot be read" in reason(found(tmp_path / "half.bundle"))
    assert "nor a bundle" in reason(found(tmp_path / "other.bundle"))
    assert reason(found(tmp_path / "settings")).startswith("taskwall.toml: fail-on")
    assert "No git repository" in reason(found(tmp_path / "missing"))


def test_repositories_are_named_in_four_ways(tmp_path: Path) -> None:
    """Themselves, by a bundle, by the folder that they are in, by a list; each counts once."""
    committed(tmp_path / "one", main_tf=STACK)
    (tmp_path / "all").mkdir()
    for name in ("a", "b"):
        committed(tmp_path / "all" / name, main_tf=STACK)
    bundle = bundled(tmp_path / "one", tmp_path / "all" / "c.bundle")
    (tmp_path / "all" / "other").mkdir()
    (tmp_path / "list").write_text("# those of the list\none\nall/a\tv1\n\nmissing\n")
    one, a, b = (str(tmp_path / name) for name in ("one", "all/a", "all/b"))

    assert targets([one, str(bundle), one], "HEAD") == (
        Target(str(bundle), "HEAD"),
        Target(one, "HEAD"),
    )
    assert targets([str(tmp_path / "all")], "main") == (
        Target(a, "main"),
        Target(b, "main"),
        Target(str(bundle), "main"),
    )
    assert targets([str(tmp_path / "list")], "HEAD") == (
        Target(a, "v1"),
        Target(str(tmp_path / "missing"), "HEAD"),
        Target(one, "HEAD"),
    )
    for name in ("all/other", "nowhere"):
        with pytest.raises(FleetError):
            targets([str(tmp_path / name)], "HEAD")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "name repositories"),
        (".", "--to DIR"),
        (". --to out --scheduler tcp://127.0.0.1:8786", "is not tls://"),
        (". --to out --jobs 0", "--jobs"),
        (". --to out --time-limit -1", "--time-limit"),
        (". --to out --fail-on worst", "--fail-on"),
        (". --to out --select TW999", "TW999"),
        ("query", "query DIR"),
        ("query out findings more", "query DIR"),
        ("summary", "summary DIR"),
    ],
)
def test_arguments_that_cannot_be_meant_so(
    words: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is refused with a sentence before anything is scanned, or made."""
    assert main(["fleet", *words.split()]) == 2
    assert said in capsys.readouterr().err


def test_processes_are_forked_from_one_that_has_all(tmp_path: Path) -> None:
    """No scan imports what the server that it is forked from could have imported for all."""
    for name in ("main.tf", "template.yaml"):
        text = (FIXTURES / "rules" / "tw203" / "fail_instances" / name).read_text()
        committed(tmp_path / "one", **{name.replace(".", "_"): text})

    done = subprocess.run(
        (sys.executable, "-c", _IMPORTED, tmp_path / "one", tmp_path / "scratch"),
        check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert done.stdout == "2 files\n"


_IMPORTED = """
import sys
import taskwall.fleet.warm
from taskwall.fleet.plan import Target
from taskwall.fleet.scanning import FleetOptions, scanned

known = set(sys.modules)
rows = scanned(Target(sys.argv[1], "HEAD"), FleetOptions(), sys.argv[2])
print(rows.repositories[0].files, "files", *set(sys.modules) - known)
"""
