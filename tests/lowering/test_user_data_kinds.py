"""What other kinds of user data than scripts tell the ECS agent: PowerShell, TOML, JSON."""

import gzip
from base64 import b64encode

import pytest

from lowering.user_data import BLOCK, OPEN, SETS, VAR, read, told
from taskwall.core.values import Items, Known, Reference, Text, Value
from taskwall.lowering.user_data.layers import MAX_USER_DATA, unpacked

SET = f"[Environment]::SetEnvironmentVariable('{BLOCK}', "
SWITCH = "Initialize-ECSAgent -AwsvpcBlockIMDS"

POWERSHELL: dict[str, tuple[tuple[str | Value, ...], object]] = {
    "a switch": ((SWITCH,), True),
    "$true": ((SWITCH + ":$true",), True),
    "1": ((SWITCH + ":1",), True),
    "0": ((SWITCH + ":0",), False),
    "a variable for a switch": ((SWITCH + ":$x",), OPEN),
    "in small letters": (("initialize-ecsagent -awsvpcblockimds",), True),
    "on the next line": (("Initialize-ECSAgent -Cluster x\n-AwsvpcBlockIMDS",), None),
    "of the next command": (("Initialize-ECSAgent -Cluster x; y -AwsvpcBlockIMDS",), None),
    "of a command behind a pipe": (("Initialize-ECSAgent -Cluster x | y -AwsvpcBlockIMDS",), None),
    "behind a brace": (("if ($x) { Initialize-ECSAgent -Cluster x } -AwsvpcBlockIMDS",), None),
    "in a comment": (("Initialize-ECSAgent -Cluster x # -AwsvpcBlockIMDS",), None),
    "behind a comment": (("Initialize-ECSAgent -Cluster x <# y #> -AwsvpcBlockIMDS",), True),
    "a value that looks like it": (("Initialize-ECSAgent -Cluster '-AwsvpcBlockIMDS'",), None),
    "in a branch": ((f"if ($x) {{ {SWITCH} }}",), OPEN),
    "after a branch": ((f"if ($x) {{ y }}\n{SWITCH}",), True),
    "after a brace in a comment": ((f"# {{\n{SWITCH}",), True),
    "after braces in texts": ((f"y '{{' \"{{\"\n{SWITCH}",), True),
    "arguments of a variable": (("Initialize-ECSAgent @more",), OPEN),
    "arguments that are not known": (("Initialize-ECSAgent ", VAR), OPEN),
    "behind arguments of a variable": (("Initialize-ECSAgent @more -AwsvpcBlockIMDS",), True),
    "behind arguments that are not known": (
        ("Initialize-ECSAgent ", VAR, " -AwsvpcBlockIMDS"), True,
    ),
    "beside a cluster that is not known": (("Initialize-ECSAgent -Cluster ", VAR), None),
    "before a line that is not known": ((SWITCH + "\n", VAR), OPEN),
    "between lines, the last of which is not known": ((f"$x = 1\n{SWITCH}\n", VAR), OPEN),
    "behind a line that is not known": ((VAR, "\n" + SWITCH), True),
    "Set $true": ((SET + "$true, 'Machine')",), True),
    "Set $FALSE": ((SET + "$FALSE, 'Machine')",), False),
    "Set a variable": ((SET + "$x, 'Machine')",), OPEN),
    "Set for the system": (
        (SET.replace("[", "[System.") + "'true', [System.EnvironmentVariableTarget]::Machine)",),
        True,
    ),
    "Set for a user": ((SET + "'true', 'User')",), None),
    "Set for whom is not known": ((SET + "'true', '", VAR, "')"), OPEN),
    "Set in a comment": (("# " + SET + "'true', 'Machine')",), None),
    "Set a name that is not known": (
        ("[Environment]::SetEnvironmentVariable('", VAR, "', 'true', 'Machine')"), OPEN,
    ),
    "another word for $true": ((SWITCH + ":yes",), OPEN),
    "a value behind a switch": ((SWITCH + " $false",), True),
    "a value behind a switch, and another": ((SWITCH + " x -Cluster y",), True),
    "a switch of another name": (("Initialize-ECSAgent -AwsvpcBlockIMDSx",), None),
    "behind a backtick that ends a line": (("Initialize-ECSAgent `\r\n -AwsvpcBlockIMDS",), True),
    "in parentheses": (("$x = (Initialize-ECSAgent -Cluster x) -AwsvpcBlockIMDS",), None),
    "Set in a branch": ((f"if ($x) {{\n{SET}'true', 'Machine')\n}}",), OPEN),
    "Set twice": ((SET + "'true', 'Machine')\n" + SET + "'false', 'Machine')",), False),
    "Set twice on a line": (
        (f"{SET}'true', 'Machine'); {SET}'false', 'Machine')",), False,
    ),
    "Set on a line with another": (
        (SET.replace(BLOCK, "X") + f"'true', 'Machine'); {SET}'true', 'Machine')",), True,
    ),
    "Set on a line, and another in its comment": (
        (f"{SET}'true', 'Machine') # {SET}'false', 'Machine')",), True,
    ),
    "Set behind a switch on a line": ((f"{SWITCH}; {SET}'false', 'Machine')",), False),
    "Set before a switch on a line": ((f"{SET}'false', 'Machine'); {SWITCH}",), True),
    "two calls on a line": ((f"Initialize-ECSAgent -Cluster x; {SWITCH}",), True),
    "behind one in a comment": ((f"# Initialize-ECSAgent -Cluster x\n{SWITCH}",), True),
    "in the comment of a call": ((f"Initialize-ECSAgent -Cluster x # {SWITCH}",), None),
    "Set after a switch": ((SWITCH + "\n" + SET + "'false', 'Machine')",), False),
}  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), POWERSHELL.values(), ids=POWERSHELL)
def test_powershell(script: tuple[str | Value, ...], expected: object) -> None:
    """Calls set up the agent where they stand, each with its own arguments."""
    found = read("<powershell>\n" + str(script[0]), *script[1:], "\n</powershell>")

    assert told(found) == expected


