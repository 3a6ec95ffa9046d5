"""Read one table through GDAL as it stands, in a confined child."""

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from geodata.errors import GeodataError, LayerFormatError, UnsafeFileError
from geodata.readers.checks import VectorRows, require_values
from geodata.readers.formats import Format
from geodata.readers.limits import Limits
from geodata.readers.projection import (
    Geometries,
    box_in,
    reference_from_code,
    reference_from_text,
)
from geodata.readers.quoting import listed, quoted, reason
from geodata.region import Bounds

Cells = npt.NDArray[Any]

_OPTIONS = {"GML": {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is wanted of a file; see :func:`read_vector`."""

    name: str
    layer: str | None
    window: Bounds | None
    crs: str | None
    limits: Limits


def one_layer(
    file: Path, known: Format, wanted: Request, *, spatial: bool = True
) -> str:
    """Return the only table, or the one that is named."""
    found = {str(name): kind for name, kind in layers_of(file, known, wanted)}
    names = [name for name, kind in found.items() if kind is not None or not spatial]
    chosen = [name for name in names if wanted.layer in (None, name)]
    if len(chosen) != 1:
        raise LayerFormatError(
            f"{wanted.name} holds the layers {listed(names)}; expected "
            f"{repr(wanted.layer) if wanted.layer else 'exactly one'}. Name the layer."
        )
    return chosen[0]


def layers_of(
    file: Path, known: Format, wanted: Request
) -> list[tuple[str, str | None]]:
    """Return the names of all tables, and the kind of geometry where there is one."""
    with _by_gdal(known, wanted):
        return [(str(name), kind) for name, kind in pyogrio.list_layers(file)]


@contextlib.contextmanager
def _by_gdal(known: Format, wanted: Request) -> Iterator[None]:
    """Turn what GDAL and pyogrio raise into an error about the file."""
    try:
        with warnings.catch_warnings(), np.errstate(invalid="ignore"):
            warnings.simplefilter("ignore")  # rows and shapes are counted afterwards
            yield
    except (GeodataError, MemoryError, OSError):
        raise
    except Exception as error:
        raise LayerFormatError(
            f"{wanted.name} cannot be read as {known.gdal} ({reason(error)}). It may "
            "be damaged, or of another format; fetch it again."
        ) from error


def table_of(
    file: Path,
    layer: str,
    known: Format,
    wanted: Request,
    *,
    geometry: bool = True,
    own: Mapping[int, list[object]] | None = None,
) -> VectorRows:
    """Read one table through GDAL.

    Parameters
    ----------
    own : mapping of int to list, optional
        Columns of a shapefile by their place, which GDAL is not asked for.  Given
        it, texts are read as Latin-1, and the reference system is not looked at.
    """
    encoding = None if own is None else "ISO-8859-1"
    options = _OPTIONS.get(known.gdal, {})
    with _by_gdal(known, wanted):
        about = pyogrio.read_info(file, layer=layer, encoding=encoding, **options)
        if about["driver"] != known.gdal:
            raise UnsafeFileError(
                f"{wanted.name} was opened as '{about['driver']}', not as "
                f"'{known.gdal}'; it is not used."
            )
        require_values(max(0, about["features"]), len(about["fields"]), wanted.limits)
        named = wanted.crs or about["crs"]
        if geometry and not named and known.gdal != "ESRI Shapefile":
            raise LayerFormatError(
                f"The layer {quoted(layer)} of {wanted.name} names no coordinate "
                "reference system. Expected one."
            )
        crs = reference_from_text(named) if named and encoding is None else None
        bbox = None
        if geometry and wanted.window is not None and known.by_window and crs:
            bbox = box_in(crs, wanted.window)
        fields = [str(field) for field in about["fields"]]
        left = [name for n, name in enumerate(fields) if n not in (own or {})]
        meta, _, blobs, cells = pyogrio.raw.read(
            file,
            layer=layer,
            encoding=encoding,
            columns=left,
            bbox=bbox,
            force_2d=True,
            read_geometry=geometry,
            **options,
        )
        count = len(blobs) if geometry else len(cells[0]) if len(cells) else 0
        all_rows = count if bbox is None else _count(file, layer)
    if encoding is None and 0 <= about["features"] != all_rows:
        raise UnsafeFileError(
            f"{quoted(layer)} of {wanted.name} says it has {about['features']:,} rows; "
            f"{all_rows:,} could be read. The file is damaged; fetch it again."
        )
    require_values(count, len(cells), wanted.limits)
    read = dict(zip(map(str, meta["fields"]), map(_plain, cells), strict=True))
    columns = {
        name: np.array(own[n], dtype=object) if own and n in own else read[name]
        for n, name in enumerate(fields)
    }
    shapes: Geometries = np.full(count, None, dtype=object)
    if geometry:
        with np.errstate(invalid="ignore"):  # NaN is found, and named, later
            shapes = np.asarray(shapely.from_wkb(blobs), dtype=object)
    return VectorRows(
        columns=pd.DataFrame(columns, index=range(count)),
        geometries=shapes,
        crs=crs or reference_from_code(4326),
    )


def _count(file: Path, layer: str) -> int:
    """Return how many rows there are to be read, without what they hold."""
    _, rows, _, _ = pyogrio.raw.read(
        file, layer=layer, columns=[], read_geometry=False, return_fids=True
    )
    return len(rows)


def _plain(values: Cells) -> Cells:
    """Return cells as numbers or as text; what is neither becomes None."""
    if values.dtype.kind == "M":
        days = values.astype("datetime64[D]")
        known = ~np.isnat(values)
        whole = bool((days == values)[known].all())
        texts = np.datetime_as_string(days if whole else values).astype(object)
        texts[~known] = None
        return texts
    if values.dtype.kind in "iu":
        return values.astype(np.int64)
    if values.dtype.kind == "f":
        return np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    if values.dtype == object:
        plain = values.copy()
        plain[[isinstance(cell, bytes) for cell in values]] = None
        return plain
    return values
