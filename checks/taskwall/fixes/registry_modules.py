"""What to write in the call of a module of the public registry that makes what is wrong."""

import re

from taskwall.core.patterns import pattern

_HOST = "registry.terraform.io/"

_LISTENER = (
    "In the listener's entry (before version 9 of the module: move it from http_tcp_listeners to"
    " https_listeners):\n{code}"
)

_ARGUMENTS: dict[str, dict[str, str]] = {
    "terraform-aws-modules/vpc/aws": {
        "TW211": (
            "manage_default_security_group  = true\n"
            "default_security_group_ingress = []\n"
            "default_security_group_egress  = []"
        ),
        "TW701": (
            "enable_flow_log                      = true\n"
            "create_flow_log_cloudwatch_log_group = true\n"
            "create_flow_log_cloudwatch_iam_role  = true\n"
            "flow_log_max_aggregation_interval    = 60\n"
            "flow_log_log_format                  = {log_format}"
        ),
        "TW702": "flow_log_{code}",
        "TW703": "flow_log_{code}",
        "TW704": "flow_log_{code}",
        "TW707": "flow_log_{code}",
    },
    "terraform-aws-modules/alb/aws": {
        "TW101": _LISTENER,
        "TW102": "In the listener's entry:\n{code}",
        "TW104": _LISTENER,
        "TW705": 'access_logs = {{ bucket = "<name of a bucket for logs>" }}',
    },
    "terraform-aws-modules/ecs/aws//modules/service": {
        "TW203": (
            "Give the subnets another way to the image (a NAT gateway, or endpoints for ecr.api,"
            " ecr.dkr, S3 and logs), then turn the address off:\nassign_public_ip = false"
        ),
        "TW603": 'subnet_ids = ["<id of a private subnet>"]',
    },
    "terraform-aws-modules/rds/aws": {"TW605": "publicly_accessible = false"},
}
"""By module and rule.

`{code}` is what the resource itself should have, `{log_format}` the format of the flow log in it.
"""

_LOG_FORMAT = pattern(r"^ *log_format += (.*)", re.MULTILINE)


def in_call(rule: str, source: str, code: str) -> str:
    """What to write in the call of a module: a sentence with code, code alone, or "".

    Args:
        rule: the id of the rule.
        source: of the module, as its call names it.
        code: what the resource in it should have.
    """
    found = _ARGUMENTS.get(source.removeprefix(_HOST), {}).get(rule, "")
    if "{code}" in found and " {\n" in code:
        return ""  # its own blocks are no entries of a map
    log_format = _LOG_FORMAT.search(code)
    return found.format(code=code, log_format=log_format[1] if log_format else "")
