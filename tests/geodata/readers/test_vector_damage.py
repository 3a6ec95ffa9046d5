"""Whatever bytes are changed, the answer is a table or a typed error."""

import zipfile

import geopandas
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.errors import GeodataError
from geodata.readers.vector import read_vector
from tests.geodata.readers import corpus
from tests.geodata.readers.test_kml import KML

CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8
)
CUTS = st.floats(0.0, 1.0) | st.just(1.0)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """An intact file per format: driver, the file to be read, the one to damage."""
    at = tmp_path_factory.mktemp("samples")
    shapes = [shapely.Point(70, 40).buffer(1), shapely.box(71, 41, 72, 42)]
    table = geopandas.GeoDataFrame({"name": ["a", "b"]}, geometry=shapes, crs=4326)
    pyogrio.write_dataframe(table, at / "a.shp", driver="ESRI Shapefile")
    pyogrio.write_dataframe(table, at / "a.gpkg", driver="GPKG")
    pyogrio.write_dataframe(table, at / "a.gml", driver="GML")
    (at / "a.geojson").write_bytes(corpus.geojson(corpus.row(name="x"), corpus.row()))
    (at / "a.kml").write_bytes(corpus.kml(KML))
    with zipfile.ZipFile(at / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in ("shp", "shx", "dbf", "prj"):
            archive.write(at / f"a.{suffix}", f"a.{suffix}")
    found = {
        suffix: ("shapefile", at / "a.shp", at / f"a.{suffix}")
        for suffix in ("shp", "shx", "dbf", "prj")
    }
    for driver, name in (
        ("geopackage", "a.gpkg"),
        ("wfs", "a.gml"),
        ("geojson", "a.geojson"),
        ("kml", "a.kml"),
        ("shapefile-zip", "a.zip"),
    ):
        found[driver] = (driver, at / name, at / name)
    return {name: (*files, files[2].read_bytes()) for name, files in found.items()}


@pytest.mark.parametrize(
    "name",
    [
        "shp",
        "shx",
        "dbf",
        "prj",
        "geopackage",
        "wfs",
        "geojson",
        "kml",
        "shapefile-zip",
    ],
)
@pytest.mark.usefixtures("unconfined")  # a child for each example takes too long
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=CHANGES, cut=CUTS)
def test_a_damaged_file_gives_a_table_or_a_typed_error(samples, name, changes, cut):
    driver, path, target, content = samples[name]
    damaged = bytearray(content[: int(cut * len(content))])
    for place, value in changes:
        if damaged:
            damaged[int(place * len(damaged))] = value
    target.write_bytes(damaged)
    try:
        table = read_vector(path, driver=driver)
    except GeodataError:
        pass
    else:
        assert table.crs == "EPSG:4326"
        known = table.geometry[~table.geometry.isna()]
        assert shapely.is_valid(known[known.geom_type.str.contains("Poly")]).all()
    finally:
        target.write_bytes(content)
