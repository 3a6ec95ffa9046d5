"""Points from outside, put where the map is."""

import geopandas
import numpy as np
import pyproj
import pytest
import shapely
from numpy.testing import assert_allclose

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.methods.weights_of_evidence.point_file import read_points
from geodata.readers.limits import Limits

ZONE = pyproj.CRS("EPSG:32642")
X, Y = np.array([500_000.0, 600_500.0]), np.array([5_000_000.0, 5_000_500.0])
DRIVERS = {".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".geojson": "GeoJSON"}


def written(path, geometries, crs):
    table = geopandas.GeoDataFrame({"n": range(len(geometries))}, geometry=geometries)
    table = table.set_crs(crs)
    table.to_file(path, driver=DRIVERS[path.suffix], engine="pyogrio")
    return path


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_positions_in_the_system_of_the_map_are_not_touched(tmp_path, suffix):
    path = written(tmp_path / f"p{suffix}", shapely.points(X, Y), ZONE)
    places = read_points(path, crs=ZONE)
    assert places.x.tolist() == X.tolist()
    assert places.y.tolist() == Y.tolist()
    assert places.without_position == 0


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson"])
def test_positions_in_degrees_are_moved_once(tmp_path, suffix):
    lon, lat = pyproj.Transformer.from_crs(ZONE, 4326, always_xy=True).transform(X, Y)
    path = written(tmp_path / f"p{suffix}", shapely.points(lon, lat), 4326)
    places = read_points(path, crs=ZONE)
    assert_allclose(places.x, X, atol=0.01)
    assert_allclose(places.y, Y, atol=0.01)


def test_every_point_of_a_multi_point_counts_and_a_row_without_is_told(tmp_path):
    path = written(
        tmp_path / "p.gpkg",
        [shapely.multipoints(np.column_stack([X, Y])), None, shapely.Point(1, 2)],
        ZONE,
    )
    places = read_points(path, crs=ZONE)
    assert places.x.tolist() == [*X, 1.0]
    assert places.without_position == 1


def test_other_shapes_are_refused_by_row(tmp_path):
    path = written(
        tmp_path / "p.gpkg", [shapely.Point(1, 2), shapely.box(0, 0, 1, 1)], ZONE
    )
    with pytest.raises(LayerFormatError, match=r"Row 2 of p\.gpkg is a Polygon"):
        read_points(path, crs=ZONE)


@pytest.mark.parametrize(
    "head", ["longitude,latitude", "lat,lon", "Lon,Lat", "name,LONGITUDE,LATITUDE"]
)
def test_a_table_in_degrees_is_wgs_84(tmp_path, head):
    names = head.split(",")
    values = {"lo": "69", "la": "45.5", "na": "x"}
    path = tmp_path / "p.csv"
    path.write_text(f"{head}\n{','.join(values[n[:2].lower()] for n in names)}\n")
    places = read_points(path, crs=ZONE)
    x, y = pyproj.Transformer.from_crs(4326, ZONE, always_xy=True).transform(69, 45.5)
    assert_allclose([places.x[0], places.y[0]], [x, y], rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "name;lon;lat\nа;69,5;45,25\n",
        "lon;lat\n69.5;45.25\n",
        "lat\tlon\n45,25\t69,5\n",
        'lon,lat\n"69,5","45,25"\n',
    ],
)
def test_a_table_of_any_country_is_read(tmp_path, text):
    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8")
    places = read_points(path, crs=pyproj.CRS("EPSG:4326"))
    assert (places.x.tolist(), places.y.tolist()) == ([69.5], [45.25])


@pytest.mark.parametrize("head", ["x,y", "Easting,Northing"])
def test_a_table_in_metres_is_in_the_system_of_the_map(tmp_path, head):
    path = tmp_path / "p.csv"
    path.write_text(f"{head}\n 500000 ,5000000\n,\n600500,5000500.0\n1,\n")
    places = read_points(path, crs=ZONE)
    assert places.x.tolist() == X.tolist()
    assert places.y.tolist() == Y.tolist()
    assert places.without_position == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", r"has the columns .*'?a'?.*expected longitude, latitude or lon"),
        ("x,y\n1,2\n1,two\n", r"Row 2 of p\.csv has .*two.* as its y"),
        ("x,y\n1,inf\n", "expected a number"),
        ("x;y\n500,125;5000000\n", "500,125.*read as one in degrees only"),
        ("lon,lat\n69,5,45,25\n", "line 2 has 4 cells, the first has 2.*need ';'"),
        ("lon,lat\n69,45\n500000,45\n", "longitude 500000, latitude 45"),
        ("lon,lat\n69,-91\n", "latitude -91"),
    ],
)
def test_a_table_that_is_wrong_is_refused(tmp_path, text, message):
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(LayerFormatError, match=message):
        read_points(path, crs=ZONE)


def test_the_edges_of_the_earth_are_on_it(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("lon,lat\n360,90\n-360,-90\n")
    assert len(read_points(path, crs=pyproj.CRS(4326)).x) == 2


def test_other_formats_and_absent_files_are_refused(tmp_path):
    with pytest.raises(LayerFormatError, match=r"p\.xls does not say.*\.shp"):
        read_points(tmp_path / "p.xls", crs=ZONE)
    for name in ("p.csv", "p.gpkg", "p.geojson"):
        with pytest.raises(LayerFormatError, match="cannot be opened"):
            read_points(tmp_path / name, crs=ZONE)


def test_more_rows_than_the_limit_are_refused(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("x,y\n1,2\n1,2\n1,2\n")
    with pytest.raises(UnsafeFileError, match="more than 4 cells"):
        read_points(path, crs=ZONE, limits=Limits(table_cells=4))
