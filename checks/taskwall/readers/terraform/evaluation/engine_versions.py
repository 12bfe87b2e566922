"""`aws_rds_engine_version`: what its engine, version and family say of each other.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/rds_engine_version
"""

import re
from typing import Final

from taskwall.core.values import Known, Text, Value, unknown
from taskwall.readers.terraform.evaluation.context import ModuleContext, WrittenBody
from taskwall.readers.terraform.evaluation.functions.arguments import UnsettledError, text_of

READ = "2026-11-28"

_MAJOR: Final = {
    "aurora-mysql": r"\d+\.\d+",
    "aurora-postgresql": r"[1-9]\d",
    "docdb": r"\d+\.\d+",
    "mariadb": r"\d+\.\d+",
    "mysql": r"\d+\.\d+",
    "postgres": r"[1-9]\d",
}
"""By engine, what of a version is its major version: the family is called by the two together.

Amazon RDS API Reference, CreateDBClusterParameterGroup: `aurora-mysql8.0`, `aurora-postgresql14`,
`mysql8.0`, `postgres13`. That MariaDB and DocumentDB do alike is common knowledge of their users.
"""


def group_family(written: WrittenBody, scope: ModuleContext) -> Value:
    """`parameter_group_family`, of a version that is written."""
    engine, version = _text(written, "engine"), _text(written, "version")
    major = re.match(_MAJOR[engine], version) if engine in _MAJOR else None
    if major is None:
        raise UnsettledError
    return Known(f"{engine}{major[0]}")


def engine_version(written: WrittenBody, scope: ModuleContext) -> Value:
    """`version`, of which a family that is written says how it begins."""
    engine, of = _text(written, "engine"), _text(written, "parameter_group_family")
    major = of.removeprefix(engine)
    if engine not in _MAJOR or not re.fullmatch(_MAJOR[engine], major):
        raise UnsettledError
    return Text((f"{major}.", unknown(f"the version of {of}", "is chosen by AWS")))


def _text(written: WrittenBody, name: str) -> str:
    value = written.get(name)
    if value is None:
        raise UnsettledError
    return text_of(value)
