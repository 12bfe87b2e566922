"""What user data tells the ECS agent, in each of the shapes that people write."""

import gzip
from base64 import b64encode

import pytest

from lowering.user_data import BLOCK, FILE, OPEN, SCRIPT, VAR, read, told
from taskwall.core.values import Fields, Items, Known, Need, Reference, Unknown, Value

SHAPES: dict[str, tuple[tuple[str | Value, ...], object]] = {
    "a loop that counts": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\n" + "for ((i=1; i<=5; i++)); do sleep 1; done\n",),
        True,
    ),
    "1 echo, as CDK writes it": (
        (
            SCRIPT,
            "echo ECS_CLUSTER=",
            VAR,
            (
                f" >> {FILE}\nsudo iptables --insert FORWARD 1 "
                "--in-interface docker+ --destination 169.254.169.254/32 --jump DROP\n"
                f"sudo service iptables save\necho {BLOCK}=true >> {FILE}"
            ),
        ),
        True,
    ),
    "2 double quotes": (
        (SCRIPT + f'echo "ECS_CLUSTER=a" >>  {FILE}\necho "{BLOCK}=true" >> {FILE}\n',),
        True,
    ),
    "3 commands of a program, joined": (
        (
            SCRIPT + "echo ECS_CLUSTER=",
            VAR,
            (
                f" >> {FILE}\necho ECS_ENABLE_TASK_IAM_ROLE=true >> {FILE}\n"
                f"echo {BLOCK}=true >> {FILE}\nsudo iptables --insert FORWARD 1 "
                "--in-interface docker+ --destination 169.254.169.254/32 --jump DROP\n"
            ),
        ),
        True,
    ),
    "4 single quotes": ((SCRIPT + f"echo '{BLOCK}=true' >> {FILE}\n",), True),
    "5 a comment": (
        (
            SCRIPT
            + f"# echo {BLOCK}=true >> {FILE}\necho ECS_ENABLE_TASK_IAM_ROLE=true >> {FILE}\n",
        ),
        None,
    ),
    "6 here-document": (
        (
            SCRIPT + f"cat <<EOF >> {FILE}\nECS_CLUSTER=",
            VAR,
            f"\n{BLOCK}=true\nECS_RESERVED_MEMORY=128\nEOF\n",
        ),
        True,
    ),
    "7 redirected first, in a branch": (
        (
            SCRIPT
            + f'if [ -n "$X" ]; then\ncat >> {FILE} <<EOF\nECS_CLUSTER=$X\n{BLOCK}=true\nEOF\nfi\n',
        ),
        OPEN,
    ),
    "7 redirected first": (
        (SCRIPT + f"cat >> {FILE} <<EOF\nECS_CLUSTER=$X\n{BLOCK}=true\nEOF\n",),
        True,
    ),
    "8 overwritten by >": (
        (
            SCRIPT + f"echo {BLOCK}=true >> {FILE}\ncat <<EOF > {FILE}\n"
            "ECS_CLUSTER=a\nHTTP_PROXY=p:80\nEOF\n",
        ),
        None,
    ),
    "11 cloud-config": (
        (f"#cloud-config\nwrite_files:\n- path: {FILE}\n  content: '{BLOCK}=true'\n",),
        True,
    ),
    "12 cloud-config, a block": (
        (
            f"#cloud-config\nwrite_files:\n  - path: {FILE}\n    content: |\n      ECS_CLUSTER=",
            VAR,
            f"\n      {BLOCK}=true\nbootcmd:\n  - echo hi\n",
        ),
        True,
    ),
    "13 cloud-config, content first": (
        (
            (
                f"#cloud-config\nwrite_files:\n- content: {BLOCK}=true\n"
                f"  path: {FILE}   \n  permissions: '0644'\n"
            ),
        ),
        True,
    ),
    "13 cloud-config behind another sign": (
        (SCRIPT + f"#cloud-config\nwrite_files:\n- content: {BLOCK}=true\n  path: {FILE}\n",),
        None,
    ),
    "13 cloud-config behind another sign, path first": (
        (SCRIPT + f"#cloud-config\nwrite_files:\n- path: {FILE}\n  content: {BLOCK}=true\n",),
        None,
    ),
    "13 cloud-config, base64": (
        (
            (
                f"#cloud-config\nwrite_files:\n"
                f"- content: {b64encode(f'{BLOCK}=true'.encode()).decode()}\n"
                f"  encoding: b64\n  path: {FILE}\n"
            ),
        ),
        True,
    ),
    "15 tee": (
        (
            SCRIPT + f"echo 'ECS_CLUSTER=x' | sudo tee -a {FILE}\n"
            f"echo {BLOCK}=true | sudo tee -a {FILE}\n",
        ),
        True,
    ),
    "15 tee without -a": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\necho ECS_CLUSTER=x | tee {FILE}\n",),
        None,
    ),
    "16 Windows": (
        (
            "<powershell>\nInitialize-ECSAgent -Cluster '",
            VAR,
            (
                "' -EnableTaskIAMRole -AwsvpcBlockIMDS "
                "-LoggingDrivers '[\"awslogs\"]' -EnableTaskENI\n"
                "</powershell>\n<persist>true</persist>"
            ),
        ),
        True,
    ),
    "16 Windows, without the switch": (
        ("<powershell>\nInitialize-ECSAgent -Cluster x -EnableTaskENI\n</powershell>",),
        None,
    ),
    "16 Windows, a variable": (
        (
            (
                "<powershell>\n"
                f'[Environment]::SetEnvironmentVariable("{BLOCK}", "true", "Machine")\n'
                "Initialize-ECSAgent -Cluster x\n</powershell>"
            ),
        ),
        True,
    ),
    "16 Windows, a variable of the process": (
        (
            (
                "<powershell>\n"
                f'[Environment]::SetEnvironmentVariable("{BLOCK}", "true", "Process")\n'
                "Initialize-ECSAgent -Cluster x\n</powershell>"
            ),
        ),
        None,
    ),
    "16 Windows, with the dash of a text processor": (
        ("<powershell>\nInitialize-ECSAgent \u2013Cluster x \u2013AwsvpcBlockIMDS\n</powershell>",),
        True,
    ),
    "16 Windows, switched off": (
        ("<powershell>\nInitialize-ECSAgent -Cluster x -AwsvpcBlockIMDS:$false\n</powershell>",),
        False,
    ),
    "16 Windows, on several lines": (
        ("<powershell>\nInitialize-ECSAgent -Cluster x `\n  -AwsvpcBlockIMDS\n</powershell>",),
        True,
    ),
    "16 Windows, a comment": (
        (
            (
                "<powershell>\n# Initialize-ECSAgent -AwsvpcBlockIMDS\n"
                "Initialize-ECSAgent -Cluster x\n</powershell>"
            ),
        ),
        None,
    ),
    "17 Bottlerocket": (
        ('[settings.ecs]\ncluster = "', VAR, '"\nawsvpc-block-imds = true\n'),
        True,
    ),
    "17 Bottlerocket, not set": (('[settings.ecs]\ncluster = "a"\nreserved-memory=300\n',), None),
    "17 Bottlerocket, an unknown without quotes": (
        ("[settings.ecs]\ncluster = ", VAR, "\nawsvpc-block-imds = true\n"),
        True,
    ),
    "17 Bottlerocket, lines that are not known": (
        ('[settings.ecs]\ncluster = "a"\n', VAR, "\nawsvpc-block-imds = true\n"),
        OPEN,
    ),
    "18 a group": ((SCRIPT + f"{{ echo ECS_CLUSTER=a; echo {BLOCK}=true; }} >> {FILE}\n",), True),
    "18 all of it a variable": ((SCRIPT, VAR, "\n"), OPEN),
    "18 fetched from S3": (
        (SCRIPT + f"echo {BLOCK}=true > {FILE}\naws s3 cp s3://b/ecs.config {FILE}\n",),
        OPEN,
    ),
    "18 fetched first": (
        (SCRIPT + f"aws s3 cp s3://b/ecs.config {FILE}\necho {BLOCK}=true >> {FILE}\n",),
        True,
    ),
    "18 quoted here-document": (
        (SCRIPT + f"cat <<'EOF' >> {FILE}\nECS_CLUSTER=a\n{BLOCK}=true\nEOF\n",),
        True,
    ),
    "19 agent in a container": (
        (
            SCRIPT + f"mkdir -p /etc/ecs; echo {BLOCK}=true | tee -a {FILE}\n"
            f"docker run --name ecs-agent --env-file={FILE} amazon/amazon-ecs-agent:latest\n",
        ),
        True,
    ),
    "19 its environment": (
        (SCRIPT + f"docker run -d --env={BLOCK}=true amazon/amazon-ecs-agent:latest\n",),
        True,
    ),
    # What the agent would not take.
    "yes": ((SCRIPT + f"echo {BLOCK}=yes >> {FILE}\n",), None),
    "quotes that reach the file": ((SCRIPT + f"echo '{BLOCK}=\"true\"' >> {FILE}\n",), None),
    "export in the file": ((SCRIPT + f"echo export {BLOCK}=true >> {FILE}\n",), None),
    "export in the script": (
        (SCRIPT + f"export {BLOCK}=true\necho ECS_CLUSTER=a >> {FILE}\n",),
        None,
    ),
    "spaces around =": ((SCRIPT + f"echo '{BLOCK} = true' >> {FILE}\n",), None),
    "a space behind": ((SCRIPT + f"echo '{BLOCK}=true ' >> {FILE}\n",), True),
    "1": ((SCRIPT + f"echo {BLOCK}=1 >> {FILE}\n",), True),
    "F": ((SCRIPT + f"echo {BLOCK}=F >> {FILE}\n",), False),
    "the last line wins": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\necho {BLOCK}=false >> {FILE}\n",),
        False,
    ),
    "another file": ((SCRIPT + f"echo {BLOCK}=true >> /etc/ecs.config\n",), None),
    "no sign": ((f"echo {BLOCK}=true >> {FILE}\n",), None),
    "no user data": (("",), None),
    # Other ways of the shell.
    "printf": ((SCRIPT + f"printf '%s=%s\\n' {BLOCK} true >> {FILE}\n",), True),
    "printf of a text": ((SCRIPT + f"printf 'ECS_CLUSTER=a\\n{BLOCK}=true\\n' > {FILE}\n",), True),
    "echo -e": ((SCRIPT + f"echo -e 'ECS_CLUSTER=a\\n{BLOCK}=true' >> {FILE}\n",), True),
    "echo -n": ((SCRIPT + f"echo -n {BLOCK} >> {FILE}\necho =true >> {FILE}\n",), True),
    "a shell in a shell": ((SCRIPT + f"sudo bash -c 'echo {BLOCK}=true >> {FILE}'\n",), True),
    "a here-document to tee": (
        (SCRIPT + f"cat <<EOF | sudo tee -a {FILE} > /dev/null\n{BLOCK}=true\nEOF\n",),
        True,
    ),
    "tee with its own": ((SCRIPT + f"sudo tee -a {FILE} <<EOF\n{BLOCK}=true\nEOF\n",), True),
    "tabs": ((SCRIPT + f"cat <<-EOF >> {FILE}\n\t{BLOCK}=true\n\tEOF\n",), True),
    "a variable for the path": ((SCRIPT + f"CONF={FILE}\necho {BLOCK}=true >> $CONF\n",), True),
    "a variable for the value": ((SCRIPT + f'ON=true\necho {BLOCK}=$ON >> "{FILE}"\n',), True),
    "a path that is not known": ((SCRIPT + f"echo {BLOCK}=true >> $CONF\n",), OPEN),
    "a value that is not known": ((SCRIPT + f"echo {BLOCK}=", VAR, f" >> {FILE}\n"), OPEN),
    "moved into place": ((SCRIPT + f"echo {BLOCK}=true > draft\nmv draft {FILE}\n",), True),
    "removed": ((SCRIPT + f"echo {BLOCK}=true > {FILE}\nrm -f {FILE}\n",), None),
    "behind mkdir": ((SCRIPT + f"mkdir -p /etc/ecs && echo {BLOCK}=true >> {FILE}\n",), True),
    "behind another command": ((SCRIPT + f"mycheck && echo {BLOCK}=true >> {FILE}\n",), OPEN),
    "in a loop": ((SCRIPT + f"for x in a b; do echo {BLOCK}=true >> {FILE}; done\n",), OPEN),
    "said again in a branch": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\nif x; then echo {BLOCK}=true >> {FILE}; fi\n",),
        True,
    ),
    "changed in a branch": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\nif x; then echo {BLOCK}=false >> {FILE}; fi\n",),
        OPEN,
    ),
    "edited": ((SCRIPT + f"echo {BLOCK}=true >> {FILE}\nsed -i 's/a/b/' {FILE}\n",), OPEN),
    "a script fetched and run": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\ncurl -s https://x | bash\n",),
        OPEN,
    ),
    "waiting for a server": (
        (
            SCRIPT + f"echo {BLOCK}=true >> {FILE}\n"
            "until $(curl --output /dev/null --silent --head --fail http://localhost:51678);"
            " do\n  printf '.'\n  sleep 1\ndone\n",
        ),
        True,
    ),
    "a command that is fetched": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\nuntil $(curl -s https://x); do sleep 1; done\n",),
        OPEN,
    ),
    "before a script that is fetched": (
        (SCRIPT + f"curl -s https://x | bash\necho {BLOCK}=true >> {FILE}\n",),
        True,
    ),
    "before an unknown": ((SCRIPT, VAR, f"\necho {BLOCK}=true >> {FILE}\n"), True),
    "after an unknown": ((SCRIPT + f"echo {BLOCK}=true >> {FILE}\n", VAR, "\n"), OPEN),
    "behind the end": ((SCRIPT + f"exit 0\necho {BLOCK}=true >> {FILE}\n",), None),
    "Python": (("#!/usr/bin/python3\nopen('/etc/ecs/ecs.config', 'a').write('x')\n",), OPEN),
    "an indented script": (("  #!/bin/bash\n" + f"  echo {BLOCK}=true >> {FILE}\n",), True),
    "an unknown word of a command": (
        (
            SCRIPT + f'echo {BLOCK}=true >> {FILE}\necho "hello ',
            VAR,
            '"\nyum -y install ',
            VAR,
            "\n",
        ),
        True,
    ),
    "an unknown word of a command's name": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\n/opt/", VAR, "/bin/start\n"),
        True,
    ),
    "an unknown that is a command": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\n", VAR, " install\n"),
        OPEN,
    ),
    "an unknown that a shell is given": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\nbash -c '", VAR, "'\n"),
        OPEN,
    ),
    "eval": ((SCRIPT + f"eval 'echo {BLOCK}=true >> {FILE}'\n",), True),
    "eval of an unknown": (
        (SCRIPT + f"echo {BLOCK}=true >> {FILE}\neval '", VAR, "'\n"),
        OPEN,
    ),
    "JSON of the agent, a value that is not known": (
        ('{"Cluster": ', VAR, ', "AWSVPCBlockInstanceMetdata": true}'),
        True,
    ),
    "JSON of the agent, members that are not known": (
        ('{"AWSVPCBlockInstanceMetdata": true, ', VAR, "}"),
        OPEN,
    ),
    "JSON of the agent": (('{"Cluster": "a", "AWSVPCBlockInstanceMetdata": true}',), True),
    "cloud-config, all of it an unknown": (("#cloud-config\n", VAR, "\n"), OPEN),
    "cloud-config, with a key that is not known": (
        (f"#cloud-config\nwrite_files:\n- path: {FILE}\n  content: {BLOCK}=true\n", VAR, ": []\n"),
        OPEN,
    ),
    "runcmd": ((f"#cloud-config\nruncmd:\n- echo {BLOCK}=true >> {FILE}\n",), True),
    "runcmd as a list": (
        (f"#cloud-config\nruncmd:\n- [sh, -c, 'echo {BLOCK}=true >> {FILE}']\n",),
        True,
    ),
    "a boot hook": ((f"#cloud-boothook\n#!/bin/bash\necho {BLOCK}=true >> {FILE}\n",), True),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: str) -> None:
    """Each shape gives the setting that the agent takes of it, no more and no less."""
    parts, expected = SHAPES[shape]

    assert told(read(*parts)) == expected


