"""Every vector format gives the same places; GDAL writes, our readers read."""

import shutil
import struct
import warnings
import zipfile

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.formats import FORMATS, ZIPPED, driver_of
from geodata.readers.vector import REPAIRED, read_geodatabase_table, read_vector
from geodata.region import Bounds
from tests.geodata.readers import corpus

TALAS = (72.9, 41.9)  # a place on land that every system below covers
SYSTEMS = (4326, 32642, 3857, 4284, 28412)
"""WGS 84, UTM 42 N, Web Mercator, Pulkovo 1942, Pulkovo 1942 Gauss-Krüger 12."""
ONE_METRE_DEG = 9e-6
GDAL_NAMES = {
    "shapefile": ("ESRI Shapefile", "rocks.shp"),
    "geojson": ("GeoJSON", "rocks.geojson"),
    "geojson-lines": ("GeoJSONSeq", "rocks.geojsonl"),
    "geopackage": ("GPKG", "rocks.gpkg"),
    "filegdb": ("OpenFileGDB", "rocks.gdb"),
    "flatgeobuf": ("FlatGeobuf", "rocks.fgb"),
    "mapinfo": ("MapInfo File", "rocks.tab"),
    "mif": ("MapInfo File", "rocks.mif"),
    "kml": ("KML", "rocks.kml"),
    "wfs": ("GML", "rocks.gml"),
    "geoparquet": ("", "rocks.parquet"),
}
"""How a table is written, by the driver that reads it; DXF has no columns."""
IN_DEGREES = {"kml", "geojson-lines"}  # by definition


def place_in(code):
    """The known place in a system, by PROJ with the axes the other way round."""
    east_first = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    return shapely.Point(east_first.transform(*TALAS))


def write(folder, driver, table, **options):
    """Let GDAL write a table; return the path."""
    name, file = GDAL_NAMES[driver]
    if driver == "flatgeobuf":
        options["SPATIAL_INDEX"] = "NO"  # which would sort the rows
    if not name:
        table.to_parquet(folder / file)
        return folder / file
    if driver == "geojson":
        options["RFC7946"] = "NO"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # OpenFileGDB says how it keeps integers
        pyogrio.write_dataframe(table, folder / file, driver=name, **options)
    return folder / file


def packed(path):
    """Zip a file, its side files, or a folder."""
    target = path.with_name("packed.zip")
    files = path.iterdir() if path.is_dir() else path.parent.glob(f"{path.stem}.*")
    prefix = f"data/{path.name}/" if path.is_dir() else "data/"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            if file != target:
                archive.write(file, f"{prefix}{file.name}")
    return target


@pytest.mark.parametrize(
    ("driver", "code"),
    [
        (name, code)
        for name in GDAL_NAMES
        for code in SYSTEMS[: 1 if name in IN_DEGREES else 5]
    ],
)
def test_a_known_place_comes_back_within_a_metre(tmp_path, driver, code):
    geometry = [place_in(code)]
    table = geopandas.GeoDataFrame({"name": ["a"]}, geometry=geometry, crs=code)
    path = write(tmp_path, driver, table)
    assert driver_of(path) == driver
    zipped = "kmz" if driver == "kml" else f"{driver}-zip"
    for name, file in ((driver, path), (zipped, packed(path))):
        back = read_vector(file, driver=name)
        assert back.crs == "EPSG:4326"
        (point,) = back.geometry
        assert point.x == pytest.approx(TALAS[0], abs=ONE_METRE_DEG)
        assert point.y == pytest.approx(TALAS[1], abs=ONE_METRE_DEG)
        assert "a" in {*back.iloc[0].drop("geometry")}


def test_every_driver_is_tried_above():
    assert {*GDAL_NAMES, "dxf"} == {*FORMATS}
    assert {*ZIPPED.values()} == {*FORMATS}


