"""What a root reads of another root's state is what that root puts out, where both are scanned."""

from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import rmtree

import pytest

from taskwall.api.scan import Options, scan
from taskwall.core.values import OTHER, Known, Reference, Value, needs, plain
from taskwall.engine.scenarios import explore
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

Shown = Callable[[Value], object]


def evaluated(texts: Mapping[str, str], **inputs: object) -> Evaluation:
    """The evaluation of the one stack that the texts, by path, make together."""
    files = Files({f"/infra/{path}": text for path, text in texts.items()})
    said = Inputs(boundary="/infra", **inputs)  # type: ignore[arg-type]
    (stack,), errors = stacks([f"/infra/{path}" for path in texts], files, said)
    assert errors == []
    return stack.evaluate({})


def count(texts: Mapping[str, str], **inputs: object) -> int:
    """How many stacks the texts make."""
    files = Files({f"/infra/{path}": text for path, text in texts.items()})
    said = Inputs(boundary="/infra", **inputs)  # type: ignore[arg-type]
    return len(stacks([f"/infra/{path}" for path in texts], files, said)[0])


def x(evaluation: Evaluation) -> Value:
    """The attribute x of the resource t.t."""
    return next(r for r in evaluation.resources if r.type == "t").body.fields["x"]


NET = """
terraform {
  backend "s3" {
    bucket = "states"
    key    = "net.tfstate"
  }
}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
output "vpc" { value = aws_vpc.main.id }
output "cidr" { value = aws_vpc.main.cidr_block }
output "all" { value = { id = aws_vpc.main.id, names = ["a", "b"] } }
output "whole" { value = aws_vpc.main }
output "nothing" { value = null }
"""
APP = """
data "terraform_remote_state" "net" {
  backend = "s3"
  config = {
    bucket = "states"
    key    = "net.tfstate"
    region = "eu-west-1"
  }
  defaults = { late = "by default", nothing = "not null", cidr = "not used" }
}
resource "t" "t" { x = EXPRESSION }
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("data.terraform_remote_state.net.outputs.vpc", "<aws_vpc.main.id>"),
        ("data.terraform_remote_state.net.outputs.cidr", "10.0.0.0/16"),
        ('data.terraform_remote_state.net.outputs["cidr"]', "10.0.0.0/16"),
        ("data.terraform_remote_state.net.outputs.all.names[1]", "b"),
        ("data.terraform_remote_state.net.outputs.whole.cidr_block", "10.0.0.0/16"),
        ("data.terraform_remote_state.net.outputs.late", "by default"),
        ("data.terraform_remote_state.net.outputs.nothing", "not null"),
        ('try(data.terraform_remote_state.net.outputs.never, "else")', "else"),
        ('lookup(data.terraform_remote_state.net.outputs, "late", "")', "by default"),
        ("keys(data.terraform_remote_state.net.outputs)", ["all", "cidr", "late", "nothing"]),
        ("one(data.terraform_remote_state.net[*].outputs.cidr)", "10.0.0.0/16"),
        ("data.terraform_remote_state.net.cidr", "10.0.0.0/16"),
        ("data.terraform_remote_state.net.config.key", "net.tfstate"),
    ],
)
def test_outputs_are_those_of_the_root(expression: str, value: object, shown: Shown) -> None:
    """Every way to an output leads to what the other root writes for it."""
    found = shown(
        x(evaluated({"net/main.tf": NET, "app/main.tf": APP.replace("EXPRESSION", expression)}))
    )
    if isinstance(value, list) and isinstance(found, list):
        found = [key for key in found if key in value]
    assert found == value


def test_resources_of_both_are_one_stack() -> None:
    """A reference leads to the resource of the other root, which is there."""
    texts = {
        "net/main.tf": NET,
        "app/main.tf": APP.replace("EXPRESSION", "data.terraform_remote_state.net.outputs.vpc"),
    }
    evaluation = evaluated(texts)
    found = x(evaluation)
    assert isinstance(found, Reference)
    assert found.resource in {resource.origin.address for resource in evaluation.resources}
    assert evaluation.errors == ()


def test_what_both_roots_call_is_told_of_once() -> None:
    """What is wrong, or suppressed, in a module that two roots of a stack have."""
    shared = """\