MIME = (
    'Content-Type: multipart/mixed; boundary="==B=="\nMIME-Version: 1.0\n\n--==B==\n'
    'Content-Type: text/cloud-config; charset="us-ascii"\n\n#cloud-config\nwrite_files:\n'
    f"- path: {FILE}\n  content: |\n    ECS_CLUSTER=a\n\n--==B==\n"
    'Content-Type: text/x-shellscript; charset="us-ascii"\n\n#!/bin/bash\n'
    f"echo {BLOCK}=true >> {FILE}\n--==B==--\n"
)


@pytest.mark.parametrize(
    "packed",
    [
        MIME,
        b64encode(MIME.encode()).decode(),
        b64encode(gzip.compress(MIME.encode())).decode(),
    ],
    ids=["plain", "base64", "gzip"],
)
def test_layers(packed: str) -> None:
    """A MIME archive is read part by part, through base64 and gzip."""
    found = read(packed)

    assert (told(found), told(found, "ECS_CLUSTER")) == (True, "a")


def test_a_bomb_is_not_unpacked() -> None:
    """What unpacks to more than user data may be is not known, and soon."""
    bomb = b64encode(gzip.compress(b"\0" * (1 << 24))).decode()

    assert told(read(bomb)) is OPEN


@pytest.mark.parametrize("sign", ["(", "{ ", "$(", "if true; then ", "`"])
def test_deep_scripts_come_to_an_end(sign: str) -> None:
    """A script that nests without end is given up, not followed."""
    assert told(read(SCRIPT + sign * 3000)) in (None, OPEN)


