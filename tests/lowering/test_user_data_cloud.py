"""What cloud-init makes of its orders: parts, files, commands."""

import gzip
from base64 import b64encode

import pytest

from lowering.user_data import BLOCK, FILE, OPEN, SCRIPT, SETS, VAR, read, told
from taskwall.core.values import Value

CONFIG = "#cloud-config\n"
ORDER = f"- path: {FILE}\n  content: {BLOCK}=true\n"
HELD_BY_CONFIG = f"#cloud-config\nwrite_files:\n- path: {FILE}\n  content: {BLOCK}=true\n"
HELD = f"write_files:\n- path: {FILE}\n  content: |\n    {BLOCK}=true\n"
MORE = f"- path: {FILE}\n  content: A=b\n"


def coded(text: str) -> str:
    """A text in base64."""
    return b64encode(text.encode()).decode()


CLOUD: dict[str, tuple[tuple[str | Value, ...], object]] = {
    "in capitals": ((f"{CONFIG.upper()}runcmd:\n- echo {BLOCK}=true >> {FILE}\n",), True),
    "a template of Jinja": (("## template: jinja\n#cloud-config\nruncmd: []\n",), OPEN),
    "a handler of parts": (("#part-handler\ndef list_types(): pass\n",), OPEN),
    "what is included": (("#include\nhttps://example.com/ecs\n",), OPEN),
    "no sign": (("hello\n" + SETS,), None),
    "a shell by its name": ((SETS.replace("/bin/bash", "/usr/bin/env bash"),), True),
    "a program that never speaks of ECS": (("#!/usr/bin/python3\nprint(1)\n",), None),
    "a program that does": (("#!/usr/bin/perl\n# ecs\n",), OPEN),
    "no YAML": ((CONFIG + HELD + "a: [\n",), None),
    "no YAML, behind an anchor": ((CONFIG + HELD + "a: &a [\n",), None),
    "perhaps no YAML": ((CONFIG + HELD + "a: [", VAR, "\n"), OPEN),
    "a list": ((CONFIG + "- a\n",), None),
    "an alias of YAML": (
        (f"{CONFIG}a: &a {FILE}\nwrite_files:\n- path: *a\n  content: {BLOCK}=true\n",), OPEN,
    ),
    "what only looks like an alias": (
        (f"{CONFIG}runcmd:\n- rm -f a, *b && true\n- echo {BLOCK}=true >> {FILE}\n",), True,
    ),
    "more for a file": ((CONFIG + HELD + MORE + "  append: true\n",), True),
    "another file in its place": ((CONFIG + HELD + MORE,), None),
    "more for a file, as a text": ((CONFIG + HELD + MORE + "  append: 'yes'\n",), True),
    "not more for a file, as a text": ((CONFIG + HELD + MORE + "  append: 'false'\n",), None),
    "not more in base64, as a text": (
        ((f"{CONFIG}{HELD}- path: {FILE}\n  encoding: b64\n  append: 'no'\n"
         f"  content: {coded('A=bcde')}\n"),),
        None,
    ),
    "not more for a file": ((CONFIG + HELD + MORE + "  append: false\n",), None),
    "more in base64": (
        ((f"{CONFIG}{HELD}- path: {FILE}\n  encoding: b64\n  append: true\n"
         f"  content: {coded('A=bcde')}\n"),),
        True,
    ),
    "another in base64": (
        (f"{CONFIG}{HELD}- path: {FILE}\n  encoding: b64\n  content: {coded('A=bcde')}\n",), None,
    ),
    "gzip in base64": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: gz+b64\n  content: "
         f"{b64encode(gzip.compress(f'{BLOCK}=true'.encode())).decode()}\n"),),
        True,
    ),
    "binary": (
        (f"{CONFIG}write_files:\n- path: {FILE}\n  content: !!binary {coded(f'{BLOCK}=true')}\n",),
        True,
    ),
    "gzip, as binary": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: gzip\n  content: !!binary "
         f"{b64encode(gzip.compress(f'{BLOCK}=true'.encode())).decode()}\n"),),
        True,
    ),
    "binary that is not known": (
        (f"{CONFIG}write_files:\n- path: {FILE}\n  content: !!binary ", VAR, "\n"), OPEN,
    ),
    "a number in place of a file": ((f"{HELD_BY_CONFIG}- 5\n- [a]\n- null\n",), True),
    "an encoding that is none": ((f"{CONFIG}write_files:\n{ORDER}  encoding: utf-8\n",), True),
    "base64 in an encoding that is none": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: 64\n"
         f"  content: {coded(f'{BLOCK}=true')}\n"),),
        None,
    ),
    "an encoding that is not known": (
        (f"{CONFIG}write_files:\n{ORDER}  encoding: ", VAR, "\n"), OPEN,
    ),
    "an encoding in capitals": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: ' B64'\n"
         f"  content: {coded(f'{BLOCK}=true')}\n"),),
        True,
    ),
    "no text": ((f"{CONFIG}write_files:\n- path: {FILE}\n  content: [{BLOCK}=true]\n",), None),
    "plain text": ((f"{CONFIG}write_files:\n{ORDER}  encoding: text/plain\n",), True),
    "base64 of what is not known": (
        (f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: b64\n  content: ", VAR, "\n"), OPEN,
    ),
    "a file that is not known": ((f"{CONFIG}write_files:\n{ORDER}- ", VAR, "\n"), OPEN),
    "files that are not known": ((f"{CONFIG}write_files: ", VAR, "\n"), OPEN),
    "a file whose path is known in part": (
        (f"{CONFIG}write_files:\n- path: /etc/ecs/", VAR, f"\n  content: {BLOCK}=true\n"), OPEN,
    ),
    "a file without content": (
        (f"{CONFIG}write_files:\n- path: {FILE}\nruncmd:\n- echo {BLOCK}=true >> {FILE}\n",), True,
    ),
    "a file from another place": (
        (f"{CONFIG}{HELD}- path: {FILE}\n  source: {{uri: 'https://x'}}\n",), OPEN,
    ),
    "more for a file from another place": (
        (f"{CONFIG}{HELD}- path: {FILE}\n  append: true\n  source: {{uri: 'https://x'}}\n",), OPEN,
    ),
    "another file from another place": (
        (f"{CONFIG}{HELD}- path: /opt/a\n  source: {{uri: 'https://x'}}\n",), True,
    ),
    "a number for a file": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  content: 5\nruncmd:\n"
         f"- echo >> {FILE}\n- echo {BLOCK}=true >> {FILE}\n"),),
        True,
    ),
    "commands that are not known": ((f"{CONFIG}{HELD}runcmd: ", VAR, "\n"), OPEN),
    "a command that is not known": ((f"{CONFIG}{HELD}runcmd:\n- ", VAR, "\n"), OPEN),
    "a word of a command that is not known": (
        (f"{CONFIG}{HELD}runcmd:\n- [yum, ", VAR, "]\n"), True,
    ),
    "a command of words with quotes": (
        (f"{CONFIG}runcmd:\n- [sh, -c, \"echo '{BLOCK}=true' >> {FILE}\"]\n",), True,
    ),
    "a command with a number": (
        (f"{CONFIG}runcmd:\n- [sleep, 5]\n- echo {BLOCK}=true >> {FILE}\n",), True,
    ),
    "a number for a command": (
        (f"{CONFIG}runcmd:\n- 5\n- echo {BLOCK}=true >> {FILE}\n",), True,
    ),
    "no list of commands": ((f"{CONFIG}runcmd: echo {BLOCK}=true >> {FILE}\n",), None),
    "no list of files": ((f"{CONFIG}write_files: {FILE}\n",), None),
    "a text for a file": ((f"{CONFIG}write_files:\n- {FILE}\n",), None),
    "a file without a path": ((f"{CONFIG}write_files:\n- content: {BLOCK}=true\n",), None),
    "a command of no words": ((f"{CONFIG}runcmd:\n- []\n- echo {BLOCK}=true >> {FILE}\n",), True),
    "commands at boot, before files": (
        (f"{CONFIG}bootcmd:\n- echo {BLOCK}=false > {FILE}\n{HELD}",), True,
    ),
    "commands after files": ((f"{CONFIG}runcmd:\n- echo {BLOCK}=false > {FILE}\n{HELD}",), False),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CLOUD.values(), ids=CLOUD)
