"""Data sources that only compute: what they say is known as far as what is written is."""

from base64 import b64decode
from collections.abc import Callable

import pytest

from taskwall.core.values import Items, Known, Text, Value, dereferenced, needs
from taskwall.readers.terraform.values.values import Base64Text, JsonFields
from taskwall.source.stack import Evaluation

Evaluated = Callable[..., Evaluation]
Shown = Callable[[Value], object]


def x(evaluation: Evaluation) -> Value:
    """The attribute x of the resource t.t."""
    return next(r for r in evaluation.resources if r.type == "t").body.fields["x"]


POLICY = """
variable "open" {}
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "One"
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
  statement {
    sid       = "Two"
    actions   = ["s3:PutObject"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "over" {
  policy_id = "over"
  statement {
    sid     = "Two"
    effect  = "Deny"
    actions = ["s3:*"]
  }
}
data "aws_iam_policy_document" "p" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [OVER]
  statement {
    not_actions = ["ec2:A", "ec2:B"]
    resources   = ["arn:aws:s3:::b/&{aws:username}"]
    principals {
      type        = "AWS"
      identifiers = ["a"]
    }
    principals {
      type        = "AWS"
      identifiers = ["b"]
    }
    principals {
      type        = "Service"
      identifiers = ["ecs.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpce"
      values   = [var.open]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpc"
      values   = ["v"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpc"
      values   = ["w"]
    }
  }
  dynamic "statement" {
    for_each = ["x", "y"]
    content {
      actions = ["${statement.value}:*"]
      principals {
        type        = "*"
        identifiers = ["*"]
      }
    }
  }
}
resource "t" "t" {
  x = data.aws_iam_policy_document.p.json
}
"""
OWN = {
    "Effect": "Allow",
    "NotAction": ["ec2:A", "ec2:B"],
    "Resource": "arn:aws:s3:::b/${aws:username}",
    "Principal": {"AWS": ["a", "b"], "Service": "ecs.amazonaws.com"},
    "Condition": {"StringEquals": {"aws:SourceVpce": "<var.open>", "aws:SourceVpc": ["v", "w"]}},
}
ONE = {"Sid": "One", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TWO = {"Sid": "Two", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
MADE = [{"Effect": "Allow", "Action": f"{n}:*", "Principal": "*"} for n in "xy"]


def test_policy_document(evaluated: Evaluated, shown: Shown) -> None:
    """A policy holds the statements of its sources, its own, and what overrides say, by Sid."""
    found = x(evaluated(POLICY.replace("OVER", "data.aws_iam_policy_document.over.json")))
    assert isinstance(dereferenced(found), JsonFields)
    assert shown(found) == {
        "Version": "2012-10-17",
        "Id": "over",
        "Statement": [ONE, {"Sid": "Two", "Effect": "Deny", "Action": "s3:*"}, OWN, *MADE],
    }


def test_policy_document_with_an_open_override(evaluated: Evaluated, shown: Shown) -> None:
    """An override that is not known may replace whatever has a Sid, and nothing else."""
    found = shown(x(evaluated(POLICY.replace("OVER", "var.open"))))
    assert isinstance(found, dict)
    assert found["Statement"] == [OWN, *MADE, ("maybe", ONE), ("maybe", TWO), ("maybe", "<?>")]


def test_policy_document_with_an_override_as_text(evaluated: Evaluated, shown: Shown) -> None:
    """A policy may be given as JSON that stands in a text."""
    text = r'"{\"Version\":\"2008-10-17\",\"Statement\":{\"Sid\":\"One\",\"Effect\":\"Deny\"}}"'
    found = shown(x(evaluated(POLICY.replace("OVER", text))))
    assert isinstance(found, dict)
    assert found["Version"] == "2008-10-17"
    assert found["Statement"] == [{"Sid": "One", "Effect": "Deny"}, TWO, OWN, *MADE]


def test_policy_document_with_a_source_that_may_say_more(
    evaluated: Evaluated, shown: Shown
) -> None:
    """A statement that a source may have may replace one with a Sid, and says when it is there."""
    more = """
data "aws_iam_policy_document" "more" {
  dynamic "statement" {
    for_each = var.open ? [1] : []
    content {
      sid     = "Two"
      actions = ["s3:*"]
    }
  }
}
"""
    text = POLICY.replace("OVER", "data.aws_iam_policy_document.more.json")
    found = dereferenced(x(evaluated(text + more)))
    assert isinstance(found, JsonFields)
    statements = found.fields["Statement"]
    over = {"Sid": "Two", "Effect": "Allow", "Action": "s3:*"}
    possible = [("maybe", ONE), ("maybe", TWO), ("maybe", over)]
    assert shown(statements) == [OWN, *MADE, *possible]
    assert isinstance(statements, Items)
    assert [str(need) for need in statements.needs] == ["var.open has no default"]


def test_empty_policy_document(evaluated: Evaluated, shown: Shown) -> None:
    """A policy without statements still is one."""
    text = 'data "aws_iam_policy_document" "p" {}\nresource "t" "t" {\n'
    text += '  x = "${data.aws_iam_policy_document.p.json}!"\n}\n'
    assert shown(x(evaluated(text))) == '{"Statement":[],"Version":"2012-10-17"}!'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("version = null\n  policy_id = null", {"Version": "2012-10-17"}),
        ('version = "2008-10-17"\n  policy_id = "p"', {"Version": "2008-10-17", "Id": "p"}),
        ("policy_id = var.open", {"Version": "2012-10-17", "Id": "<var.open>"}),
    ],
)
def test_what_a_policy_document_says_of_itself(
    evaluated: Evaluated, shown: Shown, written: str, expected: dict[str, object]
) -> None:
    """Its version and its id, where they are written; null is as if they were not."""
    text = f'variable "open" {{}}\ndata "aws_iam_policy_document" "p" {{\n  {written}\n}}\n'
    text += 'resource "t" "t" { x = data.aws_iam_policy_document.p.json }\n'
    assert shown(x(evaluated(text))) == {**expected, "Statement": []}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("actions = []\nresources = null", {}),
        ("actions = var.open", {"Action": "<var.open>"}),
        (
            'actions = concat(["a"], var.opens)',
            {"Action": ["a", ("maybe", "<var.opens[*]>")]},
        ),
        (
            'not_resources = ["a", "&{x}-${var.open}"]',
            {"NotResource": ["a", "${x}-<var.open>"]},
        ),
        (
            'not_principals {\n type = "*"\n identifiers = ["*"]\n}',
            {"NotPrincipal": "*"},
        ),
        (
            (
                'principals {\n type = "*"\n identifiers = ["*"]\n}\n'
                'principals {\n type = "AWS"\n identifiers = ["*"]\n}'
            ),
            {"Principal": {"AWS": "*", "*": "*"}},
        ),
        (
            'principals {\n type = "*"\n identifiers = ["a"]\n}',
            {"Principal": {"*": "a"}},
        ),
        ('principals {\n type = var.open\n identifiers = ["*"]\n}', {"Principal": "<?>"}),
        (
            'principals {\n type = "AWS"\n identifiers = var.opens\n}',
            {"Principal": {"AWS": "<?>"}},
        ),
        (
            (
                'dynamic "principals" {\n for_each = var.opens\n content {\n type = "AWS"\n'
                ' identifiers = ["a"]\n}\n}'
            ),
            {"Principal": "<?>"},
        ),
        ('condition {\n test = "Null"\n variable = "v"\n}', {"Condition": {"Null": {"v": []}}}),
        (
            'condition {\n test = var.open\n variable = "v"\n values = ["a"]\n}',
            {"Condition": "<?>"},
        ),
        (
            'condition {\n test = "Bool"\n variable = var.open\n values = ["a"]\n}',
            {"Condition": "<?>"},
        ),
        (
            (
                'dynamic "condition" {\n for_each = var.opens\n content {\n test = "Bool"\n'
                ' variable = "v"\n values = ["a"]\n}\n}'
            ),
            {"Condition": "<?>"},
        ),
    ],
)
def test_what_a_statement_says(
    evaluated: Evaluated, shown: Shown, block: str, expected: dict[str, object]
) -> None:
    """As much of a statement is known as is written: who and when are open if a part of it is."""
    text = 'variable "open" {}\nvariable "opens" { type = list(string) }\n'
    text += f'data "aws_iam_policy_document" "p" {{\n  statement {{\n{block}\n}}\n}}\n'
    text += 'resource "t" "t" { x = data.aws_iam_policy_document.p.minified_json }\n'
    value = x(evaluated(text))

    assert shown(value) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", **expected}],
    }
    assert bool(needs(value)) == ("var." in block)


