"""Edits where a value comes from: an argument of a module, a variable, a local, a parameter."""

from pathlib import Path

import pytest

from taskwall.api.fix import as_diff, fix
from taskwall.api.options import Options

WEAK, STRONG = "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"

LISTENER = """\
resource "aws_lb_listener" "x" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/1"
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = "arn:aws:acm:eu-west-1:1:certificate/x"
  ssl_policy        = POLICY
}
"""

TEMPLATE = f"""\
Parameters:
  Policy:
    Type: String
    Default: {WEAK}
Resources:
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/1
      Port: 443
      Protocol: HTTPS
      SslPolicy: !Ref Policy
      Certificates: [{{ CertificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/x" }}]
"""

VARIABLE = 'variable "policy" {}\n'
DEFAULT = f'variable "policy" {{\n  default = "{WEAK}"\n}}\n'


def changed(folder: Path, *select: str, **files: str) -> list[str]:
    """The lines that the fixes of files change, each with its file: of all rules, or of some."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    where = str(folder)
    options = Options(paths=(where,), cwd=where, select=select or None, allow_empty=True)
    diff = as_diff(fix(options))
    found, file = [], ""
    for line in diff.splitlines():
        if line.startswith("+++ "):
            file = line.removeprefix("+++ b/")
        elif line.startswith("+"):
            found.append(f"{file}: {line[1:].strip()}")
    return found


def listener(policy: str) -> str:
    """A listener whose policy is an expression."""
    return LISTENER.replace("POLICY", policy)


def call(name: str, policy: str) -> str:
    """A call of the module that has the listener."""
    return f'module "{name}" {{\n  source = "./web"\n  policy = "{policy}"\n}}\n'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"main_tf": call("a", WEAK) + call("b", STRONG), "web__main_tf": VARIABLE},
            [f'main.tf: policy = "{STRONG}"'],
        ),
        ({"main_tf": call("a", WEAK), "web__main_tf": DEFAULT}, [f'main.tf: policy = "{STRONG}"']),
        (
            {"main_tf": 'module "a" {\n  source = "./web"\n}\n', "web__main_tf": DEFAULT},
            [f'web/main.tf: default = "{STRONG}"'],
        ),
    ],
    ids=["argument", "argument in place of a default", "default"],
)
def test_values_of_modules(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    """The argument of the call that is wrong is edited, or the default where it gives none."""
    inner = files["web__main_tf"] + listener("var.policy")

    assert changed(tmp_path, **{**files, "web__main_tf": inner}) == expected


DOWNLOADED = """\
{"Modules": [
  {"Key": "", "Source": "", "Dir": "."},
  {"Key": "a", "Source": "registry.terraform.io/acme/web/aws", "Dir": ".terraform/modules/a"}
]}
"""


@pytest.mark.parametrize(
    ("policy", "values", "expected"),
    [
        (f'"{WEAK}"', "", [f'main.tf: policy = "{STRONG}"']),
        ("var.policy", DEFAULT, [f'values.tf: default = "{STRONG}"']),
        ("local.p", f'locals {{\n  p = "{WEAK}"\n}}\n', [f'values.tf: p = "{STRONG}"']),
        ("var.policy", f'{DEFAULT}output "p" {{\n  value = var.policy\n}}\n', []),
        ("null", "", []),
    ],
    ids=["literal", "default", "local", "used twice", "default of the module"],
)
def test_values_of_a_downloaded_module(
    tmp_path: Path, policy: str, values: str, expected: list[str]
) -> None:
    """What it is given is edited where the caller writes that; what it has itself never is."""
    found = changed(
        tmp_path,
        main_tf=f'module "a" {{\n  source = "acme/web/aws"\n  policy = {policy}\n}}\n',
        values_tf=values,
        _terraform__modules__modules_json=DOWNLOADED,
        _terraform__modules__a__main_tf=listener("var.policy"),
        _terraform__modules__a__variables_tf=DEFAULT.replace(
            "default", "nullable = false\n  default"
        ),
    )

    assert found == expected


def test_an_argument_that_a_downloaded_module_uses_twice(tmp_path: Path) -> None:
    """It has the meaning that the module gives it, and is edited all the same."""
    found = changed(
        tmp_path,
        main_tf=f'module "a" {{\n  source = "acme/web/aws"\n  policy = "{WEAK}"\n}}\n',
        _terraform__modules__modules_json=DOWNLOADED,
        _terraform__modules__a__main_tf=VARIABLE
        + listener("var.policy")
        + 'output "policy" {\n  value = var.policy\n}\n',
    )

    assert found == [f'main.tf: policy = "{STRONG}"']


@pytest.mark.parametrize(
    ("before", "policy", "expected"),
    [
        (f'locals {{\n  p = "{WEAK}"\n}}\n', "local.p", [f'main.tf: p = "{STRONG}"']),
        (f'locals {{\n  p = {{ a = "{WEAK}" }}\n}}\n', "local.p.a", [f'p = {{ a = "{STRONG}" }}']),
        (
            f'locals {{\n  p = {{ o = {{ a = 1 }}, q = {{ b = 2, a = "{WEAK}" }} }}\n}}\n',
            "local.p.q.a",
            [f'q = {{ b = 2, a = "{STRONG}" }} }}'],
        ),
        (DEFAULT + 'output "p" {\n  value = var.policy\n}\n', "var.policy", []),
        (DEFAULT, '"${var.policy}"', [f'main.tf: default = "{STRONG}"']),
        (DEFAULT, 'coalesce(var.policy, "x")', [f'main.tf: default = "{STRONG}"']),
    ],
    ids=["local", "member", "one of several members", "used twice", "template", "function"],
)
def test_values_of_a_root(tmp_path: Path, before: str, policy: str, expected: list[str]) -> None:
    """What decides the value alone is edited, unless something else is made of it as well."""
    found = changed(tmp_path, main_tf=before + listener(policy))

    assert len(found) == len(expected)
    assert all(line.endswith(end) for line, end in zip(found, expected, strict=True))


MESH = """\
resource "aws_appmesh_mesh" "x" {
  name = "x"
  spec {
    egress_filter {
      type = EGRESS
    }
  }
}
"""
MESH_TEMPLATE = """\
Parameters: {Egress: {Type: String, Default: ALLOW_ALL}}
Resources:
  Mesh:
    Type: AWS::AppMesh::Mesh
    Properties:
      Spec: {EgressFilter: {Type: !Ref Egress}}