def test_orders_of_cloud_init(text: tuple[str | Value, ...], expected: object) -> None:
    """Orders act in the order of cloud-init, whatever theirs is."""
    assert told(read(*text)) == expected


PACKED = b64encode(gzip.compress(f"{BLOCK}=true".encode())).decode()
ENCODINGS = {
    "gz": f"!!binary {PACKED}",
    "gzip": f"!!binary {PACKED}",
    "b64": coded(f"{BLOCK}=true"),
    "base64": coded(f"{BLOCK}=true"),
    "gz+b64": PACKED,
    "gz+base64": PACKED,
    "gzip+b64": PACKED,
    "gzip+base64": PACKED,
}


@pytest.mark.parametrize(("encoding", "content"), ENCODINGS.items(), ids=ENCODINGS)
def test_encodings_of_cloud_init(encoding: str, content: str) -> None:
    """Those that its module Write Files knows, in letters of either case."""
    for spelled in (encoding, encoding.upper()):
        order = f"- path: {FILE}\n  encoding: {spelled}\n  content: {content}\n"
        assert told(read(f"{CONFIG}write_files:\n{order}")) is True


@pytest.mark.parametrize("on", ["true", "1", "on", "yes", "'TRUE'", "' on '"])
def test_how_cloud_init_says_that_more_comes_to_a_file(on: str) -> None:
    """In the words of its switches; any other replaces the file."""
    assert told(read(f"{CONFIG}{HELD}{MORE}  append: {on}\n")) is True
    assert told(read(f"{CONFIG}{HELD}{MORE}  append: {on[:-1]}x\n")) is None


