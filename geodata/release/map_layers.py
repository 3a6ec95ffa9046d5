"""The layers readers can switch on: clipped, simplified, known columns only."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.display import Display
from geodata.layers.model import Layer
from geodata.layers.registry import all_layers
from geodata.layers.store import LayerStore
from geodata.region import WINDOW

MOST_CORNERS = 40_000  # of one layer: about 300 kB as compressed GeoJSON
NAMES_MARGIN_DEG = 10.0  # 750 km and more from any of the five states
OCCURRENCES = "mineral-occurrences"
TAKEN = frozenset(
    {"coverage", "lakes", "land", "occurrences", "places", "prospects", "states"}
)
"""Tables of a release that are no layer to be switched on."""

_COARSEST_DEG = 0.2
_DECIMALS = 4  # about 10 m


def map_tables(
    store: LayerStore,
    claims: gpd.GeoDataFrame,
    layers: Mapping[str, Layer] | None = None,
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers that readers can switch on, as far as they are here.

    Parameters
    ----------
    store : LayerStore
        The layers.
    claims : GeoDataFrame
        Every claim about every known rare-earth site; these records are not
        repeated among the other occurrences.
    layers : mapping of str to Layer, optional
        What is known of them; every layer of the atlas by default.

    Returns
    -------
    dict of str to GeoDataFrame
        EPSG:4326, by id of the collection; a layer with nothing in the window is
        left out.

    Raises
    ------
    ValueError
        If a layer would take the place of a table that every release has.
    """
    tables = {}
    for name, layer in (all_layers() if layers is None else layers).items():
        if layer.display is None or name not in store.ids():
            continue
        collection = layer.display.collection or name
        if collection in TAKEN:
            raise ValueError(
                f"the display of '{name}' needs a collection of its own: every "
                f"release has a table '{collection}' for something else"
            )
        table = store.vector(name).table
        if name == OCCURRENCES:
            table = context(table, claims)
        elif layer.display.tolerance_deg:
            table = simplified(within_window(table), layer.display)
        tables[collection] = _known(table, layer.display)
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
    kept = near.set_geometry(gpd.GeoSeries(_whole(cut, whole), near.index, crs=4326))
    return kept[~kept.is_empty].reset_index(drop=True)


def simplified(table: gpd.GeoDataFrame, display: Display) -> gpd.GeoDataFrame:
    """Simplify a table for the screen.

    Parameters
    ----------
    table : GeoDataFrame
        Lines or polygons, EPSG:4326.
    display : Display
        How far a line may leave the true one, doubled until the layer has at most
        :data:`MOST_CORNERS` corners.
    """
    simplify = shapely.coverage_simplify if display.shared_edges else shapely.simplify
    shapes, tolerance = table.geometry.to_numpy(), display.tolerance_deg
    made = simplify(shapes, tolerance)
    while shapely.get_num_coordinates(made).sum() > MOST_CORNERS:
        if (tolerance := 2 * tolerance) > _COARSEST_DEG:
            break
        made = simplify(shapes, tolerance)
    rounded = shapely.transform(made, lambda corners: np.round(corners, _DECIMALS))
    geometry = gpd.GeoSeries(rounded, crs="EPSG:4326")
    return gpd.GeoDataFrame(
        table.drop(columns=table.geometry.name), geometry=geometry, crs="EPSG:4326"
    )


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
    return kept.reset_index(drop=True)


def _known(table: gpd.GeoDataFrame, display: Display) -> gpd.GeoDataFrame:
    """Keep the columns that readers are promised, and the places."""
    columns = [name for name in display.columns if name in table.columns]
    return table[[*columns, table.geometry.name]]


def _true(
    table: gpd.GeoDataFrame, column: str, *, absent: bool = False
) -> npt.NDArray[np.bool_]:
    if column not in table.columns:
        return np.full(len(table), absent, dtype=np.bool_)
    return np.array([value in (True, "true") for value in table[column]], np.bool_)


def _whole(
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