A, B = '{ Sid = "A", Effect = "Deny" }', '{ Sid = "B", Effect = "Deny" }'
OPEN_SID = "{ Sid = var.open, Effect = var.open }"
DENIES = [{"Sid": name, "Effect": "Deny"} for name in "AB"]
WITH_OPEN_SID = {"Sid": "<var.open>", "Effect": "<var.open>"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('source_json = ""', []),
        ("source_json = null", []),
        ("statement = [var.open]", ["<var.open>"]),
        ("statement = var.opens", [("maybe", "<?>")]),
        ("source_policy_documents = null", []),
        (f"source_json = jsonencode({{ Statement = {A} }})", DENIES[:1]),
        ("source_json = jsonencode({ Statement = var.open })", [("maybe", "<?>")]),
        (
            f"source_json = jsonencode({{ Statement = [{A}, {OPEN_SID}, {B}] }})",
            [WITH_OPEN_SID, DENIES[1], ("maybe", DENIES[0])],
        ),
        ("source_policy_documents = [null, var.open]", [("maybe", "<?>")]),
        (
            (
                f"source_policy_documents = [jsonencode({{ Statement = {A} }}), "
                "jsonencode({ Statement = var.open })]"
            ),
            [("maybe", DENIES[0]), ("maybe", "<?>")],
        ),
        (
            f"source_policy_documents = [jsonencode({{ Statement = {A} }}), var.open]",
            [("maybe", DENIES[0]), ("maybe", "<?>")],
        ),
        (
            (
                f"source_policy_documents = [jsonencode({{ Statement = {A} }}), "
                f"jsonencode({{ Statement = [{B}] }})]"
            ),
            DENIES,
        ),
        ("source_policy_documents = var.open", [("maybe", "<?>")]),
        ("source_policy_documents = terraform_data.d.input", DENIES),
        (
            f"source_policy_documents = concat([jsonencode({{ Statement = [{A}] }})], var.opens)",
            [("maybe", DENIES[0]), ("maybe", "<?>")],
        ),
        (
            (
                f"override_json = jsonencode({{ Statement = {A} }})\n"
                'statement {\n sid = "A"\n actions = ["a"]\n}'
            ),
            DENIES[:1],
        ),
    ],
)
def test_what_a_policy_document_is_made_of(
    evaluated: Evaluated, shown: Shown, source: str, expected: list[object]
) -> None:
    """Of a policy that is not known any statement may come, in the place of one with a Sid."""
    text = 'variable "open" {}\nvariable "opens" { type = list(string) }\n'
    text += f'data "aws_iam_policy_document" "p" {{\n  {source}\n}}\n'
    text += 'resource "t" "t" { x = data.aws_iam_policy_document.p.json }\n'
    text += 'resource "terraform_data" "d" {\n  input = ['
    text += f"jsonencode({{ Statement = [{A}] }}), jsonencode({{ Statement = [{B}] }})]\n}}\n"
    value = x(evaluated(text))

    assert shown(value) == {"Version": "2012-10-17", "Statement": expected}
    assert bool(needs(value)) == ("var." in source)


