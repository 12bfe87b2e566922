"""The part of SARIF 2.1.0 that taskwall writes, as a JSON schema.

After OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", sections 3.14 to
3.58. It is stricter than the standard: a property that is not named here is an error.
"""

from typing import Any, TypeAlias

Shape: TypeAlias = dict[str, Any]


def thing(*required: str, **properties: Shape) -> Shape:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def items(shape: Shape, least: int = 0) -> Shape:
    """A list without repetition."""
    return {"type": "array", "items": shape, "minItems": least}


TEXT: Shape = {"type": "string", "minLength": 1}
POSITIVE: Shape = {"type": "integer", "minimum": 1}
INDEX: Shape = {"type": "integer", "minimum": 0}
LEVEL: Shape = {"enum": ["none", "note", "warning", "error"]}
BAG: Shape = {"type": "object"}
MESSAGE = thing("text", text=TEXT)
RELATIVE: Shape = {"type": "string", "pattern": r"^(?!/)[A-Za-z0-9._~/%!$&'()*+,;=@-]+$"}
ABSOLUTE: Shape = {"type": "string", "pattern": r"^file:///[A-Za-z0-9._~/%:-]*$"}
ARTIFACT: Shape = {
    "oneOf": [
        thing("uri", "uriBaseId", uri=RELATIVE, uriBaseId={"const": "%SRCROOT%"}),
        thing("uri", uri=ABSOLUTE),
    ]
}
REGION = thing(
    "startLine",
    startLine=POSITIVE,
    startColumn=POSITIVE,
    endLine=POSITIVE,
    endColumn=POSITIVE,
)
PHYSICAL = thing("artifactLocation", artifactLocation=ARTIFACT, region=REGION)
LOCATION = thing(
    "physicalLocation",
    id=INDEX,
    physicalLocation=PHYSICAL,
    logicalLocations=items(thing("fullyQualifiedName", fullyQualifiedName=TEXT)),
    message=MESSAGE,
)
REPLACEMENT = thing(
    "deletedRegion", deletedRegion=REGION, insertedContent=thing("text", text={"type": "string"})
)
FIX = thing(
    "artifactChanges",
    description=MESSAGE,
    artifactChanges=items(
        thing(
            "artifactLocation",
            "replacements",
            artifactLocation=ARTIFACT,
            replacements=items(REPLACEMENT, 1),
        ),
        1,
    ),
)
FLOW = thing(
    "threadFlows",
    threadFlows=items(
        thing("locations", locations=items(thing("location", location=LOCATION), 1)), 1
    ),
)
RESULT = thing(
    "ruleId",
    "ruleIndex",
    "kind",
    "level",
    "message",
    "locations",
    ruleId=TEXT,
    ruleIndex=INDEX,
    kind={"enum": ["fail", "review", "pass"]},
    level=LEVEL,
    message=MESSAGE,
    locations=items(LOCATION, 1),
    relatedLocations=items(LOCATION, 1),
    codeFlows=items(FLOW, 1),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=items(
        thing(
            "kind",
            kind={"enum": ["inSource", "external"]},
            justification=TEXT,
            location=LOCATION,
        ),
        1,
    ),
    fixes=items(FIX, 1),
    properties=BAG,
)
RULE = thing(
    "id",
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=thing("text", text=TEXT, markdown=TEXT),
    helpUri={"type": "string", "pattern": "^https://"},
    defaultConfiguration=thing("level", level=LEVEL),
    properties=BAG,
)
NOTIFICATION = thing(
    "message",
    level=LEVEL,
    message=MESSAGE,
    locations=items(LOCATION),
    associatedRule=thing("id", "index", id=TEXT, index=INDEX),
)
RUN = thing(
    "tool",
    "columnKind",
    "results",
    properties=BAG,
    tool=thing(
        "driver",
        driver=thing(
            *("name", "informationUri"),
            name=TEXT,
            semanticVersion=TEXT,
            informationUri={"type": "string", "pattern": "^https://"},
            rules=items(RULE),
        ),
    ),
    columnKind={"const": "unicodeCodePoints"},
    invocations=items(
        thing(
            "executionSuccessful",
            executionSuccessful={"type": "boolean"},
            exitCode={"type": "integer"},
            toolExecutionNotifications=items(NOTIFICATION),
        )
    ),
    results=items(RESULT),
)
LOG: Shape = {
    **thing("version", "runs", version={"const": "2.1.0"}, runs=items(RUN, 1)),
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": items(RUN, 1),
    },
}
