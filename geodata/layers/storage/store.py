"""The layer store: every layer as one data file with its provenance beside it.

Two kinds of folder hold layers.  A flat one, as the bundle, has ``<layer>.json``
beside ``<layer>.geojson``, ``.tif`` or ``.csv``.  A published one has a manifest
that names immutable versions; see :mod:`geodata.layers.storage.publication`.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import geopandas
import pandas as pd
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geodata.checksums import checksum, write_atomically
from geodata.errors import LayerFormatError, MissingLayerError, StorageError
from geodata.layers.storage.raster_file import decode_raster, encode_raster
from geodata.layers.storage.shelf import RECORD_SUFFIX, Shelf
from geodata.layers.storage.table_file import decode_csv, decode_table
from geodata.layers.storage.vector_file import (
    decode_geoparquet,
    decode_vector,
    encode_coverage,
    encode_vector,
)
from geodata.provenance import Provenance
from geodata.raster import FloatRaster


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorLayer:
    """A table of places.

    Attributes
    ----------
    id : str
        Id of the layer.
    table : GeoDataFrame
        CRS EPSG:4326; columns sorted by name, geometry last.  A row of a published
        layer may have no geometry (None).
    coverage : shapely geometry or None
        Where the layer says something, longitude and latitude; None = everywhere.
    provenance : Provenance
        Whose it is and how it can be made again.
    """

    id: str
    table: geopandas.GeoDataFrame
    coverage: BaseGeometry | None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterLayer:
    """A raster in longitude and latitude.

    Attributes
    ----------
    id : str
        Id of the layer.
    raster : Raster
        Its bands; NaN = unknown.
    provenance : Provenance
        Whose it is and how it can be made again.
    coverage : shapely geometry or None
        Where the layer says something; None = wherever a band is not NaN.
    """

    id: str
    raster: FloatRaster
    provenance: Provenance
    coverage: BaseGeometry | None = None


class LayerStore:
    """Reads layers from folders; an earlier folder wins.

    Published folders are read as they were when the store was opened, whatever
    is published meanwhile.

    Parameters
    ----------
    folders : tuple of Path
        Folders that may hold layers; one that does not exist is an empty one.

    Raises
    ------
    LayerFormatError
        If the manifest of a folder is damaged.
    """

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._shelves = tuple(Shelf(folder) for folder in folders)

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all layers, sorted."""
        return tuple(sorted(set().union(*(shelf.ids() for shelf in self._shelves))))

    def provenance(self, layer: str) -> Provenance:
        """Return the record of a layer.

        Raises
        ------
        MissingLayerError
            If no folder holds it.
        TamperedLayerError
            If the record is not the one that was published.
        LayerFormatError
            If the record cannot be read.
        MissingLicenceError
            If the record states no licence.
        """
        return self._shelf(layer).record(layer)

    def content(self, layer: str) -> bytes:
        """Return the verified bytes of a layer's data file.

        Raises
        ------
        MissingLayerError
            If the record or the data file is not there.
        TamperedLayerError
            If the bytes are not those the record was written with.
        """
        shelf = self._shelf(layer)
        return shelf.content(shelf.record(layer))

    def vector(self, layer: str) -> VectorLayer:
        """Read a layer of points, lines or polygons.

        Raises
        ------
        MissingLayerError, TamperedLayerError, LayerFormatError
            If the layer is absent, changed, or not a vector layer.
        """
        record = self.provenance(layer)
        _require_suffix(record, ".geojson", ".parquet")
        is_text = record.file.endswith(".geojson")
        decode = decode_vector if is_text else decode_geoparquet
        return VectorLayer(
            id=layer,
            table=decode(self.content(layer), layer),
            coverage=_coverage(record),
            provenance=record,
        )

    def raster(self, layer: str) -> RasterLayer:
        """Read a raster layer.

        Raises
        ------
        MissingLayerError, TamperedLayerError, LayerFormatError
            If the layer is absent, changed, or not a raster layer.
        """
        record = self.provenance(layer)
        _require_suffix(record, ".tif")
        return RasterLayer(
            id=layer,
            raster=decode_raster(self.content(layer), layer),
            provenance=record,
            coverage=_coverage(record),
        )

    def table(self, layer: str) -> pd.DataFrame:
        """Read a layer that is a table without places.

        Returns
        -------
        DataFrame
            Columns sorted by name; what is missing is NaN or None.  From a CSV file,
            which knows no types, every value is text and columns keep their order.

        Raises
        ------
        MissingLayerError, TamperedLayerError, LayerFormatError
            If the layer is absent, changed, or not such a table.
        """
        record = self.provenance(layer)
        _require_suffix(record, ".csv", ".parquet")
        decode = decode_csv if record.file.endswith(".csv") else decode_table
        return decode(self.content(layer), layer)

    def _shelf(self, layer: str) -> Shelf:
        for shelf in self._shelves:
            if layer in shelf:
                return shelf
        looked = ", ".join(str(folder) for folder in self._folders) or "no folder"
        raise MissingLayerError(
            f"There is no layer '{layer}' (looked in {looked}). Layers of the bundle "
            "come with the repository; the others are made by scripts/setup and "
            "scripts/ingest.py."
        )


def write_vector(
    folder: Path, table: geopandas.GeoDataFrame, draft: Provenance
) -> Provenance:
    """Write a vector layer and its record; see :func:`write_content`."""
    return write_content(folder, encode_vector(table), draft, suffix=".geojson")


def write_raster(
    folder: Path, image: FloatRaster, draft: Provenance, *, dtype: str = "float32"
) -> Provenance:
    """Write a raster layer and its record; see :func:`write_content`."""
    content = encode_raster(image, dtype=dtype)
    return write_content(folder, content, draft, suffix=".tif")


def write_table(folder: Path, content: str, draft: Provenance) -> Provenance:
    """Write a table as CSV text (UTF-8, LF) and its record."""
    return write_content(folder, content.encode("utf-8"), draft, suffix=".csv")


def write_content(
    folder: Path, content: bytes, draft: Provenance, *, suffix: str
) -> Provenance:
    """Write a layer's data file, then its record, each atomically.

    Parameters
    ----------
    folder : Path
        Made when absent.
    content : bytes
        The data file.
    draft : Provenance
        The record; name, checksum and size of the file are filled in here.
    suffix : str
        ``.geojson``, ``.tif`` or ``.csv``.

    Returns
    -------
    Provenance
        The record as written.

    Raises
    ------
    StorageError
        If the folder cannot be written.  A stop between the two files leaves a
        record that does not match, which the store refuses to read.
    """
    record = dataclasses.replace(
        draft,
        file=draft.layer + suffix,
        sha256=checksum(content),
        bytes=len(content),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {folder} cannot be made ({error.strerror}). Choose another "
            "with ATLAS_HOME, then run the command again."
        ) from error
    write_atomically(folder / record.file, content)
    write_atomically(
        folder / (record.layer + RECORD_SUFFIX), record.to_json().encode("utf-8")
    )
    return record


def coverage_record(coverage: BaseGeometry | None) -> dict[str, object] | None:
    """Return a coverage as it stands in a record; None stays None."""
    return None if coverage is None else encode_coverage(coverage)


def _coverage(record: Provenance) -> BaseGeometry | None:
    return None if record.coverage is None else shape(record.coverage)


def _require_suffix(record: Provenance, *suffixes: str) -> None:
    if not record.file.endswith(suffixes):
        raise LayerFormatError(
            f"Layer '{record.layer}' is of kind '{record.kind}' with the data file "
            f"{record.file}; expected a {' or '.join(suffixes)} file. Read it as what "
            "it is."
        )
