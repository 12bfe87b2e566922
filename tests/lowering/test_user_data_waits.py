"""What a setting that is not known waits for, and in which line one stands."""

import pytest

from lowering.user_data import BLOCK, FILE, SCRIPT, instance, read
from taskwall.core.values import Known, Span
from taskwall.lowering._network_builder import NetworkBuilder
from taskwall.lowering._reader import ResourceReader
from taskwall.lowering.user_data import agent
from taskwall.model.entities.ecs_agent import Agent

SET = f"echo {BLOCK}=true >> {FILE}"
RELATIVE = f"echo {BLOCK}=true >> ecs.config\n"
WRITES = f"what {{}} writes to {FILE}"
SECOND, THIRD = "a condition in line 2 of user data", "a condition in line 3 of user data"

WAITS: dict[str, tuple[str, list[str]]] = {
    "a variable": (f"echo {BLOCK}=$X >> {FILE}\n", ["$X"]),
    "a variable with a default": (f"echo {BLOCK}=${{X:-a}} >> {FILE}\n", ["${X:-a}"]),
    "a variable that grows": (f"X=a\nX+=b\necho {BLOCK}=$X >> {FILE}\n", ["$X"]),
    "a command in a word": (f"echo {BLOCK}=$(date) >> {FILE}\n", ["$(date)"]),
    "a command in a text": (f"cat <<E >> {FILE}\n{BLOCK}=`date`\nE\n", ["`date`"]),
    "a branch": (f"\nif x; then {SET}; fi\n", [THIRD]),
    "a branch in a branch": (f"if x; then\nif y; then {SET}; fi\nfi\n", [SECOND, THIRD]),
    "branches of one line": (f"if x; then if y; then {SET}; fi; fi\n", [SECOND]),
    "branches of two lines": (f"if x; then if y; then\nif z; then {SET}; fi; fi; fi\n",
                              [SECOND, THIRD]),
    "the other branch": (f"if x; then :\nelse {SET}; fi\n", [SECOND, THIRD]),
    "a case": (f"case $X in a) {SET};; esac\n", [SECOND]),
    "a loop": (f"for i in a b; do\n{SET}\ndone\n", ["a loop in line 2 of user data"]),
    "a loop on a condition": (f"while x; do\n{SET}\ndone\n", [SECOND]),
    "success": (f"mine && {SET}\n", ["a command in line 2 of user data"]),
    "failure": (f"mine || {SET}\n", ["a command in line 2 of user data"]),
    "success with a text": (f"mine <<E && {SET}\na\nE\n", ["a command in line 2 of user data"]),
    "a function": (f"f() {{\n{SET}\n}}\n", ["a function in line 2 of user data"]),
    "a function of a branch": (
        f"if x; then\nf() {{ {SET}; }}\nfi\n", [SECOND, "a function in line 3 of user data"],
    ),
    "a function of a branch that is called": (
        f"f() {{ {SET}; }}\nif x; then\nf\nfi\n", [THIRD],
    ),
    "a trap": (f"trap '{SET}' EXIT\n", ["whether the trap in line 2 of user data runs"]),
    "a directory": (f"cd $X\n{RELATIVE}", ["$X"]),
    "a directory of two words": (f"cd a b\n{RELATIVE}", ["the working directory"]),
    "a directory of before": (f"popd\n{RELATIVE}", ["the working directory"]),
    "a directory of a branch": (f"if x; then cd /etc/ecs; fi\n{RELATIVE}", [SECOND]),
    "a path": (f"echo {BLOCK}=true >> $X\n", ["$X"]),
    "what is removed": (f"{SET}\nrm -rf $X\n", ["$X"]),
    "a file of a strange name": (f"{SET}\nrm '/etc/ecs/*'\n", ["a file called /etc/ecs/*"]),
    "a file of a strange name in a branch": (
        f"{SET}\nif x; then rm '/etc/ecs/*'; fi\n", [THIRD, "a file called /etc/ecs/*"],
    ),
    "an edit": (f"{SET}\nsed -i s/a/b/ {FILE}\n", [WRITES.format("sed")]),
    "a program": (f"{SET}\nmine {FILE}\n", [WRITES.format("mine")]),
    "a program with its folder": (f"{SET}\nmine /etc/ecs\n", [WRITES.format("mine")]),
    "another language": (f"python3 -c 'x {FILE}'\n", [WRITES.format("python3")]),
    "a script of another language": (
        f"echo '#!/usr/bin/perl' > /a\necho {FILE} >> /a\n/a\n", [WRITES.format("perl")],
    ),
    "a download": (f"curl -o {FILE} https://x\n", [WRITES.format("curl")]),
    "a download's output": (f"curl https://x >> {FILE}\n", ["the output of curl"]),
    "an output with a variable": (f"mine $X >> {FILE}\n", ["$X"]),
    "a number": (f"printf '{BLOCK}=%d' 5 >> {FILE}\n", ["the output of printf"]),
    "a copy": (f"cp other {FILE}\n", ["other"]),
    "a copy of a folder": ("cp -r /opt/ecs /etc/\n", ["/opt/ecs"]),
    "an input that another command may have read": (
        f"bash -c 'tee /a\ncat > {FILE}' <<E\n{BLOCK}=true\nE\n",
        ["what line 2 of user data reads"],
    ),
    "a file as input": (f"tee {FILE} < a\n", ["a"]),
    "a script": (f"{SET}\nbash run.sh\n", ["the script run.sh"]),
    "a script that is sourced": (f"{SET}\n. ./run.sh\n", ["the script run.sh"]),
    "a script from the input": (f"{SET}\ncurl https://x | bash\n", ["the output of curl"]),
    "a script from an input that nobody sees": (f"{SET}\nbash\n", ["the script that bash reads"]),
    "a command's name": (f"{SET}\n$X a\n", ["$X"]),
    "a command's name in a branch": (
        f"{SET}\nif x; then $X a; fi\n", [THIRD, "$X"],
    ),
    "what nests too deeply": (f"{SET}\n{'( ' * 100}:{' )' * 100}\n", ["user data"]),
    "a copy in a branch": (f"if x; then cp other {FILE}; fi\n", ["other", SECOND]),
    "a script in a branch": (f"{SET}\nif x; then bash run.sh; fi\n", ["the script run.sh"]),
    "an edit in a branch": (
        f"{SET}\nif x; then sed -i s/a/b/ {FILE}; fi\n", [WRITES.format("sed")],
    ),
    "an empty file in a branch": (f"{SET}\nif x; then > {FILE}; fi\n", [THIRD]),
    "an empty file that is the first of two in a branch": (
        f"{SET}\nif x; then echo a > {FILE} > b; fi\n", [THIRD],
    ),
    "a file of environment in a branch": (
        "if x; then docker run --env-file /x.env amazon/amazon-ecs-agent; fi\n",
        [SECOND, "/x.env"],
    ),
    "a file of environment": (
        "docker run --env-file /x.env amazon/amazon-ecs-agent\n", ["/x.env"],
    ),
    "cfn-init": (f"{SET}\ncfn-init -r other -s x\n", ["what cfn-init does"]),
    "too much": (f"{SET}\necho {'a' * 90_000} > a\n" + "bash a\n" * 1000, ["user data"]),
}  # fmt: skip


