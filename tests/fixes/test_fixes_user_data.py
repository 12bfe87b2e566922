"""Settings of the ECS agent that fixes add to user data."""

import re
from pathlib import Path

import pytest

from mending import Scan, mended, scanned
from taskwall.api.fix import as_diff, fix
from taskwall.api.options import Options
from taskwall.core.values import Span
from taskwall.findings.finding import Edit
from taskwall.fixes.apply import applied
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.source_text import SourceText
from taskwall.fixes.user_data import row_of_file, with_setting

BLOCK = ("ECS_AWSVPC_BLOCK_IMDS", "true")
FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "rules"


def added(line: str, name: str, value: str) -> str | None:
    """What comes after a line of user data, or in its place; None if nothing may."""
    sheet = SourceText("/x", f"\n{line}\n")
    try:
        edit = with_setting(sheet, Span("/x", 2, 1, 2, 2), name, value)
    except RefusedError:
        return None
    return applied(sheet.text, [edit]).removeprefix(f"\n{line}").removesuffix("\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  echo ECS_CLUSTER=a >> /etc/ecs/ecs.config", "  echo {} >> /etc/ecs/ecs.config"),
        ("echo ECS_CLUSTER=a > /etc/ecs/ecs.config", "echo {} >> /etc/ecs/ecs.config"),
        ('echo "ECS_CLUSTER=${x.y["z"]}">>/e/c', 'echo "{}">>/e/c'),
        ("echo 'ECS_CLUSTER=a' | tee /e/c > /dev/null", "echo '{}' | tee -a /e/c > /dev/null"),
        ("    ECS_CLUSTER=${cluster}", "    {}"),
        ("  - !Sub echo ECS_CLUSTER=${C} >> /e/c", "  - !Sub echo {} >> /e/c"),
        ("    #!/bin/bash -xe", "    echo {} >> /etc/ecs/ecs.config"),
        ("echo ECS_CLUSTER=a >> /e/c; start ecs", None),
        ("echo ECS_CLUSTER=a ECS_X=b >> /e/c", None),
        ("docker run -e ECS_CLUSTER=a agent", None),
        ("export ECS_CLUSTER=a", None),
    ],
)  # fmt: skip
def test_a_line_of_a_shell(line: str, expected: str | None) -> None:
    """The setting is written as the cluster is, to the end of the same file, or not at all."""
    wanted = None if expected is None else "\n" + expected.replace("{}", "=".join(BLOCK))

    assert added(line, *BLOCK) == wanted


@pytest.mark.parametrize("rule", ["TW501", "TW502"])
@pytest.mark.parametrize("name", ["main.tf", "template.yaml"])
def test_user_data_is_written_for_images_of_amazon_linux(rule: str, name: str) -> None:
    """Where there is none; other images, and those not known, would have to take another kind."""
    source = FIXTURES / rule.lower() / "fail_no_user_data" / name
    text = source.read_text()

    def edits(image: str) -> tuple[Scan, list[Edit]]:
        overlay = {str(source): re.sub(r'"?ami-0123456789abcdef0"?', image, text)}
        scan = scanned(str(source), overlay=overlay)
        return scan, [
            edit for one, made in scan.judged if one.finding.rule == rule for edit in made
        ]

    images = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"

    assert edits('"ami-0123456789abcdef0"')[1] == []
    assert (
        edits('"resolve:ssm:/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id"')[1] == []
    )
    scan, made = edits(f'"resolve:ssm:{images}"')
    after = scanned(str(source), overlay=mended(scan, made))
    assert made
    assert not [one for one, _ in after.judged if one.finding.rule == rule]