def test_what_an_unknown_waits_for_is_named() -> None:
    """A setting that an unknown may override waits for that unknown."""
    found = read(SCRIPT + f"echo {BLOCK}=true >> {FILE}\n", VAR, "\n").setting(BLOCK)

    assert found.needs == (Need("var.cluster", "has no default"),)


def test_what_a_file_of_an_unknown_name_waits_for_is_named() -> None:
    """What a file of environment sets waits for the unknown in the file's name."""
    run = "docker run --env-file /etc/", ".env amazon/amazon-ecs-agent\n"
    found = read(SCRIPT + run[0], VAR, run[1]).setting(BLOCK)

    assert found.needs == (Need("var.cluster", "has no default"),)


def test_the_cluster_that_is_joined() -> None:
    """The cluster is the one that the settings name, else the one that is called default."""
    named = read(SCRIPT + f"echo ECS_CLUSTER=shop >> {FILE}\n")
    default = read(SCRIPT + "yum update -y\n")
    link = read(
        SCRIPT + "echo ECS_CLUSTER=", Reference("aws_ecs_cluster.c", "name"), f" >> {FILE}\n"
    )

    assert [each.cluster.to if each.cluster else None for each in (named, default, link)] == [
        "shop", "default", "aws_ecs_cluster.c.name",
    ]  # fmt: skip
    assert [each.joins.truth for each in (named, default, link)] == [True, False, True]


