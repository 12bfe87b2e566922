"""In checkov: the rules as its checks."""

import pytest

from taskwall.rules import all_rules


@pytest.mark.parametrize("framework", ["terraform", "terraform_plan", "cloudformation"])
def test_each_rule_is_a_class_of_its_own(framework: str) -> None:
    """With all that checkov knows of a check, derived from the rule."""
    from checkov.common.models.enums import CheckCategories

    from taskwall.checkov_plugin.checks_of_rules import OWN_ID, checks

    made = {check.id: check for check in checks(framework)}

    assert made.keys() == {OWN_ID, *(rule.id for rule in all_rules())}
    assert len({type(check) for check in made.values()}) == len(made)
    for rule in all_rules():
        check = made[rule.id]
        assert (check.name, check.guideline) == (rule.title, rule.link)
        assert str(check.severity) == rule.severity.upper()
        assert check.category in CheckCategories.__members__
        service = "AWS::ECS::Service" if framework == "cloudformation" else "aws_ecs_service"
        assert service in check.resource_types
