"""What is hostile in the shape of something real: good sources with parts exchanged at random.

Two grammars make all: one cuts up texts by their tokens, the other takes documents apart by their
keys. Both put in what the format knows (expressions of HCL, intrinsic functions), what stands
elsewhere in the seeds, and what nobody expects.
"""

import copy
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from readers.cloudformation.test_cloudformation_stacks import NODES
from readers.terraform.test_terraform_context import STATE
from readers.terraform.test_terraform_plan import PLAN
from readers.terraform.test_terraform_syntax import ARGUMENTS, PIECES
from taskwall.readers.terraform.evaluation.functions import EVALUATED

FIXTURES = Path(__file__).parents[2] / "fixtures"
ESTATE = FIXTURES / "estate"
ODD: st.SearchStrategy[Any] = st.sampled_from(
    (
        *(None, True, False, 0, -1, 65536, 10**400, 1e308, "", "*", "x", "-1", "tcp", "::/0"),
        *("0.0.0.0/0", "10.0.0.0/99", "${", "${x}", "é\u2028\x00", "\ud800", "a" * 5000, "{", "["),
        *([], {}, [[]], [{}], [None], {"": None}, {"a": {"a": {"a": []}}}),
    )
)
TOKENS = re.compile(r"\w+|\s+|[^\w\s]")