@pytest.mark.parametrize(
    ("line", "truth"),
    [
        (f"aws s3 cp s3://b/ecs.config {FILE}", True),
        (f"curl -o {FILE} https://example.com/ecs.config", True),
        (f"test -f /a && aws s3 cp s3://b/ecs.config {FILE}", None),
        ("aws s3 cp s3://b/ecs.config.json /etc/ecs/", None),
        (f"gsutil cp gs://b/ecs.config {FILE}", True),
        (f"wget -O {FILE} https://example.com/ecs.config", True),
        (f"mine {FILE}", None),
        (f"mine {FILE} || wget -O {FILE} https://example.com/ecs.config", None),
    ],
)
def test_a_file_of_settings_from_elsewhere(line: str, truth: bool | None) -> None:
    """It is read by an agent, whatever is in it: of which cluster is not known."""
    agent = read(f"{SCRIPT}{line}\n")

    assert agent.joins.truth is truth
    assert agent.cluster is None


FETCHED = "curl -fsSL https://get.docker.com | sh\n"
PARTS = b64encode(f"#!/bin/bash\n. /etc/ecs/a\n{FETCHED}".encode()).decode()


@pytest.mark.parametrize(
    ("parts", "truth"),
    [
        ((SCRIPT + FETCHED,), False),
        ((SCRIPT + FETCHED + "aws ecs list-tasks # specs\n",), False),
        ((SCRIPT + FETCHED + "docker run ", VAR, "\n"), False),
        ((SCRIPT + FETCHED + "systemctl start ecs\n",), None),
        ((SCRIPT + "aws s3 cp s3://b/ecs.config .\nbash x\n",), None),
        ((SCRIPT + FETCHED, VAR, "\n"), None),
        ((SCRIPT + FETCHED + "bash -c '", VAR, "'\n"), None),
        (("#!/usr/bin/python3\nimport os\n",), False),
        (("<powershell>\nInvoke-Expression (iwr x)\n</powershell>",), False),
        (("<powershell>\nInvoke-Expression (iwr x)\n", VAR, "\n</powershell>"), None),
        (("#include\nhttps://example.com/setup\n",), False),
        (((f"#cloud-config\nwrite_files:\n- {{path: x, encoding: b64, content: {PARTS}}}\n"
          "runcmd:\n- sh x\n"),), None),
    ],
    ids=range(12),
)  # fmt: skip
def test_no_word_of_ecs_is_no_agent(parts: tuple[str | Value, ...], truth: bool | None) -> None:
    """A program sets up no agent unasked: without a word of ECS only unknown lines could."""
    assert read(*parts).joins.truth is truth