@pytest.mark.parametrize(
    ("script", "waits"),
    [
        ((VAR,), "var.cluster"),
        (("[Environment]::SetEnvironmentVariable('", VAR, "', 'true', 'Machine')"), "var.cluster"),
        ((SET + "'", VAR, "', 'Machine')"), "var.cluster"),
        ((SET + "'true', '", VAR, "')"), "var.cluster"),
        (("Initialize-ECSAgent ", VAR), "var.cluster"),
        ((SWITCH + ":", VAR), "var.cluster"),
        ((SWITCH + ":$x",), "$x"),
        (("Initialize-ECSAgent @more",), "@more"),
        ((SET + "$x, 'Machine')",), "$x"),
    ],
    ids=range(9),
)
def test_what_powershell_waits_for(script: tuple[str | Value, ...], waits: str) -> None:
    """It is what the sources put into the script, else a variable of its own."""
    found = read("<powershell>\n", *script, "\n</powershell>")

    assert told(found) is OPEN
    assert [need.name for need in found.setting(BLOCK).needs] == [waits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<script>\n{SWITCH}\n</script>", None),
        (f"<script>\necho\n</script>\n<powershell>\n{SWITCH}\n</powershell>", True),
        (f"<persist>true</persist>\n<powershell>\n{SWITCH}\n</powershell>", True),
        (f"<POWERSHELL>\n{SWITCH}\n</POWERSHELL>", True),
        (f"<powershell>\n{SWITCH}\n", True),
    ],
)
def test_tags_of_windows(text: str, expected: object) -> None:
    """Only what PowerShell runs calls its commands."""
    assert told(read(text)) is expected


def test_switches_of_windows() -> None:
    """Each switch and value sets what the agent takes under another name."""
    call = "Initialize-ECSAgent -Cluster 'shop' -EnableTaskIAMRole -EnableTaskENI:$false"
    found = read(f"<powershell>\n{call}\n</powershell>")

    assert told(found, "ECS_CLUSTER") == "shop"
    assert told(found, "ECS_ENABLE_TASK_IAM_ROLE") is True
    assert told(found, "ECS_ENABLE_TASK_ENI") == "false"
    assert found.joins.truth is True
    assert found.setting("ECS_CLUSTER").name == "-Cluster"
    call = "Initialize-ECSAgent -AwsvpcBlockIMDS"
    assert read(f"<powershell>\n{call}\n</powershell>").setting(BLOCK).name == "-AwsvpcBlockIMDS"


@pytest.mark.parametrize("cluster", ["$name", '"shop-$name"'])
def test_a_cluster_of_windows_that_a_variable_names(cluster: str) -> None:
    """A variable is put into double quotes, and what it holds is known only on the instance."""
    found = read(f"<powershell>\nInitialize-ECSAgent -Cluster {cluster}\n</powershell>")

    assert told(found, "ECS_CLUSTER") is OPEN


