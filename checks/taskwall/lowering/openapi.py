"""APIs of API Gateway that an OpenAPI document defines, with the integrations in it.

Amazon API Gateway Developer Guide, "x-amazon-apigateway-integration object".
"""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.partial_json import parsed_yaml
from taskwall.core.values import Fields, dereferenced
from taskwall.lowering._outside import may_be_anything
from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.lowering._structure import structure
from taskwall.lowering.edge import of_http_api, of_rest_api
from taskwall.model.load_balancing.edge import EdgeConnection
from taskwall.model.load_balancing.vpc_link import LinkedIntegration
from taskwall.source.resource import Cell

_REST = ("aws_api_gateway_rest_api", "AWS::ApiGateway::RestApi", "AWS::Serverless::Api")
_HTTP = ("aws_apigatewayv2_api", "AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi")
_BODIES = ("Body", "BodyS3Location", "DefinitionBody", "DefinitionUri")
"""Where templates have the document, or name a file that the reader puts in its place."""


@lowers(*_REST, *_HTTP)
def api(r: ResourceReader) -> Iterator[EdgeConnection | LinkedIntegration]:
    names = ("body",) if r.terraform else _BODIES
    cells = [cell for name in names if not (cell := r.body.get(name)).absent]
    document = next((found for cell in cells if (found := _document(cell)) is not None), None)
    blocks = [cell for cell in cells if may_be_anything(r.resource, cell.value)]
    if document is not None:
        blocks = [
            operation.get("x-amazon-apigateway-integration")
            for path in _members(document.get("paths"))
            for operation in _members(path)
        ]
    for block in blocks:
        if r.resource.type in _HTTP:
            yield from of_http_api(r, block, ("type", "uri", "tlsConfig", "connectionId"))
        else:
            names_ = ("type", "uri", "connectionId", "integrationTarget")
            yield from of_rest_api(r, block, names_, r)


def _document(cell: Cell) -> Cell | None:
    found = structure(cell)
    if found is None and cell.value is not None:
        found = structure(replace(cell, value=parsed_yaml(cell.value)))
    return found


def _members(cell: Cell) -> Iterator[Cell]:
    value = dereferenced(cell.value)
    if isinstance(value, Fields):
        yield from (cell.get(key) for key in value.fields)
