"""States and neighbours, from Natural Earth."""

import geopandas
import pyproj
import shapely
from shapely.ops import transform

from geodata.errors import LayerFormatError
from geodata.layers.clip import clipped, window_polygon
from geodata.layers.model import Layer, Members, PackageRecipe, Part, VectorProduct
from geodata.layers.storage.table_file import CRS
from geodata.raster import EQUAL_AREA
from geodata.readers.package_shapes import Country, read_countries
from geodata.region import STATES

COUNTRIES_10M = "package/countries-10m.json"
COUNTRIES_50M = "package/countries-50m.json"

_NUMERIC = {"398": "KAZ", "417": "KGZ", "762": "TJK", "795": "TKM", "860": "UZB"}
_NEIGHBOURS = {
    "004": "AFG",
    "031": "AZE",
    "051": "ARM",
    "156": "CHN",
    "268": "GEO",
    "356": "IND",
    "364": "IRN",
    "368": "IRQ",
    "496": "MNG",
    "586": "PAK",
    "643": "RUS",
    "792": "TUR",
}
_BAIKONUR = "Baikonur"
_MARGIN_STEP_M = 5_000.0
_WORLD_TOLERANCE_DEG = 0.2


def build_states(members: Members) -> VectorProduct:
    """Return the five states as valid polygons; Baikonur belongs to Kazakhstan."""
    parts: dict[str, list[shapely.Geometry]] = {state.iso3: [] for state in STATES}
    for country in read_countries(members[COUNTRIES_10M]):
        iso3 = "KAZ" if country.name == _BAIKONUR else _NUMERIC.get(country.code)
        if iso3 is not None:
            parts[iso3].append(shapely.make_valid(country.geometry))
    missing = [iso3 for iso3, found in parts.items() if not found]
    if missing:
        raise LayerFormatError(
            f"The borders lack {', '.join(missing)}; expected the ISO numeric codes "
            f"{', '.join(_NUMERIC)}. Check the version of the package."
        )
    window = window_polygon()
    table = geopandas.GeoDataFrame(
        {
            "name": [state.name for state in STATES],
            "iso3": [state.iso3 for state in STATES],
        },
        geometry=[
            clipped(shapely.union_all(parts[state.iso3]), window) for state in STATES
        ],
        crs=CRS,
    )
    return VectorProduct(table=table)


def build_neighbours(members: Members) -> VectorProduct:
    """Return the countries around the five states, clipped to the window."""
    window = window_polygon()
    found: list[tuple[Country, shapely.Geometry]] = []
    for country in read_countries(members[COUNTRIES_50M]):
        if country.code in _NUMERIC or country.name == _BAIKONUR:
            continue
        inside = clipped(country.geometry, window)
        if not inside.is_empty:
            found.append((country, inside))
    found.sort(key=lambda pair: pair[0].name)
    table = geopandas.GeoDataFrame(
        {
            "name": [country.name for country, _ in found],
            "iso3": [_NEIGHBOURS.get(country.code) for country, _ in found],
        },
        geometry=[inside for _, inside in found],
        crs=CRS,
    )
    return VectorProduct(table=table)


def build_countries(members: Members) -> VectorProduct:
    """Return the countries of the world, generalised to about 20 km.

    They tell which positions lie far from the country their record names.
    """
    countries = sorted(
        read_countries(members[COUNTRIES_50M]), key=lambda country: country.name
    )
    table = geopandas.GeoDataFrame(
        {"name": [country.name for country in countries]},
        geometry=[
            shapely.make_valid(
                shapely.simplify(
                    shapely.make_valid(country.geometry), _WORLD_TOLERANCE_DEG
                ),
                method="structure",
            )
            for country in countries
        ],
        crs=CRS,
    )
    return VectorProduct(table=table)


def states_with_margin(members: Members, *, margin_m: float) -> shapely.Geometry:
    """Return the union of the five states with a margin around it.

    Parameters
    ----------
    members : mapping
        Holds the 1:10 M countries.
    margin_m : float
        Width of the margin, metres, within 2 %.

    Returns
    -------
    shapely geometry
        Longitude and latitude, degrees.
    """
    to_plane = pyproj.Transformer.from_crs(CRS, EQUAL_AREA, always_xy=True)
    whole = shapely.union_all(build_states(members).table.geometry.to_numpy())
    plane = transform(to_plane.transform, whole)
    wide = shapely.buffer(shapely.simplify(plane, _MARGIN_STEP_M), margin_m)
    back = pyproj.Transformer.from_crs(EQUAL_AREA, CRS, always_xy=True)
    margin: shapely.Geometry = transform(back.transform, wide)
    return margin


STATES_PART: Part = ("natural-earth-borders", COUNTRIES_10M)

LAYERS = (
    Layer(
        id="states",
        title="The five states",
        kind="polygons",
        says="the five states",
        alternatives=(
            PackageRecipe(
                parts=(STATES_PART,),
                build=build_states,
                resolution="1:10 million",
                resolution_km=0.5,
                uncertainty="Outlines are generalised and quantised to about 0.3 km.",
            ),
        ),
    ),
    Layer(
        id="neighbours",
        title="Neighbouring countries",
        kind="polygons",
        says="land around the five states, without boundaries",
        alternatives=(
            PackageRecipe(
                parts=(("natural-earth-borders", COUNTRIES_50M),),
                build=build_neighbours,
                resolution="1:50 million",
                resolution_km=3.0,
                uncertainty=(
                    "For orientation only; outlines are strongly generalised."
                ),
            ),
        ),
    ),
    Layer(
        id="countries",
        title="Countries of the world",
        kind="polygons",
        says="which records lie far from the country they name",
        alternatives=(
            PackageRecipe(
                parts=(("natural-earth-borders", COUNTRIES_50M),),
                build=build_countries,
                resolution="1:50 million, generalised",
                resolution_km=20.0,
                uncertainty=(
                    "Outlines are generalised to about 20 km; small islands lack."
                ),
            ),
        ),
    ),
)
