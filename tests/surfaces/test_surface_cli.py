"""The command: its words, its exit status, and what it writes where."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taskwall import cli
from taskwall.api import scan as api
from taskwall.core.values import Known, lifted
from taskwall.rules._guide import recommendations
from taskwall.source.stack import Inputs

FAIL = "x = 1 # fail TW206\n"


def run(*arguments: str) -> int:
    """The exit status of a command; of a scan of the working directory where none is named."""
    if arguments[:1] == ("--help",) or (arguments and not arguments[0].startswith("-")):
        return cli.main(list(arguments))
    return cli.main(["scan", ".", *arguments])


def asked(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> api.Options:
    """The options with which a command calls the api."""
    seen: list[api.Options] = []
    real = api.scan

    def spy(options: api.Options, **more: Any) -> Any:
        seen.append(options)
        return real(msgspec.structs.replace(options, inputs=Inputs()), **more)

    with monkeypatch.context() as patched:
        patched.setattr(api, "scan", spy)
        assert run(*arguments) == 0
    return seen[0]


def test_a_path_is_scanned(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that exists, in place of a command, is what `scan` of it is."""
    (toy / "main.tf").write_text(FAIL)
    for arguments in ((".",), ("scan", "."), ("scan", "main.tf"), (".", "--profile", "default")):
        assert cli.main([*arguments]) == 1
        assert capsys.readouterr().out.startswith(
            "MEDIUM: 1 finding\n\nmain.tf\n     1:5  TW206  x is wrong\n"
        )


