"""Read an ESRI file geodatabase: the one vector format for which we need GDAL.

GDAL guesses a driver from what it finds, so it is shown a private folder in which
nothing lies but files with the names a geodatabase has, the first of them checked.
"""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.archive import archive_members, unpacked
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.projection import box_in, reference_from_text
from geodata.readers.quoting import listed, quoted, reason
from geodata.readers.soundness import (
    VectorRows,
    require_columns,
    require_values,
    require_vertices,
    within_memory,
)
from geodata.region import Bounds

_NAMES = re.compile(
    r"a[0-9a-f]{8}(\.[A-Za-z0-9_]+)?\.(gdbtable|gdbtablx|gdbindexes|atx|spx|freelist|"
    r"horizon)|gdb|timestamps"
)
_CATALOGUE = "a00000001.gdbtable"
_VERSIONS = (b"\x03\0\0\0", b"\x04\0\0\0")
_BATCH = 20_000


def read_geodatabase(
    path: Path,
    limits: Limits,
    *,
    layer: str | None,
    member: str | None = None,
    window: Bounds | None = None,
) -> VectorRows:
    """Return the rows of one vector layer of a file geodatabase.

    Parameters
    ----------
    path : Path
        The ``.gdb`` folder, or a zip archive that holds it.
    limits : Limits
    layer : str, optional
        Name of the layer; without it, the only one with geometry.
    member : str, optional
        Name of the folder inside the archive; without it, the only ``.gdb``.
    window : Bounds, optional
        Only rows whose box meets it are read, so that a large file fits.

    Raises
    ------
    UnsafeFileError
        If files have names or a beginning that no geodatabase has, or the limits
        are exceeded.
    LayerFormatError
        If there is no such layer, or it names no reference system.
    """
    with _private(path, limits, member) as folder:
        known = _layers(folder, path)
        spatial = [name for name, kind in known.items() if kind is not None]
        wanted = _one(path, spatial, layer)
        about = pyogrio.read_info(folder, layer=wanted)
        if not about["crs"]:
            raise LayerFormatError(
                f"The layer {quoted(wanted)} of {path.name} names no coordinate "
                "reference system. Expected one."
            )
        crs = reference_from_text(about["crs"])
        bbox = None if window is None else box_in(crs, window)
        column = about["geometry_name"] or "wkb_geometry"
        table = _table(folder, wanted, limits, bbox=bbox, geometry=column)
    geometries = shapely.force_2d(np.array([*table.pop(column), None])[:-1])
    return VectorRows(columns=table, geometries=geometries, crs=crs)


