"""Phosphatic rocks, as far as public tables of occurrences know them.

No public map of phosphatic beds covers the region, so known phosphate occurrences
stand for them.  The layer speaks only near a record: within 100 km of one an empty
place means something, farther away nothing is known.
"""

import geopandas
import numpy as np
import pandas as pd
import pyproj
import shapely

from geodata.layers.model import Files, VectorProduct
from geodata.layers.occurrences.mineral_occurrences import build_occurrences
from geodata.layers.occurrences.positions import inside, preference
from geodata.layers.occurrences.samples import usable
from geodata.region import WINDOW

COVERED_KM = 100.0
"""Within this distance of a record its makers have looked for others: our choice."""

_SIDES = 72  # corners of a circle; the polygon is 0.1 % short of it
_STEP_DEG = 0.01
_EARTH = pyproj.Geod(ellps="WGS84")

# Words of the source for phosphate that is no bed of sediment.
_NOT_BEDS = (
    r"magmatic|igneous|carbonatit|alkalic|alkaline|guano|hydrothermal|metasomat|vein"
)


def build_phosphatic_rocks(files: Files) -> VectorProduct:
    """Return the places in the window where tables know phosphatic beds.

    Returns
    -------
    VectorProduct
        Points; ``name``, ``uncertainty_km``, ``occurrence_id`` of the record whose
        position is used, and ``record_ids``, all records of the place joined by
        commas.  Coverage is 100 km around them, geodesic.
    """
    product = build_occurrences(files)
    places = phosphatic_places(product.table)
    return VectorProduct(
        table=places,
        coverage=circles(places["lon"].to_numpy(), places["lat"].to_numpy()),
        extra={**product.extra, "made_from_occurrences": True},
    )


def phosphatic_places(occurrences: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Choose the places of phosphatic beds from the uniform table.

    Left out: plants and quarantined records, phosphate whose source calls it
    magmatic, guano or the like, and phosphate with iron or titanium, which is as
    likely apatite of an igneous rock.
    """
    rows = usable(occurrences)
    codes = rows["commodities"].str.split(",")
    named = codes.map(lambda held: "P" in held and not {"Fe", "Ti"} & set(held))
    beds = ~rows["deposit_type_source"].str.casefold().str.contains(_NOT_BEDS)
    near = inside(WINDOW, rows["lon"].to_numpy(), rows["lat"].to_numpy())
    rows = rows[(named & beds).to_numpy(dtype=np.bool_) & near]
    order = pd.Series(preference(rows), index=rows.index)
    order += len(rows) * ~rows["preferred"].to_numpy(dtype=np.bool_)
    chosen = rows.loc[order.groupby(rows["cluster_id"]).idxmin()].sort_index()
    of_place = occurrences.groupby("cluster_id")["occurrence_id"].agg(
        lambda ids: ",".join(sorted(ids))
    )
    chosen = chosen.assign(record_ids=chosen["cluster_id"].map(of_place))
    columns = ["name", "lon", "lat", "uncertainty_km", "occurrence_id", "record_ids"]
    return chosen[[*columns, chosen.geometry.name]].reset_index(drop=True)


def circles(lon: np.ndarray, lat: np.ndarray) -> shapely.Geometry:
    """Return the union of geodesic circles of 100 km, longitude and latitude."""
    azimuth = np.linspace(0.0, 360.0, _SIDES, endpoint=False)
    shape = (len(lon), _SIDES)
    east, north, _ = _EARTH.fwd(
        np.broadcast_to(lon[:, None], shape).ravel(),
        np.broadcast_to(lat[:, None], shape).ravel(),
        np.broadcast_to(azimuth, shape).ravel(),
        np.full(len(lon) * _SIDES, COVERED_KM * 1e3),
    )
    rings = np.column_stack([east, north]).reshape(*shape, 2)
    whole = shapely.union_all(shapely.polygons(rings))
    return shapely.simplify(whole, _STEP_DEG)