@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_a_pulkovo_place_moves_by_its_datum_shift_in_every_dialect(tmp_path, dialect):
    prj = pyproj.CRS.from_epsg(4284).to_wkt(dialect)
    record = corpus.point_record(*TALAS)
    driver, path = corpus.shapefile(tmp_path, [record], kind=1, prj=prj)
    (point,) = read_vector(path, driver=driver).geometry
    metres = pyproj.Geod(ellps="WGS84").inv(*TALAS, point.x, point.y)[2]
    assert 50 < metres < 200  # hundred metres and more, as everywhere in the Union
    expected = pyproj.Transformer.from_crs(4284, 4326, always_xy=True).transform(*TALAS)
    assert (point.x, point.y) == pytest.approx(expected, abs=ONE_METRE_DEG)


def shapes_of_all_kinds():
    outer = [(70, 40), (70, 44), (74, 44), (74, 40)]
    hole = [(71, 41), (73, 41), (73, 43), (71, 43)]
    islet = shapely.box(71.5, 41.5, 72.5, 42.5)
    return {
        "points": [shapely.Point(70, 40), shapely.Point(71, 41)],
        "multipoints": [shapely.MultiPoint([(70, 40), (71, 41)])],
        "lines": [
            shapely.LineString([(70, 40), (71, 41), (72, 40)]),
            shapely.MultiLineString([[(70, 40), (71, 41)], [(75, 40), (76, 42)]]),
        ],
        "polygons": [
            shapely.Polygon(outer, [hole]),
            shapely.MultiPolygon([shapely.Polygon(outer, [hole]), islet]),
            shapely.MultiPolygon(
                [shapely.box(80, 40, 81, 41), shapely.box(82, 40, 83, 41)]
            ),
        ],
        "heights": [shapely.LineString([(70, 40, 5), (71, 41, 6)])],
    }


@pytest.mark.parametrize(
    ("driver", "kind"),
    [
        (driver, kind)
        for driver in GDAL_NAMES
        for kind in shapes_of_all_kinds()
        # GDAL writes a multi-point as several points there.
        if (driver, kind) not in {("mapinfo", "multipoints"), ("mif", "multipoints")}
    ],
)
def test_geometries_of_every_kind_come_back(tmp_path, driver, kind):
    shapes = shapes_of_all_kinds()[kind]
    names = [f"rock {number}" for number in range(len(shapes))]
    table = geopandas.GeoDataFrame({"name": names}, geometry=shapes, crs=4326)
    if driver == "filegdb":
        table["geometry"] = [
            shape if kind in {"points", "multipoints"} else multi(shape)
            for shape in shapes
        ]
    back = read_vector(write(tmp_path, driver, table), driver=driver)
    assert len(back) == len(shapes)
    assert not back.has_z.any()
    for was, now in zip(shapes, back.geometry, strict=True):
        assert now.equals(shapely.force_2d(was)), (was, now)
        assert now.is_valid


def multi(shape):
    if shape.geom_type.startswith("Multi"):
        return shape
    many = shapely.MultiLineString if shape.length == shape.area else None
    kind = shapely.MultiPolygon if shape.area else shapely.MultiLineString
    return (many or kind)([shape])


def test_numbers_and_texts_of_a_shapefile_are_what_gdal_reads(tmp_path):
    table = geopandas.GeoDataFrame(
        {
            "name": ["Алматы", None, "=cmd()", "+1", "@x", "-2"],
            "whole": [1, 2, 3, -4, 5, 6],
            "number": [1.5, np.nan, -2.25, 0.0, 1e10, 3.0],
        },
        geometry=[shapely.Point(70 + number, 40) for number in range(6)],
        crs=4326,
    )
    back = read_vector(
        write(tmp_path, "shapefile", table, encoding="UTF-8"), driver="shapefile"
    )
    assert back["name"].fillna("").tolist() == [
        "Алматы",
        "",
        "=cmd()",
        "+1",
        "@x",
        "-2",
    ]
    assert back["whole"].tolist() == [1, 2, 3, -4, 5, 6]
    assert np.isnan(back["number"][1])
    assert back["number"].drop(1).tolist() == [1.5, -2.25, 0.0, 1e10, 3.0]


