"""Certificates of ACM, of which fixes choose one."""

from collections.abc import Iterator

from taskwall.core.change import ResourceAttribute
from taskwall.lowering._default_vpc import own_region
from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.model.core.entity import Entity
from taskwall.model.entities.load_balancer import Certificate


@lowers("aws_acm_certificate", "AWS::CertificateManager::Certificate", to=Certificate)
def certificate(r: ResourceReader) -> Iterator[Entity]:
    _, *elsewhere = own_region(r.resource)
    if r.external or any(elsewhere):
        return  # CloudFront takes certificates of one Region only, load balancers those of theirs.
    validated = r.said_by(Certificate, "certificate_arn", "aws_acm_certificate_validation")
    attributes = [(other.id, "certificate_arn") for other in validated if not other.body.doubt]
    arn = ResourceAttribute(*(attributes or [(r.id, "arn")])[0])
    yield Certificate(id=r.id, origin=r.origin, arn=arn)


@lowers("aws_acm_certificate_validation")
def validation(r: ResourceReader) -> Iterator[Entity]:
    # Read by its certificate.
    r.attribute("certificate_arn", "")
    return iter(())
