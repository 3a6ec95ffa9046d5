"""The real files of the mirror, against the counts we know and against GDAL."""

import pyogrio
import pytest
import shapely

from geodata.readers.vector import REPAIRED, read_vector

FILES = {
    "hasterok-provinces/global_gprv.shp": ("shapefile", 914),
    "hasterok-provinces/cratons.shp": ("shapefile", 114),
    "cafd-faults/GIS_shapefiles.zip": ("shapefile-zip", 1197),
    "himatibetmap/HimaTibetMap.geojson": ("geojson", 940),
    "himatibetmap/sutures.geojson": ("geojson", 18),
    "gem-active-faults/gem_active_faults.geojson.zip": ("geojson-zip", 10_057),
}


@pytest.mark.parametrize("name", FILES)
def test_every_row_column_and_geometry_is_what_gdal_reads(shared, name):
    driver, rows = FILES[name]
    path = shared / "mirror" / name
    ours = read_vector(path, driver=driver)
    theirs = pyogrio.read_dataframe(
        f"/vsizip/{path}" if path.suffix == ".zip" else path
    ).to_crs("EPSG:4326")
    assert len(ours) == rows
    assert {*ours.columns} == {*theirs.columns}
    assert ours.geometry.isna().tolist() == theirs.geometry.isna().tolist()
    known = ~ours.geometry.isna()
    apart = shapely.hausdorff_distance(ours.geometry[known], theirs.geometry[known])
    assert apart.max() < 1e-9
    assert ours.geom_type[known].tolist() == theirs.geom_type[known].tolist()
    for column in ours.columns.drop("geometry"):
        if ours[column].dtype == theirs[column].dtype == "str":
            was = theirs[column].fillna("").str.strip().tolist()
            assert ours[column].fillna("").str.strip().tolist() == was


def test_the_provinces_are_834_polygons_and_80_multipolygons_all_valid(shared):
    table = read_vector(
        shared / "mirror/hasterok-provinces/global_gprv.shp",
        driver="shapefile",
        columns=("prov_name", "prov_type", "lastorogen", "crust_type"),
    )
    counts = table.geom_type.value_counts()
    assert (counts["Polygon"], counts["MultiPolygon"]) == (834, 80)
    assert table.attrs[REPAIRED] == 0


def test_the_faults_of_central_asia_lie_where_they_should(shared):
    table = read_vector(
        shared / "mirror/cafd-faults/GIS_shapefiles.zip",
        driver="shapefile-zip",
        member="cafd_faults_27072015.shp",
        columns=("Name", "FaultID", "Type"),
    )
    assert table.total_bounds == pytest.approx([60.7, 16.4, 114.0, 49.2], abs=0.1)
    talas = table[table["FaultID"] == 4]
    assert len(talas) == 3
    assert talas.union_all().distance(shapely.Point(72.9, 41.9)) < 0.25


def test_three_faults_of_the_world_have_no_geometry(shared):
    table = read_vector(
        shared / "mirror/gem-active-faults/gem_active_faults.geojson.zip",
        driver="geojson-zip",
    )
    assert int(table.geometry.isna().sum()) == 3
