"""The layer store: every layer as one data file with its provenance beside it."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import geopandas
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geodata.errors import (
    LayerFormatError,
    MissingLayerError,
    StorageError,
    TamperedLayerError,
)
from geodata.layers.raster_file import RasterImage, decode_raster, encode_raster
from geodata.layers.vector_file import (
    decode_vector,
    encode_coverage,
    encode_vector,
)
from geodata.provenance import Provenance, checksum, write_atomically

RECORD_SUFFIX = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorLayer:
    """A table of places.

    Attributes
    ----------
    id : str
        Id of the layer.
    table : GeoDataFrame
        CRS EPSG:4326; columns sorted by name, geometry last.
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
class RasterLayer(RasterImage):
    """Bands on a grid of longitude and latitude, as :class:`RasterImage`.

    Attributes
    ----------
    id : str
        Id of the layer.
    provenance : Provenance
        Whose it is and how it can be made again.
    coverage : shapely geometry or None
        Where the layer says something; None = wherever a band is not NaN.
    """

    id: str
    provenance: Provenance
    coverage: BaseGeometry | None = None


class LayerStore:
    """Reads layers from folders; an earlier folder wins.

    Parameters
    ----------
    folders : tuple of Path
        Folders that may hold layers; one that does not exist is an empty one.
    """

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all layers, sorted."""
        return tuple(
            sorted(
                {
                    path.stem
                    for folder in self._folders
                    for path in folder.glob("*" + RECORD_SUFFIX)
                    if not path.name.startswith(".")
                }
            )
        )

    def provenance(self, layer: str) -> Provenance:
        """Return the record of a layer.

        Raises
        ------
        MissingLayerError
            If no folder holds it.
        LayerFormatError
            If the record cannot be read.
        MissingLicenceError
            If the record states no licence.
        """
        return Provenance.read(self._record_path(layer))

    def content(self, layer: str) -> bytes:
        """Return the verified bytes of a layer's data file.

        Raises
        ------
        MissingLayerError
            If the record or the data file is not there.
        TamperedLayerError
            If the bytes are not those the record was written with.
        """
        record = self.provenance(layer)
        if Path(record.file).name != record.file:
            raise LayerFormatError(
                f"The record of layer '{layer}' names the file '{record.file}'; "
                "expected a name in the same folder. Rebuild the layer with "
                "scripts/build_bundle.py."
            )
        path = self._record_path(layer).with_name(record.file)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise MissingLayerError(
                f"Layer '{layer}' has a record but no data file {path}. Restore it "
                f"from version control or run: {record.command}"
            ) from error
        found = checksum(content)
        if found != record.sha256:
            raise TamperedLayerError(
                f"{path} is not the file that was written: expected sha256 "
                f"{record.sha256} ({record.bytes:,} bytes), found {found} "
                f"({len(content):,} bytes). Restore it from version control or run: "
                f"{record.command}"
            )
        return content

    def vector(self, layer: str) -> VectorLayer:
        """Read a layer of points, lines or polygons.

        Raises
        ------
        MissingLayerError, TamperedLayerError, LayerFormatError
            If the layer is absent, changed, or not a vector layer.
        """
        record = self.provenance(layer)
        _require_suffix(record, ".geojson")
        return VectorLayer(
            id=layer,
            table=decode_vector(self.content(layer), layer),
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
        image = decode_raster(self.content(layer), layer)
        return RasterLayer(
            id=layer,
            bands=image.bands,
            west=image.west,
            north=image.north,
            step_lon_deg=image.step_lon_deg,
            step_lat_deg=image.step_lat_deg,
            provenance=record,
            coverage=_coverage(record),
        )

    def _record_path(self, layer: str) -> Path:
        if Path(layer).name == layer:
            for folder in self._folders:
                path = folder / (layer + RECORD_SUFFIX)
                if path.is_file():
                    return path
        looked = ", ".join(str(folder) for folder in self._folders) or "no folder"
        raise MissingLayerError(
            f"There is no layer '{layer}' (looked in {looked}). Layers of the bundle "
            "come with the repository; the others are made by scripts/setup."
        )


def write_vector(
    folder: Path, table: geopandas.GeoDataFrame, draft: Provenance
) -> Provenance:
    """Write a vector layer and its record; see :func:`write_content`."""
    return write_content(folder, encode_vector(table), draft, suffix=".geojson")


def write_raster(
    folder: Path, image: RasterImage, draft: Provenance, *, dtype: str = "float32"
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


def _require_suffix(record: Provenance, suffix: str) -> None:
    if not record.file.endswith(suffix):
        raise LayerFormatError(
            f"Layer '{record.layer}' is of kind '{record.kind}' with the data file "
            f"{record.file}; expected a {suffix} file. Read it as what it is."
        )
