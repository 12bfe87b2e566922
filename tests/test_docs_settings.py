"""The page of settings says what the program takes, no more and no less."""

import re
import tomllib
from pathlib import Path

import pytest
from msgspec import Struct, json

from taskwall.rules import all_rules
from taskwall.settings import CHOICES, Checkov, Isolation, Settings
from taskwall.settings.loading import load

PAGE = (Path(__file__).parent.parent / "docs" / "settings.md").read_text()
ROW = re.compile(r"^\| \[`([\w.-]+)`\]\(#([\w-]+)\) \| `(.+?)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
ROWS = {key: (anchor, default, what, by) for key, anchor, default, what, by in ROW.findall(PAGE)}
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TABLES: dict[str, type[Struct]] = {"isolation": Isolation, "checkov": Checkov}
NO_KEYS = {"scenarios", "no-skips", "today", "file", "missing"}


def _plain(settings: Struct) -> dict[str, object]:
    """Settings as a file would hold them."""
    found = json.decode(json.encode(settings))
    assert isinstance(found, dict)
    return found


def _keys() -> dict[str, object]:
    """Every key that a settings file may have, with its default."""
    found: dict[str, object] = {}
    for key, default in _plain(Settings()).items():
        if key in TABLES:
            inner = _plain(TABLES[key]())
            found |= {f"{key}.{name}": value for name, value in inner.items()}
        elif key not in NO_KEYS:
            found[key] = default
    return found


def test_the_page_has_every_key_and_no_other() -> None:
    """What can be set is on the page."""
    assert list(ROWS) == list(dict.fromkeys(ROWS))
    assert ROWS.keys() == _keys().keys()


@pytest.mark.parametrize("key", ROWS)
def test_a_default_is_the_program_s(key: str) -> None:
    """A default on the page is what the program takes where nothing is set."""
    (default,) = tomllib.loads(f"key = {ROWS[key][1]}").values()

    assert default == _keys()[key]


@pytest.mark.parametrize("key", ROWS)
def test_words_to_choose_from_are_all_there(key: str) -> None:
    """A key that takes certain words only names each of them."""
    words = CHOICES.get(key.rpartition(".")[2], ())

    assert [word for word in words if f'`"{word}"`' not in ROWS[key][2]] == []


@pytest.mark.parametrize("key", ROWS)
def test_a_key_has_a_section_with_an_example(key: str) -> None:
    """The link of a key leads to a section of the page that shows how it is written."""
    anchor = ROWS[key][0]
    sections = {
        re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")): text
        for title, text in re.findall(
            r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL
        )
    }

    assert key.rpartition(".")[2] in sections[anchor]


@pytest.mark.parametrize("key", ROWS)
def test_the_rules_that_read_a_key_exist(key: str) -> None:
    """A rule that the page names is one."""
    named = set(re.findall(r"TW\d{3}", ROWS[key][3]))

    assert named <= {rule.id for rule in all_rules()}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_taken(example: str, tmp_path: Path) -> None:
    """What the page shows can be written so."""
    (tmp_path / "taskwall.toml").write_text(example)
    (tmp_path / "infra" / "network").mkdir(parents=True)
    (tmp_path / "states").mkdir()
    (tmp_path / "states" / "shared.tfstate").touch()
    (tmp_path / "vendor" / "modules").mkdir(parents=True)

    assert load(str(tmp_path), all_rules()) != Settings()


def test_there_are_examples() -> None:
    """The examples are found."""
    assert len(EXAMPLES) >= 9
