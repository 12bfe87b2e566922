"""What a loop makes of an element of a list is reported at that element, and by itself.

In the texts, `#<` marks the lines at which findings must stand, in the order of files and lines.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from taskwall.api.diff import difference
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Finding, Report
from taskwall.session.session import Session
from taskwall.source.files import Files

REST = """\
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_ecs_task_definition" "t" {
  family                = "t"
  network_mode          = "awsvpc"
  container_definitions = "[]"
}
resource "aws_ecs_service" "s" {
  task_definition = aws_ecs_task_definition.t.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.s.id]
    security_groups = [GROUP]
  }
}
"""
OWN = "aws_security_group.g.id"
CALLED = "module.sg.id"


def group(each: str, cidrs: str = "ingress.value.cidrs", port: str = "ingress.value.port") -> str:
    """A group, of which a `dynamic` block makes the permissions."""
    return f"""\
resource "aws_security_group" "g" {{
  vpc_id = "vpc-0123456789abcdef0"
  dynamic "ingress" {{
    for_each = {each}
    content {{
      from_port   = {port}
      to_port     = {port}
      protocol    = "tcp"
      cidr_blocks = {cidrs}
    }}
  }}
}}
"""


MODULE = 'variable "rules" {}\noutput "id" {\n  value = aws_security_group.g.id\n}\n'
CALL = 'module "sg" {\n  source = "./sg"\n  rules = '
OUTER = 'variable "rules" {}\nmodule "inner" {\n  source = "../sg"\n  rules = var.rules\n}\n'
OUTPUT = 'output "id" {\n  value = module.inner.id\n}\n'


def item(port: int, mark: str = "#<", cidr: str = "0.0.0.0/0") -> str:
    """An element of a list of rules."""
    return f'{{\n  port = {port}\n  cidrs = ["{cidr}"] {mark}\n}}'


def items(*ports: int) -> str:
    """A list of rules, which open these ports to everybody."""
    return "[" + ",\n".join(map(item, ports)) + "]"


def rule(loop: str, port: str, cidr: str) -> str:
    """A resource of its own for each permission, and their group."""
    return (
        'resource "aws_security_group" "g" {\n  vpc_id = "vpc-0123456789abcdef0"\n}\n'
        f'resource "aws_vpc_security_group_ingress_rule" "r" {{\n  {loop}\n'
        "  security_group_id = aws_security_group.g.id\n"
        f'  ip_protocol = "tcp"\n  from_port = {port}\n  to_port = {port}\n'
        f"  cidr_ipv4 = {cidr}\n}}\n"
    )


def write(folder: Path, files: Mapping[str, str], used: str) -> None:
    """Write a root module and what belongs to it."""
    for name, text in files.items():
        more = REST.replace("GROUP", used) if name == "main.tf" else ""
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text + more)


def report(folder: Path, baseline: str | None = None, *rules: str) -> Report:
    """What is reported of it."""
    selected = rules or ("TW204",)
    options = Options(paths=(str(folder),), cwd=str(folder), select=selected, baseline=baseline)
    return scan(options)


def lines(findings: tuple[Finding, ...]) -> list[tuple[str, int]]:
    """Where findings stand."""
    return [(one.file, one.line) for one in findings]


def marked(files: Mapping[str, str]) -> list[tuple[str, int]]:
    """The lines that are marked."""
    return [
        (name, number)
        for name in sorted(files)
        for number, line in enumerate(files[name].split("\n"), 1)
        if "#<" in line
    ]


TWO = items(80, 22)
SG = {"sg/main.tf": MODULE + group("var.rules")}
VALUES = f"locals {{\n  a = {items(80)}\n  b = {items(22)}\n}}\n"
MAP = f"{{\n  web = {item(80)}\n  ssh = {item(22)}\n}}"


@pytest.mark.parametrize(
    ("files", "used"),
    [
        pytest.param({"main.tf": group(TWO)}, OWN, id="where the loop stands"),
        pytest.param({"main.tf": f"{CALL}{TWO}\n}}\n"} | SG, CALLED, id="an argument"),
        pytest.param(
            {"main.tf": VALUES + CALL + "concat(local.a, local.b)\n}\n"} | SG, CALLED, id="concat"
        ),
        pytest.param(
            {"main.tf": VALUES + group("flatten([local.a, [for r in local.b : r]])")},
            OWN,
            id="functions and loops that pass elements on",
        ),
        pytest.param(
            {"main.tf": VALUES + group("{ for k, r in concat(local.a, local.b) : r.port => r }")},
            OWN,
            id="a map that is made of a list",
        ),
        pytest.param(
            {"main.tf": f"locals {{\n  a = {MAP}\n}}\n" + group("local.a")}, OWN, id="a map"
        ),
        pytest.param(
            {"main.tf": f"locals {{\n  a = {MAP}\n}}\n" + group("merge(local.a, {})")},
            OWN,
            id="merge",
        ),
        pytest.param(
            {"main.tf": f'variable "rules" {{\n  default = {TWO}\n}}\n' + group("var.rules")},
            OWN,
            id="a default",
        ),
        pytest.param(
            {
                "main.tf": 'variable "rules" {\n  type = list(object({ port = number,'
                " cidrs = optional(list(string), []) }))\n}\n" + group("var.rules"),
                "terraform.tfvars": f"rules = {TWO}\n",
            },
            OWN,
            id="values in a file, of a type",
        ),
        pytest.param(
            {
                "main.tf": CALL.replace("./sg", "./outer") + f"{TWO}\n}}\n",
                "outer/main.tf": OUTER + OUTPUT,
            }
            | SG,
            CALLED,
            id="two levels of modules",
        ),
        pytest.param(
            {
                "main.tf": CALL + item(22) + "\n}\n",
                "sg/main.tf": MODULE + group("var.rules != null ? [var.rules] : []"),
            },
            CALLED,
            id="a list of one argument",
        ),
        pytest.param(
            {
                "main.tf": group(
                    '[{\n  port = 22\n  net = {\n    v4 = ["10.0.0.0/8",\n    "0.0.0.0/0"] #<\n'
                    "  }\n}]",
                    "try(ingress.value.net.v4, [])",
                )
            },
            OWN,
            id="one of several ranges in an object",
        ),
        pytest.param(
            {"main.tf": rule(f"for_each = {MAP}", "each.value.port", "each.value.cidrs[0]")},
            OWN,
            id="for_each",
        ),
        pytest.param(
            {
                "main.tf": f"locals {{\n  a = {TWO}\n}}\n"
                + rule("count = 2", "local.a[count.index].port", "local.a[count.index].cidrs[0]")
            },
            OWN,
            id="count",
        ),
        pytest.param(
            {
                "main.tf": 'locals {\n  a = ["10.0.0.0/8",\n  "0.0.0.0/0"] #<\n}\n'
                + rule("count = length(local.a)", "22", "element(local.a, count.index)")
            },
            OWN,
            id="an element by its number",
        ),
        pytest.param(
            {
                "main.tf": 'variable "open" {\n  default = ["0.0.0.0/0"]\n}\n'
                + group("[{ port = 22,\n  cidrs = var.open }] #<")
            },
            OWN,
            id="where the element takes it from elsewhere",
        ),
        pytest.param(
            {
                "main.tf": group(
                    '[\n{ #<\n  port = 22\n  public = true\n  cidrs = ["10.0.0.0/8"]\n}]',
                    'ingress.value.public ? ["0.0.0.0/0"] : ingress.value.cidrs',
                )
            },
            OWN,
            id="an element that only chooses",
        ),
        pytest.param(
            {
                "main.tf": group(
                    items(22), "r != null ? r : null".replace("r", "ingress.value.cidrs")
                )
            },
            OWN,
            id="what is asked of a value itself",
        ),
        pytest.param(
            {"main.tf": group("[80, 22]", '["0.0.0.0/0"] #<', "ingress.value")},
            OWN,
            id="what the loop writes itself",
        ),
        pytest.param(
            {"main.tf": group("[for p in [80, 22] : { port = p }]", '["0.0.0.0/0"] #<')},
            OWN,
            id="the same beside objects that a loop makes",
        ),
    ],
)
def test_the_element_in_the_file_of_the_user(
    tmp_path: Path, files: dict[str, str], used: str
) -> None:
    """A finding stands where the element writes what is wrong, else where the loop does."""
    write(tmp_path, files, used)
    findings = report(tmp_path).document.findings

    assert lines(findings) == marked(files)
    prints = [each.fingerprint for one in findings for each in one.instances]
    assert len(set(prints)) == len(prints)


LIST = (
    "[for p in [{}] : {{ from_port = p, to_port = p,"
    ' protocol = "tcp", cidr_blocks = ["0.0.0.0/0"] }}]'
)
BLOCKS = 'resource "aws_security_group" "g" {\n  ingress = flatten(var.rules)\n}\n'


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(item(80), f"{item(80)},\n{item(22)}", id="at the elements"),
        pytest.param("80", "80, 22", id="at the loop"),
        pytest.param(LIST.format(80), LIST.format("80, 22"), id="in a list of blocks"),
        pytest.param(
            '{ port = 80, cidrs = [for c in ["0.0.0.0/0"] : c] }',
            '{ port = 80, cidrs = [for c in ["0.0.0.0/0"] : c] }, '
            '{ port = 22, cidrs = [for c in ["0.0.0.0/0"] : c] }',
            id="of one line",
        ),
    ],
)
def test_a_baseline_and_a_diff_know_each_element(tmp_path: Path, one: str, two: str) -> None:
    """A port that is opened beside another one is new, wherever the finding stands."""
    own = one == "80"
    listed = "from_port" in one
    loop = ("var.rules", '["0.0.0.0/0"]', "ingress.value") if own else ("var.rules",)
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, rules in ((before, one), (after, two)):
        folder.mkdir()
        module = BLOCKS if listed else group(*loop)
        files = {"main.tf": f"{CALL}[{rules}]\n}}\n", "sg/main.tf": MODULE + module}
        write(folder, files, CALLED)
    baseline = tmp_path / "baseline.json"
    path, written = str(before), str(baseline)
    scan(Options(paths=(path,), cwd=path, select=("TW204",), write_baseline=written))
    found = report(after, str(baseline)).document
    changes = difference(Options(cwd=str(tmp_path)), "before", "after").findings
    appeared = [change for change in changes.appeared if change.rule == "TW204"]

    assert ["port 22" in change.message for change in appeared] == [True]
    assert [len(each.instances) for each in found.findings] == [1]
    assert "port 22" in found.findings[0].message
    assert not report(before, str(baseline)).document.findings
    assert found.findings[0].fingerprint not in baseline.read_text()


@pytest.mark.parametrize("loop", ['["0.0.0.0/0", "52.0.0.0/7"]', "var.anybody"])
def test_a_baseline_knows_each_range_of_a_list(tmp_path: Path, loop: str) -> None:
    """A range that is opened beside another one is new, also in the default of a variable."""
    one, two = '["0.0.0.0/0"]', '["0.0.0.0/0", "52.0.0.0/7"]'
    baseline, path = tmp_path / "baseline.json", str(tmp_path)
    found = []
    for ranges in (one, two):
        default = f'variable "anybody" {{\n  default = {ranges}\n}}\n'
        written = loop if loop.startswith("var") else ranges
        files = {"main.tf": default + group("[{ port = 80 }]", written)}
        write(tmp_path, files, OWN)
        if not baseline.exists():
            scan(Options(paths=(path,), cwd=path, select=("TW204",), write_baseline=str(baseline)))
        found.append(report(tmp_path, str(baseline)).document.findings)

    assert [len(each) for each in found] == [0, 1]
    assert "52.0.0.0/7" in found[1][0].message


SKIP = "# taskwall:skip=TW204: known"


@pytest.mark.parametrize(
    ("module", "above", "beside", "left"),
    [("", SKIP, "", 1), ("", "", SKIP, 1), (SKIP, "", "", 0)],
)
def test_suppressions(tmp_path: Path, module: str, above: str, beside: str, left: int) -> None:
    """A comment beside an element is about that one, beside the loop about all."""
    rules = f"[\n{above}\n{item(80, beside)},\n{item(22, '')}]"
    loop = group("var.rules", f"ingress.value.cidrs {module}")
    write(tmp_path, {"main.tf": f"{CALL}{rules}\n}}\n", "sg/main.tf": MODULE + loop}, CALLED)
    document = report(tmp_path).document

    assert (len(document.findings), document.summary.suppressed) == (left, 2 - left)
    assert all("port 22" in one.message for one in document.findings)


def test_several_attributes_of_an_element(tmp_path: Path) -> None:
    """What is wrong in its source and its ports is told at the element as a whole."""
    rules = '[\n  { #<\n    protocol = "-1"\n    cidrs = ["0.0.0.0/0"]\n  }\n]'
    loop = group("var.rules", port="0").replace("ingress", "egress")
    loop = loop.replace('"tcp"', "egress.value.protocol")
    files = {"main.tf": f"{CALL}{rules}\n}}\n", "sg/main.tf": MODULE + loop}
    write(tmp_path, files, CALLED)

    assert lines(report(tmp_path, None, "TW210").document.findings) == marked(files)


def test_what_a_scenario_leaves_out_does_not_count(tmp_path: Path) -> None:
    """An element is the same one whichever others are there before it."""
    rules = f"concat(var.x ? [{item(80, '')}] : [], [{item(22, '')}])"
    write(tmp_path, {"main.tf": 'variable "x" { type = bool }\n' + group(rules)}, OWN)
    [first, last] = report(tmp_path).document.findings

    assert (first.when, last.when) == ("var.x is true", None)
    assert len(last.instances) == 1


def test_an_editor_shows_the_element_where_it_is_now(tmp_path: Path) -> None:
    """A session says what a scan says, whatever is written above an element, or changed in it."""
    files = {"main.tf": f"{CALL}{TWO}\n}}\n"} | SG
    write(tmp_path, files, CALLED)
    folder, main = str(tmp_path), tmp_path / "main.tf"
    session = Session(folder)
    text = main.read_text()
    for edited in (text, f"\n\n{text}", text.replace("22", "23"), text.replace("0.0.0.0/0", "", 1)):
        session.change(str(main), edited)
        scanned = scan(Options(paths=(folder,), cwd=folder), Files({str(main): edited}))

        assert session.report().document.findings == scanned.document.findings


LOOP = """\
Transform: AWS::LanguageExtensions
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: {NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE]}
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [subnet-1]
          SecurityGroups: [!GetAtt Group.GroupId]
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: tasks}}
  Fn::ForEach::Rules:
    - ITEM
    - - "1"
      - "0.0.0.0/0"
    - Rule&{ITEM}:
        Type: AWS::EC2::SecurityGroupIngress
        Properties:
          GroupId: !GetAtt Group.GroupId
          IpProtocol: tcp
          FromPort: 22
          ToPort: 22
          CidrIp: WHOM