@pytest.mark.parametrize(
    ("content", "truth"),
    [
        (Known("a"), False),
        (VAR, None),
        (Known("ECS_CLUSTER=a"), None),
        (Reference("Content", "", value=Known("ECS_CLUSTER=a")), None),
    ],
)
def test_words_of_ecs_in_metadata_count(content: Value, truth: bool | None) -> None:
    """What cfn-init writes is read for words of ECS like user data itself."""
    files = Fields({"/etc/a": Fields({"content": content})})
    run = Fields({"1": Fields({"command": Known(FETCHED + "sh /etc/a")})})
    config = Fields({"files": files, "commands": run})
    metadata = Fields({"AWS::CloudFormation::Init": Fields({"config": config})})
    call = SCRIPT + "cfn-init -s x -r aws_instance.a\n"

    assert read(call, metadata=metadata).joins.truth is truth
    assert read(call).joins.truth is None


def test_words_of_ecs_in_lists_of_metadata_count() -> None:
    """A command of several words may name it in any of them."""
    words = Items((Known("sh"), Known("-c"), Known("curl https://x | sh -s ecs")))
    config = Fields({"commands": Fields({"1": Fields({"command": words})})})
    metadata = Fields({"AWS::CloudFormation::Init": Fields({"config": config})})

    assert read(SCRIPT + "cfn-init -s x -r aws_instance.a\n", metadata=metadata).joins.truth is None