def test_other_systems() -> None:
    """Bottlerocket has a key of its table, Windows a parameter on the same line."""
    assert added('  cluster = "a"', "awsvpc-block-imds", "true") == "\n  awsvpc-block-imds = true"
    assert added("Initialize-ECSAgent -Cluster 'a'", "-AwsvpcBlockIMDS", "") == " -AwsvpcBlockIMDS"
    assert added("Initialize-ECSAgent -Cluster a; exit", "-AwsvpcBlockIMDS", "") is None
    assert added("Initialize-ECSAgent -awsvpcblockimds", "-AwsvpcBlockIMDS", "") is None
    line = '  awsvpc-block-imds = "false" # for now'
    assert added(line, "awsvpc-block-imds", "true") == "\n" + line.replace('"false"', "true")
    assert added('  other = "a"', "awsvpc-block-imds", "true") is None
    assert added("#!/bin/bash", "awsvpc-block-imds", "true") is None


def test_a_backslash_is_written_where_it_means_itself() -> None:
    """In PowerShell it does; other kinds of text would have to escape it."""
    assert added("HTTP_PROXY=p:1", "NO_PROXY", "a") == "\nNO_PROXY=a"
    assert added("HTTP_PROXY=p:1", "NO_PROXY", r"\\.\pipe") is None


OWN = BLOCK[0]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"echo {OWN}=false >> /e/c", "echo {} >> /e/c"),
        (f'{OWN}="false" # for now', "{} # for now"),
        (f"{OWN}='false'", "{}"),
        (f"{OWN} = false", None),
        (f"{OWN}= # none", "{} # none"),
        (f"{OWN}=$block", "{}"),
        (f"{OWN}=${{block}}; start ecs", "{}; start ecs"),
        (f"echo '{OWN}=false' > /e/c", "echo '{}' > /e/c"),
        (rf'x = "echo \"{OWN}=false\" >> /e/c"', r'x = "echo \"{}\" >> /e/c"'),
        (f"{OWN}=$(cat /e/block)", None),
        (f"{OWN}=`cat /e/block`", None),
        (rf'x = "{OWN}=\"false\""', None),
        (rf"{OWN}=false\t", None),
        (f'{OWN}="fal"se', None),
        (f"{OWN}=no {OWN}=false", None),
        (f'"{OWN}=", {{"Ref": "Block"}}', None),
    ],
)
def test_the_setting_is_there_with_another_value(line: str, expected: str | None) -> None:
    """The value is replaced, all of it or none."""
    wanted = None if expected is None else "\n" + expected.replace("{}", "=".join(BLOCK))

    assert added(line, *BLOCK) == wanted


SET = '[Environment]::SetEnvironmentVariable("HTTP_PROXY", "p:1", "Machine")'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (SET, SET.replace("HTTP", "NO").replace("p:1", "{}")),
        (f"  {SET};  # a proxy", "  " + SET.replace("HTTP", "NO").replace("p:1", "{}") + ";"),
        (SET.replace('"p:1"', "$proxy"), SET.replace("HTTP", "NO").replace("p:1", "{}")),
        (
            SET.replace("[", "[System.").replace('"', "'"),
            SET.replace("[", "[System.")
            .replace('"', "'")
            .replace("HTTP", "NO")
            .replace("p:1", "{}"),
        ),
    ],
)
def test_windows_sets_a_variable_beside_another_one(line: str, expected: str) -> None:
    """With the same words and quotes; backslashes of the name of a pipe stay as they are."""
    pipe = r"\\.\pipe\docker_engine"

    assert added(line, "NO_PROXY", pipe) == "\n" + expected.replace("{}", pipe)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_windows_changes_a_variable(quote: str) -> None:
    """In place, also before a comment."""
    line = SET.replace("HTTP", "NO").replace('"', quote) + " # local"

    assert added(line, "NO_PROXY", r"\\.\pipe") == "\n" + line.replace("p:1", r"\\.\pipe")
    assert added(f'user_data = "{line}"', "NO_PROXY", r"\\.\pipe") is None


