"""A report that holds something in each of its places, for tests of formats."""

import msgspec

from taskwall.findings.finding import (
    Absent,
    CalledFrom,
    Crash,
    Edit,
    Finding,
    Fix,
    Instance,
    Problem,
    Report,
    ReportDocument,
    RuleDescription,
    Step,
    Summary,
    Suppressed,
    Unread,
)

SOURCES = {
    "infra/api.tf": {
        12: '\t\tcidr_blocks = ["0.0.0.0/0"]',
        20: '  description = "網関 の 規則" # コメント',
        30: '  environment = [{ name = "DB", value = "************" }]',
        40: "  ingress {",
        44: "  }",
    },
    "infra/template.yaml": {
        7: "        SecurityGroupIngress: "
        + "[{CidrIp: 10.0.0.0/8}, " * 6
        + '{"CidrIp": "0.0.0.0/0"}'
        + ", {CidrIp: 10.0.0.0/8}" * 6
        + "]",
    },
}

FIX = Fix(
    "Admit the group of the load balancer instead:\n\n"
    "    source_security_group_id = aws_security_group.alb.id\n",
    (Edit("infra/api.tf", 12, 17, 12, 30, "[]"),),
)

FINDINGS = (
    Finding(
        "TW204", "fail", "high", "aws_security_group.api",
        (Instance("aws_security_group.api", "infra"),), "infra",
        *("infra/api.tf", 12, 17, 12, 30),
        "aws_security_group.api opens the tasks of aws_ecs_service.api to the whole internet",
        because=(
            Step("aws_ecs_service.api", "infra/main.tf", 3, "aws_ecs_service.api uses it"),
            Step("aws_security_group.api", "infra/api.tf", 12, "0.0.0.0/0 is every address"),
        ),
        fix=FIX,
        fingerprint="00000000000000000001",
    ),
    Finding(
        "TW204", "fail", "critical", 'module.api["a"].aws_security_group.this[0]',
        tuple(
            Instance(
                f'module.api["{key}"].aws_security_group.this[0]', "infra", (),
                "Stack/Api/Group", (CalledFrom("infra/main.tf", 9, f'module.api["{key}"]'),),
                'var.environment is "dev"', f"0000000000000000000{key}",
            )
            for key in "abcdef"
        ),
        "infra",
        *("infra/api.tf", 20, 18, 20, 29),
        "a group whose description is 網関 is open",
        because=tuple(Step("r", "infra/api.tf", n, f"step {n}") for n in range(1, 13)),
        called_from=(CalledFrom("infra/main.tf", 9, "module.api"),),
        construct="Stack/Api/Group",
        when='var.environment is "dev"',
        fix=FIX,
        fingerprint="00000000000000000002",
    ),
    Finding(
        "TW109", "unknown", "medium", "aws_ecs_task_definition.api",
        (Instance("aws_ecs_task_definition.api", "infra"),), "infra",
        *("infra/api.tf", 30, 3, 30, 58),
        "cannot tell whether aws_ecs_task_definition.api reaches its database in plain text",
        missing=("var.database", "data.aws_db_instance.main.endpoint"),
        fix=Fix("Use TLS."),
        fingerprint="00000000000000000003",
    ),
    Finding(
        "TW212", "pass", "low", "aws_security_group.api",
        (Instance("aws_security_group.api", "infra"),), "infra",
        *("infra/api.tf", 40, 3, 44, 4),
        "the permissions of aws_security_group.api mean what they say",
        fix=Fix("Nothing."),
    ),
    Finding(
        "TW205", "fail", "medium", "ApiGroup",
        (Instance("ApiGroup", "infra/template.yaml"),), "infra/template.yaml",
        *("infra/template.yaml", 7, 169, 7, 192),
        "ApiGroup allows ingress from \x1b[31mevery\u202e address\nand more",
        fix=Fix("Name the group."),
        fingerprint="00000000000000000005",
    ),
    Finding(
        "TW205", "fail", "info", "Gone",
        (Instance("Gone", "infra/template.yaml"),), "infra/template.yaml",
        *("infra/other.yaml", 3, 1, 3, 5),
        "Gone stands where no excerpt can be had",
        fix=Fix("Name the group."),
        fingerprint="00000000000000000006",
    ),
)  # fmt: skip

SUPPRESSED = (
    Suppressed(
        msgspec.structs.replace(FINDINGS[4], file="infra/old.yaml", message="Old is open"),
        *("comment", "a game server", "infra/old.yaml", 6),
    ),
    Suppressed(FINDINGS[4], "baseline", "", "taskwall-baseline.json", 1),
)


def everything(verdicts: tuple[str, ...] = ("fail", "unknown", "pass")) -> Report:
    """A report with something in each of its places."""
    return Report(
        ReportDocument(
            2,
            "0.2.0",
            Summary(4, 2, 1080, 4, 1, 1, 1, 2, 1, 1, 1),
            tuple(one for one in FINDINGS if one.verdict in verdicts),
            SUPPRESSED,
            (
                Absent(
                    "module",
                    "module.vpc",
                    "terraform-aws-modules/vpc/aws",
                    "~> 5.0",
                    "infra",
                    "infra/main.tf",
                    3,
                    "terraform get",
                ),
            ),
            (),
            (Problem("infra/odd.tf", 4, 1, "an argument is unknown"),),
            (
                Unread("aws_some_type", 2),
                Unread("aws_other_type", 1),
                Unread("aws_lb", 1, ("idle_timeout",)),
            ),
            (Problem("infra/broken.tf", 7, 2, "a block is not closed"),),
            (Crash("TW302", "infra", "KeyError: 'port'"),),
        ),
        lambda file, line: SOURCES.get(file, {}).get(line),
        ("infra/api.tf:2: the suppression of TW206 no longer suppresses anything",),
        FINDINGS,
        2,
        {
            "var.database": "has no default",
            "data.aws_db_instance.main.endpoint": "is not in the sources",
        },
        {"var.database": "var", "data.aws_db_instance.main.endpoint": "assume"},
        (
            RuleDescription(
                "TW204",
                "open-task",
                "No security group opens tasks to the internet",
                "high",
                {
                    "What": "A group allows everybody.",
                    "Why": "Everybody can reach the tasks.",
                    "See": "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
                },
            ),
        ),
    )