resource "aws_vpc" "a" {} # taskwall:skip=TW201
resource "aws_vpc" "b" {} # taskwall:skip=TW202: why
"""
    call = 'module "m" { source = "../shared" }\n'
    app = APP.replace("EXPRESSION", "data.terraform_remote_state.net.outputs.vpc")
    texts = {"net/main.tf": NET + call, "app/main.tf": app + call, "shared/main.tf": shared}
    found = evaluated(texts)
    assert [(one.place.line, one.message) for one in found.errors] == [
        (1, "taskwall:skip=TW201 needs a reason: taskwall:skip=TW201: why")
    ]
    assert [(one.rule, one.place.line) for one in found.suppressions] == [("TW202", 2)]


def test_a_module_may_take_all_outputs_as_a_map(shown: Shown) -> None:
    """Those of the root are texts of it; what the defaults add is open if they are."""
    data = LOCAL.replace("PATH }", '"../b/terraform.tfstate" }\n  defaults = var.open')
    given = "tomap(data.terraform_remote_state.s.outputs)"
    made = f'module "m" {{\n  source = "./m"\n  all    = {given}\n}}\n'
    inner = 'variable "all" { type = map(string) }\nresource "t" "t" { x = var.all }\n'
    texts = {
        "a/main.tf": f'variable "open" {{}}\n{data}{made}',
        "a/m/main.tf": inner,
        "b/main.tf": 'output "port" { value = 80 }\n',
    }
    assert shown(x(evaluated(texts))) == {"port": "80", "*": "<var.open[*]>"}


def test_open_defaults_are_one_value_for_each_output(shown: Shown) -> None:
    """Two outputs that only these may have need not be equal."""
    data = LOCAL.replace("PATH }", '"../b/terraform.tfstate" }\n  defaults = var.open')
    outputs = "data.terraform_remote_state.s.outputs"
    asked = f'variable "open" {{}}\nresource "t" "t" {{ x = {outputs}.one == {outputs}.other }}\n'
    assert shown(x(evaluated({"a/main.tf": asked + data, "b/main.tf": VALUE}))) == "<?>"


def test_a_missing_output_is_unknown_and_says_so() -> None:
    """What the other root does not put out is told as that."""
    texts = {
        "net/main.tf": NET,
        "app/main.tf": APP.replace("EXPRESSION", "data.terraform_remote_state.net.outputs.never"),
    }
    (need,) = needs(x(evaluated(texts)))
    assert "output.never is not an output of the root net" in str(need)


READ = 'resource "t" "t" { x = data.terraform_remote_state.s.outputs.v }\n'
LOCAL = 'data "terraform_remote_state" "s" {\n  backend = "local"\n  config = { path = PATH }\n}\n'
VALUE = 'output "v" { value = "there" }\n'


@pytest.mark.parametrize(
    ("backend", "backend_config", "config"),
    [
        ('backend "gcs" { bucket = "b" }', "gcs", '{ bucket = "b" }'),
        (
            'backend "gcs" { bucket = "b" }\nrequired_providers {\n aws = "~> 5.0"\n}',
            "gcs",
            '{ bucket = "b" }',
        ),
        ('backend "gcs" {\n bucket = "b"\n prefix = "p"\n}', "gcs", '{ bucket = "b", prefix="p" }'),
        (
            """backend "azurerm" {
  storage_account_name = "a"
  container_name       = "c"
  key                  = "k"
}""",
            "azurerm",
            '{ storage_account_name = "a", container_name = "c", key = "k" }',
        ),
        ('backend "http" { address = "https://s" }', "http", '{ address = "https://s" }'),
        ('backend "consul" { path = "p" }', "consul", '{ path = "p", address = "c:8500" }'),
        (
            'backend "remote" {\n organization = "o"\n workspaces { name = "w" }\n}',
            "remote",
            '{ organization = "o", workspaces = { name = "w" } }',
        ),
        (
            'cloud {\n organization = "o"\n workspaces { name = "w" }\n}',
            "remote",
            '{ organization = "o", workspaces = { name = "w" } }',
        ),
        (
            'backend "remote" {\n organization = "o"\n workspaces { prefix = "w-" }\n}',
            "remote",
            '{ organization = "o", workspaces = { prefix = "w-" } }',
        ),
    ],
)
def test_backends_agree(backend: str, backend_config: str, config: str, shown: Shown) -> None:
    """Each backend has its own attributes that tell states apart."""
    says = f' backend = "{backend_config}"\n config = {config}\n'
    data = f'data "terraform_remote_state" "s" {{\n{says}}}'
    texts = {"a/main.tf": READ + data, "b/main.tf": VALUE + f"terraform {{\n{backend}\n}}"}
    assert shown(x(evaluated(texts))) == "there"


WHOLE: Mapping[str, Mapping[str, object]] = {
    "azurerm": {"storage_account_name": "a", "container_name": "c", "key": "k"},
    "consul": {"path": "p"},
    "cos": {"bucket": "b", "prefix": "x", "key": "k"},
    "gcs": {"bucket": "b", "prefix": "x"},
    "http": {"address": "https://s"},
    "kubernetes": {"secret_suffix": "s", "namespace": "n"},
    "local": {"path": "../states/b"},
    "oss": {"bucket": "b", "prefix": "x", "key": "k"},
    "pg": {"conn_str": "c", "schema_name": "s"},
    "remote": {"organization": "o", "hostname": "h.example.com", "workspaces": {"name": "w"}},
    "s3": {"bucket": "b", "key": "k"},
}
BY_DEFAULT = [
    ("cos", "prefix", ""),
    ("cos", "key", "terraform.tfstate"),
    ("gcs", "prefix", ""),
    ("kubernetes", "namespace", "default"),
    ("oss", "prefix", "env:"),
    ("oss", "key", "terraform.tfstate"),
    ("pg", "schema_name", "terraform_remote_state"),
    ("remote", "hostname", "app.terraform.io"),
]


def tied(kind: str, own: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether a root with a backend is the one that a data source reads."""

    def written(values: Mapping[str, object]) -> str:
        texts = (
            f'{name} = {{ name = "{value["name"]}" }}'
            if isinstance(value, dict)
            else f'{name} = "{value}"'
            for name, value in values.items()
        )
        return "\n".join(texts)

    block = written(own).replace("workspaces =", "workspaces")
    data = f'data "terraform_remote_state" "s" {{\n backend = "{kind}"\n config = {{\n'
    texts = {
        "a/main.tf": f"{READ}{data}{written(other)}\n}}\n}}",
        "z/main.tf": f'{VALUE}terraform {{\n backend "{kind}" {{\n{block}\n}}\n}}',
    }
    return count(texts) == 1