def test_nothing_prints_the_help(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a word nothing is scanned: the commands are listed."""
    (toy / "main.tf").write_text(FAIL)
    assert cli.main([]) == 0
    assert capsys.readouterr().out == cli.USAGE


def test_a_command_stands_before_a_path(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is named as a command is scanned as any other path of `scan`."""
    (toy / "rules").mkdir()
    (toy / "rules" / "main.tf").write_text(FAIL)
    assert cli.main(["rules"]) == 0
    assert cli.main(["scan", "rules"]) == 1
    assert cli.main(["./rules"]) == 1
    capsys.readouterr()


def test_exit_status(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 for nothing at or above the threshold, 1 for findings, 2 beside what cannot be read."""
    (toy / "main.tf").write_text(FAIL)
    assert run("--fail-on", "high") == 0
    assert run("--fail-on", "medium") == 1
    assert run("scan", ".", "nowhere") == 2
    captured = capsys.readouterr()
    assert "error: nowhere:1:1: there is no such file or folder" in captured.out
    assert captured.out.count("1:5  TW206  x is wrong") == 3
    assert captured.err == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--formt", "json"), 'there is no option --formt (did you mean "--format"?)'),
        (
            ("--format", "jsn"),
            'markdown, sarif, text (did you mean "json"?).',
        ),
        (("--profile", "strct"), '(did you mean "strict"?)'),
        (("--fail-on", "hi"), '--fail-on: "hi" is none of critical, high'),
        (("--show", "fail,passes"), '(did you mean "pass"?)'),
        (("--select", "TW999"), '--select: no rule is "TW999"'),
        (("--ignore", "TWO1"), '--ignore: no rule is "TWO1"'),
        (("--color", "allways"), '(did you mean "always"?)'),
        (("--output", "x.json", "--output", "y"), "--output y has no --format of its own"),
        (("--var", "name"), '--var: "name" is not NAME=VALUE'),
        (("--assume", "=1"), '--assume: "=1" is not NAME=VALUE'),
        (("--var-file", "no.tfvars"), "--var-file: there is no file no.tfvars"),
        (("--parameters", "no.json"), "--parameters: no.json is neither a file nor KEY=VALUE"),
        (("--jobs", "0"), "--jobs: there must be at least one process"),
        (("--jobs", "x"), "--jobs: invalid int value"),
        (("--baseline", "no.json"), "no.json: the baseline cannot be read"),
        (("--scenarios", "some"), "--scenarios: "),
        (("--output", "no/where.txt"), "no/where.txt: cannot be written"),
        (("rules", "--format", "text", "x"), "rules: write new ID [NAME], test DIR or docs DIR"),
        (("explain",), "required: RULE"),
        (("scan",), "scan: name what to scan, such as taskwall scan ."),
        (("scna",), 'there is no command and no path "scna" (did you mean "scan"?)'),
        (("no/where",), 'there is no command and no path "no/where"; see taskwall --help'),
        (("--quiet", "--verbose"), "--quiet cannot be combined with --verbose"),
        (("explain", "TW260"), 'no rule is "TW260" (did you mean "'),
    ],
)
def test_wrong_usage_is_one_clear_sentence(
    toy: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    """Exit status 2 and one line on standard error that names the nearest right word."""
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("taskwall: ")
    assert says in captured.err
    assert captured.err.count("\n") == 1


def test_wrong_settings_are_wrong_usage(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings that are not valid end the run with 2 before anything is scanned."""
    (toy / "taskwall.toml").write_text('profil = "pci"\n')
    (toy / "main.tf").write_text(FAIL)
    assert run() == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert 'there is no setting "profil" (did you mean "profile"?)' in captured.err


def test_formats_and_files_pair_in_turn(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The n-th format goes to the n-th file, those without one to standard output."""
    (toy / "main.tf").write_text(FAIL)
    assert run("--format", "json", "--output", "report.json", "--format", "text") == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("MEDIUM: 1 finding\n")
    written = json.loads((toy / "report.json").read_text())
    assert [finding["rule"] for finding in written["findings"]] == ["TW206"]
    assert run("--format", "json", "--output", "report.json") == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (
        "",
        "taskwall: 1 fail, 0 unknown: see report.json\n",
    )
    assert run("--output", "-") == 1
    assert capsys.readouterr().out.startswith("MEDIUM: 1 finding\n")


def test_the_same_input_gives_the_same_bytes(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing in the JSON depends on when, or in how many processes, it was made."""
    for name in "abc":
        (toy / name).mkdir()
        (toy / name / "main.tf").write_text(FAIL)
    outputs = []
    for jobs in ("1", "2", "3"):
        run("--format", "json", "--jobs", jobs)
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] == outputs[2]


def test_what_options_say(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every option reaches the api in the form that it takes."""
    (toy / "x.tfvars").write_text("")
    for folder in ("a", "b"):
        (toy / folder).mkdir()
        (toy / folder / "main.tf").touch()
    options = asked(
        monkeypatch,
        *("a", "--var", "peers=[1]", "--var", "n=a=b", "--var-file", "x.tfvars", "b"),
        *("--assume", "data.aws_vpc.main.cidr_block=10.0.0.0/16", "--assume", 'x["k=v"]=["a", 1]'),
        *("--select", "TW2,TW101", "--select", "tw308", "--ignore", "TW209", "--show=fail"),
        *("--allow-outside", "--scenarios", "all", "--jobs", "2", "--no-progress", "--verbose"),
        *("--color", "never", "--exclude", "x,y/z", "--exclude", "w", "--allow-empty"),
        *("--fail-on-unknown", "--fail-on-absent"),
    )
    assert options.exclude == ("x", "y/z", "w")
    assert (options.allow_empty, options.fail_on_unknown, options.fail_on_absent) == (True,) * 3
    assert options.paths == ("a", "b")
    assert options.inputs.variables == {"peers": Known("[1]"), "n": Known("a=b")}
    assert options.inputs.var_files == ("x.tfvars",)
    assert options.inputs.assumptions == {
        "data.aws_vpc.main.cidr_block": Known("10.0.0.0/16"),
        'x["k=v"]': lifted(["a", 1]),
    }
    assert options.select == ("TW2", "TW101", "tw308")
    assert (options.ignore, options.show) == (("TW209",), ("fail",))
    assert (options.inputs.outside, options.scenarios, options.jobs) == (True, "all", 2)


def test_options_need_a_command(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An option before any command is refused, with the command to begin with."""
    assert cli.main(["--select", "TW2", "."]) == 2
    assert "such as taskwall scan --select" in capsys.readouterr().err


@pytest.mark.parametrize(
    "document",
    [
        [
            {"ParameterKey": "Vpc", "ParameterValue": "vpc-1"},
            {"ParameterKey": "Kept", "UsePreviousValue": True},
        ],
        {"Parameters": {"Vpc": "vpc-1"}, "Tags": {"a": "b"}},
        {"Vpc": "vpc-1"},
        ["Vpc=vpc-1"],
    ],
)
def test_parameter_files(toy: Path, monkeypatch: pytest.MonkeyPatch, document: object) -> None:
    """The forms in which people keep parameters are read; one on the command line comes later."""
    (toy / "main.tf").touch()
    (toy / "p.json").write_text(json.dumps(document), encoding="utf-8-sig")
    given = ("--parameters", "p.json", "--parameters", "Env=a=b")
    options = asked(monkeypatch, *given)
    assert options.inputs.parameters == {"Vpc": Known("vpc-1"), "Env": Known("a=b")}
    options = asked(monkeypatch, *given, "--parameters", "Vpc=vpc-2")
    assert options.inputs.parameters["Vpc"] == Known("vpc-2")


@pytest.mark.parametrize("text", ["{", "1", "[1]", '"x"'])
def test_parameter_files_that_are_none(
    toy: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """A file in no known form is wrong usage that names the file."""
    (toy / "p.json").write_text(text)
    assert run("--parameters", "p.json") == 2
    assert "--parameters: p.json " in capsys.readouterr().err


def test_writing_a_baseline(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It goes to the settings' file, else to the usual name; the run then finds nothing new."""
    (toy / "main.tf").write_text(FAIL)
    assert run("scan", ".", "--write-baseline") == 0
    assert (toy / "taskwall-baseline.json").exists()
    (toy / "taskwall.toml").write_text('baseline = "known.json"\n')
    assert run("--write-baseline", "--") == 0
    assert run() == 0
    assert "1 finding suppressed" in capsys.readouterr().out
    assert run("--write-baseline", "main.tf") == 2
    assert "It is not overwritten." in capsys.readouterr().err
    assert (toy / "main.tf").read_text() == FAIL


def test_verbose_says_what_is_suppressed(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Suppressed findings are counted always, and told on request."""
    (toy / "main.tf").write_text("x = 1 # skip TW206 a game server\n")
    assert run() == 0
    assert "TW206" not in capsys.readouterr().out
    assert run("--verbose") == 0
    assert "by the comment at main.tf:1: a game server" in capsys.readouterr().out


def test_colour(
    toy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Colour comes when it is asked for, or on a terminal unless NO_COLOR is set."""
    (toy / "main.tf").write_text(FAIL)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    run()
    assert "\x1b[" not in capsys.readouterr().out
    run("--color", "always")
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    run()
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    run()
    assert "\x1b[" not in capsys.readouterr().out


def test_rules(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table has a line for each rule; the JSON says the same."""
    assert run("rules") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[1].split("  ")[0] == "TW206"
    assert "default,pci,strict" in lines[1]
    assert "Title TW206" in lines[1]
    assert run("rules", "--format", "json") == 0
    rules = json.loads(capsys.readouterr().out)
    assert [rule["id"] for rule in rules] == ["TW101", "TW206", "TW209", "TW210", "TW308"]
    assert rules[2]["profiles"] == ["strict"]
    assert rules[0]["cfn_lint_id"] == "ETW101"
    assert rules[0]["file"].endswith("conftest.py")


@pytest.mark.parametrize("name", ["TW206", "tw206", "WTW206"])
def test_explain(toy: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """The page of a rule has its title, severity, profiles and every section."""
    assert run("explain", name) == 0
    page = capsys.readouterr().out
    assert page.startswith("TW206: Title TW206\nmedium; profiles default, pci, strict;")
    for section in ("What", "Why", "Fine when", "Terraform", "CloudFormation", "See"):
        assert f"\n{section}\n  What {section} says.\n      as code\n" in page
    known = recommendations()
    assert f"\nGuide\n  {known['alb-only']}\n  {known['nlb-ranges']}\n" in page


def test_help(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command says what it does, and offers nothing that it does not have."""
    assert run("--help") == 0
    assert "taskwall explain RULE" in capsys.readouterr().out
    for command in ("scan", "rules", "explain"):
        with pytest.raises(SystemExit) as ended:
            run(command, "--help")
        assert ended.value.code == 0
        assert f"usage: taskwall {command}" in capsys.readouterr().out


def test_interruption(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the run quietly with the status that shells know."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "scan", interrupted)
    assert run() == 130


def test_version_imports_next_to_nothing() -> None:
    """`taskwall --version` needs neither argparse nor anything heavy."""
    code = (
        "import sys\n"
        "from taskwall.cli import main; main(['--version'])\n"
        "heavy = {'argparse', 'msgspec', 'rich', 're', 'json', 'typing'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    from taskwall import __version__

    assert _in_a_process_of_its_own(code) == [f"taskwall {__version__}", "[]"]


@pytest.mark.parametrize(
    ("name", "text", "others"),
    [
        ("main.tf", 'resource "aws_vpc" "a" {}', {"taskwall.readers.cloudformation", "yaml"}),
        (
            "a.yaml",
            "{Resources: {A: {Type: AWS::EC2::VPC}}}",
            {"taskwall.readers.terraform", "tree_sitter"},
        ),
    ],
)
def test_a_scan_imports_only_what_reads_its_sources(
    tmp_path: Path, name: str, text: str, others: set[str]
) -> None:
    """One file takes no longer for what other files, outputs, commands and hosts would need."""
    (tmp_path / name).write_text(text)
    never = {
        "taskwall.model.flows",
        "asyncio",
        "lsprotocol",
        "mcp",
        "pygls",
        "rich",
        "sqlite3",
        "subprocess",
        "tomllib",
    }
    code = (
        "import sys\n"
        f"from taskwall.cli import main; main(['scan', '--quiet', {str(tmp_path)!r}])\n"
        f"print(sorted({never | others!r} & set(sys.modules)))\n"
    )
    assert _in_a_process_of_its_own(code)[-1] == "[]"


def _in_a_process_of_its_own(code: str) -> list[str]:
    """The lines that some code prints where nothing is imported before it."""
    done = subprocess.run(
        [sys.executable, "-Sc", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return done.stdout.splitlines()


def test_a_reader_that_has_enough(tmp_path: Path) -> None:
    """A report that nobody could be told ends with 2, and without a word."""
    code = (
        "import sys, os; r, w = os.pipe(); os.close(r); os.dup2(w, 1)\n"
        "sys.argv = ['taskwall', '.', '--allow-empty']\n"
        "from taskwall.cli import main; sys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (2, "")


def test_the_command_ends_with_its_status(tmp_path: Path) -> None:
    """As a process it says all that it has to say and leaves the exit status."""
    command = [sys.executable, "-m", "taskwall", "scan", "--format", "json", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert json.loads(done.stdout)["errors"][0]["file"] == "nowhere"


def test_a_defect_of_our_own_is_a_crash(tmp_path: Path) -> None:
    """An error that nothing expected gives one sentence and 2, never 1 or a traceback."""
    code = (
        "import sys; sys.argv = ['taskwall', '.']\n"
        "from taskwall.api import scan as api; from taskwall import cli\n"
        "def broken(*_, **__): raise ValueError('odd')\n"
        "api.scan = broken\n"
        "sys.exit(cli.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 2
    assert done.stderr.startswith("taskwall: crashed: ValueError: odd (<string>:3).")
    assert done.stderr.count("\n") == 1


def test_the_folder_for_checkov(capsys: pytest.CaptureFixture[str]) -> None:
    """It is one line, and holds only what checkov must load: a shim, not named as the package."""
    assert cli.main(["checkov-dir"]) == 0
    folder = Path(capsys.readouterr().out.removesuffix("\n"))
    held = sorted(path.name for path in folder.iterdir() if path.name != "__pycache__")
    assert held == ["__init__.py", "taskwall_checks.py"]


def test_a_server_without_its_settings_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of settings that is not there is no reason to judge by those of the sources."""
    assert cli.main(["lsp", "--settings", str(tmp_path / "none.toml")]) == 2
    assert "--settings: there is no file" in capsys.readouterr().err
