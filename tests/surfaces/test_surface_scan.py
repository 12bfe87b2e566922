"""The api: which findings a scan reports, in which words, and what it keeps silent."""

import json
import os
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from taskwall.api.scan import Options, scan
from taskwall.core.digest import sha256
from taskwall.engine import judge as engine
from taskwall.findings.baseline import BaselineError
from taskwall.findings.finding import Finding, Instance, Report
from taskwall.settings import SettingsError


def put(root: Path, **texts: str) -> None:
    """Write files; `a__b` is the file b.tf in the folder a."""
    for name, text in texts.items():
        path = root / (name.replace("__", "/") + ".tf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def told(report: Report) -> list[str]:
    """The findings, shortly."""
    return [f"{one.file}:{one.line} {one.rule} {one.verdict}" for one in report.document.findings]


def prints(report: Report) -> list[str]:
    """The fingerprints of what is found, shown or not."""
    return [one.fingerprint for one in report.findings]


def test_findings_are_sorted_and_seen_from_here(toy: Path) -> None:
    """Paths are relative with forward slashes; the order is file, line, column, rule."""
    put(
        toy,
        b__main="x = 1 # fail TW206\n",
        a__main="y = 2 # pass TW101\nz = 3 # fail TW101\n",
    )
    report = scan(Options())
    assert told(report) == ["a/main.tf:2 TW101 fail", "b/main.tf:1 TW206 fail"]
    finding = report.document.findings[0]
    assert (finding.stack, finding.because[0].file) == ("a", "a/main.tf")
    assert (report.document.summary.fail, report.document.summary.passed) == (2, 1)
    assert (report.document.summary.files, report.document.summary.stacks) == (2, 2)


def test_the_working_directory_is_the_given_one(toy: Path) -> None:
    """`cwd` decides how paths are read and spelt."""
    put(toy, a__main="x = 1 # fail TW206\n")
    report = scan(Options(paths=("../a",), cwd=str(toy / "b")))
    assert told(report) == ["../a/main.tf:1 TW206 fail"]


def test_show_chooses_what_is_told_but_not_the_status(toy: Path) -> None:
    """A fail fails the run also where only unknowns are shown; all are counted."""
    put(toy, main="x = 1 # fail TW206\ny = 1 # unknown TW101\n")
    report = scan(Options(show=("unknown",)))
    assert told(report) == ["main.tf:2 TW101 unknown"]
    assert (report.status, report.document.summary.fail) == (1, 1)
    assert [one.verdict for one in report.findings] == ["fail", "unknown"]


@pytest.mark.parametrize(
    ("line", "fail_on", "status"),
    [
        ("x = 1 # fail TW206", None, 1),
        ("x = 1 # fail TW206", "medium", 1),
        ("x = 1 # fail TW206", "high", 0),
        ("x = 1 # fail TW206", "never", 0),
        ("x = 1 # fail TW308", None, 0),
        ("x = 1 # fail TW308", "info", 1),
        ("x = 1 # unknown TW101", "info", 0),
        ("x = 1 # pass TW101", "info", 0),
        ("x = broken # pass TW101", "never", 2),
    ],
)
def test_status(toy: Path, line: str, fail_on: str | None, status: int) -> None:
    """Fails at or above the threshold make 1, what cannot be read 2, all else 0."""
    put(toy, main=line + "\n")
    assert scan(Options(fail_on=fail_on)).status == status


def test_a_path_that_is_not_there(toy: Path) -> None:
    """It is an error beside the findings of the others."""
    put(toy, main="x = 1 # fail TW206\n")
    report = scan(Options(paths=("main.tf", "nothing")))
    assert told(report) == ["main.tf:1 TW206 fail"]
    assert [error.message for error in report.document.errors] == [
        "there is no such file or folder"
    ]
    assert (report.document.errors[0].file, report.status) == ("nothing", 2)


def test_a_file_of_another_kind_is_noted(toy: Path) -> None:
    """Given files that are none of ours are passed over among others, in one line."""
    put(toy, main="x = 1 # fail TW206\n")
    for name in ("README.md", "a.yml", "b.json", "c.txt"):
        (toy / name).write_text("a: 1\n")
    report = scan(Options(paths=("README.md", "main.tf", "a.yml", "b.json", "c.txt")))
    what = "4 given files are neither Terraform nor CloudFormation"
    assert report.notes == (f"{what}: README.md, c.txt, a.yml and 1 more",)
    assert (told(report), report.status) == (["main.tf:1 TW206 fail"], 1)
    [note] = scan(Options(paths=("README.md", "main.tf"))).notes
    assert note == "1 given file is neither Terraform nor CloudFormation: README.md"


def test_folders_that_loop_are_entered_once(toy: Path) -> None:
    """A symbolic link upward, or the same folder given twice, changes nothing."""
    put(toy, a__main="x = 1 # fail TW206\n")
    (toy / "a" / "up").symlink_to(toy, target_is_directory=True)
    assert told(scan(Options(paths=("a", "a", ".")))) == ["a/main.tf:1 TW206 fail"]


def test_folders_that_hold_no_sources_of_ones_own(toy: Path) -> None:
    """What was installed is passed over, but for the given one.

    An environment of Python is told by what is in it.
    """
    folders = ("node_modules", ".venv", "__pycache__", "env")
    put(toy, **{f"{folder}__main": "x = 1 # fail TW206\n" for folder in folders})
    (toy / "env" / "pyvenv.cfg").touch()
    put(toy, environment__main="x = 1 # fail TW206\n")
    assert told(scan(Options())) == ["environment/main.tf:1 TW206 fail"]
    assert told(scan(Options(paths=("env",)))) == ["env/main.tf:1 TW206 fail"]


@pytest.mark.parametrize(
    ("paths", "texts", "says"),
    [
        ((".",), {}, "there is no Terraform and no CloudFormation here"),
        (("README.md",), {"README.md": "#"}, "this is neither Terraform nor a plan nor"),
        (("a.yml",), {"a.yml": "a: 1"}, "this is neither Terraform nor a plan nor"),
        (("a.yml", "b.yml"), {"a.yml": "a: 1", "b.yml": "b: 1"}, "this is neither"),
        (("x.golden",), {"x.golden": 'resource "aws_vpc" "a" {}\n'}, "end in .tf or .tf.json"),
        (("x.txt",), {"x.txt": "# a\nlocals {\n}\n"}, "end in .tf or .tf.json"),
        (("x.tfstate",), {"x.tfstate": '{"terraform_version": 1, "resources": []}'}, "a state"),
        (("x.tfplan",), {"x.tfplan": "PK\x03\x04\xff"}, "terraform show -json"),
        ((".",), {"skip/main.tf": "x = 1\n", "skip/b.tf": ""}, "; 2 files are excluded"),
    ],
)
def test_nothing_to_analyse_is_an_error(
    toy: Path, paths: tuple[str, ...], texts: dict[str, str], says: str
) -> None:
    """Green for nothing would be read as green: it is status 2, unless somebody accepts it."""
    for name, text in texts.items():
        (toy / name).parent.mkdir(exist_ok=True)
        (toy / name).write_bytes(text.encode("latin-1"))
    report = scan(Options(paths=paths, exclude=("skip",)))
    [error] = report.document.errors
    assert says in error.message
    assert "--allow-empty" in error.message
    assert (error.file, report.status) == (paths[0], 2)
    assert scan(Options(paths=paths, exclude=("skip",), allow_empty=True)).status == 0


@pytest.mark.parametrize(
    ("option", "line", "status"),
    [
        ({"fail_on_unknown": True}, "x = 1 # unknown TW101", 1),
        ({"fail_on_unknown": True, "fail_on": "never"}, "x = 1 # unknown TW101", 1),
        ({"fail_on_unknown": True}, "x = 1 # pass TW101", 0),
        ({"fail_on_absent": True}, "absent x", 1),
        ({"fail_on_absent": True, "fail_on": "never"}, "absent x", 1),
        ({}, "absent x", 0),
    ],
)
def test_what_may_fail_a_run_besides(
    toy: Path, option: dict[str, object], line: str, status: int
) -> None:
    """Unknown verdicts and absent sources fail a run if somebody asks for that."""
    put(toy, main=line + "\n")
    assert scan(replace(Options(), **option)).status == status
    for word in ("unknown", "absent"):
        (toy / "taskwall.toml").write_text(f"fail-on-{word} = true\n")
        assert scan(Options()).status == int(word in line)


def test_excluding_is_counted_and_adds_up(toy: Path) -> None:
    """Patterns of the option are seen from here, and add to those of the settings."""
    put(
        toy,
        main="x = 1 # fail TW206\n",
        a__main="x = 1 # fail TW206\n",
        a__b__main="x = 1 # fail TW206\n",
        c__main="x = 1 # fail TW206\n",
    )
    (toy / "taskwall.toml").write_text('exclude = ["c"]\n')
    report = scan(Options(exclude=("a/b",)))
    assert told(report) == ["a/main.tf:1 TW206 fail", "main.tf:1 TW206 fail"]
    assert report.excluded == 2
    report = scan(Options(paths=("..",), exclude=("b/*.tf",), cwd=str(toy / "a")))
    assert (len(told(report)), report.excluded) == (2, 2)


def test_excluded_files_are_not_scanned_unless_given(toy: Path) -> None:
    """Settings exclude what lies below folders, not a file that is named."""
    (toy / "taskwall.toml").write_text('exclude = ["examples"]\n')
    put(toy, main="x = 1 # fail TW206\n", examples__main="x = 1 # fail TW206\n")
    assert told(scan(Options())) == ["main.tf:1 TW206 fail"]
    named = scan(Options(paths=("examples/main.tf",)))
    assert told(named) == ["examples/main.tf:1 TW206 fail"]


def test_a_single_file_is_seen_from_its_roots(toy: Path) -> None:
    """It is analysed in each stack that it takes part in; only its own findings are shown."""
    put(
        toy,
        module__main="x = 1 # fail TW206\n",
        module__more="y = 1 # fail TW206\n",
        prod__main="call ../module\nz = 1 # fail TW101\n",
        other__main="call broken\nz = 1 # fail TW101\n",
    )
    # the toy joins paths as they stand
    put(toy, prod__main=f"call {toy}/module\nz = 1 # fail TW101\n")
    report = scan(Options(paths=("module/main.tf",)))
    assert told(report) == ["module/main.tf:1 TW206 fail"]
    assert report.document.findings[0].stack == "prod"
    assert (report.document.errors, report.document.summary.stacks) == ((), 1)


def test_one_finding_for_all_stacks_that_agree(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of the same place is told once, with the instances of all, each with its calls."""
    put(toy, module__main="x = 1 # fail TW206\n")
    for root in ("a", "b"):
        put(toy, **{f"{root}__main": f"call {toy}/module\n"})
    (called,) = scan(Options()).document.findings
    assert [(one.stack, one.called_from[0].file) for one in called.instances] == [
        ("a", "a/main.tf"),
        ("b", "b/main.tf"),
    ]
    judge = engine.judge

    def uncalled(stack, rules, use):  # type: ignore[no-untyped-def]
        judgement = judge(stack, rules, use)
        (one,) = judgement.findings
        name = os.path.basename(stack.name)
        instances = tuple(Instance(address, stack.name) for address in ("x", name))
        finding = replace(one.finding, called_from=(), instances=instances)
        return replace(judgement, findings=(replace(one, finding=finding),))

    monkeypatch.setattr(engine, "judge", uncalled)
    (one,) = scan(Options()).document.findings
    assert (one.stack, one.addresses) == ("a", ("x", "a", "b"))
    assert [(each.resource, each.stack) for each in one.instances] == [
        *(("x", "a"), ("a", "a"), ("x", "b"), ("b", "b")),
    ]
    assert len({each.fingerprint for each in one.instances}) == 4


def test_skips_keep_silent_and_are_counted(toy: Path) -> None:
    """A suppressed finding is in the report with its reason and place, and fails nothing."""
    put(toy, main="x = 1 # skip TW206 a game server\n")
    report = scan(Options())
    assert (told(report), report.status) == ([], 0)
    (silent,) = report.document.suppressed
    assert (silent.by, silent.reason) == ("comment", "a game server")
    assert (silent.file, silent.line, silent.finding.rule) == ("main.tf", 1, "TW206")
    assert (report.document.summary.suppressed, report.notes) == (1, ())


def test_a_skip_that_is_idle_is_noted(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suppression without a finding is noted if its rule ran, or if there is no such rule."""
    put(toy, main="x = 1 # skip TW209 why\n")
    assert scan(Options()).notes == ()  # the profile does not run it
    assert scan(Options(select=("TW2",))).notes == ()  # it suppresses something
    put(toy, main="x = 1 # skip TW999 why\n")
    assert scan(Options()).notes == (
        'main.tf:1: no rule is TW999 (did you mean "TW209"?): nothing is suppressed',
    )
    judge = engine.judge

    def without(stack, rules, use):  # type: ignore[no-untyped-def]
        judgement = judge(stack, rules, use)
        return type(judgement)((), 0, suppressions=judgement.suppressions)

    put(toy, main="x = 1 # skip TW206 why\n")
    monkeypatch.setattr(engine, "judge", without)
    assert scan(Options()).notes == (
        "main.tf:1: the suppression of TW206 no longer suppresses anything",
    )


def test_fingerprints_survive_edits_elsewhere(toy: Path) -> None:
    """Lines above, white space and other findings leave a fingerprint as it is."""
    put(toy, a__main="x = a b # fail TW206\n")
    before = prints(scan(Options()))
    put(toy, a__main="\n\nw = 1 # fail TW101\n  x = a  b # fail TW206\n")
    after = prints(scan(Options()))
    assert set(before) < set(after)
    assert all(re.fullmatch("[0-9a-f]{16,}", one) for one in after)
    assert len(set(after)) == 2


def test_fingerprints_do_not_depend_on_what_is_asked(toy: Path) -> None:
    """One folder, one file, another working directory, passes shown: always the same."""
    put(toy, a__main="x = 1 # pass TW206\nx = 1 # fail TW206\nx = 1 # fail TW206\n")
    one = prints(scan(Options()))[1:]
    assert prints(scan(Options(paths=("a/main.tf",))))[1:] == one
    assert prints(scan(Options(paths=("main.tf",), cwd=str(toy / "a"))))[1:] == one
    assert prints(scan(Options(show=("pass", "fail"))))[1:] == one
    assert len(set(one)) == 2


def test_secrets_are_masked_and_in_no_fingerprint(toy: Path) -> None:
    """An excerpt has asterisks where a secret stands; a fingerprint cannot tell it either."""
    put(toy, main="secret = hunter2 # fail TW206\n")
    report = scan(Options())
    assert report.excerpt("main.tf", 1) == "secret = ******* # fail TW206"
    before = prints(report)
    put(toy, main="secret = hunter3 # fail TW206\n")
    assert prints(scan(Options())) == before


def test_excerpts_of_what_is_not_there(toy: Path) -> None:
    """A line or file that the scan does not have is None."""
    put(toy, main="x = 1\r\n")
    report = scan(Options(show=("pass",)))
    assert report.excerpt("main.tf", 9) is None
    assert report.excerpt("main.tf", 0) is None
    assert report.excerpt("/etc/passwd", 1) is None


def test_more_processes_report_the_same(toy: Path) -> None:
    """The number of processes changes nothing in the report."""
    for name in "abcdef":
        put(toy, **{f"{name}__main": "x = 1 # fail TW206\ny = 1 # unknown TW101\n"})
    one, several = scan(Options(jobs=1)), scan(Options(jobs=3))
    assert several.document == one.document
    assert len(one.document.findings) == 6


def test_progress_is_told(toy: Path) -> None:
    """Every stack that is judged is told of, with its name."""
    put(toy, a__main="x = 1\n", b__main="x = 1\n")
    steps: list[tuple[int, int, str]] = []
    scan(Options(), progress=lambda *step: steps.append(step))
    assert [step[:2] for step in steps] == [(1, 2), (2, 2)]
    assert [os.path.basename(name) for *_, name in steps] == ["a", "b"]


def test_too_deep_a_stack_is_an_error(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack nested beyond what can be followed is an error; the others are judged."""
    put(toy, a__main="x = 1 # fail TW206\n", b__main="y = 1 # fail TW206\n")
    judge = engine.judge

    def deep(stack, rules, use):  # type: ignore[no-untyped-def]
        if stack.name.endswith("a"):
            raise RecursionError
        return judge(stack, rules, use)

    monkeypatch.setattr(engine, "judge", deep)
    report = scan(Options())
    assert told(report) == ["b/main.tf:1 TW206 fail"]
    assert (report.document.errors[0].file, report.status) == ("a/main.tf", 2)


def test_a_name_that_is_no_utf8(toy: Path) -> None:
    """A file whose name no text can hold is reported under a name that one can."""
    (toy / os.fsdecode(b"a\xff.tf")).write_text("x = 1 # fail TW206\n")
    report = scan(Options())
    assert told(report) == ["a�.tf:1 TW206 fail"]
    assert report.excerpt("a�.tf", 1) == "x = 1 # fail TW206"


def dated(main: Path, until: str) -> None:
    """A file of Terraform with one finding that a comment suppresses until a day."""
    source = Path(__file__).parents[2] / "fixtures" / "rules" / "tw204" / "fail" / "main.tf"
    lines = source.read_text().splitlines()
    mark = next(n for n, line in enumerate(lines) if re.search(r"# TW204$", line))
    lines[mark] = lines[mark].replace("# TW204", f"# taskwall:skip=TW204 until={until}: a demo")
    main.write_text("\n".join(lines) + "\n")


def test_a_suppression_that_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds through its last day; after it the finding is back, and the report says so."""
    monkeypatch.chdir(tmp_path)
    dated(tmp_path / "main.tf", "2027-03-01")

    def on(day: str | None, **more: object) -> Report:
        return scan(replace(Options(select=("TW204",), today=day), **more))

    report = on("2027-03-01")
    assert report.document.findings == ()
    [held] = report.document.suppressed
    assert (held.reason, held.until) == ("a demo", "2027-03-01")
    assert report.notes == ("suppressions that end are judged as of 2027-03-01 (UTC)",)
    report = on("2027-03-02")
    assert [one.rule for one in report.document.findings] == ["TW204"]
    assert (report.document.suppressed, report.status) == ((), 1)
    ended, as_of = report.notes
    assert re.fullmatch(r"main.tf:\d+: the suppression of TW204 ended on 2027-03-01", ended)
    assert "2027-03-02" in as_of
    assert on("2027-03-01", no_skips=True).status == 1
    dated(tmp_path / "main.tf", "2000-01-01")
    assert on(None).status == 1
    dated(tmp_path / "main.tf", "9999-12-31")
    assert on(None).status == 0
    with pytest.raises(SettingsError, match="--today"):
        on("tomorrow")


def test_what_is_nearly_a_suppression_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note names the line and how to write it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text('resource "aws_vpc" "a" {} # taskwall:ignore=TW204\n')
    [note] = scan(Options()).notes
    assert note.startswith('main.tf:1: "taskwall:ignore=TW204" is not a suppression: write')


def test_no_skips(toy: Path) -> None:
    """Neither comments nor the baseline that settings name count; one that is given does."""
    put(toy, main="x = 1 # skip TW206 why\ny = 1 # fail TW101\n")
    (toy / "taskwall.toml").write_text('baseline = "b.json"\n')
    scan(Options(write_baseline=""))
    assert scan(Options()).status == 0
    report = scan(Options(no_skips=True))
    assert (len(told(report)), report.document.suppressed, report.notes) == (2, (), ())
    assert told(scan(Options(no_skips=True, baseline="b.json"))) == ["main.tf:1 TW206 fail"]


# The baseline


def test_baseline_round_trip(toy: Path) -> None:
    """What was put aside is suppressed from then on; what is new is not."""
    put(toy, a__main="x = 1 # fail TW206\n")
    first = scan(Options(write_baseline=""))
    assert (told(first), first.status, first.document.summary.suppressed) == ([], 0, 1)
    put(toy, a__main="\nx = 1 # fail TW206\ny = 1 # fail TW101\n")
    later = scan(Options(baseline="taskwall-baseline.json"))
    assert told(later) == ["a/main.tf:3 TW101 fail"]
    (silent,) = later.document.suppressed
    assert (silent.by, silent.file) == ("baseline", "taskwall-baseline.json")
    assert later.notes == ()


def test_a_baseline_counts_instances(toy: Path) -> None:
    """One instance more of a finding that is in the baseline is new, and the only one reported."""
    put(toy, main="many_10_x = 1 # fail TW206\n")
    scan(Options(write_baseline="b.json"))
    put(toy, main="many_11_x = 1 # fail TW206\n")
    report = scan(Options(baseline="b.json"))
    [new], [held] = report.document.findings, report.document.suppressed
    assert (new.resource, new.addresses) == ("aws_toy.x[10]", ("aws_toy.x[10]",))
    assert new.fingerprint == new.instances[0].fingerprint
    assert len(held.finding.instances) == 10
    assert (report.status, report.document.summary.fail) == (1, 1)
    put(toy, main="many_9_x = 1 # fail TW206\n")
    [note] = scan(Options(baseline="b.json")).notes
    assert "aws_toy.x[9] is in the baseline, but no longer found" in note


def test_baselines_of_version_1_are_read(toy: Path) -> None:
    """Their entries stand for a finding with all its instances, and go stale like others."""
    put(toy, main="many_2_x = 1 # fail TW206\n")
    old = {
        "taskwall_baseline": 1,
        "findings": [
            {
                "fingerprint": sha256(b"TW206\0main.tf\0aws_toy.x[0]\x001\x001")[:20],
                "rule": "TW206",
                "verdict": "fail",
                "file": "main.tf",
                "resource": "aws_toy.x[0]",
            }
        ],
    }
    (toy / "b.json").write_text(json.dumps(old))
    report = scan(Options(baseline="b.json"))
    assert (told(report), report.status, report.notes) == ([], 0, ())
    put(toy, main="x = 2\n")
    assert "no longer found" in scan(Options(baseline="b.json")).notes[0]


def test_baseline_is_for_review(toy: Path) -> None:
    """The file is sorted JSON that names rule, file and resource; writing twice is writing once."""
    put(toy, b__main="x = 1 # fail TW206\n", a__main="x = 1 # fail TW101\n")
    scan(Options(write_baseline="b.json"))
    text = (toy / "b.json").read_text()
    assert re.findall('"(?:rule|file|resource)": "(.*?)"', text) == [
        *("TW101", "a/main.tf", "aws_toy.x"),
        *("TW206", "b/main.tf", "aws_toy.x"),
    ]
    scan(Options(write_baseline="b.json", paths=("b", "a")))
    assert (toy / "b.json").read_text() == text


def test_an_entry_without_finding_is_noted(toy: Path) -> None:
    """An entry is stale if its rule ran on its file and found nothing."""
    put(toy, a__main="x = 1 # fail TW206\n", b__main="x = 1\n")
    scan(Options(write_baseline="b.json"))
    put(toy, a__main="x = 2\n")
    stale = ("a/main.tf: TW206 on aws_toy.x is in the baseline, but no longer found",)
    assert scan(Options(baseline="b.json")).notes == stale
    assert scan(Options(baseline="b.json", select=("TW101",))).notes == ()
    assert scan(Options(baseline="b.json", paths=("b",))).notes == ()


def test_an_unknown_put_aside_does_not_hide_a_fail(toy: Path) -> None:
    """A fail put aside covers the unknown that it may become, not the other way round."""
    put(toy, main="x = 1 # unknown TW206\n")
    scan(Options(write_baseline="b.json", show=("unknown",)))
    put(toy, main="x = 1 # fail TW206\n")
    assert told(scan(Options(baseline="b.json"))) == ["main.tf:1 TW206 fail"]
    scan(Options(write_baseline="b.json"))
    put(toy, main="x = 1 # unknown TW206\n")
    report = scan(Options(baseline="b.json"))
    assert (report.document.summary.unknown, report.document.summary.suppressed) == (0, 1)


def test_a_baseline_never_replaces_another_file(toy: Path) -> None:
    """`--write-baseline` writes over baselines only, whatever it took for its file."""
    put(toy, main="x = 1 # fail TW206\n")
    for name, says in (("main.tf", "not overwritten"), (".git", "is a folder")):
        with pytest.raises(BaselineError, match=says):
            scan(Options(write_baseline=name))
    assert (toy / "main.tf").read_text() == "x = 1 # fail TW206\n"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"taskwall_baseline": 9}', "\xff"])
def test_what_is_no_baseline(toy: Path, text: str) -> None:
    """A missing, foreign or newer file is an error that names it."""
    with pytest.raises(BaselineError, match=r"none\.json: "):
        scan(Options(baseline="none.json"))
    (toy / "none.json").write_text(text)
    with pytest.raises(BaselineError, match=r"none\.json: "):
        scan(Options(baseline="none.json"))


def test_findings_hold_no_absolute_path(toy: Path) -> None:
    """No path of this machine is in the document."""
    put(toy, a__main="x = 1 # fail TW206\ny = 2 # skip TW101 why\n")
    document = scan(Options()).document
    assert document.findings
    assert all(isinstance(one, Finding) for one in document.findings)
    assert str(toy) not in repr(document)
