"""A parameter group for a database that names none of its own, as the fix of what it accepts."""

import json
import re

from taskwall.core.change import AttributeChange, AttributePath, NewValue, SourceCode
from taskwall.lowering._reader import ResourceReader
from taskwall.model.data_stores.tls_defaults import word_for
from taskwall.source.resource import Cell

_TYPES = {
    "aws_db_instance": "aws_db_parameter_group",
    "aws_rds_cluster": "aws_rds_cluster_parameter_group",
    "AWS::RDS::DBInstance": "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBCluster": "AWS::RDS::DBClusterParameterGroup",
}

_TERRAFORM = """\
resource "{type}" "{name}" {{
  family = "{family}"

  parameter {{
    name  = "{parameter}"
    value = "{word}"
  }}
}}"""

_YAML = """\
{name}:
  Type: {type}
  Properties:
    Family: {family}
    Description: Takes encrypted connections only
    Parameters:
      {parameter}: "{word}\""""


def with_group(
    r: ResourceReader, group: Cell, engine: str, version: str, parameter: str
) -> tuple[AttributeChange, ...]:
    """The changes that give a database a parameter group that sets a parameter; or none.

    Args:
        r: the database.
        group: where it would name a parameter group.
        engine: as the table of parameters has it.
        version: of the engine, or its beginning.
        parameter: by which the engine refuses plain text.
    """
    type_, family = _TYPES.get(r.resource.type, ""), _family(engine, version)
    if not type_ or not family:
        return ()
    own = r.name.rpartition(".")[2].rpartition("/")[2]
    name = own if r.terraform else f"{own}Parameters"
    code = (_TERRAFORM if r.terraform else _YAML).format(
        type=type_, name=name, family=family, parameter=parameter, word=word_for(parameter)
    )
    added: NewValue = SourceCode(code)
    named = SourceCode(
        f"{type_}.{name}.name" if r.terraform else f"!Ref {name}", json.dumps({"Ref": name})
    )
    beside = AttributeChange(AttributePath(r.id, ""), added, added, form="beside")
    setting = r.change(group, named, named)
    return (*setting, beside) if setting else ()


def _family(engine: str, version: str) -> str:
    """The family of parameter groups for an engine; "" where it is not known.

    PostgreSQL has one for each major version, which was two numbers before 10; the others have one
    for each two numbers (Amazon RDS User Guide, "Overview of parameter groups").
    """
    found = re.match(r"(\d+)(?:\.(\d+))?", version)
    if found is None or engine == "sqlserver":
        return ""
    major, minor = found.groups()
    if "postgres" in engine and int(major) >= 10:
        return f"{engine}{major}"
    return f"{engine}{major}.{minor}" if minor else ""