def test_metadata_of_cfn_init_is_read() -> None:
    """The files and commands that cfn-init is told of act where it is called."""
    files = Fields({FILE: Fields({"content": Known("ECS_CLUSTER=a\n")})})
    command = Fields({"command": Known(f"echo {BLOCK}=true >> {FILE}")})
    config = Fields({"files": files, "commands": Fields({"1": command})})
    metadata = Fields({"AWS::CloudFormation::Init": Fields({"config": config})})
    call = SCRIPT + "/opt/aws/bin/cfn-init -v --stack x --resource aws_instance.a --region y\n"

    assert told(read(call, metadata=metadata)) is True
    assert told(read(call)) is OPEN


DOUBLING = "".join(
    f"{one}() {{ {next_}; {next_}; }}\n"
    for one, next_ in zip("abcdefghij", "bcdefghijk", strict=True)
)
"""A function that calls another one twice, which calls another one twice."""


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("join() {\n  SET\n}\njoin\n", True),
        ("function join {\n  SET\n}\njoin || fail 'no way'\n", True),
        ("function join {\n  mkdir -p /etc/ecs && \\\n  SET\n}\nyum update -y\njoin\n", True),
        ("join() { SET; }\nall() { join; }\nall\n", True),
        ('set_() {\n  echo "$1=$2" >> FILE\n}\nset_ BLOCK true\n', True),
        ("set_() {\n  echo $1=$2 >> FILE\n}\nset_ BLOCK true\n", OPEN),
        ("join() {\n  echo BLOCK=true\n}\njoin >> FILE\n", True),
        ("join() {\n  return 0\n  SET\n}\njoin\n", None),
        ("join() {\n  return 0\n}\njoin\nSET\n", True),
        ("join() {\n  exit 1\n}\njoin\nSET\n", None),
        ("join() {\n  SET\n}\ngrep -q x /y && join\n", OPEN),
        ("if grep -q x /y; then\njoin() { SET; }\nelse\njoin() { :; }\nfi\njoin\n", OPEN),
        ("join() {\n  SET\n}\n", OPEN),
        ("join() {\n  SET\n}\ntrap join EXIT\n", OPEN),
        ("join() { SET; }\nif grep -q x /y; then\njoin() { :; }\nfi\njoin\n", OPEN),
        ("join() {\n  echo $1=true >> FILE\n}\nx=BLOCK\njoin $x\necho ECS_X=$1 >> FILE\n", True),
        ("join() { join; }\njoin\nSET\n", True),
        (DOUBLING + "a\nSET\n", OPEN),
    ],
)
def test_functions_act_where_they_are_called(script: str, value: object) -> None:
    """With their arguments; what is called on a condition, or never, may act."""
    text = script.replace("SET", "echo BLOCK=true >> FILE")
    found = read(SCRIPT + text.replace("BLOCK", BLOCK).replace("FILE", FILE))

    assert told(found) is value