@pytest.mark.parametrize(
    ("kind", "attribute"), [(kind, name) for kind, each in WHOLE.items() for name in each]
)
def test_what_tells_states_apart(kind: str, attribute: str) -> None:
    """Each attribute that says where a state lies has to be the same."""
    own = WHOLE[kind]
    other = {"name": "other"} if attribute == "workspaces" else "other"
    assert tied(kind, own, own)
    assert not tied(kind, own, {**own, attribute: other})


@pytest.mark.parametrize(("kind", "attribute", "default"), BY_DEFAULT)
def test_what_is_meant_where_a_state_says_nothing(kind: str, attribute: str, default: str) -> None:
    """The default of the backend, on either side."""
    said = {**WHOLE[kind], attribute: default}
    unsaid = {name: value for name, value in said.items() if name != attribute}
    assert tied(kind, said, unsaid)
    assert tied(kind, unsaid, said)
    assert tied(kind, unsaid, unsaid)
    assert not tied(kind, unsaid, {**said, attribute: "other"})


@pytest.mark.parametrize(
    ("backend", "path"),
    [
        ("", '"../b/terraform.tfstate"'),
        ("", '"${path.module}/../b/terraform.tfstate"'),
        ('terraform {\n backend "local" { path = "../states/b" }\n}', '"../states/b"'),
    ],
)
def test_states_on_disk_are_found_by_their_path(backend: str, path: str, shown: Shown) -> None:
    """A root without a backend keeps its state beside it."""
    texts = {"a/main.tf": READ + LOCAL.replace("PATH", path), "b/main.tf": VALUE + backend}
    assert shown(x(evaluated(texts))) == "there"


def test_a_config_may_be_a_block(shown: Shown) -> None:
    """Before Terraform 0.12 it was one."""
    data = LOCAL.replace("config = { path = PATH }", 'config { path = "../b/terraform.tfstate" }')
    assert shown(x(evaluated({"a/main.tf": READ + data, "b/main.tf": VALUE}))) == "there"


@pytest.mark.parametrize(
    "config",
    [
        '{ bucket = "other", key = "net.tfstate" }',
        '{ bucket = "states", key = "other" }',
        '{ bucket = "states" }',
        "var.all",
        "null",
    ],
)
def test_what_does_not_agree_is_not_tied(config: str) -> None:
    """Whatever is not certainly the same state is outside."""
    data = f'data "terraform_remote_state" "s" {{\n backend = "s3"\n config = {config}\n}}\n'
    open_ones = 'variable "bucket" {}\nvariable "all" {}\n'
    assert count({"a/main.tf": READ + data + open_ones, "net/main.tf": NET}) == 2


def test_the_bucket_may_be_left_to_the_command_line() -> None:
    """A key that one root has is enough where the bucket is not written; a usual one never is."""
    data = 'data "terraform_remote_state" "s" {\n backend = "s3"\n config = CONFIG\n}\n'
    data = READ + 'variable "bucket" {}\n' + data
    texts = {"a/main.tf": data.replace("CONFIG", '{ bucket = var.bucket, key = "net.tfstate" }')}
    left_out = NET.replace('bucket = "states"', "")
    assert count({**texts, "net/main.tf": NET}) == 1
    assert count({**texts, "net/main.tf": left_out}) == 1
    assert count({**texts, "net/main.tf": left_out, "other/main.tf": NET}) == 3
    usual = {path: text.replace("net.tfstate", "terraform.tfstate") for path, text in texts.items()}
    assert count({**usual, "net/main.tf": NET.replace("net.tfstate", "terraform.tfstate")}) == 2


@pytest.mark.parametrize(
    ("key", "read", "stacks_"),
    [
        ("net/${var.env}/terraform.tfstate", "net/${var.env}/terraform.tfstate", 1),
        ("net/${var.env}/terraform.tfstate", "net/${var.stage}/terraform.tfstate", 2),
        ("net/${var.env}/terraform.tfstate", "app/${var.env}/terraform.tfstate", 2),
        ("net/${aws_vpc.main.id}/a.tfstate", "net/${aws_vpc.main.id}/a.tfstate", 2),
    ],
)
def test_a_variable_in_the_key_is_the_same_in_all_roots(key: str, read: str, stacks_: int) -> None:
    """What users say of a variable holds for all roots, as OpenTofu allows it in a backend."""
    variables = 'variable "env" {}\nvariable "stage" {}\n'
    texts = {
        "network/main.tf": variables + NET.replace("net.tfstate", key),
        "app/main.tf": variables + APP.replace("net.tfstate", read).replace("EXPRESSION", "1"),
    }
    assert count(texts) == stacks_


LEFT_OPEN = NET.replace('bucket = "states"', "").replace('key    = "net.tfstate"', "")
OF_S3 = '{ bucket = "states", key = "KEY" }'
OF_A_WORKSPACE = '{ organization = "acme", workspaces = { name = "KEY" } }'