def cut_up(seeds: Sequence[str], pieces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts with tokens dropped, repeated, moved, or exchanged for pieces."""
    words = st.sampled_from(sorted({word for seed in seeds for word in TOKENS.findall(seed)}))

    @st.composite
    def made(draw: st.DrawFn) -> str:
        text = TOKENS.findall(draw(st.sampled_from(seeds)))
        for _ in range(draw(st.integers(1, 5))):
            at = draw(st.integers(0, len(text)))
            end = min(len(text), at + draw(st.integers(0, 6)))
            again = text[at:end] * draw(st.sampled_from((0, 0, 1, 2, 50)))
            text[at:end] = [*again, *draw(st.lists(words | pieces, max_size=2))]
        return "".join(text)[: draw(st.none() | st.integers(0, len(text) * 4))]

    return made()


def reshaped(seeds: Sequence[Any], values: st.SearchStrategy[Any] = ODD) -> st.SearchStrategy[Any]:
    """Documents of which parts are dropped, repeated, renamed, or exchanged for values."""
    parts = st.sampled_from([part for seed in seeds for part in _parts(seed)])
    keys = st.sampled_from(sorted({key for seed in seeds for key in _keys(seed)}))

    @st.composite
    def made(draw: st.DrawFn) -> Any:
        root = {"": copy.deepcopy(draw(st.sampled_from(seeds)))}
        for _ in range(draw(st.integers(1, 4))):
            at: Any = root
            key: Any = ""
            for _ in range(draw(st.integers(0, 12))):
                if not (inner := at[key]) or not isinstance(inner, dict | list):
                    break
                at = inner
                every = sorted(at) if isinstance(at, dict) else range(len(at))
                key = draw(st.sampled_from(every))
            how = draw(st.integers(0, 5))
            if how == 0 and at is not root:
                del at[key]
            elif how == 1 and isinstance(at, list):
                at[key:key] = [at[key]] * draw(st.sampled_from((1, 2, 50)))
            elif how == 2 and isinstance(at, dict) and at is not root:
                at[draw(keys)] = at.pop(key)
            else:
                at[key] = copy.deepcopy(draw(parts if how == 3 else values))
        return root[""]

    return made()


def _parts(document: Any) -> Iterator[Any]:
    yield document
    inner = document.values() if isinstance(document, dict) else document
    for each in inner if isinstance(document, dict | list) else ():
        yield from _parts(each)


def _keys(document: Any) -> Iterator[str]:
    for part in _parts(document):
        yield from part if isinstance(part, dict) else ()


def written(name: str, document: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, str]]:
    """A file of JSON."""
    return document.map(lambda found: {name: json.dumps(found)})


def beside(name: str, **others: str) -> Any:
    """Makes of a text a file of that name, beside others."""
    return lambda text: {**others, name: text}


def read(*paths: str) -> list[str]:
    """The texts of fixtures."""
    return [(FIXTURES / path).read_text(encoding="utf-8") for path in paths]


class _Tags(yaml.SafeLoader):
    """Reads short tags as the functions that they stand for."""


def _call(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Tags.add_multi_constructor("!", _call)

ROOTS = read("flows/01_public_alb/main.tf", "flows/18_peering/main.tf", "rules/tw803/fail/main.tf")
TEMPLATES = read(
    "flows/10_function_and_store/template.yaml", "flows/35_sam_globals/template.yaml",
    "rules/tw203/fail_instances/template.yaml", "rules/tw409/pass_policy/template.yaml",
    "rules/tw803/fail/template.yaml", "rules/tw103/fail_codedeploy/template.yaml",
)  # fmt: skip
DOCUMENTS = [yaml.load(text, _Tags) for text in TEMPLATES]
CALLS = st.builds(
    lambda name, given: f"{name}({', '.join(given)})",
    st.sampled_from(sorted(EVALUATED)),
    st.lists(ARGUMENTS, max_size=3),
)
HCL = PIECES | ARGUMENTS | CALLS | st.sampled_from((
    "for_each = ", "count = ", "dynamic", "content", "each.value", "each.key", "count.index",
    'module "m" {\n source = "./"\n}\n', "locals {", "lifecycle {\n", "moved {", "import {",
    "{ for k, v in ", "=> v... }", "self.id", "path.module", "terraform.workspace", "one(", "[*]",
))  # fmt: skip
YAML = st.text("ab:-[]{}#&*!|>'\"\\ \n\t<,?%@`é\u2028", max_size=8) | st.sampled_from((
    "!Ref", "!GetAtt", "!Sub '${A}'", "!If [A, ", "!Ref AWS::NoValue", "&a", "*a", "<<: ", "!!",
    "Fn::ForEach::X:", "Fn::Transform", "Globals:", "Transform: AWS::LanguageExtensions\n", "|\n",
))  # fmt: skip
UNITS = sorted(path.relative_to(ESTATE).as_posix() for path in ESTATE.rglob("*.*"))
TERRAGRUNT = HCL | st.sampled_from((
    'include "x" {\n path = ', "find_in_parent_folders()", "read_terragrunt_config(", "get_env(",
    "dependency.network.outputs.", "mock_outputs = {", "get_terragrunt_dir()", "run_cmd(",
    'terraform {\n source = "', 'unit "u" {\n source = ".."\n path = "u"\n}\n', "locals = ",
))  # fmt: skip
SCRIPTS = [
    """\
#!/bin/bash
set -e
cat <<EOF >> /etc/ecs/ecs.config
ECS_CLUSTER=main
EOF
echo "ECS_ENABLE_TASK_IAM_ROLE=true" | tee -a /etc/ecs/ecs.config
if [ -f /x ]; then iptables -I DOCKER-USER -d 169.254.169.254 -j DROP; fi
""",
    """\
#cloud-config
write_files:
  - path: /etc/ecs/ecs.config
    content: |
      ECS_CLUSTER=a
    encoding: b64
    append: true
bootcmd:
  - [sh, -c, 'echo A=b > /etc/ecs/ecs.config']
""",
    """\
Content-Type: multipart/mixed; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/x-shellscript

#!/bin/sh
echo ECS_CLUSTER=a >> /etc/ecs/ecs.config
--b--
""",
    """\
[settings.ecs]
cluster = "main"
enable-spot-instance-draining = true
[settings.network]
https-proxy = "http://p:3128"
""",
    """\
<powershell>
[Environment]::SetEnvironmentVariable('ECS_CLUSTER', 'a', 'Machine')
Initialize-ECSAgent -Cluster 'a' -EnableTaskIAMRole
</powershell>
<persist>true</persist>
""",
]
SHELL = st.text("ab$(){}[]`'\"\\ \n\t<>|&;=#é\x00", max_size=8) | st.sampled_from((
    "<<EOF\n", "<<-'X'", "$((1+1))", "${A:-b}", "$(cat ", "eval ", "for a in b; do ", "done\n",
    "case $x in ", "esac", "function f() {", "printf '%s' ", "base64 -d", "--b\n", "'''", "[[a]]",
    "/etc/ecs/ecs.config", "sed -i s/a/b/ ", "aws s3 cp s3://a/b -", "${AWS::Region}",
))  # fmt: skip
SETTINGS = [
    """profile = "strict"
select = ["TW2"]
ignore = ["TW203"]
fail-on = "high"
show = ["fail"]
exclude = ["modules/**"]
allowed-peers = ["10.0.0.0/8"]
elsewhere = ["TW401"]
severity = { TW203 = "high" }
per-path = [{ path = "legacy/", ignore = ["TW2"] }]
isolation = { tag = "zone", groups = { pay = ["pay-*"] } }
remote-state = { a = "b" }
ties = { "data.aws_vpc.main" = "aws_vpc.main" }
[[expect]]
from = "internet"
to = "service:web"
only = ["tcp:443 through lb:edge"]
[[deployment]]
name = "prod"
assume = { "var.env" = "prod" }
"""
]
TOML = st.text("ab=.[]{}#'\"\\ \n,1-:é\x00", max_size=8) | st.sampled_from((
    "true", "nan", "1e999", "2026-01-01", "[[expect]]\n", '"""', "context = [", "baseline = ", "/",
    'extends = "x"\n', "errors = ", "rules = [", "never = true\n", 'required = ["tcp:"]\n', "..",
))  # fmt: skip
SKIPS = [
    f"{sign} {text}\n{ROOTS[0]}\n{sign} {text}\n" if sign == "#" else ROOTS[0] + f"\n{sign} {text}"
    for sign in ("#", "//", "/*")
    for text in (
        "taskwall:skip=TW203 until=2027-03-31: moves",
        "taskwall:skip=TW2,TW305: fine",
        "checkov:skip=TASKWALL_TW204: because",
    )
]
SKIP_PIECES = st.sampled_from((
    "#taskwall:skip=", "# taskwall:skip=TW: x\n", "until=2027-13-41", "until=", "TW999", ",,", ":",
    "checkov:skip=", "# taskwall:skip=TW203 until=9999-99-99: é\n", "=", "/* ", " */", "\n", "all",
))  # fmt: skip


