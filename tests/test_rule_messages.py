"""What messages say where their words hang on what was found: who needs what, and what is spared.

The marks of fixtures tell verdicts; these are the sentences of some of them.
"""

import pytest

from taskwall.rules import all_rules
from test_rule_fixtures import FIXTURES, judged

SENTENCES = {
    "tw401/fail_environment_file": "tasks in aws_vpc.main cannot reach the internet, and no"
    " endpoint exists for what they need: aws_ecs_service.web needs s3 to pull its image and s3 to"
    " fetch its files",
    "tw401/fail_docker_hub": "tasks in aws_vpc.main cannot reach the internet, and"
    " aws_ecs_service.web needs the internet for an image that no endpoint serves",
    "tw401/unknown_list": "cannot tell whether tasks in aws_vpc.main can reach what they need:"
    " aws_ecs_service.web needs ecr.api, ecr.dkr and s3 to pull its image",
    "tw401/unknown_scalar": "cannot tell whether tasks in aws_vpc.main can reach what they need:"
    " ecr.api, ecr.dkr, s3 and 4 more",
    "tw402/pass": "the policy of aws_vpc_endpoint.ecr_api restricts it",
    "tw402/pass_tagged": "the policy of aws_vpc_endpoint.ecr_api restricts it, except for"
    " principals with a tag",
    "tw403/fail": "aws_vpc_endpoint.ecr_dkr does not have the same policy as"
    " aws_vpc_endpoint.ecr_api",
}


@pytest.mark.parametrize("case", SENTENCES)
def test_a_sentence_says_what_was_found(case: str) -> None:
    """It names who needs what and what for, or what a policy spares."""
    source = FIXTURES / case / "main.tf"
    own = [rule for rule in all_rules() if rule.id.lower() == source.parts[-3]]

    assert SENTENCES[case] in [finding.message for finding in judged(source, own).own]