@pytest.mark.parametrize(
    ("kind", "config", "key", "folder"),
    [
        ("s3", OF_S3, "net.tfstate", "net"),
        ("s3", OF_S3, "shop/net/terraform.tfstate", "net"),
        ("s3", OF_S3, "prod/net/terraform.tfstate", "prod/net"),
        ("s3", OF_S3, "shop/${var.env}/net.tfstate", "net"),
        ("gcs", '{ bucket = "states", prefix = "KEY" }', "prod/net", "prod/net"),
        ("remote", OF_A_WORKSPACE, "prod-net", "net/prod"),
        ("remote", OF_A_WORKSPACE, "net-prod", "stacks/net/prod"),
    ],
)
def test_a_root_that_leaves_its_state_open_is_meant_by_its_name(
    kind: str, config: str, key: str, folder: str
) -> None:
    """If its folder, with those above, is called as the state is. That this is assumed is said."""
    data = f'data "terraform_remote_state" "s" {{\n backend = "{kind}"\n config = CONFIG\n}}\n'
    app = 'variable "env" {}\n' + READ + data.replace("CONFIG", config.replace("KEY", key))
    app = app.replace("outputs.v ", "outputs.cidr ")

    rest = LEFT_OPEN.partition("}\n}")[2]
    for net in (LEFT_OPEN.replace('"s3"', f'"{kind}"'), rest):
        evaluation = evaluated({"app/main.tf": app, f"{folder}/main.tf": net})

        assert plain(x(evaluation)) == "10.0.0.0/16"
        name = key.replace("${var.env}/", "").replace("/terraform", "").removesuffix(".tfstate")
        ((_, text),) = evaluation.assumed.items()
        assert text.startswith(
            f"data.terraform_remote_state.s is assumed to be the state of {folder}"
        )
        assert text.endswith(name.removeprefix("shop/") if "var" in key else name)
    assert count({"app/main.tf": app, f"{folder}/main.tf": NET.replace('"net.', '"x.')}) == 2
    assert count({"app/main.tf": app, f"{folder}s/main.tf": LEFT_OPEN}) == 2
    bucket = f'backend "{kind}" {{ bucket = "others" }}'
    for other in ('backend "http" {}', *[bucket] * ("bucket" in config)):
        text = "terraform {\n  " + other + "\n}" + rest
        assert count({"app/main.tf": app, f"{folder}/main.tf": text}) == 2
    assert count({"app/main.tf": app, f"{folder}/main.tf": "locals {}"}) == 2


STATE = "data.terraform_remote_state.s"


@pytest.mark.parametrize("outputs", [f"{STATE}.outputs", STATE])
@pytest.mark.parametrize(
    ("others", "stacks_"),
    [
        ({}, 1),
        ({"some/main.tf": 'output "vpc" { value = 1 }\n'}, 2),
        # Of two that have them all it may be either; where a root says another place, it is none.
        ({"copy/main.tf": LEFT_OPEN}, 3),
        ({"copy/main.tf": 'output "vpc" { value = 1 }\noutput "cidr" { value = 2 }\n'}, 3),
        ({"net/main.tf": NET.replace('"net.', '"x.')}, 2),
        ({"net/main.tf": LEFT_OPEN.replace('"s3"', '"gcs"')}, 2),
        ({"net/main.tf": LEFT_OPEN.partition("}\n}")[2]}, 2),
    ],
)
def test_a_root_that_leaves_its_state_open_is_meant_by_its_outputs(
    outputs: str, others: dict[str, str], stacks_: int
) -> None:
    """If no other root has all that are read, two or more. That this is assumed is said."""
    data = f'data "terraform_remote_state" "s" {{\n backend = "s3"\n config = {OF_S3}\n}}\n'
    app = f'resource "t" "t" {{ x = {outputs}.cidr }}\n{data}'
    more = f"locals {{ vpc = upper({outputs}.vpc) }}\n" + data.replace('"s"', '"dns"')
    more += f"locals {{ zone = {outputs.replace('.s', '.dns', 1)}.zone }}\n"

    texts = {"app/main.tf": app + more, "net/main.tf": LEFT_OPEN, **others}
    assert count(texts) == stacks_
    assert count({**texts, "app/main.tf": app}) == len(texts)  # one output says too little
    if not others:
        evaluation = evaluated(texts)
        assert plain(x(evaluation)) == "10.0.0.0/16"
        ((_, text),) = evaluation.assumed.items()
        assert text == f"{STATE} is assumed to be the state of net, by its outputs cidr, vpc"


def count_on_disk(folder: Path, texts: Mapping[str, str]) -> int:
    """How many stacks the Terraform files make among others, in a folder that holds just these."""
    rmtree(folder)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    sources = [str(folder / name) for name in texts if name.endswith(".tf")]
    return len(stacks(sources, Files(), Inputs(boundary=str(folder)))[0])


@pytest.mark.parametrize(
    "file",
    [
        "base/backend.conf",
        "base/prod.s3.tfbackend",
        "base/config/backend-prod.hcl",
        "base/env/prod.backend.tfvars",
        "base/backend",
        "base/prod.conf",
        "base/module/backend.conf",
    ],
)
def test_files_complete_a_backend(file: str, tmp_path: Path) -> None:
    """Those that `terraform init -backend-config` takes, beside the root or below it."""
    data = 'data "terraform_remote_state" "s" {\n backend = "s3"\n config = CONFIG\n}\n'
    app = READ + data.replace("CONFIG", OF_S3.replace("KEY", "net.tfstate"))
    texts = {"app/main.tf": app, "base/main.tf": LEFT_OPEN, "base/module/main.tf": "locals {}"}
    rest = {"base/backend-dev.hcl": 'bucket = "states"\nkey = "dev.tfstate"'}
    named = file not in ("base/backend", "base/prod.conf", "base/module/backend.conf")
    own = 'bucket = "states"\nkey = "net.tfstate"\n'

    assert count_on_disk(tmp_path, texts) == 3
    assert count_on_disk(tmp_path, {**texts, **rest}) == 3
    assert count_on_disk(tmp_path, {**texts, **rest, file: own}) == (2 if named else 3)
    assert count_on_disk(tmp_path, {**texts, file: own.replace("states", "others")}) == 3
    assert count_on_disk(tmp_path, {**texts, file: 'key = "net.tfstate"'}) == (2 if named else 3)
    assert count_on_disk(tmp_path, {**texts, file: f"{own} = ["}) == count_on_disk(
        tmp_path, {**texts, file: own}
    )