"""


@pytest.mark.parametrize(
    ("item", "whom", "line", "instances"),
    [
        pytest.param("Cidr", "!Ref Cidr", '- "0.0.0.0/0"', 1, id="Ref"),
        pytest.param("Cidr", "!Sub ${Cidr}", '- "0.0.0.0/0"', 1, id="Sub"),
        pytest.param("Port", "0.0.0.0/0", "CidrIp: 0.0.0.0/0", 2, id="what the loop writes"),
    ],
)
def test_loops_of_templates(
    tmp_path: Path, item: str, whom: str, line: str, instances: int
) -> None:
    """An element of `Fn::ForEach` has its place, and each resource that is made is an instance."""
    text = LOOP.replace("ITEM", item).replace("WHOM", whom)
    (tmp_path / "template.yaml").write_text(text)
    [one] = report(tmp_path).document.findings

    assert text.split("\n")[one.line - 1].strip() == line
    assert len(one.instances) == instances


@pytest.mark.parametrize("over", ["var.services", "{ web = {}, api = {} }"])
def test_a_loop_that_writes_what_a_downloaded_module_takes(tmp_path: Path, over: str) -> None:
    """Its result is one text for all elements, and the most exact one that users can change."""
    main = f"""\
variable "services" {{ type = any }}
provider "aws" {{ region = "eu-west-1" }}
module "ecs" {{
  source       = "terraform-aws-modules/ecs/aws"
  version      = "5.12.1"
  cluster_name = "c"
  services     = {{ for name, one in local.services : name => {{
    container_definitions = {{}}
    subnet_ids            = one.subnet_ids
    security_group_rules  = one.rules
  }} }}
}}
locals {{
  services = {{ for name, one in {over} : name => {{
    subnet_ids = ["subnet-1"]
    rules = merge({{}}, {{
      all = {{ #<
        type        = "egress"
        from_port   = 0
        to_port     = 0
        protocol    = "-1"
        cidr_blocks = ["0.0.0.0/0"]
      }}
    }})
  }} }}
}}
"""
    (tmp_path / "main.tf").write_text(main)
    (finding,) = report(tmp_path, None, "TW210").findings

    assert lines((finding,)) == marked({"main.tf": main})