def read_geodatabase_table(
    path: Path,
    layer: str,
    *,
    member: str | None = None,
    columns: tuple[str, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> pd.DataFrame:
    """Return one table of a file geodatabase without its geometry, if it has one.

    Parameters
    ----------
    path : Path
        The ``.gdb`` folder, or a zip archive that holds it.
    layer : str
        Name of the table.
    member : str, optional
        Name of the folder inside the archive; without it, the only ``.gdb``.
    columns : tuple of str
        Required columns.

    Raises
    ------
    UnsafeFileError, LayerFormatError
        As for :func:`geodata.readers.vector.read_vector`.
    """
    with within_memory(path.name), _private(path, limits, member) as folder:
        wanted = _one(path, list(_layers(folder, path)), layer)
        table = _table(folder, wanted, limits, bbox=None, geometry=None)
    require_columns(table, columns, f"'{layer}' of {path.name}")
    return table


@contextlib.contextmanager
def _private(path: Path, limits: Limits, member: str | None) -> Iterator[Path]:
    """Yield a folder ``read.gdb`` that holds the geodatabase and nothing else."""
    with contextlib.ExitStack() as stack:
        if path.is_dir():
            source = path
            names = [entry.name for entry in path.iterdir() if _is_part(entry.name)]
            links = [name for name in names if (path / name).is_symlink()]
            if links:
                raise UnsafeFileError(
                    f"{quoted(links[0])} in {path.name} is a link; expected files."
                )
        else:
            inside = _folder_inside(path, archive_members(path, limits), member)
            source = stack.enter_context(unpacked(path, inside, limits))
            names = [name.rpartition("/")[2] for name in inside]
        _require_geodatabase(path, source, names, limits)
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atlas-")))
        folder = place / "read.gdb"
        folder.mkdir()
        for name in names:
            (folder / name).symlink_to((source / name).absolute())
        try:
            yield folder
        except (RuntimeError, ValueError, KeyError) as error:
            raise LayerFormatError(
                f"{path.name} cannot be read as a file geodatabase ({reason(error)}). "
                "Fetch it again."
            ) from error


def _is_part(name: str) -> bool:
    return _NAMES.fullmatch(name) is not None


def _folder_inside(path: Path, names: tuple[str, ...], member: str | None) -> list[str]:
    folders = {
        name.rpartition("/")[0] for name in names if _is_part(name.rpartition("/")[2])
    }
    if member is not None:
        folders = {name for name in folders if f"/{name}".endswith(f"/{member}")}
    if len(folders) != 1:
        raise LayerFormatError(
            f"{path.name} holds {len(folders)} geodatabases"
            f"{f' called {member!r}' if member else ''}; expected one. It holds: "
            f"{listed(names)}."
        )
    folder = folders.pop()
    return [
        name
        for name in names
        if name.rpartition("/")[0] == folder and _is_part(name.rpartition("/")[2])
    ]


def _require_geodatabase(
    path: Path, folder: Path, names: list[str], limits: Limits
) -> None:
    first = b""
    if _CATALOGUE in names:
        with (folder / _CATALOGUE).open("rb") as stream:
            first = stream.read(4)
    if first not in _VERSIONS:
        raise UnsafeFileError(
            f"{path.name} is not a file geodatabase: its {_CATALOGUE} is missing or "
            f"begins with {first!r}."
        )
    size = sum((folder / name).stat().st_size for name in names)
    if size > limits.unpacked_bytes:
        raise UnsafeFileError(
            f"{path.name} has {size:,} bytes; at most {limits.unpacked_bytes:,} are "
            "read. If the file is right, raise the limit."
        )


def _layers(folder: Path, path: Path) -> dict[str, str | None]:
    found = {str(name): kind for name, kind in pyogrio.list_layers(folder)}
    for name in found:
        # GDAL chose the driver; were it another one, nothing more would be read.
        driver = pyogrio.read_info(folder, layer=name)["driver"]
        if driver != "OpenFileGDB":
            raise UnsafeFileError(f"{path.name} was opened as '{driver}'; not used.")
    return found


def _one(path: Path, names: list[str], layer: str | None) -> str:
    found = [name for name in names if layer in (None, name)]
    if len(found) != 1:
        raise LayerFormatError(
            f"{path.name} holds the layers {listed(names)}; expected "
            f"{repr(layer) if layer else 'exactly one'}. Name the layer."
        )
    return found[0]


def _table(
    folder: Path,
    layer: str,
    limits: Limits,
    *,
    bbox: tuple[float, float, float, float] | None,
    geometry: str | None,
) -> pd.DataFrame:
    """Read a layer batch by batch, so that a limit stops it before memory ends."""
    pieces = []
    rows = vertices = 0
    with pyogrio.open_arrow(
        folder,
        layer=layer,
        bbox=bbox,
        read_geometry=geometry is not None,
        batch_size=_BATCH,
        use_pyarrow=True,
    ) as (_, reader):
        for batch in reader:
            piece = batch.to_pandas()
            rows += len(piece)
            require_values(rows, len(piece.columns), limits)
            if geometry is not None:
                shapes = shapely.from_wkb(piece[geometry])
                vertices += int(shapely.get_num_coordinates(shapes).sum())
                require_vertices(vertices, limits)
                piece[geometry] = shapes
            pieces.append(piece)
        empty = reader.schema.empty_table().to_pandas()
    return pd.concat(pieces, ignore_index=True) if pieces else empty