@pytest.mark.parametrize("order", ["runcmd", "bootcmd", "write_files"])
def test_what_an_order_that_is_not_known_waits_for(order: str) -> None:
    """It may set anything: each setting waits for it."""
    found = read(f"{CONFIG}{order}: ", VAR, "\n").setting(BLOCK)

    assert found.open
    assert [need.name for need in found.needs] == ["var.cluster"]


def test_a_file_in_a_code_that_cannot_be_opened() -> None:
    """What is in it nobody knows: it is waited for by its path."""
    broken = b64encode(b"\x1f\x8bno gzip").decode()
    order = f"write_files:\n- path: {FILE}\n  encoding: gz+b64\n  content: {broken}\n"
    found = read(CONFIG + order).setting(BLOCK)

    assert found.open
    assert [need.name for need in found.needs] == [FILE]
    assert told(read(b64encode(b"\x1f\x8bno gzip").decode())) is OPEN


def archive(*parts: tuple[str, str]) -> str:
    """A MIME archive of parts: their headers and texts."""
    pieces = "".join(f"--B\n{head}\n\n{text}\n" for head, text in parts)
    return f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n{pieces}--B--\n'


SHELL = "Content-Type: text/x-shellscript"
CLOUDY = "Content-Type: text/cloud-config"
OFF = f"{SCRIPT}echo {BLOCK}=false >> {FILE}\n"
BASE64 = "Content-Transfer-Encoding: base64"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(SHELL, OFF), (SHELL, SETS)], True),
        ([(SHELL, SETS), ("Content-Type: text/cloud-boothook", OFF)], True),
        ([("Content-Type: text/x-include-url", "https://example.com")], OPEN),
        ([("Content-Type: text/plain", SETS)], True),
        ([("Content-Type: text/x-not-multipart", SETS)], True),
        ([("Content-Type: text/x-other", SETS)], None),
        ([(f"{SHELL}\n{BASE64}", coded(SETS))], True),
        ([(f"{CLOUDY}\n{BASE64}", coded(CONFIG + HELD))], True),
        ([(f"{CLOUDY}\n{BASE64}", coded(f"{CONFIG}runcmd:\n- echo {BLOCK}=true >> {FILE}\n"))],
         True),
        ([(f"{SHELL}\nContent-Transfer-Encoding: QUOTED-PRINTABLE", SETS.replace("=", "=3D"))],
         True),
        ([(CLOUDY, CONFIG + HELD), (SHELL, "#!/bin/sh\nyum -y update\n")], True),
        ([(CLOUDY, CONFIG + HELD), (CLOUDY, CONFIG + "runcmd:\n- yum -y update\n")], True),
        ([(CLOUDY, CONFIG + HELD), (CLOUDY, f"{CONFIG}write_files:\n{MORE}")], OPEN),
        ([(SHELL, SETS), ("Content-Type: text/x-include-url", "https://example.com")], OPEN),
        ([("Content-Type: text/x-include-url", "https://example.com"), (SHELL, SETS)], True),
        ([(SHELL, SETS), ("Content-Type: text/plain", "hello")], True),
    ],
    ids=range(16),
)  # fmt: skip
def test_parts_of_an_archive(parts: list[tuple[str, str]], expected: object) -> None:
    """Each is read by its type; what two of them order is merged on the instance."""
    assert told(read(archive(*parts))) == expected


def test_a_part_that_is_not_known() -> None:
    """It may be a script, which runs behind those before it, and before those behind it."""
    head, _, rest = archive((SHELL, OFF), ("X: y", "HERE"), (SHELL, SETS)).partition("HERE")

    assert told(read(head, VAR, rest)) is True
    head, _, rest = archive((SHELL, SETS), ("X: y", "HERE")).partition("HERE")
    assert told(read(head, VAR, rest)) is OPEN


def test_a_part_in_base64_with_a_piece_that_is_not_known() -> None:
    """What it says nobody can read: it may set anything."""
    head, _, rest = archive((f"{SHELL}\n{BASE64}", coded(SETS))).partition(coded(SETS))

    assert told(read(head + coded(SETS)[:8], VAR, coded(SETS)[8:] + rest)) is OPEN
    assert told(read(head, VAR, rest)) is OPEN
