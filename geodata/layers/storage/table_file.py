"""Tables as we write them: Parquet with columns of few, plain types."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geodata.errors import LayerFormatError

COMPRESSION = "zstd"
_GEO = b"geo"  # the key under which GeoParquet describes its geometry


def encode_table(table: pd.DataFrame) -> bytes:
    """Return a table as Parquet; the same table always gives the same bytes.

    Parameters
    ----------
    table : DataFrame
        Columns as :func:`uniform_columns` takes them; the index is not kept.

    Raises
    ------
    LayerFormatError
        If a column is of another type.
    """
    stream = io.BytesIO()
    pq.write_table(
        _arrow(table).replace_schema_metadata(None), stream, compression=COMPRESSION
    )
    return stream.getvalue()


def decode_table(content: bytes, layer: str) -> pd.DataFrame:
    """Read a table from Parquet bytes.

    Parameters
    ----------
    content : bytes
        What :func:`encode_table` writes.
    layer : str
        Id of the layer, for messages.

    Returns
    -------
    DataFrame
        Columns sorted by name; what is missing is NaN or None: ask with ``isna``.

    Raises
    ------
    LayerFormatError
        If the bytes are not Parquet, or hold places.
    """
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise LayerFormatError(
            f"The data file of layer '{layer}' is not Parquet ({error}). Build the "
            "layer again."
        ) from error
    if _GEO in (table.schema.metadata or {}):
        raise LayerFormatError(
            f"Layer '{layer}' is a table of places; expected one without geometry. "
            "Read it as a vector layer."
        )
    frame: pd.DataFrame = table.to_pandas()
    return frame


def encode_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV text with sorted columns; what is missing is empty."""
    text: str = uniform_columns(table).to_csv(index=False, lineterminator="\n")
    return text


def decode_csv(content: bytes, layer: str) -> pd.DataFrame:
    """Read a table from CSV bytes; every value is text, an empty one stays empty.

    Raises
    ------
    LayerFormatError
        If the bytes are not CSV in UTF-8.
    """
    try:
        return pd.read_csv(
            io.BytesIO(content), dtype="str", keep_default_na=False, encoding="utf-8"
        )
    except ValueError as error:
        raise LayerFormatError(
            f"The data file of layer '{layer}' is not CSV in UTF-8 ({error}). Restore "
            "it from version control or build the layer again."
        ) from error


def uniform_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with columns sorted by name and of plain types.

    Parameters
    ----------
    table : DataFrame
        Columns of text, whole numbers, numbers or booleans, each with missing
        values (None, NaN or NA); names are text and differ.  An infinite number
        becomes missing, and whole numbers with a gap become numbers.  A column
        in which everything is missing counts as text.

    Raises
    ------
    LayerFormatError
        If a column mixes types or holds anything else, dates and lists included.
    """
    frame: pd.DataFrame = _arrow(table).to_pandas()
    return frame


def _arrow(table: pd.DataFrame) -> pa.Table:
    names = list(table.columns)
    if not all(isinstance(name, str) for name in names) or len({*names}) < len(names):
        raise LayerFormatError(
            f"The columns of a table need names of text that differ; these are "
            f"{names}. Rename them."
        )
    return pa.table({name: _column(table[name]) for name in sorted(names)})


def _column(values: pd.Series) -> pa.Array:
    plain = values.astype(object) if values.dtype == "category" else values
    try:
        array = pa.array(plain, from_pandas=True)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        kind = array.type
        if pa.types.is_boolean(kind):
            return array
        if pa.types.is_integer(kind):
            return array.cast(pa.float64()) if array.null_count else array
        if pa.types.is_floating(kind):
            numbers = array.to_numpy(zero_copy_only=False)
            return pa.array(numbers, mask=~np.isfinite(numbers))
        if pa.types.is_null(kind) or pa.types.is_string(kind):
            return array.cast(pa.string())
        if pa.types.is_large_string(kind):
            return array.cast(pa.string())
        found = str(kind)
    except (pa.ArrowException, ValueError) as error:
        found = f"a mixture ({error})"
    raise LayerFormatError(
        f"The column '{values.name}' holds {found}; expected text, numbers or "
        "booleans, one of them throughout. Turn it into one."
    )
