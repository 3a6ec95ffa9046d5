"""What lies around the prospects: states, water, towns and known occurrences."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize

from geodata.errors import LayerFormatError
from geodata.layers.occurrences.known_sites import located, preferred
from geodata.layers.store import LayerStore
from geodata.raster import Cells, to_equal_area
from geodata.region import STATES, WINDOW
from geodata.release.site_records import known_records


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Layers a release carries beside its scores; all EPSG:4326.

    Attributes
    ----------
    states : GeoDataFrame
        The five states in the order of :data:`geodata.region.STATES`.
    land : GeoDataFrame
        All land of the window as one outline, without boundaries between states.
    lakes : GeoDataFrame
        Lakes and inland seas.
    places : GeoDataFrame
        Towns, all with a name.
    occurrences : GeoDataFrame
        Every record about every known site, with and without a position.
    sites : GeoDataFrame
        One row a located site: the record to be used as its position.
    scored : shapely geometry
        Land of the five states without lakes: the area that is scored.
    """

    states: gpd.GeoDataFrame
    land: gpd.GeoDataFrame
    lakes: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    occurrences: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    scored: shapely.Geometry


def read_surroundings(store: LayerStore) -> Surroundings:
    """Read the layers that every release needs.

    Raises
    ------
    MissingLayerError, TamperedLayerError, LayerFormatError
        If one is absent, changed, or not as expected.
    """
    states = _in_order(store.vector("states").table)
    neighbours = store.vector("neighbours").table
    lakes = store.vector("lakes").table
    window = shapely.box(WINDOW.west, WINDOW.south, WINDOW.east, WINDOW.north)
    outline = shapely.union_all(
        [*states.geometry.to_numpy(), *neighbours.geometry.to_numpy()],
        grid_size=1e-5,
    )
    land = gpd.GeoDataFrame(
        {"name": ["land"]},
        geometry=[shapely.intersection(outline, window)],
        crs="EPSG:4326",
    )
    occurrences = known_records(store)
    places = store.vector("places").table
    return Surroundings(
        states=states,
        land=land,
        lakes=lakes,
        places=places[_named(places)].reset_index(drop=True),
        occurrences=occurrences,
        sites=preferred(located(occurrences)).reset_index(drop=True),
        scored=shapely.difference(
            shapely.union_all(states.geometry.to_numpy()),
            shapely.union_all(lakes.geometry.to_numpy()),
        ),
    )


def _named(places: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    if "name" not in places.columns:  # refused where a place is described
        return np.ones(len(places), dtype=np.bool_)
    return np.asarray(places["name"].fillna("").str.strip() != "", dtype=np.bool_)


def state_of_cells(states: gpd.GeoDataFrame, cells: Cells) -> npt.NDArray[np.int8]:
    """Return each cell's position in the table of states; -1 in none."""
    code = rasterize(
        [
            (to_equal_area(outline), position + 1)
            for position, outline in enumerate(states.geometry)
        ],
        out_shape=cells.grid.shape,
        transform=cells.grid.transform,
        dtype="uint8",
    )
    return np.asarray(code.ravel()[cells.index], dtype=np.int8) - np.int8(1)


def _in_order(states: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    wanted = [state.iso3 for state in STATES]
    if sorted(states["iso3"]) != sorted(wanted):
        raise LayerFormatError(
            f"The layer 'states' must hold exactly {wanted}; it holds "
            f"{sorted(states['iso3'])}. Rebuild it with scripts/build_bundle.py."
        )
    return states.set_index("iso3").loc[wanted].reset_index()
