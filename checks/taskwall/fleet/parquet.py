"""Rows as Parquet, and back as datasets."""

import os
from collections.abc import Iterable
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from msgspec import Struct

from taskwall.fleet.tables import TABLES

_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64()}


def _type_of(hint: Any) -> pa.DataType:
    """The type of a column, of what a field of a row holds."""
    if hint in _TYPES:
        return _TYPES[hint]
    if get_origin(hint) is UnionType:  # str | None
        return _type_of(get_args(hint)[0])
    if get_origin(hint) is tuple:
        return pa.list_(_type_of(get_args(hint)[0]))
    return pa.struct(list(_schema_of(hint)))


def _schema_of(row: type[Struct]) -> pa.Schema:
    return pa.schema([(name, _type_of(hint)) for name, hint in get_type_hints(row).items()])


TABLE_SCHEMAS: dict[str, pa.Schema] = {name: _schema_of(row) for name, row in TABLES.items()}
"""The columns of each table, without the run."""


def write_table(name: str, rows: Iterable[Struct], folder: str) -> None:
    """Write the rows of a table into a folder, as a file of the table's name.

    Raises:
        OSError: it cannot be written.
    """
    table = pa.Table.from_pylist(msgspec.to_builtins(list(rows)), TABLE_SCHEMAS[name])
    with open(os.path.join(folder, f"{name}.parquet"), "xb") as stream:
        pq.write_table(table, stream, compression="zstd")
        stream.flush()
        os.fsync(stream.fileno())


def dataset(name: str, folder: str, files: Iterable[str]) -> ds.Dataset:
    """A table, from its files below the folder of a fleet; `run` is a column of it."""
    of_run = ds.partitioning(pa.schema([("run", pa.string())]), flavor="hive")
    schema = pa.schema([*TABLE_SCHEMAS[name], ("run", pa.string())])
    return ds.dataset(
        list(files), schema, "parquet", partitioning=of_run, partition_base_dir=folder
    )