def test_a_file_stands_before_what_the_root_writes(tmp_path: Path) -> None:
    """As on the command line; what is complete without it waits for no file."""
    data = 'data "terraform_remote_state" "s" {\n backend = "s3"\n config = CONFIG\n}\n'
    app = READ + data.replace("CONFIG", OF_S3.replace("KEY", "net.tfstate"))
    part = NET.replace('key    = "net.tfstate"', "").replace("states", "old")
    file = {"base/backend.hcl": 'bucket = "states"\nkey = "net.tfstate"'}

    assert count_on_disk(tmp_path, {"app/main.tf": app, "base/main.tf": part, **file}) == 1
    unfinished = {"base/backend.hcl": 'bucket = "states"\nkey = "dev.tfstate"'}
    kept = NET.replace('bucket = "states"', "")
    assert count_on_disk(tmp_path, {"app/main.tf": app, "base/main.tf": kept, **unfinished}) == 1
    whole = NET.replace("net.tfstate", "other.tfstate")
    assert count_on_disk(tmp_path, {"app/main.tf": app, "base/main.tf": whole, **file}) == 2


def test_a_root_that_may_be_meant_twice_is_one(tmp_path: Path) -> None:
    """By its own key, and by the file that completes it: of the reader no bucket is known."""
    data = 'data "terraform_remote_state" "s" {\n backend = "s3"\n config = CONFIG\n}\n'
    config = '{ bucket = var.b, key = "net.tfstate" }'
    app = f'{READ}variable "b" {{}}\n' + data.replace("CONFIG", config)
    part = NET.replace('bucket = "states"', "")
    file = {"base/backend.hcl": 'bucket = "states"\nkey = "net.tfstate"'}

    assert count_on_disk(tmp_path, {"app/main.tf": app, "base/main.tf": part, **file}) == 1


def test_what_a_root_of_that_name_does_not_put_out_stays_open() -> None:
    """The state may be another one, after all."""
    data = 'data "terraform_remote_state" "s" {\n backend = "s3"\n config = CONFIG\n}\n'
    app = READ + data.replace("CONFIG", OF_S3.replace("KEY", "net.tfstate"))
    evaluation = evaluated({"app/main.tf": app, "net/main.tf": LEFT_OPEN})
    assert evaluation.errors == ()
    (need,) = needs(x(evaluation))
    assert need.name == "data.terraform_remote_state.s.outputs"


def test_of_several_roots_of_one_key_the_nearest_is_meant() -> None:
    """Where the bucket is left out, which tells accounts apart. That this is assumed is said."""
    data = 'data "terraform_remote_state" "s" {\n backend = "s3"\n config = CONFIG\n}\n'
    app = f'{READ}variable "b" {{}}\n' + data.replace(
        "CONFIG", '{ bucket = var.b, key = "net.tfstate" }'
    )
    net = NET.replace('bucket = "states"', "")
    tree = {"prod/app/main.tf": app, "prod/net/main.tf": net, "test/net/main.tf": net}
    files = Files({f"/infra/{path}": text for path, text in tree.items()})
    found, _ = stacks(list(files.held), files, Inputs(boundary="/infra"))
    (tie,) = (tie for stack in found for tie in stack.ties)
    assert (tie.target, tie.farther) == ("/infra/prod/net", ("/infra/test/net",))
    assert tie.by == "remote state, as the nearest"


@pytest.mark.parametrize(
    ("key", "kept", "meant"),
    [
        ("${var.env}/net/terraform.tfstate", ["prod/net/terraform.tfstate"], 0),
        ("${var.env}/${var.of}/net.tfstate", ["prod/eu-west-1/net.tfstate"], 0),
        ("net-${var.env}.tfstate", ["net-prod.tfstate"], 0),
        ("${var.env}/${each.key}/terraform.tfstate", ["p/net/terraform.tfstate"], 0),
        ("${var.env}/net.tfstate", ["test/net.tfstate", "prod/net.tfstate"], 1),
        # Something stands for the variable, and what stands around it tells the state.
        ("${var.env}/net.tfstate", ["/net.tfstate"], None),
        ("${var.env}/net.tfstate", ["net.tfstate"], None),
        ("${var.env}/net.tfstate", ["prod/net.tfstate.old"], None),
        ("${var.env}/terraform.tfstate", ["prod/terraform.tfstate"], None),
        ("${var.env}", ["prod"], None),
        ("${var.env}/net.tfstate", ["${var.other}/net.tfstate"], None),
        # The name may be split in many ways: none is tried twice.
        ("-".join(["${var.env}"] * 9) + "-net.tfstate", ["a-" * 60 + "net.tf"], None),
    ],
)
def test_a_variable_in_the_key_that_the_other_root_spells_out(
    key: str, kept: list[str], meant: int | None
) -> None:
    """The root whose key is such a one is meant. That this is assumed is said."""
    data = """data "terraform_remote_state" "s" {
  for_each = toset(["net"])
  backend  = "s3"
  config   = { bucket = var.b, key = "KEY" }
}
resource "t" "t" { x = data.terraform_remote_state.s["net"].outputs.cidr }
"""
    variables = "".join(f'variable "{name}" {{}}\n' for name in ("env", "of", "b", "other"))
    tree = {"prod/app/main.tf": variables + data.replace("KEY", key)}
    for number, own in enumerate(kept):
        folder = ("test", "prod")[number]
        tree[f"{folder}/own/main.tf"] = variables + NET.replace("net.tfstate", own)
    files = Files({f"/infra/{path}": text for path, text in tree.items()})
    found, _ = stacks(list(files.held), files, Inputs(boundary="/infra"))
    (tie,) = (tie for stack in found for tie in stack.ties)
    folders = [f"/infra/{folder}/own" for folder in ("test", "prod")][: len(kept)]
    assert tie.target == ("" if meant is None else folders[meant])
    assert tie.farther == tuple(one for one in folders if one != tie.target and tie.target)
    if meant is not None:
        assert tie.assumption.startswith('data.terraform_remote_state.s["net"] is assumed to be')
        name = key.replace("${each.key}", "net")
        assert tie.alone == f"name {name}"


