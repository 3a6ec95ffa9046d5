"""Layers a release carries for its readers: clipped, simplified, known columns only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.layers.store import LayerStore
from geodata.region import WINDOW

MOST_CORNERS = 40_000  # of one layer: about 300 kB as compressed GeoJSON
NAMES_MARGIN_DEG = 10.0  # 750 km and more from any of the five states
CONTEXT = "context-occurrences"
OCCURRENCES = "mineral-occurrences"
_COARSEST_DEG = 0.2
_DECIMALS = 4  # about 10 m


Shapes = npt.NDArray[np.object_]
Simplify = Callable[[Shapes, float], Shapes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How one layer is carried.

    Attributes
    ----------
    columns : tuple of str
        Those kept, as far as the layer has them.
    tolerance_deg : float
        How far a simplified line may leave the true one, degrees; doubled until the
        layer has at most :data:`MOST_CORNERS` corners.
    simplify : function (geometries, tolerance) -> geometries
        ``shapely.coverage_simplify`` keeps the common edge of neighbours common.
    """

    columns: tuple[str, ...]
    tolerance_deg: float = 0.005
    simplify: Simplify = shapely.simplify


SHOWN: Mapping[str, Shown] = MappingProxyType(
    {
        "faults": Shown(columns=("name", "kind", "sets")),
        "sutures": Shown(columns=("name",)),
        "provinces": Shown(
            columns=("name", "type", "group", "orogen", "crust"),
            tolerance_deg=0.01,
            simplify=shapely.coverage_simplify,
        ),
        "intrusions": Shown(columns=("name", "kind", "age", "age_code")),
        "magmatic-belts": Shown(columns=("name", "tract"), tolerance_deg=0.01),
        "railways": Shown(columns=("name", "kind")),
        "roads": Shown(columns=("name", "kind")),
    }
)
"""Layers of lines and polygons that the page can draw."""

_CONTEXT_COLUMNS = (
    "occurrence_id",
    "name",
    "commodity_group",
    "commodities",
    "deposit_type",
    "deposit_type_source",
    "ree_evidence",
    "status",
    "uncertainty_km",
    "country",
    "source_id",
    "record_id",
    "record_url",
)


def shown_tables(
    store: LayerStore, claims: gpd.GeoDataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers that readers can see, as far as they are here.

    Parameters
    ----------
    store : LayerStore
        The layers.
    claims : GeoDataFrame
        Every claim about every known rare-earth site; these records are not
        repeated among the other occurrences.

    Returns
    -------
    dict of str to GeoDataFrame
        EPSG:4326, by id; a layer with nothing in the window is left out.
    """
    here = store.ids()
    tables = {
        layer: simplified(within_window(store.vector(layer).table), how)
        for layer, how in SHOWN.items()
        if layer in here
    }
    if OCCURRENCES in here:
        tables[CONTEXT] = context(store.vector(OCCURRENCES).table, claims)
    return {name: table for name, table in tables.items() if len(table)}


def names_table(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the rows that can be nearest to a place in the five states, whole."""
    box = shapely.box(
        WINDOW.west - NAMES_MARGIN_DEG,
        WINDOW.south - NAMES_MARGIN_DEG,
        WINDOW.east + NAMES_MARGIN_DEG,
        WINDOW.north + NAMES_MARGIN_DEG,
    )
    return table[table.intersects(box)].reset_index(drop=True)


def within_window(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut a table to the window; a line stays lines, a polygon polygons."""
    window = shapely.box(WINDOW.west, WINDOW.south, WINDOW.east, WINDOW.north)
    near = table[table.geometry.notna() & table.intersects(window)]
    whole = near.geometry.to_numpy()
    valid = np.where(shapely.is_valid(whole), whole, shapely.make_valid(whole))
    cut = shapely.intersection(valid, window)
    kept = near.set_geometry(gpd.GeoSeries(_alike(cut, whole), near.index, crs=4326))
    return kept[~kept.is_empty].reset_index(drop=True)


def simplified(table: gpd.GeoDataFrame, how: Shown) -> gpd.GeoDataFrame:
    """Simplify a table for the screen and keep its known columns.

    Parameters
    ----------
    table : GeoDataFrame
        Lines or polygons, EPSG:4326.
    how : Shown
        Columns and tolerance.
    """
    shapes, tolerance = table.geometry.to_numpy(), how.tolerance_deg
    made = how.simplify(shapes, tolerance)
    while shapely.get_num_coordinates(made).sum() > MOST_CORNERS:
        if (tolerance := 2 * tolerance) > _COARSEST_DEG:
            break
        made = how.simplify(shapes, tolerance)
    rounded = shapely.transform(made, lambda corners: np.round(corners, _DECIMALS))
    geometry = gpd.GeoSeries(rounded, crs="EPSG:4326")
    columns = [name for name in how.columns if name in table.columns]
    return gpd.GeoDataFrame(table[columns].copy(), geometry=geometry, crs="EPSG:4326")


def context(table: gpd.GeoDataFrame, claims: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return other mineral occurrences: one row a place, none shown already.

    Parameters
    ----------
    table : GeoDataFrame
        The layer ``mineral-occurrences``.
    claims : GeoDataFrame
        Claims about known rare-earth sites, with ``source`` and ``record_id``.

    Returns
    -------
    GeoDataFrame
        Points of the window, EPSG:4326: no plant, none in quarantine, the preferred
        row of each place, no record that a known rare-earth site rests on.
    """
    near = table[table.geometry.notna()].cx[
        WINDOW.west : WINDOW.east, WINDOW.south : WINDOW.north
    ]
    known = set(zip(claims["source"], claims["record_id"].astype(str), strict=True))
    ours = pd.Series(
        [
            record in known
            for record in zip(
                near["source_id"], near["record_id"].astype(str), strict=True
            )
        ],
        index=near.index,
        dtype=bool,
    )
    if "cluster_id" in near.columns:
        place = near["cluster_id"].astype("string").fillna("")
        ours |= place.isin(place[ours]) & (place != "")
    kept = near[
        ~_true(near, "is_facility")
        & ~_true(near, "quarantined")
        & _true(near, "preferred", absent=True)
        & ~ours
    ]
    columns = [name for name in _CONTEXT_COLUMNS if name in kept.columns]
    return kept[[*columns, kept.geometry.name]].reset_index(drop=True)


def _true(
    table: gpd.GeoDataFrame, column: str, *, absent: bool = False
) -> npt.NDArray[np.bool_]:
    if column not in table.columns:
        return np.full(len(table), absent, dtype=np.bool_)
    return np.array([value in (True, "true") for value in table[column]], np.bool_)


def _alike(
    cut: npt.NDArray[np.object_], whole: npt.NDArray[np.object_]
) -> list[shapely.Geometry]:
    """Keep of each cut geometry only the parts of the dimension it had."""
    found = []
    for geometry, dimension in zip(cut, shapely.get_dimensions(whole), strict=True):
        parts = shapely.get_parts(geometry)
        kept = parts[shapely.get_dimensions(parts) == dimension]
        if len(kept) == 1:
            found.append(kept[0])
        elif dimension == 1:
            found.append(shapely.multilinestrings(kept))
        else:
            found.append(shapely.union_all(kept))
    return found
