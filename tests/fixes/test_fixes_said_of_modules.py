"""What a fix text says of a resource that a downloaded module makes."""

import pytest

from taskwall.core.values import ModuleCall, Origin, Span
from taskwall.fixes.wording import fix_text

PLACE = Span("main.tf", 1, 1, 1, 9)
FORMAT = '"$${version} $${vpc-id}"'
NOTHING = "module.m makes this: where it has arguments for it, set them."


@pytest.mark.parametrize("host", ["", "registry.terraform.io/"])
@pytest.mark.parametrize(
    ("rule", "source", "code", "told"),
    [
        (
            "TW102",
            "alb/aws",
            'ssl_policy = "a"',
            'In the call module.m. In the listener\'s entry:\nssl_policy = "a"',
        ),
        ("TW702", "vpc/aws", 'a = "ALL"', 'In the call module.m:\nflow_log_a = "ALL"'),
        (
            "TW605",
            "rds/aws",
            "anything = 1",
            "In the call module.m:\npublicly_accessible = false",
        ),
        ("TW104", "alb/aws", "a {\n  b = 1\n}", f"a {{\n  b = 1\n}}\n{NOTHING}"),
        (
            "TW605",
            "rds/aws",
            "a {\n  b = 1\n}",
            "In the call module.m:\npublicly_accessible = false",
        ),
        ("TW999", "alb/aws", "a = 1", f"a = 1\n{NOTHING}"),
        ("TW102", "other/aws", "a = 1", f"a = 1\n{NOTHING}"),
    ],
)
def test_its_call(rule: str, source: str, code: str, told: str, host: str) -> None:
    """What to set there, where that is known, as code or as a sentence with code."""
    call = ModuleCall(
        "module.m", PLACE, downloaded=True, source=f"{host}terraform-aws-modules/{source}"
    )
    on = Origin("module.m.t_t.x", "module.m.t_t.x", PLACE, "terraform", (call,))

    assert fix_text(code, {}, (), on, rule) == told


def test_a_flow_log_in_its_call() -> None:
    """It has the format that the flow log would have beside the VPC."""
    source = "terraform-aws-modules/vpc/aws"
    call = ModuleCall("module.m", PLACE, downloaded=True, source=source)
    on = Origin("module.m.aws_vpc.x", "module.m.aws_vpc.x", PLACE, "terraform", (call,))
    code = f'resource_log_format = 1\n  log_format   = {FORMAT}\nlog_format_2 = "b"'

    told = fix_text(f"Add one:\n{code}", {}, (), on, "TW701")

    assert told.splitlines()[-1] == f"flow_log_log_format                  = {FORMAT}"
    assert told.startswith("In the call module.m:\nenable_flow_log ")