def test_policy_document_that_is_no_json(evaluated: Evaluated) -> None:
    """A source that is no JSON leaves the policy unknown, with the reason."""
    text = 'data "aws_iam_policy_document" "p" {\n  source_policy_documents = ["{"]\n}\n'
    text += 'resource "t" "t" {\n  x = data.aws_iam_policy_document.p.json\n}\n'
    assert [str(need) for need in needs(x(evaluated(text)))] == ["a policy is not JSON"]


def test_template_file(evaluated: Evaluated, shown: Shown) -> None:
    """A template is filled in with its variables, unknown ones included."""
    text = """
variable "open" {}
data "template_file" "t" {
  template = file("${path.module}/user.tpl")
  vars = {
    name = "web"
    open = var.open
  }
}
resource "t" "t" {
  x = data.template_file.t.rendered
}
"""
    template = "ECS_CLUSTER=${name}\n%{ if true }${open}%{ endif }"
    found = x(evaluated(text, {"live/user.tpl": template}))
    assert shown(found) == "ECS_CLUSTER=web\n<var.open>"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"ECS_CLUSTER=${var.open}"', "ECS_CLUSTER=<var.open>"),
        # What the data source would fill in has to be known.
        ('"$${name} ${var.open}"', None),
        ('"%%{ if name == \\"web\\" }${var.open}%%{ endif }"', None),
        ("var.open", None),
    ],
)
def test_a_template_that_terraform_has_filled_in(
    evaluated: Evaluated, shown: Shown, template: str, expected: object
) -> None:
    """Of a text that is known in part there is nothing left to fill in."""
    found = x(
        evaluated(
            f"""
            variable "open" {{}}
            data "template_file" "t" {{
              template = {template}
              vars     = {{ name = "web" }}
            }}
            resource "t" "t" {{ x = data.template_file.t.rendered }}
            """
        )
    )
    assert shown(found) == expected if expected else needs(found)