@pytest.mark.parametrize(
    ("encoding", "cpg", "text"),
    [
        ("utf-8", "UTF-8", "Чу-Или"),
        ("utf-8", None, "Чу-Или"),
        ("cp1251", "ANSI 1251", "Чу-Или"),
        ("latin-1", None, "Müller"),
        ("latin-1", "ISO-8859-1", "Müller"),
        ("utf-8", "nonsense", "Чу-Или"),
    ],
)
def test_texts_of_a_shapefile_are_decoded(tmp_path, encoding, cpg, text):
    driver, path = corpus.shapefile(
        tmp_path,
        [corpus.point_record(*TALAS)],
        kind=1,
        table=corpus.dbase([text], width=20, encoding=encoding),
    )
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    assert read_vector(path, driver=driver)["name"].tolist() == [text]


def test_a_letter_cut_off_at_the_end_of_a_field_spoils_no_other(tmp_path):
    cells = corpus.dbase(["Чу", "Алматы город"], width=9)
    records = [corpus.point_record(*TALAS)] * 2
    driver, path = corpus.shapefile(tmp_path, records, kind=1, table=cells)
    assert read_vector(path, driver=driver)["name"].tolist() == ["Чу", "Алма\ufffd"]


def test_a_deleted_row_and_a_null_shape(tmp_path):
    table = bytearray(corpus.dbase(["a", "b", "c"]))
    table[65 + 11] = ord("*")
    null = struct.pack("<i", 0)
    records = [corpus.point_record(70, 40), corpus.point_record(71, 40), null]
    driver, path = corpus.shapefile(tmp_path, records, kind=1, table=bytes(table))
    back = read_vector(path, driver=driver)
    assert back["name"].tolist() == ["a", "c"]
    assert back.geometry.iloc[0].equals(shapely.Point(70, 40))
    assert back.geometry.iloc[1] is None


def test_an_hourglass_is_repaired_and_counted(tmp_path):
    hourglass = [(70, 40), (71, 41), (71, 40), (70, 41), (70, 40)]
    records = [
        corpus.polygon_record([hourglass]),
        corpus.polygon_record([corpus.SQUARE]),
    ]
    driver, path = corpus.shapefile(tmp_path, records)
    back = read_vector(path, driver=driver)
    assert back.attrs[REPAIRED] == 1
    assert back.is_valid.all()
    assert shapely.area(back.geometry).tolist() == pytest.approx([0.5, 1.0])


def test_a_polygon_that_encloses_nothing_has_no_geometry(tmp_path):
    flat = [(70, 40), (71, 41), (70, 40), (70, 40)]
    driver, path = corpus.shapefile(tmp_path, [corpus.polygon_record([flat])])
    assert read_vector(path, driver=driver).geometry.tolist() == [None]


def test_a_window_keeps_the_rows_whose_box_meets_it(tmp_path):
    names = ["inside", "touching", "outside", "nowhere"]
    rows = [
        corpus.row("LineString", [[70, 40], [71, 41]], name="inside"),
        corpus.row("Point", [72, 42], name="touching"),
        corpus.row("Point", [73, 42], name="outside"),
        {"type": "Feature", "properties": {"name": "nowhere"}, "geometry": None},
    ]
    _, path = corpus.plain(tmp_path, "a.geojson", corpus.geojson(*rows), "geojson")
    assert read_vector(path, driver="geojson")["name"].tolist() == names
    window = Bounds(west=69, south=39, east=72, north=42)
    back = read_vector(path, driver="geojson", window=window)
    assert back["name"].tolist() == ["inside", "touching"]


