"""Which files the agent and its service take settings from, and what their lines mean there."""

import pytest

from lowering.user_data import BLOCK, FILE, OPEN, SCRIPT, SETS, VAR, read, told
from taskwall.core.values import Value

RUN = "docker run --env-file /a.env amazon/amazon-ecs-agent\n"
SET_IT = f"echo {BLOCK}=true >> {FILE}\n"
ELSEWHERE = "curl https://x | bash\n"

ENVIRONMENT: dict[str, tuple[tuple[str | Value, ...], object]] = {
    "a setting": ((f"echo {BLOCK}=true > /a.env\n",), True),
    "a setting behind spaces": ((f"echo '  {BLOCK}=true' > /a.env\n",), True),
    "the last of two": ((f"printf '{BLOCK}=false\\n{BLOCK}=true\\n' > /a.env\n",), True),
    "comments": ((f"printf '#{BLOCK}=a\\n;{BLOCK}=b\\n' > /a.env\n",), None),
    "a name alone": ((f"echo {BLOCK} > /a.env\n",), None),
    "nothing": (("> /a.env\n",), None),
    "a value that is not known": ((f"echo {BLOCK}=", VAR, " > /a.env\n"), OPEN),
    "a name that is not known": (("echo ", VAR, "=true > /a.env\n"), OPEN),
    "a line that is not known": (("echo ", VAR, " > /a.env\n"), OPEN),
    "another value that is not known": ((f"printf '{BLOCK}=true\\nA=", VAR, "' > /a.env\n"), True),
    "a line of a branch": ((f"if x; then echo {BLOCK}=true > /a.env; fi\n",), OPEN),
    "an edit": ((f"echo {BLOCK}=true > /a.env\nsed -i s/a/b/ /a.env\n",), OPEN),
    "another program's output": ((f"echo {BLOCK}=true > /a.env\nx >> /a.env\n",), OPEN),
    "a program that may do anything": ((f"echo {BLOCK}=true > /a.env\n{ELSEWHERE}",), OPEN),
    "a program that may have done anything": ((f"{ELSEWHERE}echo {BLOCK}=true > /a.env\n",), True),
    "another file": ((f"echo {BLOCK}=true > /a.env\necho {BLOCK}=false > /b.env\n",), True),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "expected"), ENVIRONMENT.values(), ids=ENVIRONMENT)
def test_lines_of_a_file_of_environment(parts: tuple[str | Value, ...], expected: object) -> None:
    """Docker takes `NAME=value` of each line that is no comment, as it is written."""
    assert told(read(SCRIPT + str(parts[0]), *parts[1:], RUN)) is expected


OWN: dict[str, tuple[tuple[str | Value, ...], object]] = {
    "the instance's file from elsewhere": (("curl -o /var/lib/ecs/ecs.config x\n",), True),
    "a copy that may have been changed": (
        (f"cp {FILE} /b\n{ELSEWHERE}cp /b {FILE}\n",), OPEN,
    ),
    "a copy from before": ((f"cp {FILE} /b\ncp /b {FILE}\n",), True),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "expected"), OWN.values(), ids=OWN)
def test_files_of_the_agent(parts: tuple[str | Value, ...], expected: object) -> None:
    """Its own file wins over that of the instance, whatever is in that."""
    assert told(read(SETS + str(parts[0]), *parts[1:])) is expected


def test_the_file_of_the_instance() -> None:
    """It counts where the agent's own says nothing."""
    assert told(read(f"{SCRIPT}echo {BLOCK}=false >> /var/lib/ecs/ecs.config\n")) is False
    assert told(read(f"{SCRIPT}curl -o /var/lib/ecs/ecs.config x\n")) is OPEN


def test_a_name_alone_makes_no_agent() -> None:
    """Only a setting does, whatever its value."""
    assert read(f"{SCRIPT}echo ECS_CLUSTER >> {FILE}\n").joins.truth is False
    assert read(f"{SCRIPT}echo ECS_CLUSTER= >> {FILE}\n").joins.truth is True
    assert read(f"{SCRIPT}echo HTTP_PROXY=p:1 >> {FILE}\n").joins.truth is False


DROP_IN = "/etc/systemd/system/ecs.service.d/http-proxy.conf"
UPSTART = "/etc/init/ecs.override"
PROXY = f"echo Environment=HTTP_PROXY=p:1 > {DROP_IN}\n"