CLOUDINIT = """
variable "open" {}
data "cloudinit_config" "c" {
  SWITCHES
  part {
    content_type = "text/x-shellscript"
    filename     = "a.sh"
    content      = "#!/bin/sh\\necho CONTENT"
  }
  part {
    content = "b"
  }
}
resource "t" "t" {
  x = data.cloudinit_config.c.rendered
}
"""
MIME = (
    'Content-Type: multipart/mixed; boundary="MIMEBOUNDARY"\nMIME-Version: 1.0\r\n\r\n'
    '--MIMEBOUNDARY\r\nContent-Disposition: attachment; filename="a.sh"\r\n'
    "Content-Transfer-Encoding: 7bit\r\nContent-Type: text/x-shellscript\r\n"
    "Mime-Version: 1.0\r\n\r\n#!/bin/sh\necho CONTENT\r\n"
    "--MIMEBOUNDARY\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/plain\r\n"
    "Mime-Version: 1.0\r\n\r\nb\r\n--MIMEBOUNDARY--\r\n"
)


@pytest.mark.parametrize(
    ("switches", "content", "kind"),
    [
        ("", "1", Base64Text),
        ("gzip = false", "1", Known),
        ("gzip = false", "${var.open}", Base64Text),
        ("gzip = false\n  base64_encode = false", "1", Known),
        ("gzip = false\n  base64_encode = false", "${var.open}", Text),
    ],
)
def test_cloudinit(
    evaluated: Evaluated, shown: Shown, switches: str, content: str, kind: type[Value]
) -> None:
    """The parts stand in one text, which stays readable where it is compressed or open."""
    text = CLOUDINIT.replace("SWITCHES", switches).replace("CONTENT", content)
    found = dereferenced(x(evaluated(text)))
    assert type(found) is kind
    read = str(shown(found))
    if switches == "gzip = false" and kind is Known:
        read = b64decode(read).decode()
    assert read == MIME.replace("CONTENT", "<var.open>" if "var" in content else content)