def with_script(folder: Path, name: str, head: str = "") -> None:
    """A root whose user data is made of a script, which is called so from there."""
    text = (FIXTURES / "tw501" / "fail" / "main.tf").read_text()
    start, end = text.index("base64encode("), text.index("  )\n", text.index("EOF\n")) + 4
    made = f'base64encode(templatefile("${{path.module}}/{name}", {{ cluster = "main" }}))\n'
    (folder / "main.tf").write_text(text[:start] + made + text[end:])
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(
        f"#!/bin/sh\n{head}echo ECS_CLUSTER=${{cluster}} >> /etc/ecs/ecs.config\n"
    )


def test_a_script_of_its_own(tmp_path: Path) -> None:
    """A file that the user data is made of is edited; of its lines only the new one is shown."""
    with_script(tmp_path, "init.sh")

    found = fix(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW501",)))

    [file] = found.files
    new = "echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config\n"
    assert file.new_text.endswith(f"\n{new}")
    assert as_diff(found).endswith(f"@@ -2,0 +3,1 @@\n+{new}")  # any other may hold a secret


@pytest.mark.parametrize(
    ("name", "head", "edited"),
    [
        ("init.sh", "# a line\n", True),
        ("scripts/init.sh", "", True),
        ("../shared/init.sh", "", False),
        ("init.sh", "# generated by a program\n", False),
    ],
    ids=["own", "in a folder of its own", "of others, too", "of a program"],
)
def test_whose_script_it_is(tmp_path: Path, name: str, head: str, edited: bool) -> None:
    """One beside the root may serve other roots; what a program wrote it would write again."""
    (tmp_path / "app").mkdir()
    with_script(tmp_path / "app", name, head)

    found = fix(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW501",)))

    assert bool(found.files) is edited


JOINED = (
    '"Fn::Join": ["", ["#!/bin/bash\\n", "echo ECS_CLUSTER=", {"Ref": "C"}, " > /e/c\\n", "x\\n"]]'
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (JOINED, JOINED.replace(' > /e/c\\n"', ' > /e/c\\necho {} >> /e/c\\n"')),
        (
            JOINED.replace("x\\n", "echo ECS_AWSVPC_BLOCK_IMDS=false >> /e/c\\n"),
            JOINED.replace("x\\n", "echo {} >> /e/c\\n"),
        ),
        ('"#!/bin/bash\\nECS_CLUSTER=${C}\\n"', '"#!/bin/bash\\nECS_CLUSTER=${C}\\n{}\\n"'),
        (
            '  "echo ECS_CLUSTER=a >> /e/c",',
            '  "echo ECS_CLUSTER=a >> /e/c",\n  "echo {} >> /e/c",',
        ),
        ('  "echo ECS_CLUSTER=a >> /e/c"', '  "echo ECS_CLUSTER=a >> /e/c",\n  "echo {} >> /e/c"'),
        ('- "echo ECS_CLUSTER=a >> /e/c"', '- "echo ECS_CLUSTER=a >> /e/c"\n- "echo {} >> /e/c"'),
        ('"ECS_CLUSTER=a\\nECS_CLUSTER=b\\n"', None),
        ('"# ECS_CLUSTER=a\\n"', None),
        (
            JOINED.replace('"x\\n"', '"ECS_AWSVPC_BLOCK_IMDS=", {"Ref": "B"}, "\\n"'),
            None,
        ),
        (
            '"ECS_CLUSTER=a\\necho \\"ECS_AWSVPC_BLOCK_IMDS=false\\" >> /e/c\\n"',
            '"ECS_CLUSTER=a\\necho \\"{}\\" >> /e/c\\n"',
        ),
        ('"ECS_CLUSTER=a\\nECS_AWSVPC_BLOCK_IMDS=false\\t\\n"', None),
        ('"ECS_CLUSTER=a\\nECS_AWSVPC_BLOCK_IMDS=\\"false\\"\\n"', None),
    ],
)
def test_user_data_in_json(text: str, expected: str | None) -> None:
    """A line is added inside a text, behind the piece that ends the line, or as an element."""
    sheet = SourceText("/x", text)
    row = Span("/x", 1, 1, 1, 2)
    if expected is None:
        with pytest.raises(RefusedError):
            with_setting(sheet, row, *BLOCK)
        return

    edit = with_setting(sheet, row, *BLOCK)

    assert applied(text, [edit]) == expected.replace("{}", "=".join(BLOCK))


@pytest.mark.parametrize(
    ("lines", "row"),
    [
        (["/opt/aws/bin/cfn-init -r x", "", "echo ECS_CLUSTER=a >> /e/c"], 3),
        (["/opt/aws/bin/cfn-init -r x", "echo ECS_CLUSTER=a >> /e/c", "x"], 2),
        (["/opt/aws/bin/cfn-init -r x", "ECS_CLUSTER=a", "ECS_CLUSTER=b"], None),
        (["/opt/aws/bin/cfn-init -r x", "", ""], None),
        (["echo ECS_CLUSTER=a >> /e/c", "ECS_CLUSTER=b", ""], 1),
    ],
)
def test_the_row_of_a_file_that_cfn_init_writes(lines: list[str], row: int | None) -> None:
    """The one that names the cluster, of the same resource; a line outside of it is none."""
    sheet = SourceText("/x", "\n".join((*lines, "ECS_CLUSTER=other")))
    given, resource = Span("/x", 1, 1, 1, 2), Span("/x", 1, 1, 3, 2)
    if row is None:
        with pytest.raises(RefusedError):
            row_of_file(sheet, given, resource)
        return

    assert row_of_file(sheet, given, resource).line == row


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (" > /e/c", " >> /e/c"),
        (">/e/c", ">>/e/c"),
        (" >> /e/c", " >> /e/c"),
        (" | tee /e/c", " | tee -a /e/c"),
        (" | sudo tee /e/c >/dev/null", " | sudo tee -a /e/c >/dev/null"),
        (" | tee -a /e/c > /dev/null", " | tee -a /e/c > /dev/null"),
    ],
)
def test_the_first_line_may_begin_the_file(tail: str, expected: str) -> None:
    """The next one goes to its end."""
    found = added(f"echo ECS_CLUSTER=a{tail}", *BLOCK)

    assert found == f"\necho {'='.join(BLOCK)}{expected}"


