"""SQL over the tables of a fleet. It sees these tables, and changes and reaches nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa
from msgspec import Struct

from taskwall.findings.finding import SEVERITIES
from taskwall.fleet import FleetError
from taskwall.fleet.parquet import TABLE_SCHEMAS, dataset
from taskwall.fleet.questions import QUESTIONS
from taskwall.fleet.runs import runs_of, table_files

_AT_ONCE = 1000

_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "lock_configuration": True,
}


class QueryAnswer(Struct, frozen=True):
    """The answer to a question: the names of its columns, and its rows."""

    columns: Sequence[str]
    rows: Iterator[Sequence[Any]]


class Tables:
    """The tables of a fleet's folder, for questions one after another."""

    def __init__(self, folder: str, run: str | None = None, since: str | None = None) -> None:
        """Open them.

        Args:
            folder: of the fleet.
            run: the one that ready questions are about; without it, the newest that is finished,
                or the newest if none is.
            since: the one that it is compared with; without it, the one before it.

        Raises:
            FleetError: there is no such folder, or no such run.
        """
        runs = runs_of(folder)
        names = [name for name, _, _ in runs]
        for named in (run, since):
            if named is not None and named not in names:
                raise FleetError(
                    f"{folder}: has no run {named}, only {', '.join(names) or 'none'}."
                )
        if not names:
            raise FleetError(f"{folder}: has no run of a fleet.")
        finished = [name for name, _, end in runs if end is not None]
        self.run = run or (finished or names)[-1]
        self.is_finished = self.run in finished
        at = names.index(self.run)
        self.since = since if since is not None else names[at - 1] if at else None
        self._connection = duckdb.connect(":memory:", config=_CLOSED)
        for table in TABLE_SCHEMAS:
            self._connection.register(
                table, dataset(table, folder, table_files(folder, names, table))
            )
        ranks = ", ".join(f"'{each}'" for each in SEVERITIES)
        self._connection.execute(
            f"create macro severity_rank(severity) as list_position([{ranks}], severity)"
        )
        self._connection.register(
            "runs",
            pa.table(
                {
                    "run": names,
                    "taskwall": [record.taskwall for _, record, _ in runs],
                    "started": [record.started for _, record, _ in runs],
                    "finished": [end.finished if end else None for _, _, end in runs],
                    "repositories": [record.repositories for _, record, _ in runs],
                }
            ),
        )

    def ask(self, question: str) -> QueryAnswer:
        """The answer to a ready question, or to one statement of SQL that reads.

        Raises:
            FleetError: it is neither, or cannot be answered.
        """
        ready = QUESTIONS.get(question)
        try:
            statements = self._connection.extract_statements(ready.sql if ready else question)
            if len(statements) != 1 or statements[0].type not in (
                duckdb.StatementType.SELECT,
                duckdb.StatementType.EXPLAIN,
            ):
                raise FleetError("a query is one SELECT: nothing else is run.")
            given = {"run": self.run, "since": self.since}
            if self.since is None and "since" in statements[0].named_parameters:
                raise FleetError(f"no run is before {self.run}: name one with --since.")
            wanted = {name: given[name] for name in statements[0].named_parameters if name in given}
            found = self._connection.execute(statements[0], wanted)
            columns = [column[0] for column in found.description or ()]
            return QueryAnswer(columns, _rows(found))
        except duckdb.Error as error:
            raise FleetError(_told(error)) from error


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    try:
        while rows := found.fetchmany(_AT_ONCE):
            yield from rows
    except duckdb.Error as error:
        raise FleetError(_told(error)) from error


def _told(error: duckdb.Error) -> str:
    what = str(error).partition("\n\n")[0].replace("\n", " ")
    return f"the query cannot be answered: {what}"