@pytest.mark.parametrize(("output", "meant"), [("cidr", True), ("other", False)])
def test_a_root_of_such_a_key_has_what_is_read(output: str, meant: bool) -> None:
    """A root that does not put it out is another one, whatever its key is."""
    data = """variable "of" {}
data "terraform_remote_state" "s" {
  backend = "s3"
  config  = { bucket = "states", key = "prod/${var.of}/net.tfstate" }
}
resource "t" "t" { x = data.terraform_remote_state.s.outputs.OUTPUT }
"""
    files = Files(
        {
            "/infra/app/main.tf": data.replace("OUTPUT", output),
            "/infra/own/main.tf": NET.replace("net.tfstate", "prod/eu/net.tfstate"),
        }
    )
    found, _ = stacks(list(files.held), files, Inputs(boundary="/infra"))
    assert [tie.target for stack in found for tie in stack.ties] == ["/infra/own" if meant else ""]


@pytest.mark.parametrize("name", ["vpc", "outputs.vpc"])
def test_what_is_read_of_a_state_that_is_not_there(name: str) -> None:
    """The output is open under its name, also as it was written up to Terraform 0.11."""
    other = 'data "terraform_remote_state" "other" {\n  backend = "s3"\n}\n'
    read = f"data.terraform_remote_state.other.{name}"
    tied = 'resource "u" "u" { y = data.terraform_remote_state.net.outputs.vpc }'
    app = APP.replace("EXPRESSION", read) + other + tied
    found = x(evaluated({"net/main.tf": NET, "app/main.tf": app}))
    assert [str(need) for need in needs(found)] == [f"{read} is not in the sources"]


def test_several_roots_of_one_state_are_not_told_apart() -> None:
    """Two roots that say the same of their state: which is meant is open."""
    data = 'data "terraform_remote_state" "s" {\n backend = "s3"\n config = CONFIG\n}\n'
    config = '{ bucket = "states", key = "net.tfstate" }'
    texts = {"a/main.tf": READ + data.replace("CONFIG", config), "b/m.tf": NET, "c/m.tf": NET}
    assert count(texts) == 3


@pytest.mark.parametrize(("workspace", "stacks_"), [(None, 1), ("dev", 1), ("prod", 2)])
def test_another_workspace_is_another_state(workspace: str | None, stacks_: int) -> None:
    """A data source that names a workspace reads no other one."""
    data = LOCAL.replace("PATH", '"../b/terraform.tfstate"\n }\n workspace = "dev"\n x = { y = 1')
    texts = {"a/main.tf": READ + data, "b/main.tf": VALUE}
    assert count(texts, workspace=workspace) == stacks_


@pytest.mark.parametrize(
    ("key", "workspace", "stacks_"),
    [
        ("env:/dev/base/net", None, 1),
        ("env:/dev/base/net", "dev", 1),
        ("env:/dev/base/net", "prod", 2),
        ("env:/dev/net", None, 2),
        ("env:/${terraform.workspace}/base/net", None, 1),
        ("env:/${terraform.workspace}/base/net", "dev", 1),
        ("env:/${terraform.workspace}/net", None, 2),
        ("env/dev/base/net", None, 2),
    ],
)
def test_the_path_of_a_workspace_in_a_bucket(key: str, workspace: str | None, stacks_: int) -> None:
    """The state of a workspace lies below `env:`, its name and the key of the backend."""
    data = f"""
data "terraform_remote_state" "s" {{
  backend = "s3"
  config  = {{ bucket = "states", key = "{key}" }}
}}
"""
    backend = '\nterraform {\n backend "s3" {\n bucket = "states"\n key = "base/net"\n }\n}\n'
    texts = {"a/main.tf": READ + data, "b/main.tf": VALUE + backend}
    assert count(texts, workspace=workspace) == stacks_


@pytest.mark.parametrize(
    ("key", "workspace", "stacks_"),
    [
        ("base/${terraform.workspace}/net", None, 1),
        ("base/${terraform.workspace}/net", "dev", 1),
        ("base/dev/net", None, 1),
        ("base/dev/net", "dev", 1),
        ("base/dev/net", "prod", 2),
        ("base/${var.open}/net", None, 1),
        ("base/${var.open}/net", "dev", 2),
        ("base/net", None, 2),
        ("base/dev/eu/net", None, 2),
        ("other/dev/net", None, 2),
        ("base/dev/app", None, 2),
        ("net", None, 1),
    ],
)
def test_the_path_of_a_workspace_under_a_prefix(
    key: str, workspace: str | None, stacks_: int
) -> None:
    """Below what the backend says instead of `env:`, where several roots may have one key."""
    data = f"""
variable "open" {{}}
data "terraform_remote_state" "s" {{
  backend = "s3"
  config  = {{ bucket = "states", key = "{key}" }}
}}
"""
    backend = """
terraform {
 backend "s3" {
  bucket               = "states"
  workspace_key_prefix = "base"
  key                  = "net"
 }
}
"""
    texts = {"a/main.tf": READ + data, "b/main.tf": VALUE + backend}
    assert count(texts, workspace=workspace) == stacks_


