"""The layer store: every layer as one data file with its provenance beside it.

The bundle and the layers made here lie in folders of one kind, with a manifest that
names immutable versions; see :mod:`geodata.layers.storage.publication`.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import geopandas
import pandas as pd
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geodata.errors import LayerFormatError, MissingLayerError
from geodata.layers.storage.manifest import LayerFolder
from geodata.layers.storage.raster_file import decode_raster
from geodata.layers.storage.table_file import decode_places, decode_table
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
        CRS EPSG:4326; columns sorted by name, geometry last.  A row may have no
        geometry (None).
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

    They are read as they were when the store was opened, whatever is published
    meanwhile.

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
        self._opened = tuple(LayerFolder(folder) for folder in folders)

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all layers, sorted."""
        return tuple(sorted(set().union(*(here.entries for here in self._opened))))

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
        return self._holder(layer).record(layer)

    def content(self, layer: str) -> bytes:
        """Return the verified bytes of a layer's data file.

        Raises
        ------
        MissingLayerError
            If the record or the data file is not there.
        TamperedLayerError
            If the bytes are not those the record was written with.
        """
        folder = self._holder(layer)
        return folder.content(folder.record(layer))

    def vector(self, layer: str) -> VectorLayer:
        """Read a layer of points, lines or polygons.

        Raises
        ------
        MissingLayerError, TamperedLayerError, LayerFormatError
            If the layer is absent, changed, or not a vector layer.
        """
        record = self.provenance(layer)
        _require_suffix(record, ".parquet")
        return VectorLayer(
            id=layer,
            table=decode_places(self.content(layer), layer),
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
            Columns sorted by name; what is missing is NaN or None.

        Raises
        ------
        MissingLayerError, TamperedLayerError, LayerFormatError
            If the layer is absent, changed, or not such a table.
        """
        record = self.provenance(layer)
        _require_suffix(record, ".parquet")
        return decode_table(self.content(layer), layer)

    def _holder(self, layer: str) -> LayerFolder:
        for folder in self._opened:
            if layer in folder:
                return folder
        looked = ", ".join(str(folder) for folder in self._folders) or "no folder"
        raise MissingLayerError(
            f"There is no layer '{layer}' (looked in {looked}). Layers of the bundle "
            "come with the repository; the others are made by scripts/setup and "
            "scripts/ingest.py."
        )


class ReadOnce(LayerStore):
    """Another store, whose vector and raster layers are kept once they were read.

    It holds them in memory as long as it lives, so it is for one piece of work, for
    example a build.

    Parameters
    ----------
    store : LayerStore
        Where the layers are; it raises what it always raises.
    """

    def __init__(self, store: LayerStore) -> None:
        super().__init__(())
        self._store = store
        self._vectors: dict[str, VectorLayer] = {}
        self._rasters: dict[str, RasterLayer] = {}

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all layers, sorted."""
        return self._store.ids()

    def provenance(self, layer: str) -> Provenance:
        """Return the record of a layer."""
        return self._store.provenance(layer)

    def content(self, layer: str) -> bytes:
        """Return the verified bytes of a layer's data file, read anew."""
        return self._store.content(layer)

    def vector(self, layer: str) -> VectorLayer:
        """Return a layer of points, lines or polygons; its table is the reader's own.

        A column that one reader adds is not seen by the next.
        """
        if layer not in self._vectors:
            self._vectors[layer] = self._store.vector(layer)
        kept = self._vectors[layer]
        return dataclasses.replace(kept, table=kept.table.copy(deep=False))

    def raster(self, layer: str) -> RasterLayer:
        """Return a raster layer; its bands are shared, so nobody may change them."""
        if layer not in self._rasters:
            self._rasters[layer] = self._store.raster(layer)
        return self._rasters[layer]

    def table(self, layer: str) -> pd.DataFrame:
        """Read a layer that is a table without places."""
        return self._store.table(layer)


def _coverage(record: Provenance) -> BaseGeometry | None:
    return None if record.coverage is None else shape(record.coverage)


def _require_suffix(record: Provenance, suffix: str) -> None:
    if not record.file.endswith(suffix):
        raise LayerFormatError(
            f"Layer '{record.layer}' is of kind '{record.kind}' with the data file "
            f"{record.file}; expected a {suffix} file. Read it as what "
            "it is."
        )
