"""What lies under and over the coloured map: water, state borders, towns."""

from typing import Any

import geopandas as gpd
import orjson
import shapely

from app.columns import text_of
from app.geojson import to_geometry
from geodata.release import Release

TOLERANCE_DEG = 0.004  # about 400 m; the outlines are good to about 2 km
_DECIMALS = 4
_PLACES = 400


def make_backdrop(release: Release) -> bytes:
    """Encode water, states and towns for the map page.

    Parameters
    ----------
    release : Release
        The open release.

    Returns
    -------
    bytes
        JSON: ``water`` and ``states`` are GeoJSON feature collections, simplified
        for the screen; ``places`` a list, largest first, of name, lon, lat and
        population (0 = unknown).
    """
    states = release.table("states")
    states = states.set_geometry(
        gpd.GeoSeries(
            shapely.coverage_simplify(states.geometry.to_numpy(), TOLERANCE_DEG),
            crs=states.crs,
        )
    )
    lakes = release.table("lakes")
    lakes = lakes.set_geometry(lakes.geometry.simplify(TOLERANCE_DEG))
    return orjson.dumps(
        {
            "release": release.id,
            "water": _collection(lakes),
            "states": _collection(states),
            "places": _places(release.table("places")),
        }
    )


def _collection(table: gpd.GeoDataFrame) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": text_of(name)},
                "geometry": to_geometry(geometry, _DECIMALS),
            }
            for name, geometry in zip(table["name"], table.geometry, strict=True)
            if not shapely.is_empty(geometry)
        ],
    }


def _places(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    table = table.fillna({"population": 0})
    table = table.sort_values(["population", "name"], ascending=[False, True])
    return [
        {
            "name": text_of(row.name_),
            "lon": round(row.point.x, _DECIMALS),
            "lat": round(row.point.y, _DECIMALS),
            "population": int(row.population),
        }
        for row in table.head(_PLACES)
        .rename(columns={"name": "name_", table.geometry.name: "point"})
        .itertuples(index=False)
    ]
