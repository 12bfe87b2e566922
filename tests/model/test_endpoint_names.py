"""Which service the name of an endpoint's service means, though parts of it are unknown."""

import pytest

from taskwall.core.values import Known, Need, Span, Text, Unknown, Value
from taskwall.model.endpoints.endpoint import OFFERED, service_of

AT = Span("main.tf", 1, 1, 1, 1)
OPEN = Unknown((Need("var.x", "is an input"),))


def _name(*parts: str | None) -> Value:
    """A name of some parts, None for what is unknown."""
    if len(parts) == 1 and parts[0] is not None:
        return Known(parts[0], AT)
    return Text(tuple(OPEN if part is None else part for part in parts), AT)


@pytest.mark.parametrize(
    ("parts", "service"),
    [
        (["com.amazonaws.eu-west-1.ecr.api"], "ecr.api"),
        (["com.amazonaws.eu-west-1.ecr-fips.api"], "ecr.api"),
        (["cn.com.amazonaws.cn-north-1.ecr.dkr"], "ecr.dkr"),
        (["aws.api.eu-west-1.bedrock"], "bedrock"),
        (["aws.sagemaker.eu-west-1.notebook"], ""),
        (["com.amazonaws.ecr.api"], ""),
        (["com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d"], OFFERED),
        (["com.amazonaws.", None, ".s3"], "s3"),
        (["example.com.", None, ".s3"], ""),
        ([None, ".eu-west-1.ecr.api"], "ecr.api"),
        ([None, "aws.eu-west-1.logs"], "logs"),
        ([None, "aws.logs"], ""),
        (["com.amazonaws.eu-west-1.", None], ""),
        (["com.amazonaws.vpce.", None], OFFERED),
    ],
)
def test_service_of(parts: list[str | None], service: str) -> None:
    """By what follows the Region; none where that, or the beginning, says otherwise."""
    assert service_of(_name(*parts)) == service