@pytest.mark.parametrize(("script", "waits"), WAITS.values(), ids=WAITS)
def test_what_a_setting_waits_for(script: str, waits: list[str]) -> None:
    """It is said by the words of the script, or by their line in the user data."""
    found = read(SCRIPT + script).setting(BLOCK)

    assert found.open
    assert [need.name for need in found.needs] == waits


def agent_of(text: str) -> tuple[Agent, Span]:
    """The agent of a text in a source, and where that text stands."""
    place = Span("main.tf", 5, 10, 6 + text.count("\n"), 4)
    resource = instance(Known(text, place))
    reading = ResourceReader(resource, NetworkBuilder([resource]))
    return agent(reading, reading.body.get("user_data")), place


def place_in(text: str) -> tuple[int, Span]:
    """In which line of a text its setting stands, and where in the source."""
    found, place = agent_of(text)
    at = found.setting(BLOCK).place
    return at.line - place.line, at


ARCHIVE = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: "

LINES: dict[str, tuple[str, int]] = {
    "echo": (f"{SCRIPT}\n{SET}\n", 3),
    "the last of several": (f"{SCRIPT}{SET}\n{SET.replace('true', 'false')}\n", 3),
    "a text": (f"{SCRIPT}cat <<E >> {FILE}\nA=b\n{BLOCK}=true\nE\n", 4),
    "a text without tabs": (f"{SCRIPT}cat <<-E >> {FILE}\n\tA=b\n\t{BLOCK}=true\n\tE\n", 4),
    "a text to tee": (f"{SCRIPT}tee {FILE} <<E\nA=b\n{BLOCK}=true\nE\n", 4),
    "a here-string": (f"{SCRIPT}A=b\ntee {FILE} <<< {BLOCK}=true\n", 3),
    "printf of two lines": (f"{SCRIPT}printf 'A=b\\n{BLOCK}=true\\n' > {FILE}\n", 2),
    "a line in two pieces": (f"{SCRIPT}echo -n {BLOCK} > {FILE}\necho =true >> {FILE}\n", 3),
    "a copy": (f"{SCRIPT}echo {BLOCK}=true > a\ncp a {FILE}\n", 2),
    "a function": (f"{SCRIPT}f() {{\n{SET}\n}}\nf\n", 3),
    "a text that a shell runs": (f"{SCRIPT}A=b\nbash -c '{SET}'\n", 3),
    "a text that is evaluated": (f"{SCRIPT}A=b\neval '{SET}'\n", 3),
    "a script from a text": (f"{SCRIPT}cat <<'E' | bash\nA=b\n{SET}\nE\n", 4),
    "a script from a file": (f"{SCRIPT}cat <<'E' > a\nA=b\n{SET}\nE\nbash a\n", 4),
    "a file of environment": (
        f"{SCRIPT}echo {BLOCK}=true > /a\ndocker run --env-file /a amazon/amazon-ecs-agent\n", 2,
    ),
    "docker": (f"{SCRIPT}A=b\ndocker run -e {BLOCK}=true amazon/amazon-ecs-agent\n", 3),
    "the agent's JSON": (
        f"{SCRIPT}cat <<E > {FILE}.json\n{{\n\"AWSVPCBlockInstanceMetdata\": true\n}}\nE\n", 4,
    ),
    "files of cloud-config": (
        f"#cloud-config\nwrite_files:\n- path: {FILE}\n  content: |\n    A=b\n    {BLOCK}=true\n",
        6,
    ),
    "commands of cloud-config": (f"#cloud-config\nruncmd:\n- ls\n- {SET}\n", 4),
    "a folded command, which stands nowhere in one line": (
        f"#cloud-config\nruncmd:\n- >\n  echo {BLOCK}=true\n  >> {FILE}\n", 1,
    ),
    "a command of words": (f"#cloud-config\nruncmd:\n- ls\n- [sh, -c, '{SET}']\n", 4),
    "a script behind empty lines": (f"\n\n{SCRIPT}{SET}\n", 4),
    "a script of an archive": (f"{ARCHIVE}text/x-shellscript\n\n{SCRIPT}{SET}\n--B--\n", 8),
    "a part of an archive behind empty lines": (
        f"{ARCHIVE}text/x-shellscript\n\n\n\n{SCRIPT}{SET}\n--B--\n", 10,
    ),
    "a script of an archive behind a part in base64": (
        (f"{ARCHIVE}text/x-shellscript\nContent-Transfer-Encoding: base64\n\nIyEvYmluL3No\n--B\n"
        f"Content-Type: text/x-shellscript\n\n{SCRIPT}{SET}\n--B--\n"), 13,
    ),
    "a script of an archive behind an empty part": (
        (f"{ARCHIVE}text/x-shellscript\n\n\n--B\nContent-Type: text/x-shellscript\n\n"
        f"{SCRIPT}{SET}\n--B--\n"), 12,
    ),
    "an archive behind empty lines": (
        f"\n\n{ARCHIVE}text/x-shellscript\n\n{SCRIPT}{SET}\n--B--\n", 10,
    ),
    "an archive without a head before its boundary": (
        f"Content-Type: multipart/mixed; boundary=B\n\n--B\n\n{SCRIPT}{SET}\n--B--\n", 6,
    ),
    "commands of an archive": (
        f"{ARCHIVE}text/cloud-config\n\n#cloud-config\nruncmd:\n- {SET}\n--B--\n", 9,
    ),
    "files of an archive": (
        (f"{ARCHIVE}text/cloud-config\n\nwrite_files:\n- content: {BLOCK}=true\n"
        f"  path: {FILE}\n--B--\n"), 8,
    ),
    "PowerShell behind other lines": (
        ("<persist>true</persist>\n<powershell>\n$a = 1\n\n"
        "Initialize-ECSAgent -AwsvpcBlockIMDS\n</powershell>\n"), 5,
    ),
    "PowerShell behind an empty line": (
        "\n<powershell>\nInitialize-ECSAgent -AwsvpcBlockIMDS\n</powershell>\n", 3,
    ),
    "PowerShell on the line of its tag": (
        "<powershell>Initialize-ECSAgent -AwsvpcBlockIMDS</powershell>\n", 1,
    ),
    "PowerShell behind a script": (
        ("<script>\necho\n</script>\n<powershell>\nInitialize-ECSAgent -AwsvpcBlockIMDS\n"
        "</powershell>\n"), 5,
    ),
    "a variable of PowerShell": (
        (f"<powershell>\n\n[Environment]::SetEnvironmentVariable('{BLOCK}', 'true', 'Machine')\n"
        "</powershell>\n"), 3,
    ),
    "Bottlerocket by a dotted name": (
        "[settings.network]\nhostname = \"a\"\n[settings]\necs.awsvpc-block-imds = true\n", 4,
    ),
    "PowerShell": ("<powershell>\n\nInitialize-ECSAgent -AwsvpcBlockIMDS\n</powershell>\n", 3),
    "Bottlerocket": ("[settings.ecs]\ncluster = \"a\"\nawsvpc-block-imds = true\n", 3),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), LINES.values(), ids=LINES)