@pytest.mark.parametrize("cluster", ["shop", '"shop"', "'shop'", "shop other", "`\n  shop"])
def test_a_cluster_of_windows(cluster: str) -> None:
    """Its name is the word behind the switch, in quotes of either kind or in none."""
    call = f"Initialize-ECSAgent -Other a -Cluster {cluster} -AwsvpcBlockIMDS"
    found = read(f"<powershell>\n{call}\n</powershell>")

    assert (told(found, "ECS_CLUSTER"), told(found)) == ("shop", True)


def test_a_dollar_sign_in_single_quotes() -> None:
    """PowerShell takes it as it is."""
    found = read("<powershell>\nInitialize-ECSAgent -Cluster 'a$b'\n</powershell>")

    assert told(found, "ECS_CLUSTER") == "a$b"


def test_a_proxy_of_windows() -> None:
    """It must not be used for the pipe of Docker."""
    text = "[Environment]::SetEnvironmentVariable('HTTP_PROXY', 'p:1', 'Machine')"
    (proxy,) = read(f"<powershell>\n{text}\n</powershell>").proxies

    assert (proxy.address.known, proxy.docker) == ("p:1", r"\\.\pipe\docker_engine")


TOML: dict[str, tuple[tuple[str | Value, ...], object]] = {
    "after a comment": (("# a\n\n[settings.ecs]\nawsvpc-block-imds = true\n",), True),
    "by a dotted name": (("settings.ecs.awsvpc-block-imds = true\n",), True),
    "in a table of all": (("[settings]\necs = { awsvpc-block-imds = true }\n",), True),
    "in quotes": (('["settings".ecs]\n"awsvpc-block-imds" = true\n',), True),
    "off": (("[settings.ecs]\nawsvpc-block-imds = false\n",), False),
    "settings that are none": (('settings.ecs = "x"\n',), None),
    "a table that is none": (("[[settings]]\necs = 1\n",), None),
    "no TOML": (("[settings.ecs]\nawsvpc-block-imds = true\nx y\n",), None),
    "perhaps no TOML": (("[settings.ecs]\nawsvpc-block-imds = true\nx ", VAR, "\n"), OPEN),
    "another table": (("[other]\nawsvpc-block-imds = true\n",), None),
    "no table": (("settings.ecs = 5\n",), None),
    "an unknown before a comment": (
        ("[settings.ecs]\nawsvpc-block-imds = ", VAR, " # open\n"), OPEN,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TOML.values(), ids=TOML)
def test_settings_of_bottlerocket(text: tuple[str | Value, ...], expected: object) -> None:
    """TOML says one thing in several ways."""
    assert told(read(*text)) == expected


def test_bottlerocket_joins_by_its_table() -> None:
    """The table of ECS makes an agent, whatever it holds; that of the network alone does not."""
    assert read("[settings.ecs]\n").joins.truth is True
    assert read('[settings.ecs]\ncluster = "shop"\n').joins.truth is True
    assert read("settings.ecs = 5\n").joins.truth is False
    found = read('[settings.network]\nhttps-proxy = "p:1"\nno-proxy = ["a", "b"]\n')
    assert found.joins.truth is False
    assert [(each.kind, each.address.known, each.excluded.known) for each in found.proxies] == [
        ("HTTPS_PROXY", "p:1", "a,b")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('\n {"awsvpcBLOCKInstanceMetdata": false}', False),
        ('{"AWSVPCBlockInstanceMetdata": "true"}', True),
        ('{"AWSVPCBlockInstanceMetdata": 1}', None),
        ('{"AWSVPCBlockInstanceMetdata": [true]}', None),
        ('{"AWSVPCBlockInstanceMetdata": {"a": true}}', None),
        ('{"AWSVPCBlockInstanceMetdata": null}', None),
        ('{"Other": "x", "Cluster": [], "AWSVPCBlockInstanceMetdata": true}', True),
        ('{"AWSVPCBlockInstanceMetdata": true', None),
    ],
)
def test_json_of_the_agent(text: str, expected: object) -> None:
    """The case of a key does not matter, the kind of its value does."""
    assert told(read(text)) is expected


def held(value: Value | None) -> Value:
    """An attribute that the sources give a value, or leave open."""
    return Reference("aws_ssm_parameter.p", "value", value)