@pytest.mark.parametrize(
    ("line", "edited"),
    [
        (r'  user_data = "#!/bin/sh\necho ECS_CLUSTER=a >> /e/c\n"', True),
        (r'  user_data = "ECS_CLUSTER=a\nECS_AWSVPC_BLOCK_IMDS=true\n"', False),
        (r'  user_data = "HTTP_PROXY=a\n"', False),
    ],
)
def test_a_text_on_one_line_of_terraform(line: str, edited: bool) -> None:
    """What follows on other lines is another attribute."""
    sheet = SourceText("/x.tf", f'{line}\n  other = "ECS_CLUSTER=b\\n"\n')
    row = Span("/x.tf", 1, 1, 1, 2)
    if not edited:
        with pytest.raises(RefusedError):
            with_setting(sheet, row, *BLOCK)
        return

    made = applied(sheet.text, [with_setting(sheet, row, *BLOCK)])

    assert made == sheet.text.replace(">> /e/c\\n", f">> /e/c\\necho {'='.join(BLOCK)} >> /e/c\\n")


def test_a_proxy_is_kept_from_the_agent_beside_the_proxy() -> None:
    """That setting stands beside the one that it is an exception of."""
    sheet = SourceText("/x", r'"ECS_CLUSTER=a\nHTTP_PROXY=p:1\n"')

    made = with_setting(sheet, Span("/x", 1, 1, 1, 2), "NO_PROXY", "b")

    assert applied(sheet.text, [made]) == r'"ECS_CLUSTER=a\nHTTP_PROXY=p:1\nNO_PROXY=b\n"'