def test_commands_of_cfn_init_have_their_environment() -> None:
    """What a command is given by `env` is known to it, as far as it is written."""
    variables = Fields(
        {"CLUSTER": Reference("aws_ecs_cluster.c", "name"), "BLOCK": Known("true"), "N": Known(1)}
    )
    text = f"echo ECS_CLUSTER=$CLUSTER >> {FILE}; echo {BLOCK}=$BLOCK >> {FILE}"
    command = Fields({"command": Known(text), "env": variables})
    config = Fields({"commands": Fields({"1": command})})
    metadata = Fields({"AWS::CloudFormation::Init": Fields({"config": config})})
    call = SCRIPT + "cfn-init -s x -r aws_instance.a\n"

    found = read(call, metadata=metadata)

    assert found.cluster is not None
    assert found.cluster.to == "aws_ecs_cluster.c.name"
    assert told(found) is True
    config = Fields({"commands": Fields({"1": Fields({**command.fields, "env": VAR})})})
    metadata = Fields({"AWS::CloudFormation::Init": Fields({"config": config})})
    assert told(read(call, metadata=metadata)) is OPEN


def test_cfn_init_that_calls_itself_comes_to_an_end() -> None:
    """Commands of cfn-init that run cfn-init on the same resource are given up, not followed."""
    call = "cfn-init -s x -r aws_instance.a"
    command = Fields({"command": Known(call)})
    config = Fields({"commands": Fields({"1": command})})
    metadata = Fields({"AWS::CloudFormation::Init": Fields({"config": config})})

    assert told(read(SCRIPT + call, metadata=metadata)) in (None, OPEN)


def test_cfn_init_runs_the_set_that_is_named() -> None:
    """Of several configurations, those of the named set act, in its order."""

    def config(text: str) -> Fields:
        return Fields({"files": Fields({FILE: Fields({"content": Known(text)})})})

    init = Fields({
        "configSets": Fields({
            "default": Items((Known("a"),)),
            "b": Items((Known("b"),)),
            "c": Items((Items((Known("b"),)),)),
        }),
        "a": config(f"{BLOCK}=false"), "b": config(f"{BLOCK}=true"),
    })  # fmt: skip
    metadata = Fields({"AWS::CloudFormation::Init": init})
    call = SCRIPT + "cfn-init -s x -r aws_instance.a"

    assert told(read(call, metadata=metadata)) is False
    assert told(read(call + " -c b", metadata=metadata)) is True
    assert told(read(call + " -c c", metadata=metadata)) is True  # a list in the list


