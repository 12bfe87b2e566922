"""Severities, rules by path, and settings of an organisation in an installed package."""

from pathlib import Path

import pytest

import taskwall

SOURCE = (
    'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'
    'resource "aws_subnet" "a" {\n  vpc_id = aws_vpc.main.id\n}\n'
    'resource "aws_ecs_service" "api" {\n  task_definition = "api:1"\n  launch_type = "FARGATE"\n'
    "  network_configuration {\n    subnets = [aws_subnet.a.id]\n  }\n}\n"
)


def scanned(tmp_path: Path, settings: str) -> taskwall.Report:
    """What is said of a VPC without a flow log, in a folder `legacy` and one beside it."""
    (tmp_path / ".git").mkdir(exist_ok=True)
    for name in ("legacy", "new"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "main.tf").write_text(SOURCE)
    (tmp_path / "taskwall.toml").write_text(settings)
    return taskwall.scan(tmp_path, select=["TW701"])


def test_a_severity_of_the_settings_stands_before_the_rules(tmp_path: Path) -> None:
    """It also decides whether the run fails."""
    report = scanned(tmp_path, '[severity]\nTW701 = "info"\n')

    assert {one.severity for one in report.findings} == {"info"}
    assert report.exit_status == 0


def test_a_rule_may_not_count_in_a_folder(tmp_path: Path) -> None:
    """Its findings there count as suppressed by the settings, and nothing else."""
    report = scanned(tmp_path, '[[per-path]]\npath = "legacy/"\nignore = ["TW7"]\n')

    assert [Path(one.file).parent.name for one in report.findings] == ["new"]
    (silent,) = report.suppressed
    assert (silent.by, Path(silent.finding.file).parent.name) == ("settings", "legacy")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('[severity]\nTW71 = "low"\n', 'no rule is "TW71"'),
        ('[severity]\nTW701 = "bad"\n', "severity"),
        ('[[per-path]]\npath = "a"\nignore = ["TW99"]\n', 'no rule is "TW99"'),
        ('[[per-path]]\npath = "a"\nignored = ["TW7"]\n', "ignored"),
        ('extends = "nowhere-policy"\n', "nowhere-policy is not installed"),
        ('extends = "pytest"\n', "pytest has no taskwall.toml"),
    ],
)
def test_what_cannot_be_meant_so_is_refused(tmp_path: Path, settings: str, message: str) -> None:
    """With the file, the key, and the nearest right word."""
    with pytest.raises(taskwall.SettingsError, match=r"taskwall\.toml") as raised:
        scanned(tmp_path, settings)

    assert message in str(raised.value)


def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str) -> None:
    """Install a package with settings, and with code that must not be imported."""
    site = tmp_path / "site"
    (site / "acme_policy").mkdir(parents=True)
    (site / "acme_policy" / "__init__.py").write_text("raise SystemExit('imported')\n")
    (site / "acme_policy" / "taskwall.toml").write_text(settings)
    metadata = site / "acme_policy-1.0.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-policy\nVersion: 1.0.0\n")
    (metadata / "RECORD").write_text("acme_policy/__init__.py,,\nacme_policy/taskwall.toml,,\n")
    monkeypatch.syspath_prepend(str(site))


def test_settings_of_an_organisation_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the project stand before them."""
    shared = 'fail-on = "never"\n[severity]\nTW701 = "low"\n'
    installed(tmp_path, monkeypatch, shared)

    report = scanned(tmp_path, 'extends = "acme-policy"\n')
    assert ({one.severity for one in report.findings}, report.exit_status) == ({"low"}, 0)

    report = scanned(tmp_path, 'extends = "acme-policy"\nfail-on = "low"\n')
    assert ({one.severity for one in report.findings}, report.exit_status) == ({"low"}, 1)


def test_settings_of_an_organisation_name_no_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has a meaning in one tree only, or is code, is refused."""
    installed(tmp_path, monkeypatch, 'rules = ["rules"]\n')

    with pytest.raises(taskwall.SettingsError, match='"rules" cannot be set by a package'):
        scanned(tmp_path, 'extends = "acme-policy"\n')
