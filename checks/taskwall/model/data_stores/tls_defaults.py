"""What databases do by default about connections in plain text, by engine and version.

Sources: Amazon RDS User Guide, "Requiring an SSL connection to a PostgreSQL
DB instance" (on from 15), "Requiring SSL/TLS for all connections to a MySQL DB instance" (on in
9.7, off in 8.4 and before), "... to a MariaDB DB instance" (on from 11.8, off in 11.4 and before);
Amazon Aurora User Guide, "Securing Aurora PostgreSQL data with SSL/TLS" (on from 17), "TLS
connections to Aurora MySQL DB clusters" (off in versions 2 and 3) and "Comparing Aurora MySQL
version 3 and Aurora MySQL version 8.4" (on in 8.4); Amazon DocumentDB Developer
Guide, "Encrypting data in transit" (on); Amazon Neptune User Guide, "Encrypting connections with
SSL/HTTPS" (on); Amazon RDS User Guide, "Updating applications to connect to Microsoft SQL Server DB
instances using new SSL/TLS certificates" (off, in all versions). The MySQL, MariaDB, SQL Server,
DocumentDB and Neptune pages were read on the day below; what is said of Aurora MySQL 2 and 3 and of
Redshift was not found there and is common knowledge of their users.
"""

import re

READ = "2026-11-25"

PARAMETERS: dict[str, str] = {
    "postgres": "rds.force_ssl",
    "aurora-postgresql": "rds.force_ssl",
    "mysql": "require_secure_transport",
    "mariadb": "require_secure_transport",
    "aurora-mysql": "require_secure_transport",
    "sqlserver": "rds.force_ssl",
    "docdb": "tls",
    "neptune": "neptune_enforce_ssl",
    "redshift": "require_ssl",
}
"""The parameter by which an engine insists on encryption."""

_ON_FROM: dict[str, tuple[int, int]] = {
    "postgres": (15, 0),
    "aurora-postgresql": (17, 0),
    "mysql": (9, 7),
    "mariadb": (11, 8),
    "aurora-mysql": (8, 4),
}
_OFF_UNTIL: dict[str, tuple[int, int]] = {
    "mysql": (8, 4),
    "mariadb": (11, 4),
    "aurora-mysql": (8, 0),
}
"""Between the two nothing is known (MySQL 9.0 to 9.6 were never offered). Others are off before."""


ONLY_VERSION = {"aurora": "5.6"}
"""Of engines, by the names that people write, the one version that they have had."""


LAST_SERVERLESS_V1 = {"aurora-postgresql": "13", "aurora-mysql": "5.7"}
"""The newest versions with the engine mode "serverless", which is Aurora Serverless v1.

Amazon Aurora User Guide, "Using Amazon Aurora Serverless v1", sends what can run on MySQL 8.0 or
PostgreSQL 13 to Aurora Serverless v2, which has no engine mode of its own.
"""


def engine(name: str) -> str:
    """An engine as the tables have it: `aurora` is MySQL, editions of SQL Server are one."""
    name = name.lower()
    if name.startswith("sqlserver"):
        return "sqlserver"
    return "aurora-mysql" if name == "aurora" else name


def by_default(engine_: str, version: str) -> bool | None:
    """Whether an engine insists on encryption where no parameter says so; None: not known.

    `version` may be a family's ending ("15", "8.0") or the beginning of a version ("16.").
    """
    if engine_ in ("docdb", "neptune"):
        return True
    if engine_ == "sqlserver":
        return False
    if engine_ == "redshift":
        # Clusters of the family redshift-1.0; what AWS's newer default group does is not certain.
        return False if version == "1.0" else None
    found = re.match(r"(\d+)(?:\.(\d+))?", version)
    if found is None or engine_ not in _ON_FROM:
        return None
    number = (int(found[1]), int(found[2] or 0))
    if number >= _ON_FROM[engine_]:
        return True
    # A major version alone ("11" of MariaDB) can be on either side.
    latest = number if found[2] else (number[0], 99)
    return None if latest > _OFF_UNTIL.get(engine_, latest) else False


def insists(parameter: str, value: str) -> bool | None:
    """Whether a parameter's value means that plain text is refused."""
    value = value.strip().lower()
    if parameter == "tls":
        return value != "disabled"
    if value in ("1", "on", "true", "yes"):
        return True
    return False if value in ("0", "off", "false", "no") else None


def word_for(parameter: str) -> str:
    """The value by which a parameter makes an engine refuse plain text."""
    return "enabled" if parameter == "tls" else "1"
