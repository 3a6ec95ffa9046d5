"""Vector layers whose official files nobody here has seen: read in their format.

Every file of this module is synthetic: invented shapes in the documented format.
"""

import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geodata.errors import LayerFormatError, MissingLayerError
from geodata.layers import (
    access_lines,
    geology,
    intrusions,
    lithology_polygons,
    magmatic_belts,
)
from geodata.layers.clip import MARGIN, lines_inside, margin_polygon
from geodata.layers.source_files import found_column, needed_column

ASIA_ALBERS = "+proj=aea +lat_1=40 +lat_2=60 +lat_0=30 +lon_0=75 +ellps=krass +units=m"
ECKERT_IV = "ESRI:54012"

SQUARES = {
    "Pi": shapely.box(75, 42, 76, 43),
    "ii": shapely.box(76, 42, 77, 43),
    "K": shapely.box(77, 42, 78, 43),
    "H2O": shapely.box(78, 42, 79, 43),
    "oth": shapely.box(79, 42, 80, 43),
    "new": shapely.box(80, 42, 81, 43),
    "TKi": shapely.box(139, 42, 140, 43),
}


def zipped(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for member in sorted(folder.rglob("*")):
            packed.write(member, member.relative_to(folder.parent))
    return archive


def shapefiles(tmp_path: Path, archive: str, **tables) -> Path:
    folder = tmp_path / "packed"
    folder.mkdir()
    for name, table in tables.items():
        table.to_file(folder / f"{name}.shp", driver="ESRI Shapefile")
    return zipped(folder, tmp_path / archive)


def table_of(columns, shapes, crs="EPSG:4326"):
    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def geo1ec():
    return table_of(
        {"AREA": 1.0, "PERIMETER": 4.0, "GLG": list(SQUARES)}, SQUARES.values()
    )


@pytest.fixture
def answer(tmp_path) -> Path:
    """What the map service answers, in degrees."""
    path = tmp_path / "geo1ec.json"
    geo1ec().to_file(path, driver="GeoJSON")
    return path


@pytest.fixture
def shapefile(tmp_path) -> Path:
    """The shapefile, on the plane it was drawn on."""
    dense = geo1ec()
    dense["geometry"] = dense.geometry.segmentize(0.1)
    return shapefiles(tmp_path, "geo1ec.zip", geo1ec=dense.to_crs(ASIA_ALBERS))


def test_ages_are_told_in_words_and_only_rocks_are_intrusive_or_not(answer):
    product = geology.build_geology({geology.ANSWER: answer})
    rows = product.table.set_index("age_code")
    assert list(rows.index) == ["Pi", "ii", "K", "H2O", "new"]
    assert list(rows["age"].fillna("?")) == ["Palaeozoic", "?", "Cretaceous", "?", "?"]
    known = rows["intrusive"].dropna()
    assert known.to_dict() == {"Pi": True, "ii": True, "K": False}
    assert "not yet checked" in product.extra["legend"]


def test_land_outside_the_map_is_not_covered_and_far_rows_are_left_out(answer):
    coverage = geology.build_geology({geology.ANSWER: answer}).coverage
    inside = shapely.contains_xy(coverage, [75.5, 78.5, 79.5, 139.5], [42.5] * 4)
    assert list(inside) == [True, True, False, False]


def test_the_shapefile_on_its_own_plane_gives_the_same_map(answer, shapefile):
    one = geology.build_geology({geology.ANSWER: answer})
    other = geology.build_geology({geology.SHAPEFILE: shapefile})
    assert list(one.table["age_code"]) == list(other.table["age_code"])
    apart = shapely.hausdorff_distance(
        one.table.geometry.to_numpy(), other.table.geometry.to_numpy()
    )
    assert apart.max() < 0.003  # the ellipsoid of the plane is another


def test_the_answer_of_the_service_wins_over_the_shapefile(answer, tmp_path):
    files = {geology.ANSWER: answer, geology.SHAPEFILE: tmp_path / "not there.zip"}
    assert len(geology.build_geology(files).table) == 5


def test_intrusions_are_the_intrusive_codes_and_know_where_none_is_mapped(answer):
    product = intrusions.build_intrusions({geology.ANSWER: answer})
    assert list(product.table["kind"]) == [
        "intrusive rocks, Palaeozoic",
        "basic, ultrabasic and alkaline intrusive rocks of unknown age",
    ]
    assert list(product.table["name"]) == list(product.table["kind"])
    assert shapely.contains_xy(product.coverage, 77.5, 42.5)


def test_geology_without_its_code_lists_the_columns_that_came(tmp_path):
    path = tmp_path / "geo1ec.json"
    table_of({"AGE": ["K"]}, [SQUARES["K"]]).to_file(path, driver="GeoJSON")
    with pytest.raises(LayerFormatError, match=r"GLG.*AGE"):
        geology.build_geology({geology.ANSWER: path})
    with pytest.raises(MissingLayerError, match="neither"):
        geology.build_geology({})


@pytest.fixture
def geodatabase(tmp_path) -> Path:
    """GLiM: one table, World Eckert IV, codes of two letters and of six."""
    shapes = table_of(
        {
            "IDENTITY_": ["a", "b", "c", "d", "e"],
            "Litho": ["papc__", "sssh__", "pb____", "nd____", "su____"],
            "xx": ["pa", "ss", "pb", "nd", "su"],
        },
        [
            shapely.MultiPolygon([SQUARES["Pi"]]),
            shapely.MultiPolygon([SQUARES["ii"]]),
            shapely.MultiPolygon([SQUARES["K"]]),
            shapely.MultiPolygon([SQUARES["H2O"]]),
            shapely.MultiPolygon([SQUARES["TKi"]]),
        ],
    )
    folder = tmp_path / "LiMW_GIS 2015.gdb"
    shapes.to_crs(ECKERT_IV).to_file(folder, driver="OpenFileGDB", layer="GLiM_export")
    return zipped(folder, tmp_path / "LiMW_GIS_2015.gdb.zip")


def test_rocks_at_the_surface_are_told_in_words_but_no_data_is_no_rock(geodatabase):
    files = {lithology_polygons.GEODATABASE: geodatabase}
    product = lithology_polygons.build_lithology_polygons(files)
    assert list(product.table["code"]) == ["pa", "ss", "pb"]
    assert list(product.table["lithology"]) == [
        "acid plutonic rocks",
        "siliciclastic sedimentary rocks",
        "basic plutonic rocks",
    ]
    assert list(product.table["detail"]) == ["papc__", "sssh__", "pb____"]
    inside = shapely.contains_xy(product.coverage, [75.5, 77.5, 78.5], [42.5] * 3)
    assert list(inside) == [True, True, False]


def test_plutonic_rocks_stand_in_for_intrusions(geodatabase):
    files = {lithology_polygons.GEODATABASE: geodatabase}
    product = intrusions.build_plutonic_rocks(files)
    assert list(product.table["kind"]) == [
        "acid plutonic rocks",
        "basic plutonic rocks",
    ]
    assert shapely.contains_xy(product.coverage, 76.5, 42.5)


@pytest.mark.parametrize(
    ("identity", "title"), [("Coded_Id", "Tract_name"), ("TRACT_ID", "NAME")]
)
def test_porphyry_tracts_are_belts_and_sediment_hosted_ones_are_not(
    tmp_path, identity, title
):
    tracts = table_of(
        {identity: ["142pCu8502", "9"], title: ["Kipchak", "Far"]},
        [SQUARES["Pi"], SQUARES["TKi"]],
    )
    path = shapefiles(
        tmp_path,
        "sir20105090z-shape.zip",
        pCu_Tracts=tracts,
        SedCu_Tracts=tracts,
        pCu_Deposits_prospects=table_of({"x": [1]}, [shapely.Point(75, 42)]),
    )
    product = magmatic_belts.build_magmatic_belts({magmatic_belts.TRACTS: path})
    assert product.table[["tract", "name"]].to_numpy().tolist() == [
        ["142pCu8502", "Kipchak"]
    ]
    assert product.coverage is None


def test_an_archive_without_porphyry_tracts_is_told_with_what_it_holds(tmp_path):
    path = shapefiles(
        tmp_path,
        "sir20105090z-shape.zip",
        SedCu_Tracts=table_of({"x": [1]}, [SQUARES["Pi"]]),
    )
    with pytest.raises(LayerFormatError, match="SedCu_Tracts"):
        magmatic_belts.build_magmatic_belts({magmatic_belts.TRACTS: path})


def test_roads_and_railways_are_cut_to_the_margin_and_ferries_left_out(tmp_path):
    lines = [
        shapely.LineString([(75, 43), (80, 43)]),
        shapely.LineString([(90, 50), (99, 50)]),
        shapely.LineString([(52, 42), (53, 42)]),
        shapely.LineString([(0, 50), (1, 50)]),
    ]
    kinds = ["Major Highway", "Road", "Ferry Route", "Road"]
    path = shapefiles(
        tmp_path,
        "ne_10m_roads.zip",
        ne_10m_roads=table_of({"name": ["A2", None, None, None], "type": kinds}, lines),
    )
    files = {access_lines.ROADS: path, access_lines.RAILWAYS: path}
    table = access_lines.build_roads(files).table
    assert list(table["kind"]) == ["Major Highway", "Road"]
    assert table["name"][0] == "A2"
    assert table["name"].isna()[1]
    assert table.geometry[1].bounds == (90.0, 50.0, MARGIN.east, 50.0)
    assert len(access_lines.build_railways(files).table) == 2


def test_a_line_that_leaves_the_margin_and_comes_back_is_two_of_one_sense():
    out_and_back = shapely.LineString([(92, 40), (95, 40), (95, 41), (92, 41)])
    shapes = np.array([None, out_and_back, shapely.Point(60, 40)], dtype=object)
    lines, row = lines_inside(shapes, margin_polygon())
    assert list(row) == [1, 1]
    assert [list(line.coords) for line in lines] == [
        [(92, 40), (93, 40)],
        [(93, 41), (92, 41)],
    ]


def test_columns_are_found_whatever_their_case_and_missing_ones_are_listed():
    table = table_of({"glg": ["K"]}, [SQUARES["K"]])
    assert found_column(table, ("GLG", "AGE")) == "glg"
    with pytest.raises(LayerFormatError, match=r"AGE.*glg"):
        needed_column(table, ("AGE",), "a test")