@pytest.mark.parametrize(
    ("switches", "parts"),
    [
        ("gzip = var.open", ""),
        ("base64_encode = var.open", ""),
        ("boundary = var.open", ""),
        ("", 'dynamic "part" {\n for_each = var.open\n content { content = part.value }\n}'),
    ],
)
def test_cloudinit_of_which_too_little_is_known(
    evaluated: Evaluated, switches: str, parts: str
) -> None:
    """How it is written, or how many parts it has: then all of it waits for that."""
    text = CLOUDINIT.replace("SWITCHES", f"{switches}\n{parts}")
    assert [need.name for need in needs(x(evaluated(text)))] == ["var.open"]


@pytest.mark.parametrize("kind", ["cloudinit_config", "template_cloudinit_config"])
def test_cloudinit_by_either_name(evaluated: Evaluated, shown: Shown, kind: str) -> None:
    """Its first provider called it otherwise."""
    text = CLOUDINIT.replace("cloudinit_config", kind).replace("SWITCHES", "")
    assert shown(x(evaluated(text))) == MIME


def test_how_a_part_of_cloudinit_is_merged(evaluated: Evaluated, shown: Shown) -> None:
    """A part may say how it is merged with those before, and null is as if it said nothing."""
    switches = 'gzip = "false"\nbase64_encode = false\nboundary = "B"\npart {\n content = "a"\n'
    switches += ' merge_type = "list(append)"\n filename = null\n}\n'
    found = str(shown(x(evaluated(CLOUDINIT.replace("SWITCHES", switches)))))
    assert found.startswith('Content-Type: multipart/mixed; boundary="B"\n')
    assert (
        "--B\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/plain\r\n"
        "Mime-Version: 1.0\r\nX-Merge-Type: list(append)\r\n\r\na\r\n--B\r\n"
    ) in found


def test_an_endpoint_service_without_a_name(evaluated: Evaluated) -> None:
    """What names no service is unknown, and says so."""
    text = 'data "aws_vpc_endpoint_service" "s" {}\nresource "t" "t" {\n'
    text += "  x = data.aws_vpc_endpoint_service.s.service_name\n}\n"
    assert [need.why for need in needs(x(evaluated(text)))] == ["is not named"]


@pytest.mark.parametrize(
    ("written", "least"),
    [
        ("", 2),
        ('state = "available"', 2),
        ('state = "impaired"', 0),
        ("state = var.open", 0),
        ('exclude_names = ["a"]', 0),
        ("exclude_names = []", 2),
        ("exclude_names = null", 2),
        ("all_availability_zones = true", 0),
        ("all_availability_zones = false", 2),
        ('filter {\n name = "zone-type"\n values = ["local-zone"]\n}', 0),
    ],
)
@pytest.mark.parametrize("attribute", ["names", "zone_ids"])
def test_how_many_zones_there_are_at_least(
    evaluated: Evaluated, written: str, least: int, attribute: str
) -> None:
    """A Region has two Availability Zones, unless some are left out or others are asked for."""
    text = f'variable "open" {{}}\ndata "aws_availability_zones" "z" {{\n{written}\n}}\n'
    text += 'resource "t" "t" { x = [for n in data.aws_availability_zones.z.NAME : n] }\n'
    found = x(evaluated(text.replace("NAME", attribute)))
    assert isinstance(found, Items)
    assert len(found.items) == least


@pytest.mark.parametrize(
    ("attribute", "some"), [("cidr_block_associations", True), ("ipv6_addresses", False)]
)
def test_a_vpc_has_a_range(evaluated: Evaluated, attribute: str, some: bool) -> None:
    """One of IPv4 at least, whatever it is; of other lists nothing is known."""
    text = 'data "aws_vpc" "v" {}\n'
    text += f'resource "t" "t" {{ x = length(data.aws_vpc.v.{attribute}) > 0 }}\n'
    assert isinstance(x(evaluated(text)), Known) is some