@pytest.mark.parametrize("sign", ["", '"'])
@pytest.mark.parametrize(
    ("value", "plain", "quoted"),
    [
        (held(Known("true")), True, True),
        (held(Known(False)), False, False),
        (held(Known(1)), None, True),
        (held(Items((Known("true"),))), None, None),
        (held(Text(("tr", VAR))), OPEN, OPEN),
        (held(None), OPEN, OPEN),
        (VAR, OPEN, OPEN),
    ],
)
def test_json_of_the_agent_with_a_reference(
    value: Value, plain: object, quoted: object, sign: str
) -> None:
    """What the sources write for it counts, by its kind."""
    found = read(f'{{"AWSVPCBlockInstanceMetdata": {sign}', value, f"{sign}}}")

    expected = quoted if sign else plain
    assert told(found) is expected
    assert found.setting(BLOCK).written is (expected is not None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (('{"AWSVPCBlockInstanceMetdata": true, "Cluster": ', VAR, "}"), True),
        (('{"AWSVPCBlockInstanceMetdata": true, ', VAR, "}"), OPEN),
        (('{"AWSVPCBlockInstanceMetdata": true', VAR, "}"), OPEN),
        (("{", VAR, "}"), OPEN),
        (('{"Cluster": "', VAR, '"}'), None),
        (('{"Cluster": {"a": ', VAR, "}}"), None),
        (('{"', VAR, '": true}'), OPEN),
    ],
    ids=[
        "another value", "another setting", "what ends a value", "all", "a text", "an object",
        "a key",
    ],
)  # fmt: skip
def test_json_of_the_agent_known_in_part(text: tuple[str | Value, ...], expected: object) -> None:
    """A value that is not known is of one setting; what may be a setting may be any."""
    found = read(*text)

    assert told(found) is expected
    assert [need.name for need in found.setting(BLOCK).needs] == ["var.cluster"] * (
        expected is OPEN
    )


def test_json_of_the_agent_names_each_setting() -> None:
    """Its own names for the cluster, for roles of tasks and for ports; others are no settings."""
    found = read(
        '{"Cluster": "shop", "TaskIAMRoleEnabled": true, "TaskIAMRoleEnabledForNetworkHost": true,'
        ' "DynamicHostPortRange": "40000-50000", "Other": "x"}'
    )

    assert {name: setting.known for name, setting in found.settings.items()} == {
        "ECS_CLUSTER": "shop",
        "ECS_ENABLE_TASK_IAM_ROLE": True,
        "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST": True,
        "ECS_DYNAMIC_HOST_PORT_RANGE": "40000-50000",
    }


@pytest.mark.parametrize("layers", range(1, 5))
def test_base64_within_base64(layers: int) -> None:
    """Terraform and a module may both encode."""
    text = SETS
    for _ in range(layers):
        text = b64encode(text.encode()).decode()

    assert told(read(text)) is True


TEXTS = {
    "base64": ("Zm9vYmFy", "foobar"),
    "base64 on two lines": ("Zm9v\nYmFy\n", "foobar"),
    "a short word": ("Zm9v", "Zm9v"),
    "a word of eight letters": ("shutdown", "shutdown"),
    "a word that is cut off": ("Zm9vYmF", "Zm9vYmF"),
    "a word with a sign": ("Zm9vYmF!", "Zm9vYmF!"),
    "nothing": ("", ""),
    "base64 that is too long": ("Zm9v" * (MAX_USER_DATA // 2 + 1),) * 2,
    "gzip": (b64encode(gzip.compress(b"foo")).decode(), "foo"),
    "gzip that is cut off": (b64encode(b"\x1f\x8b\x08\x00no gzip").decode(), None),
    "gzip that ends too early": (b64encode(gzip.compress(b"foo" * 99)[:-9]).decode(), None),
    "gzip of a text as long as may be": (
        b64encode(gzip.compress(b"a" * MAX_USER_DATA)).decode(), "a" * MAX_USER_DATA,
    ),
    "gzip of a longer text": (
        b64encode(gzip.compress(b"a" * (MAX_USER_DATA + 1))).decode(), None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("packed", "text"), TEXTS.values(), ids=TEXTS)
def test_texts_that_are_packed(packed: str, text: str | None) -> None:
    """What is base64 of a text is that text; what only looks like it is left as it is."""
    assert unpacked(packed) == text