def test_a_geodatabase_is_read_by_window_layer_and_table(tmp_path):
    points = [shapely.Point(lon, 45) for lon in range(60, 80)]
    table = geopandas.GeoDataFrame(
        {"name": [f"p{point.x:g}" for point in points]}, geometry=points, crs=4326
    ).to_crs("ESRI:54012")
    path = write(tmp_path, "filegdb", table, layer="points")
    write(tmp_path, "filegdb", table.iloc[:3], layer="few", append=True)
    plain = pd.DataFrame({"code": ["su", "vb"], "title": ["=1+1", "b"]})
    write(tmp_path, "filegdb", plain, layer="codes", append=True)
    window = Bounds(west=64.5, south=40, east=70.5, north=50)
    for file, driver in ((path, "filegdb"), (packed(path), "filegdb-zip")):
        back = read_vector(file, driver=driver, layer="points", window=window)
        assert back["name"].tolist() == ["p65", "p66", "p67", "p68", "p69", "p70"]
        assert len(read_vector(file, driver=driver, layer="few")) == 3
        with pytest.raises(LayerFormatError, match="'points', 'few'"):
            read_vector(file, driver=driver)
        codes = read_geodatabase_table(file, "codes", columns=("code",))
        assert codes.to_numpy().tolist() == [["su", "=1+1"], ["vb", "b"]]
        with pytest.raises(LayerFormatError, match="codes"):
            read_geodatabase_table(file, "other")
        with pytest.raises(LayerFormatError, match=r"\['age'\].*'code', 'title'"):
            read_geodatabase_table(file, "codes", columns=("age",))


@pytest.fixture
def fifty_places(tmp_path):
    """A geodatabase, its rows, and where they lie in it."""
    table = geopandas.GeoDataFrame(
        {"name": [f"Кутессай {number}" for number in range(50)]},
        geometry=[shapely.Point(70 + number / 10, 40) for number in range(50)],
        crs=4326,
    )
    path = write(tmp_path, "filegdb", table)
    (rows,) = (
        file for file in path.iterdir() if "Кутессай 7".encode() in file.read_bytes()
    )
    return path, rows, rows.with_suffix(".gdbtablx")


@pytest.mark.parametrize("window", [None, Bounds(west=69, south=39, east=76, north=41)])
def test_a_geodatabase_that_lost_a_row_is_refused(fifty_places, window):
    path, _, places = fifty_places
    assert len(read_vector(path, driver="filegdb", window=window)) == 50
    content = bytearray(places.read_bytes())
    content[16 + 5 * 3 : 16 + 5 * 4] = bytes(5)
    places.write_bytes(content)
    with pytest.raises(UnsafeFileError, match=r"says it has 50 rows; 49 could be read"):
        read_vector(path, driver="filegdb", window=window)


def test_a_geodatabase_whose_text_is_not_utf8_is_refused(fifty_places):
    path, rows, _ = fifty_places
    other = "Кутессай".encode("cp1251").ljust(len("Кутессай".encode()))
    rows.write_bytes(rows.read_bytes().replace("Кутессай".encode(), other))
    with pytest.raises(LayerFormatError, match=r"rocks\.gdb cannot be read.*utf-8"):
        read_vector(path, driver="filegdb")


def test_points_of_mapinfo_that_belong_together_stay_together(tmp_path):
    path = tmp_path / "a.mif"
    path.write_text(
        'Version 450\nCharset "WindowsLatin1"\nDelimiter ","\n'
        "CoordSys Earth Projection 1, 104\nColumns 1\n  name Char(10)\nData\n\n"
        "Multipoint 2\n70 40\n71 41\nPoint 72 42\n"
    )
    path.with_suffix(".mid").write_text('"a"\n"b"\n')
    back = read_vector(path, driver="mif")
    assert back["name"].tolist() == ["a", "b"]
    assert back.geometry[0].equals(shapely.MultiPoint([(70, 40), (71, 41)]))


