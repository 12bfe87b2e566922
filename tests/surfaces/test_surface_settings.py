"""Settings: where they are found, what they may say, and which rules they choose."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskwall.rules._rule import Rule
from taskwall.settings import Isolation, Settings, SettingsError
from taskwall.settings.command_line import overridden
from taskwall.settings.loading import load
from taskwall.settings.selection import chosen

Rules = Sequence[Rule]


def test_nothing_set_gives_the_defaults(tmp_path: Path, rules: Rules) -> None:
    """Without a file that speaks of taskwall the defaults hold."""
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nselect = 1\n")
    assert load(str(tmp_path), rules) == Settings()


def test_the_nearest_file_holds(tmp_path: Path, rules: Rules) -> None:
    """A nearer file stands before one above; in one folder taskwall.toml before pyproject.toml."""
    below = tmp_path / "infra" / "prod"
    below.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.taskwall]\nprofile = "strict"\n')
    assert load(str(below), rules).profile == "strict"
    (tmp_path / "taskwall.toml").write_text('profile = "pci"\n')
    assert load(str(below / "main.tf"), rules).profile == "pci"
    (tmp_path / "infra" / "pyproject.toml").write_text("[tool.ruff]\n# not taskwall\n")
    assert load(str(below), rules).profile == "pci"


def test_both_spellings_of_a_key(tmp_path: Path, rules: Rules) -> None:
    """A key may be written with hyphens or with underscores."""
    (tmp_path / "taskwall.toml").write_text('allowed_peers = ["10.0.0.0/8"]\nfail-on = "high"\n')
    settings = load(str(tmp_path), rules)
    assert (settings.allowed_peers, settings.fail_on) == (("10.0.0.0/8",), "high")


def test_a_prefix_names_all_rules_that_begin_so(tmp_path: Path, rules: Rules) -> None:
    """What is made elsewhere may be a chapter, in whatever case it is written."""
    (tmp_path / "taskwall.toml").write_text('elsewhere = ["tw2", "TW308"]\n')
    assert load(str(tmp_path), rules).elsewhere == ("TW206", "TW209", "TW210", "TW308")


def test_isolation_groups(tmp_path: Path, rules: Rules) -> None:
    """Isolation groups hold patterns; whether internet gateways are allowed stands beside them."""
    (tmp_path / "taskwall.toml").write_text(
        'internet_gateway = false\n[isolation]\ntag = "zone"\n'
        '[isolation.groups]\npayments = ["pay-*"]\n'
    )
    settings = load(str(tmp_path), rules)
    assert settings.internet_gateway is False
    assert settings.isolation == Isolation({"payments": ("pay-*",)}, "zone", "outside")


def test_paths_are_seen_from_the_file(tmp_path: Path, rules: Rules) -> None:
    """A baseline lies beside the settings that name it, wherever the command runs."""
    (tmp_path / "taskwall.toml").write_text('baseline = "b.json"\nselect = ["tw2"]\n')
    settings = load(str(tmp_path), rules)
    assert settings.baseline == str(tmp_path / "b.json")
    assert settings.select == ("TW2",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('profil = "pci"', 'no setting "profil" (did you mean "profile"?)'),
        ('profile = "stict"', '(did you mean "strict"?)'),
        ("[isolation.grups]", 'no setting "isolation.grups" (did you mean "groups"?)'),
        ('[isolation]\nundeclared = "ignored"', '(did you mean "ignore"?)'),
        ('show = ["fails"]', '(did you mean "fail"?)'),
        ('select = ["TWW206"]', 'no rule is "TWW206" (did you mean "TW206"?)'),
        ('ignore = ["TW9"]', 'no rule is "TW9"'),
        ('ignore = [""]', 'no rule is ""'),
        ('elsewhere = ["ETW101"]', '(did you mean "TW101"?)'),
        ('select = "TW2"', "select: expected array, got str"),
        ("exclude = [1]", "exclude[0]: expected str, got int"),
        ("profile = 1", "profile: "),
        ('file = "x"', 'no setting "file"'),
        ("[tool.taskwall]", "the keys are at the top level"),
        ("profile = ", "cannot be read: "),
    ],
)
def test_wrong_settings_name_the_file_and_the_nearest(
    tmp_path: Path, rules: Rules, text: str, says: str
) -> None:
    """What is not valid is an error that names the file, the key and the nearest word."""
    file = tmp_path / "taskwall.toml"
    file.write_text(text + "\n")
    with pytest.raises(SettingsError) as raised:
        load(str(tmp_path), rules)
    assert str(raised.value).startswith(f"{file}: ")
    assert says in str(raised.value)


def test_settings_that_are_no_utf8(tmp_path: Path, rules: Rules) -> None:
    """A file that is no UTF-8 is an error, not a traceback."""
    (tmp_path / "taskwall.toml").write_bytes(b'profile = "\xff"\n')
    with pytest.raises(SettingsError, match="cannot be read"):
        load(str(tmp_path), rules)


def _ids(settings: Settings, rules: Rules) -> list[str]:
    return [rule.id for rule in chosen(rules, settings)]


def test_profiles_choose_rules(rules: Rules) -> None:
    """`default` has its own, `pci` its own too, `strict` all."""
    assert _ids(Settings(), rules) == ["TW101", "TW206", "TW308"]
    assert _ids(Settings(profile="pci"), rules) == ["TW101", "TW206", "TW210", "TW308"]
    assert _ids(Settings(profile="strict"), rules) == [rule.id for rule in rules]


def test_selecting_replaces_the_profile_and_ignoring_comes_last(rules: Rules) -> None:
    """A selected rule runs whatever the profile; an ignored one never."""
    assert _ids(Settings(select=("TW2",)), rules) == ["TW206", "TW209", "TW210"]
    assert _ids(Settings(select=("TW2",), ignore=("TW21",)), rules) == ["TW206", "TW209"]
    assert _ids(Settings(ignore=("TW101",)), rules) == ["TW206", "TW308"]


def test_options_stand_before_settings(rules: Rules) -> None:
    """`--select` replaces the file's selection, `ignore` included; others replace their own."""
    settings = Settings(profile="strict", select=("TW1",), ignore=("TW209",))
    assert _ids(overridden(settings, rules, select=["tw209"]), rules) == ["TW209"]
    assert _ids(overridden(settings, rules, ignore=["TW1"]), rules) == []
    assert overridden(settings, rules) == settings
    with pytest.raises(SettingsError, match='--show: "failed" is none of'):
        overridden(settings, rules, show=["failed"])


