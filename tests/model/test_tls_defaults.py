"""What engines do about plain text by themselves, as their documentation has it."""

import pytest

from taskwall.model.data_stores.tls_defaults import (
    PARAMETERS,
    by_default,
    engine,
    insists,
    word_for,
)

DEFAULTS = {
    True: ("docdb 5", "neptune 1", "postgres 15", "aurora-postgresql 17.4", "mysql 9.7"),
    False: (
        *("postgres 14", "aurora-postgresql 16.1", "mysql 8.4", "mysql 5.7", "redshift 1.0"),
        "sqlserver 15.00",
    ),
    None: ("redshift 2.0", "oracle-ee 19", "postgres x", "mysql 9", "mysql 9.0"),
}
OF_MARIADB = {True: ("11.8", "12"), False: ("10.11", "11.4"), None: ("11", "11.6")}
OF_AURORA = {True: ("8.4",), False: ("8.0", "5.7"), None: ("8", "8.1")}
# The last version before each change, and the first after it.
EDGES: dict[str, dict[str, bool | None]] = {
    "postgres": {"14.99": False, "14": False, "15.0": True, "15": True, "16.": True},
    "aurora-postgresql": {"16.99": False, "16.": False, "17.0": True, "17": True},
    "mysql": {"8.4.9": False, "8.5": None, "9.6": None, "9.7": True, "9.8.1": True, "10": True},
    "mariadb": {"11.4.9": False, "11.5": None, "11.7": None, "11.8.1": True, "11.9": True},
    "aurora-mysql": {
        "8.0.mysql_aurora.3.08.0": False,
        "8.3": None,
        "8.4.mysql_aurora.8.4.1": True,
        "5.7": False,
        "8.5": True,
    },
}


@pytest.mark.parametrize("refuses", [True, False, None])
def test_defaults_of_versions(refuses: bool | None) -> None:
    """What is on from one version and off until another is unknown between, and of a major one."""
    for name, version in map(str.split, DEFAULTS[refuses]):
        assert by_default(name, version) is refuses, (name, version)
    assert {by_default("mariadb", each) for each in OF_MARIADB[refuses]} == {refuses}
    assert {by_default("aurora-mysql", each) for each in OF_AURORA[refuses]} == {refuses}


@pytest.mark.parametrize(
    ("name", "version", "refuses"),
    [(name, version, says) for name, found in EDGES.items() for version, says in found.items()],
)
def test_versions_beside_a_change(name: str, version: str, refuses: bool | None) -> None:
    """The last one before plain text is refused, and the first that refuses it."""
    assert by_default(name, version) is refuses


def test_values_of_parameters() -> None:
    """DocumentDB's `tls` names what is accepted; others are switches, however they are spelt."""
    assert [insists("tls", word) for word in ("enabled", "fips-140-3", " Disabled ")] == [
        True,
        True,
        False,
    ]
    assert {insists("rds.force_ssl", word) for word in ("1", " ON", "true", "yes")} == {True}
    assert {insists("rds.force_ssl", word) for word in ("0", "off", "False", "no")} == {False}
    assert insists("rds.force_ssl", "2") is None


def test_the_word_of_each_parameter_is_one_that_insists() -> None:
    """What a fix writes is what makes an engine refuse plain text."""
    assert {insists(each, word_for(each)) for each in PARAMETERS.values()} == {True}


def test_names_of_engines() -> None:
    """`aurora` is MySQL, and each edition of SQL Server is SQL Server."""
    assert [*map(engine, ("Aurora", "sqlserver-ex", "MariaDB"))] == [
        "aurora-mysql",
        "sqlserver",
        "mariadb",
    ]
