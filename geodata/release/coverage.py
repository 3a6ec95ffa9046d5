"""Where each layer is known: its share of every state, and the area it leaves out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geodata.evidence.recipes import Reading
from geodata.execution import map_blocks
from geodata.layers.store import LayerStore
from geodata.prospects.delineate import outlines
from geodata.prospects.describe import Survey
from geodata.provenance import Provenance
from geodata.raster import Cells
from geodata.region import STATES
from geodata.release.extent import Extent, extent_of_layer
from geodata.release.surroundings import Surroundings
from geodata.release.survey import BLOCK

LEAST_UNKNOWN = 0.005  # share of the region; less is coast and rounding
_TOLERANCE_DEG = 0.01  # about 1 km, as fine as any outline of coverage is meant
_CRS = "EPSG:4326"


@dataclass(frozen=True, kw_only=True)
class LayerCoverage:
    """Where one layer says something.

    Attributes
    ----------
    layer, title : str
        Id and name for readers.
    by_state : mapping of str to float
        Share of the cells of each state, by ISO code, 0 to 1; a state without a
        cell of its own is left out.
    unknown_share : float
        Share of all cells it says nothing about, 0 to 1.
    uncovered : shapely geometry or None
        Area of the five states it says nothing about, longitude and latitude;
        None when that is less than :data:`LEAST_UNKNOWN` of them.
    """

    layer: str
    title: str
    by_state: Mapping[str, float]
    unknown_share: float
    uncovered: shapely.Geometry | None


def coverage_of_layers(
    store: LayerStore,
    readings: Iterable[Reading],
    survey: Survey,
    around: Surroundings,
) -> dict[str, LayerCoverage]:
    """Find where each layer is known, for layers that can be unknown somewhere.

    Parameters
    ----------
    store : LayerStore
        The layers.
    readings : iterable of Reading
        What the models read: a table of polygons read by class is unknown where it
        has no polygon.
    survey : Survey
        The land cells and their states.
    around : Surroundings
        For the outlines of the states.

    Returns
    -------
    dict of str to LayerCoverage
        By layer id: every raster, every layer with a stated coverage and every
        layer read by class.  Of the others an empty place says nothing.
    """
    by_class = {
        reading.measurement.layer
        for reading in readings
        if reading.measurement.measure == "class"
    }
    records = {
        layer: record
        for layer, record in ((name, store.provenance(name)) for name in store.ids())
        if _can_be_unknown(record, by_class)
    }
    extents = {layer: extent_of_layer(layer, store) for layer in records}
    known = _known(extents, survey.cells)
    return {
        layer: _coverage(record, extents[layer], known[layer], survey, around)
        for layer, record in records.items()
    }


def _can_be_unknown(record: Provenance, by_class: set[str]) -> bool:
    if record.kind == "table":
        return False
    stated = record.coverage is not None
    return stated or record.kind == "raster" or record.layer in by_class


def _known(
    extents: Mapping[str, Extent], cells: Cells
) -> dict[str, npt.NDArray[np.bool_]]:
    """Tell for every cell whether each layer speaks about it."""
    shapely.prepare([item.shape for item in extents.values()])  # before threads ask
    known = {layer: np.zeros(len(cells), dtype=np.bool_) for layer in extents}

    def look(block: slice) -> dict[str, npt.NDArray[np.bool_]]:
        lon, lat = cells.lonlat(block)
        return {layer: extent.holds(lon, lat) for layer, extent in extents.items()}

    blocks = list(cells.blocks(BLOCK))
    for block, found in zip(blocks, map_blocks(look, blocks), strict=True):
        for layer, values in found.items():
            known[layer][block] = values
    return known


def _coverage(
    record: Provenance,
    extent: Extent,
    known: npt.NDArray[np.bool_],
    survey: Survey,
    around: Surroundings,
) -> LayerCoverage:
    unknown_share = float(1.0 - known.mean(dtype=np.float64)) if len(known) else 0.0
    uncovered = None
    if unknown_share > LEAST_UNKNOWN:
        uncovered = (
            _outside(extent.shape, around)
            if extent.image is None
            else _unknown_cells(known, survey)
        )
    return LayerCoverage(
        layer=record.layer,
        title=record.title,
        by_state=shares_by_state(known, survey.state),
        unknown_share=unknown_share,
        uncovered=uncovered,
    )


def shares_by_state(
    known: npt.NDArray[np.bool_], state: npt.NDArray[np.int8]
) -> dict[str, float]:
    """Return the share of each state's cells that is known.

    Parameters
    ----------
    known : array of bool, shape (cells,)
        Whether a layer says something about the cell.
    state : array of int8, shape (cells,)
        Position in :data:`geodata.region.STATES`; -1 in none.

    >>> shares_by_state(np.array([True, False, True]), np.int8([0, 0, 1]))
    {'KAZ': 0.5, 'KGZ': 1.0}
    """
    return {
        item.iso3: float(known[state == position].mean(dtype=np.float64))
        for position, item in enumerate(STATES)
        if (state == position).any()
    }


def coverage_table(found: Iterable[LayerCoverage]) -> gpd.GeoDataFrame:
    """Return the areas that layers leave out, one row a layer, EPSG:4326."""
    rows = [item for item in found if item.uncovered is not None]
    return gpd.GeoDataFrame(
        {
            "layer": [item.layer for item in rows],
            "title": [item.title for item in rows],
            "unknown_share": [item.unknown_share for item in rows],
        },
        geometry=[item.uncovered for item in rows],
        crs=_CRS,
    )


def _outside(
    shape: shapely.Geometry | None, around: Surroundings
) -> shapely.Geometry | None:
    """Return the land of the five states outside an area."""
    if shape is None:
        return None
    return _simple(shapely.difference(around.scored, shapely.make_valid(shape)))


def _unknown_cells(
    known: npt.NDArray[np.bool_], survey: Survey
) -> shapely.Geometry | None:
    label = np.nan_to_num(survey.cells.to_map(~known)).astype(np.int32)
    return _simple(outlines(label, survey.cells.grid).get(1))


def _simple(area: shapely.Geometry | None) -> shapely.Geometry | None:
    """Simplify an area; keep its polygons only."""
    if area is None or shapely.is_empty(area):
        return None
    small = shapely.make_valid(shapely.simplify(area, _TOLERANCE_DEG))
    parts = shapely.get_parts(small)
    polygons = parts[shapely.get_dimensions(parts) == 2]
    return shapely.union_all(polygons, grid_size=1e-4) if len(polygons) else None
