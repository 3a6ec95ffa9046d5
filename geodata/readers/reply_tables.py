"""Tables as plain arrays, from which nothing but tables can be made again."""

import json
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyproj

from geodata.readers.checks import require_values
from geodata.readers.limits import DEFAULT_LIMITS
from geodata.readers.reply_shapes import PlainShapes

Octets = npt.NDArray[np.uint8]
_SCALARS = (type(None), bool, int, float, str)
_SEPARATORS = (b",", b"[", b"{")
_TEXT = pd.StringDtype(na_value=np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A column of text as Arrow has it in memory: missing, where each begins, UTF-8."""

    known: Octets | None
    offsets: Octets
    content: Octets

    @classmethod
    def of(cls, column: pd.Series) -> "PlainText":
        """Take a column of text apart."""
        cells = column.to_numpy(dtype=object)
        array = pa.array(cells, type=pa.large_string(), from_pandas=True)
        known, offsets, content = (
            None if buffer is None else np.frombuffer(buffer, dtype=np.uint8)
            for buffer in array.buffers()
        )
        empty = np.zeros(0, dtype=np.uint8)
        return cls(
            known=known,
            offsets=np.zeros(8, dtype=np.uint8) if offsets is None else offsets,
            content=empty if content is None else content,
        )

    def column(self, rows: int) -> pd.Series:
        """Put the column together again; ArrowInvalid, a ValueError, if it cannot."""
        buffers = (self.known, self.offsets, self.content)
        array = pa.Array.from_buffers(
            pa.large_string(),
            rows,
            [None if one is None else pa.py_buffer(one) for one in buffers],
        )
        array.validate(full=True)
        return pd.Series(pd.array(array, dtype=_TEXT))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainColumn:
    """One column, by what it holds.

    Attributes
    ----------
    numbers : array or None
        Numbers or truth values.
    text : PlainText or None
    cells : array of uint8 or None
        Values of several kinds, as JSON.
    shapes : PlainShapes or None
    """

    numbers: npt.NDArray[np.generic] | None = None
    text: PlainText | None = None
    cells: Octets | None = None
    shapes: PlainShapes | None = None

    @classmethod
    def of(cls, column: pd.Series) -> "PlainColumn":
        """Take a column apart."""
        if isinstance(column.dtype, geopandas.array.GeometryDtype):
            return cls(shapes=PlainShapes.of(np.asarray(column, dtype=object)))
        if isinstance(column.dtype, pd.StringDtype):
            return cls(text=PlainText.of(column))
        if column.dtype == object:
            said = json.dumps(column.tolist(), default=_as_python).encode("ascii")
            return cls(cells=np.frombuffer(said, dtype=np.uint8))
        return cls(numbers=column.to_numpy())

    def column(self, rows: int, crs: pyproj.CRS | None) -> pd.Series:
        """Put a column together again.

        Raises
        ------
        ValueError
            If it is none, or has another number of rows.
        """
        if self.shapes is not None and crs is not None:
            shapes = geopandas.array.from_shapely(self.shapes.shapes(), crs=crs)
            made = pd.Series(shapes)
        elif self.text is not None:
            made = self.text.column(rows)
        elif self.cells is not None:
            made = pd.Series(_cells(self.cells.tobytes()), dtype=object)
        elif self.numbers is not None:
            made = pd.Series(self.numbers, copy=False)
        else:
            raise ValueError("a column of nothing")
        if len(made) != rows:
            raise ValueError(f"{len(made)} of {rows} rows")
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTable:
    """A table whose rows are numbered from 0.

    Attributes
    ----------
    rows : int
    names : tuple of str
        Of the columns.
    columns : tuple of PlainColumn
    crs : pyproj.CRS or None
        Of the one column of shapes, named ``geometry``, if there is one.
    attrs : dict
        What the table says of itself.
    """

    rows: int
    names: tuple[str, ...]
    columns: tuple[PlainColumn, ...]
    crs: pyproj.CRS | None
    attrs: dict[str, Any]

    @classmethod
    def of(cls, table: pd.DataFrame) -> "PlainTable":
        """Take a table apart.

        Raises
        ------
        TypeError
            If its rows are not numbered from 0.
        """
        if not table.index.equals(pd.RangeIndex(len(table))):
            raise TypeError("A child answers with tables numbered from 0 only.")
        count = len(table.columns)
        return cls(
            rows=len(table),
            names=tuple(map(str, table.columns)),
            columns=tuple(PlainColumn.of(table.iloc[:, n]) for n in range(count)),
            crs=table.crs if isinstance(table, geopandas.GeoDataFrame) else None,
            attrs=table.attrs,
        )

    def table(self) -> pd.DataFrame:
        """Put the table together again.

        Raises
        ------
        ValueError
            If columns are missing or of unequal length.
        UnsafeFileError
            If it is larger than a file may be.
        """
        require_values(max(0, self.rows), len(self.names), DEFAULT_LIMITS)
        found = [column.column(self.rows, self.crs) for column in self.columns]
        index = pd.RangeIndex(self.rows)
        made = pd.DataFrame(dict(enumerate(found)), index=index)
        if len(self.names) != len(found):
            raise ValueError("names of columns")
        if found:
            made.columns = pd.Index(self.names)
        if self.crs is not None:
            made = geopandas.GeoDataFrame(made, geometry="geometry")
        made.attrs.update(self.attrs)
        return made


def _cells(content: bytes) -> list[Any]:
    signs = sum(content.count(sign) for sign in _SEPARATORS)
    if len(content) > DEFAULT_LIMITS.text_bytes or signs > DEFAULT_LIMITS.table_cells:
        raise ValueError("more values than are read")
    cells = json.loads(content)
    if not isinstance(cells, list) or not all(type(one) in _SCALARS for one in cells):
        raise TypeError("cells that are no plain values")
    return cells


def _as_python(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"A child does not answer with cells of {type(value).__name__}.")