def with_user_data(text: str) -> dict[str, str]:
    """A template whose instances have a text as their user data, plain or packed."""
    made = copy.deepcopy(DOCUMENTS[2])
    data = made["Resources"]["HostTemplate"]["Properties"]["LaunchTemplateData"]
    data["UserData"] = {"Fn::Base64": {"Fn::Sub": text} if len(text) % 2 else text}
    return {"template.json": json.dumps(made)}


def with_policy(document: object) -> dict[str, str]:
    """A template in which a policy stands in every place that takes one."""
    made = copy.deepcopy(DOCUMENTS[3])
    for resource in made["Resources"].values():
        for key in ("PolicyDocument", "AssumeRolePolicyDocument"):
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = document
    return {"template.json": json.dumps(made)}


POLICIES = [
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
            {
                "Sid": "A",
                "Effect": "Deny",
                "NotPrincipal": {"AWS": ["arn:aws:iam::123456789012:root"]},
                "NotAction": ["ecr:*", "s3:Get?bject"],
                "Resource": {"Fn::Sub": "arn:aws:s3:::${AWS::Region}-starport/*"},
                "Condition": {
                    "ForAnyValue:StringNotLikeIfExists": {"aws:PrincipalOrgID": ["o-1"]},
                    "Null": {"aws:SourceVpce": "true"},
                },
            },
        ],
    }
]
SCOPES = [{"Resources": each["Resources"]} for each in DOCUMENTS[4:5]]
GRAMMARS: dict[str, st.SearchStrategy[dict[str, str]]] = {
    "hcl": cut_up(ROOTS, HCL).map(beside("main.tf")),
    "terragrunt": st.sampled_from(UNITS).flatmap(
        lambda path: cut_up([(ESTATE / path).read_text(encoding="utf-8")], TERRAGRUNT).map(
            lambda text: {
                **{each: (ESTATE / each).read_text(encoding="utf-8") for each in UNITS},
                path: text,
            }
        )
    ),
    "cloudformation_yaml": cut_up(TEMPLATES, YAML).map(beside("template.yaml")),
    "cloudformation_json": written("template.json", reshaped(DOCUMENTS, ODD | NODES)),
    "plan": written("plan.json", reshaped([PLAN])),
    "state": reshaped([STATE]).map(
        lambda found: {"main.tf": ROOTS[1], "states/a.tfstate": json.dumps(found)}
    ),
    "user_data": cut_up(SCRIPTS, SHELL).map(with_user_data),
    "policy": reshaped(POLICIES, ODD | NODES).map(with_policy),
    "settings": cut_up(SETTINGS, TOML).map(
        lambda text: {"main.tf": ROOTS[0], "taskwall.toml": text}
    ),
    "suppressions": cut_up(SKIPS, SKIP_PIECES).map(beside("main.tf")),
    "access_scope": written("template.json", reshaped(SCOPES, ODD | NODES)),
}
"""By what is made: the files of a folder to scan."""