@pytest.mark.parametrize(
    "key", ["s", "data.terraform_remote_state.s", "module.m.data.terraform_remote_state.s"]
)
def test_settings_tie_a_data_source_to_a_root(key: str, shown: Shown) -> None:
    """What settings say of a name or an address stands before what the sources say."""
    module = 'module "m" { source = "./m" }\nresource "t" "t" { x = module.m.v }\n'
    inner = 'output "v" { value = data.terraform_remote_state.s.outputs.v }\n'
    texts = {
        "a/main.tf": module,
        "a/m/main.tf": inner + LOCAL.replace("PATH", "var.open"),
        "b/main.tf": VALUE,
    }
    assert shown(x(evaluated(texts, remote_states={key: "/infra/b"}))) == "there"


def test_settings_tie_only_data_sources_that_read_states(shown: Shown) -> None:
    """A VPC of the same name is none, and has none of the outputs."""
    texts = {
        "app/main.tf": APP.replace("EXPRESSION", "[data.aws_vpc.net.cidr, STATE.outputs.cidr]")
        .replace("STATE", "data.terraform_remote_state.net")
        .replace("net.tfstate", "other")
        + 'data "aws_vpc" "net" {}\n',
        "net/main.tf": NET,
    }
    found = evaluated(texts, remote_states={"net": "/infra/net"})
    assert shown(x(found)) == ["<data.aws_vpc.net.cidr>", "10.0.0.0/16"]


def test_each_instance_reads_its_own_state(shown: Shown) -> None:
    """Count and for_each make data sources of which each has its own root."""
    data = """
data "terraform_remote_state" "s" {
  for_each = toset(["b", "c"])
  backend  = "local"
  config   = { path = "../${each.key}/terraform.tfstate" }
}
data "terraform_remote_state" "counted" {
  count   = 1
  backend = "local"
  config  = { path = "../c/terraform.tfstate" }
}
resource "t" "t" {
  x = [
    data.terraform_remote_state.s["b"].outputs.v,
    data.terraform_remote_state.s["c"].outputs.v,
    data.terraform_remote_state.counted[0].outputs.v,
    [for state in data.terraform_remote_state.s : state.outputs.v],
  ]
}
"""
    other = VALUE.replace("there", "here")
    texts = {"a/main.tf": data, "b/main.tf": VALUE, "c/main.tf": other}
    assert shown(x(evaluated(texts))) == ["there", "here", "here", ["there", "here"]]


def test_chains_of_roots_are_one_stack(shown: Shown) -> None:
    """A root reads what another one reads of a third."""
    read_c = LOCAL.replace("PATH", '"../c/terraform.tfstate"')
    texts = {
        "a/main.tf": READ + LOCAL.replace("PATH", '"../b/terraform.tfstate"'),
        "b/main.tf": 'output "v" { value = data.terraform_remote_state.s.outputs.v }\n' + read_c,
        "c/main.tf": VALUE,
    }
    assert shown(x(evaluated(texts))) == "there"


def test_roots_that_read_each_other_are_no_cycle(shown: Shown) -> None:
    """Two roots may read each other's state: only values that rest on themselves are unknown."""
    texts = {
        "a/main.tf": READ + LOCAL.replace("PATH", '"../b/terraform.tfstate"') + VALUE,
        "b/main.tf": """
output "v" { value = "${data.terraform_remote_state.s.outputs.v} and back" }
"""
        + LOCAL.replace("PATH", '"../a/terraform.tfstate"'),
    }
    assert shown(x(evaluated(texts))) == "there and back"


def test_a_value_that_rests_on_itself_through_states_is_unknown() -> None:
    """It is what it was before, which no source tells; that is no error."""
    output = """
locals { v = "${data.terraform_remote_state.s.outputs.v}!" }
output "v" { value = local.v }
"""
    texts = {
        "a/main.tf": output
        + LOCAL.replace("PATH", '"../b/terraform.tfstate"')
        + 'resource "t" "t" { x = local.v }\n',
        "b/main.tf": output + LOCAL.replace("PATH", '"../a/terraform.tfstate"'),
    }
    evaluation = evaluated(texts)
    assert any("depends on itself" in need.why for need in needs(x(evaluation)))
    assert evaluation.errors == ()


def test_a_cycle_within_one_of_several_roots_is_an_error() -> None:
    """What depends on itself without any state is told with its place."""
    texts = {
        "a/main.tf": READ + LOCAL.replace("PATH", '"../b/terraform.tfstate"'),
        "b/main.tf": 'locals { v = local.v }\noutput "v" { value = local.v }\n',
    }
    (error,) = evaluated(texts).errors
    assert (error.place.file, error.place.line) == ("/infra/b/main.tf", 1)
    assert error.message == "local.v depends on itself"


