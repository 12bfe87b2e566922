"""What the pages tell people to type is there: commands, options, settings, YAML."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from taskwall import cli

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "SECURITY.md", *ROOT.glob("docs/**/*.md"))
    if path.parent.name != "rules"
)

BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, *languages: str) -> Iterator[str]:
    """The blocks of a page in one of these languages, without their indent."""
    for indent, language, text in BLOCK.findall((ROOT / page).read_text()):
        if language in languages:
            yield re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)


def commands(text: str) -> Iterator[list[str]]:
    """The calls of taskwall in a script, each as its words."""
    joined = text.replace("\\\n", " ")
    for line in joined.splitlines():
        for part in re.split(r"&&|\|\||[|;]|\$\(", line):
            try:
                words = shlex.split(part.rstrip(")\"' "), comments=True)
            except ValueError:  # a text in quotes with a sign in it that splits scripts
                continue
            if words and words[0].rpartition("/")[2] == "taskwall":
                yield words[1:]


def test_the_pages_call_taskwall() -> None:
    """There is something to hold: the tests below see what readers see."""
    found = [call for page in PAGES for text in blocks(page, "sh") for call in commands(text)]
    assert len(found) > 40
    assert {call[0] for call in found if call} >= {"scan", "fix", "flows", "why", "diff", "explain"}


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page: str) -> None:
    """Each call has a command, options and arguments that the command takes."""
    for text in blocks(page, "sh"):
        for call in commands(text):
            if not call or call == ["--version"]:
                continue
            name, rest = (call[0], call[1:]) if call[0] in cli.COMMANDS else ("scan", call)
            parser = import_module(f"taskwall.cli.{name.replace('-', '_')}").parser()
            try:
                _, more = parser.parse_known_intermixed_args(rest)
            except Exception as error:  # noqa: BLE001 (whatever it is, the page is wrong)
                pytest.fail(f"{' '.join(call)}: {error}")
            assert not more, " ".join(call)


@pytest.mark.parametrize("page", PAGES)
def test_yaml_and_toml_can_be_read(page: str) -> None:
    """What is to be copied into a file is one."""
    for text in blocks(page, "yaml"):
        yaml.load(text, yaml.BaseLoader) if "!" not in text else yaml.compose(text)
    for text in blocks(page, "toml"):
        tomllib.loads(text)