"""


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        (
            "main_tf",
            MESH.replace("EGRESS", "var.e") + 'variable "e" {\n  default = "ALLOW_ALL"\n}\n',
            'main.tf: default = "DROP_ALL"',
        ),
        (
            "main_tf",
            MESH.replace("EGRESS", "local.e") + 'locals {\n  e = "ALLOW_ALL"\n}\n',
            'main.tf: e = "DROP_ALL"',
        ),
        (
            "t_yaml",
            MESH_TEMPLATE,
            "t.yaml: Parameters: {Egress: {Type: String, Default: DROP_ALL}}",
        ),
    ],
    ids=["variable", "local", "parameter"],
)
def test_values_within_blocks(tmp_path: Path, file: str, text: str, expected: str) -> None:
    """What a block within a block is given is edited where that is written."""
    assert changed(tmp_path, "TW301", **{file: text}) == [expected]


def test_a_file_of_values(tmp_path: Path) -> None:
    """A variable that a tfvars file gives is edited there."""
    found = changed(
        tmp_path,
        main_tf=VARIABLE + listener("var.policy"),
        terraform_tfvars=f'policy = "{WEAK}"\n',
    )

    assert found == [f'terraform.tfvars: policy = "{STRONG}"']


@pytest.mark.parametrize(
    ("more", "edited"),
    [
        ("", True),
        (f"    AllowedValues: [{WEAK}, {STRONG}]\n", True),
        (f"    AllowedValues: [{WEAK}]\n", False),
        ("    AllowedPattern: ELBSecurityPolicy-2.*\n", False),
        ("    MaxLength: 30\n", False),
        ("    Description: The policy\n", True),
    ],
)
def test_parameters_of_a_template(tmp_path: Path, more: str, edited: bool) -> None:
    """A parameter's default is edited, if the parameter allows the new one."""
    text = TEMPLATE.replace("Resources:\n", f"{more}Resources:\n")

    assert changed(tmp_path, t_yaml=text) == [f"t.yaml: Default: {STRONG}"] * edited


@pytest.mark.parametrize(
    ("use", "edited"),
    [
        ("!Sub ${Policy}", False),
        ("!Ref Policy", False),
        ("{Ref: Policy}", False),
        ("{'Ref': 'Policy'}", False),
        ('{"Ref" : "Policy"}', False),
        ("{'Fn::Sub': 'x-${Policy}'}", False),
        ("!Ref PolicyOfOthers", True),
        ("!Sub ${Listener.ListenerArn}", True),
    ],
)
def test_a_parameter_that_is_used_twice(tmp_path: Path, use: str, edited: bool) -> None:
    """What else is made of it would change as well."""
    other = "Parameters:\n  PolicyOfOthers: {Type: String, Default: x}\n"
    text = TEMPLATE.replace("Parameters:\n", other) + f"Outputs:\n  Policy:\n    Value: {use}\n"

    assert changed(tmp_path, t_yaml=text) == [f"t.yaml: Default: {STRONG}"] * edited


def test_a_parameter_of_another_template(tmp_path: Path) -> None:
    """It has the same name, and is another one, also in a nested template."""
    other = "Parameters: {Policy: {Type: String}}\nOutputs: {P: {Value: !Ref Policy}}\n"
    other += "Resources: {T: {Type: AWS::SNS::Topic}}\n"
    call = "{TemplateURL: o.yaml, Parameters: {Policy: x}}"
    nested = f"{TEMPLATE}  N: {{Type: AWS::CloudFormation::Stack, Properties: {call}}}\n"

    assert changed(tmp_path, t_yaml=nested, o_yaml=other) == [f"t.yaml: Default: {STRONG}"]


@pytest.mark.parametrize(
    ("file", "text", "edited"),
    [
        ("other_tf", 'output "p" {\n  value = var.policy\n}\n', False),
        ("other_tf", 'output "p" {\n  value = "${var.policy}"\n}\n', False),
        ("other_tf", 'output "p" {\n  value = var.policy_2\n}\nvariable "policy_2" {}\n', True),
        ("other_tf", 'output "p" {\n  value = var.policy-2\n}\nvariable "policy-2" {}\n', True),
        ("other_tf", 'output "p" {\n  value = local.policy\n}\nlocals {\n  policy = 1\n}\n', True),
        ("other__main_tf", f'{VARIABLE}output "p" {{\n  value = var.policy\n}}\n', True),
    ],
    ids=["another file", "in a text", "longer name", "hyphen", "local", "another module"],
)
def test_a_variable_that_another_file_uses(
    tmp_path: Path, file: str, text: str, edited: bool
) -> None:
    """It counts where it is a file of the same module."""
    found = changed(tmp_path, main_tf=DEFAULT + listener("var.policy"), **{file: text})

    assert found == [f'main.tf: default = "{STRONG}"'] * edited