@pytest.mark.parametrize(
    ("pattern", "path", "excluded"),
    [
        ("examples", "examples/a.tf", True),
        ("examples", "infra/examples/x/a.tf", True),
        ("examples/", "infra/examples/a.tf", True),
        ("*.json", "a/b.json", True),
        ("infra/*", "infra/a.tf", True),
        ("infra/*.tf", "infra/x/a.tf", False),
        ("infra/**/test", "infra/a/b/test/x.tf", True),
        ("infra/**/test", "infra/test/x.tf", True),
        ("**/test/**", "infra/test/x.tf", True),
        ("**", "a.tf", True),
        ("infra/prod", "infra/production/a.tf", False),
        ("prod/infra", "infra/prod/a.tf", False),
    ],
)
def test_excluding(pattern: str, path: str, excluded: bool) -> None:
    """A name without a slash matches at any depth, a path from the settings' folder."""
    settings = Settings(exclude=(pattern,), file="/repo/taskwall.toml")
    assert settings.excludes(f"/repo/{path}") is excluded


@given(st.text("*ab/?[", max_size=60), st.text("ab/", max_size=200))
def test_no_pattern_is_slow_or_raises(pattern: str, path: str) -> None:
    """Whatever a pattern says, it is matched at once and to a truth."""
    settings = Settings(exclude=(pattern,), file="/repo/taskwall.toml")
    assert settings.excludes(f"/repo/{path}x") in (True, False)


def test_given_settings_replace_all_others(tmp_path: Path, rules: Rules) -> None:
    """A file that is given stands for every file of the tree, and may name paths anywhere."""
    tree = tmp_path / "tree"
    (tree / ".git").mkdir(parents=True)
    (tree / "taskwall.toml").write_text('profile = "pci"\nignore = ["TW206"]\n')
    ours = tmp_path / "ours.toml"
    ours.write_text('fail-on = "high"\nbaseline = "../known.json"\n')
    settings = load(str(tree), rules, str(ours))
    assert (settings.profile, settings.ignore, settings.fail_on) == ("default", (), "high")
    assert settings.baseline == str(tmp_path / "../known.json")
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    for missing, says in (("no.toml", "cannot be read"), ("pyproject.toml", r"no \[tool.taskwall")):
        with pytest.raises(SettingsError, match=says):
            load(str(tree), rules, str(tmp_path / missing))


@pytest.mark.parametrize(
    "text",
    [
        'baseline = "../../known.json"',
        'baseline = "/etc/known.json"',
        '[remote-state]\nnetwork = "../../other"',
        '[module-sources]\n"a/b/aws" = "../../other"',
        'baseline = "link/known.json"',
    ],
)
def test_settings_of_a_tree_stay_inside_its_repository(
    tmp_path: Path, rules: Rules, text: str
) -> None:
    """What is scanned does not decide which files elsewhere are read or written."""
    (tmp_path / "other").mkdir()
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    folder = tmp_path / "repository" / "infra"
    (folder / "near").mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path / "other")
    (folder / "taskwall.toml").write_text(text)
    with pytest.raises(SettingsError, match="outside of the repository"):
        load(str(folder), rules)
    (folder / "taskwall.toml").write_text(
        'baseline = "../known.json"\n[remote-state]\nnetwork = "near"\n'
    )
    assert load(str(folder), rules).baseline == str(folder / "../known.json")
