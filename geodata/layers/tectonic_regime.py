"""Tectonic regimes, from the USGS earthquake calculator."""

import json

import geopandas
import shapely
from shapely.geometry import shape

from geodata.errors import LayerFormatError
from geodata.layers.clip import clipped, window_polygon
from geodata.layers.model import Layer, Members, PackageRecipe, VectorProduct
from geodata.layers.storage.table_file import CRS

REGIMES = ("stable", "active", "subduction")


def build_regime(members: Members) -> VectorProduct:
    """Return one polygon per regime, in the order stable, active, subduction.

    Parameters
    ----------
    members : mapping
        ``strec/data/<regime>.geojson`` for each of :data:`REGIMES`.

    Returns
    -------
    VectorProduct
        Column ``regime``; its coverage is the union of the polygons.
    """
    window = window_polygon()
    found = {
        regime: _merged(members[f"strec/data/{regime}.geojson"], regime, window)
        for regime in REGIMES
    }
    present = {name: shape for name, shape in found.items() if not shape.is_empty}
    table = geopandas.GeoDataFrame(
        {"regime": list(present)}, geometry=list(present.values()), crs=CRS
    )
    return VectorProduct(
        table=table, coverage=shapely.union_all(list(present.values()))
    )


def _merged(content: bytes, regime: str, window: shapely.Geometry) -> shapely.Geometry:
    try:
        shapes = [shape(row["geometry"]) for row in json.loads(content)["features"]]
    except (ValueError, KeyError, TypeError) as error:
        raise LayerFormatError(
            f"The regime '{regime}' is not GeoJSON ({error!r}). Expected a "
            "FeatureCollection of polygons; check the catalogue."
        ) from error
    return shapely.union_all([clipped(part, window) for part in shapes])


LAYER = Layer(
    id="tectonic-regime",
    title="Tectonic regime",
    kind="polygons",
    says="stable, extended or folded crust",
    alternatives=(
        PackageRecipe(
            parts=tuple(("strec", f"strec/data/{name}.geojson") for name in REGIMES),
            build=build_regime,
            resolution="not stated; drawn for the globe",
            resolution_km=50.0,
            uncertainty="Present earthquake regimes; edges good to tens of kilometres.",
        ),
    ),
)
