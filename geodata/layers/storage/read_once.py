"""A store that reads each layer once, for work that asks for the same ones again."""

import dataclasses

import pandas as pd

from geodata.layers.storage.store import LayerStore, RasterLayer, VectorLayer
from geodata.provenance import Provenance


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