@pytest.mark.parametrize("driver", GDAL_NAMES)
def test_a_missing_column_is_an_error_that_lists_what_came(tmp_path, driver):
    geometry = [shapely.Point(TALAS)]
    table = geopandas.GeoDataFrame({"Name": ["a"]}, geometry=geometry, crs=4326)
    path = write(tmp_path, driver, table)
    # The KML driver spells it in small letters.
    name = "name" if driver == "kml" else "Name"
    assert name in read_vector(path, driver=driver, columns=(name,)).columns
    with pytest.raises(LayerFormatError, match=rf"\['NAME'\].*{name}"):
        read_vector(path, driver=driver, columns=("NAME",))


def test_a_file_without_a_reference_system_is_refused(tmp_path):
    local = 'LOCAL_CS["mine grid",UNIT["metre",1]]'
    record = corpus.point_record(*TALAS)
    driver, path = corpus.shapefile(tmp_path, [record], kind=1, prj=local)
    with pytest.raises(LayerFormatError, match="well-known text"):
        read_vector(path, driver=driver)
    path.with_suffix(".prj").write_text("")
    with pytest.raises(LayerFormatError, match="well-known text"):
        read_vector(path, driver=driver)


@pytest.mark.parametrize(
    ("places", "prj", "said"),
    [
        ([(70, 40), (41.9, 172.9)], 4326, r"Row 2 .*latitude 172\.9: not on the Earth"),
        ([(500_000, 4_500_000)], 4326, "Row 1 .*longitude 500000"),
        ([(4e7, 4e7)], 32642, "Row 1 .*inf"),
    ],
)
def test_a_place_off_the_earth_is_named(tmp_path, places, prj, said):
    prj = pyproj.CRS.from_epsg(prj).to_wkt("WKT1_ESRI")
    records = [corpus.point_record(*place) for place in places]
    driver, path = corpus.shapefile(tmp_path, records, kind=1, prj=prj)
    with pytest.raises(LayerFormatError, match=said):
        read_vector(path, driver=driver)


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        (b"D", ["20200131", "", "x"], ["2020-01-31", None, None]),
        (b"L", ["T", "n", "?"], [True, False, None]),
        (b"N", ["-7", "", "*****"], [-7.0, None, None]),
        (b"N", ["-7", "12", "0"], [-7, 12, 0]),
        (b"F", ["1e3", "inf", "nan"], [1000.0, None, None]),
    ],
)
def test_cells_of_every_kind_of_a_shapefile(tmp_path, kind, cells, expected):
    table = corpus.dbase(cells, kind=kind)
    records = [corpus.point_record(70, 40)] * len(cells)
    driver, path = corpus.shapefile(tmp_path, records, kind=1, table=table)
    found = read_vector(path, driver=driver)["name"]
    assert [None if pd.isna(cell) else cell for cell in found] == expected


@pytest.mark.parametrize("kind", [b"M", b"I", b"P"])
def test_cells_that_lie_elsewhere_are_refused_unless_all_are_empty(tmp_path, kind):
    records = [corpus.point_record(70, 40)] * 2
    for cells in (["", "0"], ["", "1"]):
        table = corpus.dbase(cells, kind=kind)
        driver, path = corpus.shapefile(tmp_path, records, kind=1, table=table)
        if cells[1] == "0":
            assert len(read_vector(path, driver=driver)) == 2
    with pytest.raises(LayerFormatError, match=r"Column 1 .*kind.*GeoPackage"):
        read_vector(path, driver=driver)


def test_a_rounding_error_past_the_edge_is_cut_off(tmp_path):
    place = corpus.row("Point", [180.000_000_1, -90.000_000_1])
    _, path = corpus.plain(tmp_path, "a.geojson", corpus.geojson(place), "geojson")
    (point,) = read_vector(path, driver="geojson").geometry
    assert (point.x, point.y) == (180, -90)