@pytest.mark.parametrize(
    ("rule", "truth"),
    [
        (
            (
                "--insert DOCKER-USER 1 --in-interface docker+ --destination 169.254.169.254/32"
                " --jump DROP"
            ),
            True,
        ),
        ("-I FORWARD -i docker+ -d 169.254.169.254 -j DROP", True),
        ("-I DOCKER-USER -d 169.254.169.254/32 -j REJECT", True),
        ("-A DOCKER-USER -d 169.254.169.254/32 -j DROP", None),
        ("-I DOCKER-USER -s 172.17.0.2 -d 169.254.169.254/32 -j DROP", None),
        ("-I INPUT -p tcp --dport 51678 -j DROP", False),
    ],
)
def test_rules_of_iptables(rule: str, truth: bool | None) -> None:
    """A rule that drops what containers send to the metadata address is seen, others are not."""
    assert read(SCRIPT + f"sudo iptables {rule}\n").drops_metadata.truth is truth


def test_proxies() -> None:
    """Proxies of the agent and of its service are read where each is written."""
    found = read(
        SCRIPT + f"cat <<EOF > {FILE}\nHTTP_PROXY=proxy:3128\nNO_PROXY=169.254.169.254\nEOF\n"
        "cat <<EOF > /etc/systemd/system/ecs.service.d/http-proxy.conf\n[Service]\n"
        'Environment="HTTP_PROXY=other:3128/"\nEnvironment HTTPS_PROXY=x\nEOF\n'
    )

    assert [(each.by, each.address.known, each.excluded.known) for each in found.proxies] == [
        ("the agent", "proxy:3128", "169.254.169.254"),
        ("the service that starts the agent", "other:3128/", "169.254.169.254"),
    ]


@pytest.mark.parametrize(
    "excluded",
    [
        "169.254.169.254,169.254.170.2,/var/run/docker.sock",
        "localhost,169.254.169.254,internal.elb.amazonaws.com,169.254.170.2,/var/run/docker.sock",
    ],
)
def test_exceptions_to_a_proxy(excluded: str) -> None:
    """What a proxy is not asked for is taken as it is written, further hosts and all."""
    found = read(SCRIPT + f"cat <<EOF > {FILE}\nHTTP_PROXY=p:3128\nNO_PROXY={excluded}\nEOF\n")

    assert [each.excluded.known for each in found.proxies] == [excluded]


NESTED = "".join(
    f'Content-Type: multipart/mixed; boundary="b{n}"\nMIME-Version: 1.0\n\n--b{n}\n'
    for n in range(400)
)
LAUGHS = "#cloud-config\na: &a0 [x]\n" + "".join(
    f"k{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(30)
)


@pytest.mark.parametrize(
    "text",
    [
        NESTED,
        LAUGHS,
        "<powershell>\nInitialize-ECSAgent " + "`" * 20000,
        "<powershell>\nInitialize-ECSAgent " + '"' * 20001,
        "<powershell>\n" + "[Environment]::SetEnvironmentVariable(" * 2000,
        "<powershell>" * 5000,
        SCRIPT + "cat <<EOF >> /etc/ecs/ecs.config\n" * 300,
        SCRIPT + "a=$(" * 300,
        SCRIPT + "'" * 20001,
        "\x00" * 20000,
        SCRIPT + "ls \\",
    ],
    ids=range(11),
)
def test_hostile_user_data_comes_to_an_end(text: str) -> None:
    """Nothing that somebody writes there hangs the reader, or makes it raise."""
    assert told(read(text)) in (None, OPEN)


def test_wholly_unknown_user_data() -> None:
    """Of user data that is not in the sources, nothing is known."""
    found = read(Unknown((Need("var.user_data", "has no default"),)))

    assert (told(found), found.joins.truth, found.drops_metadata.truth) == (OPEN, None, None)