def test_a_cycle_beside_what_another_root_puts_out_is_an_error() -> None:
    """What was read of another root is over when the root itself goes on."""
    texts = {
        "a/main.tf": LOCAL.replace("PATH", '"../b/terraform.tfstate"')
        + 'locals { w = "${data.terraform_remote_state.s.outputs.v}${local.w}" }\n'
        + 'resource "u" "u" { x = local.w }\n',
        "b/main.tf": VALUE,
    }
    (error,) = evaluated(texts).errors
    assert (error.place.file, error.message) == ("/infra/a/main.tf", "local.w depends on itself")


def test_its_own_state_is_as_it_was_before() -> None:
    """A root that reads its own state learns nothing from its sources."""
    texts = {
        "a/main.tf": READ + VALUE + LOCAL.replace("PATH", '"./terraform.tfstate"'),
        "b/main.tf": LOCAL.replace("PATH", '"../a/terraform.tfstate"'),
    }
    assert not isinstance(x(evaluated(texts)), Known)


def test_equal_names_of_roots_are_told_apart(shown: Shown) -> None:
    """What two roots both declare goes by its root; a variable stays one that a user can give."""
    app = APP.replace("EXPRESSION", "data.terraform_remote_state.net.outputs.vpc")
    app += 'resource "aws_vpc" "main" { cidr_block = var.open }\nvariable "open" {}\n'
    texts = {"net/main.tf": NET + 'variable "open" {}\n', "app/main.tf": app}
    evaluation = evaluated(texts)
    addresses = [resource.origin.address for resource in evaluation.resources]
    assert sorted(addresses) == [
        "app/aws_vpc.main",
        "data.terraform_remote_state.net",
        "net/aws_vpc.main",
        "t.t",
    ]
    assert shown(x(evaluation)) == "<net/aws_vpc.main.id>"
    vpc = next(r for r in evaluation.resources if r.origin.address == "app/aws_vpc.main")
    assert [str(need) for need in needs(vpc.body)] == ["var.open has no default"]
    given = evaluated(texts, variables={"open": Known("10.1.0.0/16")})
    vpc = next(r for r in given.resources if r.origin.address == "app/aws_vpc.main")
    assert shown(vpc.body.fields["cidr_block"]) == "10.1.0.0/16"


def test_rules_see_what_lies_in_another_root(tmp_path: Path) -> None:
    """A service in a public subnet of another root is found, with the route as its reason."""
    (tmp_path / "net").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "net/main.tf").write_text("""
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "web" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "web" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "web" {
  subnet_id      = aws_subnet.web.id
  route_table_id = aws_route_table.web.id
}
output "v" { value = [aws_subnet.web.id] }
""")
    (tmp_path / "app/main.tf").write_text(
        LOCAL.replace("PATH", '"../net/terraform.tfstate"')
        + """
resource "aws_ecs_service" "web" {
  name            = "web"
  launch_type     = "FARGATE"
  task_definition = "web:1"
  network_configuration { subnets = data.terraform_remote_state.s.outputs.v }
}
"""
    )
    report = scan(Options((str(tmp_path),), select=("TW603",), cwd=str(tmp_path)))
    (finding,) = report.document.findings
    assert (finding.rule, finding.verdict, finding.file) == ("TW603", "fail", "app/main.tf")
    assert "net/main.tf" in {step.file for step in finding.because}


def test_settings_name_folders(tmp_path: Path) -> None:
    """The table remote-state ties roots in a scan; a folder that is not there ties none."""
    settings = '[remote-state]\ns = "b"\n'
    for path, text in {
        "taskwall.toml": settings,
        "a/main.tf": READ + LOCAL.replace("PATH", "var.open"),
        "b/main.tf": VALUE,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    report = scan(Options((str(tmp_path),)))
    assert report.document.summary.stacks == 1
    (tmp_path / "taskwall.toml").write_text(settings.replace('"b"', '"nowhere"'))
    report = scan(Options((str(tmp_path),)))
    assert (report.status, report.document.summary.stacks) == (2, 2)
    [error] = report.document.errors
    assert error.message == "remote-state.s: there is no file or folder nowhere"
    assert error.file.endswith("taskwall.toml")


def test_settings_of_each_root_are_followed_by_themselves() -> None:
    """A variable that both roots have is two; what limits one does not limit the other."""
    variable = 'variable "v" {\n  default = "dev"\nMORE}\n'
    limit = '  validation {\n    condition = contains(["dev", "prod"], var.v)\n  }\n'
    output = 'output "v" { value = var.v == "prod" ? 1 : 2 }\n'
    use = 'resource "t" "t" {\n  x = [data.terraform_remote_state.s.outputs.v, V]\n}\n'
    texts = {
        "a/main.tf": variable.replace("MORE", "")
        + LOCAL.replace("PATH", '"../b/terraform.tfstate"')
        + use.replace("V]", 'var.v == "prod" ? 1 : 2]'),
        "b/main.tf": variable.replace("MORE", limit) + output,
    }
    files = Files({f"/infra/{path}": text for path, text in texts.items()})
    said = Inputs(boundary="/infra", explore_defaults=True)
    (stack,), _ = stacks([f"/infra/{path}" for path in texts], files, said)
    followed = explore(stack)
    answers = {name: {s[name] for s in followed.scenarios} for name in followed.scenarios[0]}
    assert answers == {"a/var.v": {"dev", "prod", OTHER}, "b/var.v": {"dev", "prod"}}
    found = {
        (scenario["a/var.v"], scenario["b/var.v"]): plain(x(evaluation))
        for scenario, evaluation in zip(followed.scenarios, followed.evaluations, strict=True)
    }
    assert found["dev", "prod"] == [1, 2]
    assert found["prod", "dev"] == [2, 1]
    assert found[OTHER, "dev"] == [2, 2]