def test_a_member_is_found_by_its_name_alone_or_with_its_folder(tmp_path):
    other = corpus.geojson(corpus.row(name="b"))
    members = [
        ("x/a.geojson", corpus.ONE_POINT),
        ("x/ba.geojson", other),
        ("__MACOSX/x/._a.geojson", b"\0"),
    ]
    _, path = corpus.archive(tmp_path, members)
    for member in ("a.geojson", "x/a.geojson"):
        assert read_vector(path, driver="geojson-zip", member=member)["name"][0] == "a"
    with pytest.raises(LayerFormatError, match="holds 2 files"):
        read_vector(path, driver="geojson-zip")
    with pytest.raises(LayerFormatError, match="holds 0 files"):
        read_vector(path, driver="geojson-zip", member="A.geojson")


def test_capital_side_files_in_an_archive(tmp_path):
    _, path = corpus.shapefile(tmp_path, [corpus.polygon_record([corpus.SQUARE])])
    members = [
        (f"gis/ROCKS{suffix.upper()}", path.with_suffix(suffix).read_bytes())
        for suffix in (".shp", ".shx", ".dbf", ".prj")
    ]
    _, zipped = corpus.archive(tmp_path, members)
    (square,) = read_vector(zipped, driver="shapefile-zip").geometry
    assert square.area == 1.0


def test_properties_of_geojson_keep_their_kind(tmp_path):
    rows = [
        corpus.row(name="=1+1", n=1, share=0.5, tags=["a", 1], geometry="mine"),
        corpus.row(name="\x07bell", n=None, share=None, late=True),
    ]
    content = b"\xef\xbb\xbf" + corpus.geojson(*rows)
    _, path = corpus.plain(tmp_path, "a.json", content, "geojson")
    back = read_vector(path, driver="geojson")
    assert back["name"].tolist() == ["=1+1", "\x07bell"]
    assert back["tags"][0] == '["a",1]'
    assert back["geometry_"][0] == "mine"
    assert back["n"].isna().tolist() == [False, True]
    assert back["late"].tolist() == [None, True]


def test_copies_of_an_archive_are_equal(tmp_path):
    _, path = corpus.archive(tmp_path, [("a.geojson", corpus.ONE_POINT)])
    other = shutil.copy(path, tmp_path / "b.zip")
    first, second = (read_vector(file, driver="geojson-zip") for file in (path, other))
    assert first.equals(second)


def test_a_ring_outside_its_shell_is_a_polygon_of_its_own(tmp_path):
    far = [(lon + 5, lat) for lon, lat in corpus.SQUARE][::-1]
    driver, path = corpus.shapefile(
        tmp_path, [corpus.polygon_record([corpus.SQUARE, far])]
    )
    (geometry,) = read_vector(path, driver=driver).geometry
    assert geometry.geom_type == "MultiPolygon"
    assert geometry.area == 2.0


def test_a_shapefile_of_surfaces_in_space_is_refused(tmp_path):
    driver, path = corpus.shapefile(tmp_path, [b"\x1f\0\0\0"], kind=31)
    with pytest.raises(LayerFormatError, match="kind 31"):
        read_vector(path, driver=driver)


def test_a_drawing_is_read_in_the_system_that_is_told(tmp_path):
    lines = [shapely.LineString([(13_500_000, 4_600_000), (13_501_000, 4_601_000)])]
    table = geopandas.GeoDataFrame({"Layer": ["0"]}, geometry=lines, crs=28413)
    pyogrio.write_dataframe(table, tmp_path / "a.dxf", driver="DXF")
    with pytest.raises(LayerFormatError, match="no coordinate reference system"):
        read_vector(tmp_path / "a.dxf", driver="dxf")
    (line,) = read_vector(tmp_path / "a.dxf", driver="dxf", crs="EPSG:28413").geometry
    assert line.distance(table.to_crs(4326).geometry.iloc[0]) < ONE_METRE_DEG