def test_the_line_of_a_setting(text: str, line: int) -> None:
    """It is the line that writes it, through whatever hands it on."""
    found, place = place_in(text)

    assert found == line
    assert (place.file, place.end_line) == ("main.tf", place.line)


FIRST_LINES: dict[str, tuple[str, bool]] = {
    "bash": (SCRIPT, True),
    "sh": ("#!/bin/sh -e\n", True),
    "behind a space": ("#! /bin/bash\n", True),
    "of /usr": ("#!/usr/bin/bash\n", True),
    "by env": ("#!/usr/bin/env  bash\n", True),
    "fish": ("#!/usr/bin/fish\n", False),
    "Python": ("#!/usr/bin/env python3\n", False),
    "a shell of a longer name": ("#!/bin/shell\n", False),
    "a folder of its own": ("#!/opt/bin/bash\n", False),
    "cloud-config": ("#cloud-config\n", False),
    "no sign": ("\n", False),
}


@pytest.mark.parametrize(("first", "is_script"), FIRST_LINES.values(), ids=FIRST_LINES)
def test_where_a_script_takes_more_lines(first: str, is_script: bool) -> None:
    """Behind the first line of a script for a shell a fix can add a command, and nowhere else."""
    found, place = agent_of(f"{first}ls\n")

    at = Span("main.tf", place.line + 1, 1, place.line + 1, 2)
    assert found.script == (at if is_script else None)


METADATA = "http://169.254.169.254/latest/"


@pytest.mark.parametrize(
    ("script", "asks"),
    [
        ("ls\n", False),
        (f"curl {METADATA}meta-data/instance-id\n", True),
        (f"T=$(curl -X PUT {METADATA}api/token)\ncurl {METADATA}meta-data/\n", False),
        ("iptables -I FORWARD -d 169.254.169.254 -j DROP\n", False),
    ],
    ids=["nothing", "by version 1", "by version 2", "to drop"],
)
def test_scripts_that_ask_for_metadata_without_a_token(script: str, asks: bool) -> None:
    """They would fail once tokens are required."""
    assert agent_of(SCRIPT + script)[0].asks_without_token is asks