SERVICE: dict[str, tuple[tuple[str | Value, ...], list[tuple[str, object, object]]]] = {
    "a file of environment": (
        (f"echo 'HTTP_PROXY=\"p:1\"' > /a.env\necho EnvironmentFile=/a.env > {DROP_IN}\n",),
        [("HTTP_PROXY", "p:1", None)],
    ),
    "a file of environment that may be missing": (
        (f"echo HTTP_PROXY=p:1 > /a.env\necho EnvironmentFile=-/a.env > {DROP_IN}\n",),
        [("HTTP_PROXY", "p:1", None)],
    ),
    "a file of environment from elsewhere": (
        (f"{PROXY}echo EnvironmentFile=/a.env >> {DROP_IN}\n",), [("HTTP_PROXY", OPEN, OPEN)],
    ),
    "the agent's own file": (
        (f"{PROXY}echo EnvironmentFile={FILE} >> {DROP_IN}\n",), [("HTTP_PROXY", "p:1", None)],
    ),
    "quotes around a value": (
        (f"echo 'Environment=HTTP_PROXY=\"p:1\"' > {DROP_IN}\n",), [("HTTP_PROXY", "p:1", None)],
    ),
    "quotes around an assignment": (
        (f"echo \"Environment='HTTP_PROXY=p:1' NO_PROXY=a\" > {DROP_IN}\n",),
        [("HTTP_PROXY", "p:1", "a")],
    ),
    "quotes around a part of a value": (
        (f"echo 'Environment=HTTP_PROXY=\"p\":1 NO_PROXY=\"a, b\"' > {DROP_IN}\n",),
        [("HTTP_PROXY", "p:1", "a, b")],
    ),
    "a name alone": ((f"echo Environment=HTTP_PROXY > {DROP_IN}\n",), []),
    "a value of a branch": (
        (f"if x; then {PROXY[:-1]}; fi\n",), [("HTTP_PROXY", OPEN, None)],
    ),
    "a value that is not known": (
        ("echo Environment=HTTP_PROXY=", VAR, f" > {DROP_IN}\n"), [("HTTP_PROXY", OPEN, None)],
    ),
    "an override from elsewhere": (
        (f"{PROXY}curl -o {UPSTART} x\n",), [("HTTP_PROXY", OPEN, OPEN)],
    ),
    "a drop-in from elsewhere": (
        (f"echo 'env HTTP_PROXY=p:1' > {UPSTART}\ncurl -o {DROP_IN} x\n",),
        [("HTTP_PROXY", OPEN, OPEN)],
    ),
    "an override that another language writes": (
        (f"{PROXY}python3 -c 'open(\"{UPSTART}\")'\n",), [("HTTP_PROXY", OPEN, OPEN)],
    ),
    "the unit itself": (
        ("echo Environment=HTTP_PROXY=p:1 > /usr/lib/systemd/system/ecs.service\n",),
        [("HTTP_PROXY", "p:1", None)],
    ),
    "an empty proxy": ((f"echo Environment=HTTP_PROXY= > {DROP_IN}\n",), []),
    "in small letters": (
        (f"echo 'Environment=https_proxy=p:1 no_proxy=a' > {DROP_IN}\n",),
        [("HTTPS_PROXY", "p:1", "a")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "expected"), SERVICE.values(), ids=SERVICE)
def test_the_environment_of_the_service(
    parts: tuple[str | Value, ...], expected: list[tuple[str, object, object]]
) -> None:
    """Drop-ins of systemd give it, or the override of Upstart, or files that they name."""
    found = read(SCRIPT + str(parts[0]), *parts[1:]).proxies

    assert {each.by for each in found} <= {"the service that starts the agent"}
    assert [
        (
            each.kind,
            OPEN if each.address.open else each.address.known,
            OPEN if each.excluded.open else each.excluded.known,
        )
        for each in found
    ] == expected


WRITTEN = f"echo {BLOCK}=true > {FILE}\n"
ELSE = "echo A=b > draft\n"
MOVES: dict[str, tuple[str, object]] = {
    "all files of a folder, by a pattern": (
        f"echo {BLOCK}=true > /opt/a/ecs.config\ncp -r /opt/a/* /etc/ecs/\n", True,
    ),
    "all files of a folder from elsewhere": ("mv /opt/* /etc/ecs/\n", OPEN),
    "a folder": (f"echo {BLOCK}=true > /opt/ecs/ecs.config\nmv /opt/ecs /etc/\n", True),
    "a folder, in which nothing is left": (
        f"echo {BLOCK}=true > /opt/ecs/ecs.config\nmv /opt/ecs /o\ncp /opt/ecs/ecs.config {FILE}\n",
        None,
    ),
    "a file, of which nothing is left": (
        f"echo {BLOCK}=true > /opt/x\nmv /opt/x /opt/y\ncp /opt/x {FILE}\n", None,
    ),
    "over a file from elsewhere": (f"cp /mnt/ecs.config {FILE}\n{SET_IT}", True),
    "from a file that is not known": (f"{WRITTEN}cp $X {FILE}\n", OPEN),
    "from a folder that is not known": (f"{WRITTEN}cp -r $X /etc\n", OPEN),
    "to a file that is not known": (f"{WRITTEN}{ELSE}cp draft $X\n", OPEN),
    "to a file of another folder": (f"{WRITTEN}{ELSE}cp draft /tmp/$X\n", True),
    "to a folder that is not known": (f"{WRITTEN}{ELSE}cp draft $X/\n", True),
    "to a folder that is not known, under its name": (
        f"{WRITTEN}echo A=b > ecs.config\ncp ecs.config $X/\n", OPEN,
    ),
    "removed by a name known in part": (f"{WRITTEN}rm -f /etc/ecs/$X.config\n", OPEN),
    "removed by a name of another ending": (f"{WRITTEN}rm -f /etc/ecs/$X.json\n", True),
    "removed by a path of another ending": (f"{WRITTEN}rm -f /etc/$X/other\n", True),
    "removed by a path known in part": (f"{WRITTEN}rm -f /etc/$X\n", OPEN),
    "removed with a folder known in part": (f"{WRITTEN}rm -rf /etc/$X\n", OPEN),
    "removed with a folder of its name": (f"{WRITTEN}rm -rf $X/ecs\n", OPEN),
    "removed with a folder of another place": (f"{WRITTEN}rm -rf /opt/$X/ecs\n", True),
    "removed with a folder of a like name": (f"{WRITTEN}rm -rf $X/ec\n", True),
    "a folder of its name, without what is in it": (f"{WRITTEN}rm -f $X/ecs\n", True),
    "removed by a pattern and a variable": (f"{WRITTEN}rm -f /etc/*/$X\n", OPEN),
    "removed by the class of a letter": (f"{WRITTEN}rm -f /etc/ecs/ecs.confi[!a]\n", None),
}  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), MOVES.values(), ids=MOVES)
def test_what_copies_and_removals_leave(script: str, expected: object) -> None:
    """Each acts on the files that its words name; where that is open, on those they may name."""
    assert told(read(SCRIPT + script)) is expected