def test_endpoint_service(evaluated: Evaluated, shown: Shown) -> None:
    """The name of a service is known but for the region."""
    text = 'data "aws_vpc_endpoint_service" "s" {\n  service = "ecr.dkr"\n}\n'
    text += 'resource "t" "t" {\n  x = data.aws_vpc_endpoint_service.s.service_name\n}\n'
    assert shown(x(evaluated(text))) == "com.amazonaws.<the region>.ecr.dkr"


@pytest.mark.parametrize(
    ("engine", "version", "family", "found"),
    [
        ("postgres", "15.4", "", "postgres15"),
        ("aurora-mysql", "8.0.mysql_aurora.3.05.2", "", "aurora-mysql8.0"),
        ("postgres", "", "postgres15", "15.<the version of postgres15>"),
        ("postgres", "9.6.1", "", "<data.aws_rds_engine_version.e.parameter_group_family>"),
        ("other", "", "other", "<data.aws_rds_engine_version.e.version>"),
        ("other", "", "", "<data.aws_rds_engine_version.e.parameter_group_family>"),
    ],
)
def test_engine_versions(
    evaluated: Evaluated, shown: Shown, engine: str, version: str, family: str, found: str
) -> None:
    """A version says its family, a family how its version begins, of the engines that are known."""
    given = f'parameter_group_family = "{family}"' if family else f'version = "{version}"'
    wanted = "version" if family else "parameter_group_family"
    text = f'data "aws_rds_engine_version" "e" {{\n  engine = "{engine}"\n  {given}\n}}\n'
    text += f'resource "t" "t" {{\n  x = data.aws_rds_engine_version.e.{wanted}\n}}\n'
    assert shown(x(evaluated(text))) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("data.aws_region.r.name", "data.aws_region.r.id"),
        ("data.aws_region.r.name", "data.aws_region.r.region"),
        ("data.aws_caller_identity.i.account_id", "data.aws_caller_identity.i.id"),
        ("data.aws_partition.p.partition", "data.aws_partition.p.id"),
    ],
)
def test_names_of_the_same(evaluated: Evaluated, shown: Shown, one: str, other: str) -> None:
    """What has two names is equal to itself under both."""
    text = 'data "aws_region" "r" {}\ndata "aws_caller_identity" "i" {}\n'
    text += f'data "aws_partition" "p" {{}}\nresource "t" "t" {{\n  x = {one} == {other}\n}}\n'
    assert shown(x(evaluated(text))) is True


def test_local_file(evaluated: Evaluated, shown: Shown) -> None:
    """A file is read within the boundary of the scan, and nowhere else."""
    text = 'data "local_file" "f" {\n  filename = "PATH"\n}\n'
    text += 'resource "t" "t" {\n  x = data.local_file.f.content\n}\n'
    inside = text.replace("PATH", "a.txt")
    assert shown(x(evaluated(inside, {"live/a.txt": "hello"}))) == "hello"
    outside = x(evaluated(text.replace("PATH", "/etc/hostname")))
    assert [need.why for need in needs(outside)] == ["is outside the scanned folders"]


def test_null_data_source(evaluated: Evaluated, shown: Shown) -> None:
    """It hands on what it is given, which is known as far as that is."""
    text = 'variable "open" {}\ndata "null_data_source" "n" {\n  INPUTS\n}\n'
    text += 'resource "t" "t" {\n  x = data.null_data_source.n.outputs\n}\n'
    given = 'inputs = { cluster = "main", open = var.open }'
    found = shown(x(evaluated(text.replace("INPUTS", given))))
    assert found == {"cluster": "main", "open": "<var.open>"}
    assert shown(x(evaluated(text.replace("INPUTS", "")))) == {}
