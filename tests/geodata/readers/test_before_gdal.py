"""Files that would lead GDAL or PROJ to others are refused before either sees them."""

import contextlib
import sqlite3

import geopandas as gpd
import pytest
import shapely

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.before_gdal import require_plain, require_plain_geodatabase
from geodata.readers.vector import read_rows

NAMING_FILES = (
    (
        'GEOGCS["x",DATUM["d",SPHEROID["K",6378245,298.3],'
        'EXTENSION["PROJ4_GRIDS","/any/file"]],PRIMEM["G",0],UNIT["degree",0.01745]]'
    ),
    (
        'PROJCS["x",GEOGCS["x",DATUM["d",SPHEROID["K",6378245,298.3]],PRIMEM["G",0],'
        'UNIT["degree",0.01745]],PROJECTION["custom_proj4"],EXTENSION["PROJ4",'
        '"+proj=defmodel +model=/any/file"],UNIT["metre",1]]'
    ),
)
TAB = b"!table\n!version 300\n!charset Cyrillic\n\nDefinition Table\n  Type NATIVE\n"


def points(path, driver):
    table = gpd.GeoDataFrame(
        {"name": ["Kundybai"]}, geometry=[shapely.Point(61.5, 52.5)], crs=4326
    )
    table.to_file(path, driver=driver, engine="pyogrio")
    return path


@pytest.mark.parametrize("text", NAMING_FILES)
def test_a_geopackage_whose_reference_system_names_a_file_is_refused(tmp_path, text):
    path = points(tmp_path / "a.gpkg", "GPKG")
    require_plain(path, "geopackage", "a.gpkg")
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE gpkg_spatial_ref_sys SET definition = ? WHERE srs_id = 4326",
            (text,),
        )
    with pytest.raises(UnsafeFileError, match="names files"):
        require_plain(path, "geopackage", "a.gpkg")


def test_the_web_mercator_that_gdal_writes_names_no_file(tmp_path):
    path = tmp_path / "a.gpkg"
    table = gpd.GeoDataFrame(geometry=[shapely.Point(61.5, 52.5)], crs=4326)
    table.to_crs(3857).to_file(path, driver="GPKG", engine="pyogrio")
    require_plain(path, "geopackage", "a.gpkg")


@pytest.mark.parametrize("text", NAMING_FILES)
def test_a_flatgeobuf_whose_header_names_a_file_is_refused(tmp_path, text):
    path = points(tmp_path / "a.fgb", "FlatGeobuf")
    require_plain(path, "flatgeobuf", "a.fgb")
    header = b"\0" * 40 + text.encode()
    path.write_bytes(b"fgb\3fgb\0" + len(header).to_bytes(4, "little") + header)
    with pytest.raises(UnsafeFileError, match="names files"):
        require_plain(path, "flatgeobuf", "a.fgb")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_geodatabase_whose_definitions_name_a_file_is_refused(tmp_path, encoding):
    system = tmp_path / "a00000003.gdbtable"
    system.write_bytes(b"\3\0\0\0 WGS 84")
    own = tmp_path / "a0000000a.gdbtable"  # rows of the user, whose texts are free
    own.write_bytes(NAMING_FILES[0].encode())
    require_plain_geodatabase([system, own], "a.gdb")
    system.write_bytes(b"\3\0\0\0" + NAMING_FILES[0].encode(encoding))
    with pytest.raises(UnsafeFileError, match="names files"):
        require_plain_geodatabase([system, own], "a.gdb")


@pytest.mark.parametrize(
    "lines",
    [
        b'begin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n',
        b'create view a as Select * From "../other/secret"\n',
        b'  Open Table "../other/secret" As b\n',
    ],
)
def test_a_table_of_mapinfo_made_of_others_is_refused(tmp_path, lines):
    path = tmp_path / "a.tab"
    path.write_bytes(TAB + b'begin_metadata\n"\\IsSeamless" = "FALSE"\nend_metadata\n')
    require_plain(path, "mapinfo", "a.tab")
    path.write_bytes(TAB + lines)
    with pytest.raises(UnsafeFileError, match="made of other tables"):
        require_plain(path, "mapinfo", "a.tab")


def test_a_file_that_begins_as_another_format_is_refused(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"<OGRVRTDataSource/>")
    with pytest.raises(LayerFormatError, match="not of the format"):
        require_plain(path, "geopackage", "a.gpkg")


def test_a_table_of_mapinfo_never_shows_rows_of_another(tmp_path):
    points(tmp_path / "secret.tab", "MapInfo File")
    table = gpd.GeoDataFrame(
        {"Table": [str(tmp_path / "secret.tab")]},
        geometry=[shapely.box(60, 50, 65, 55)],
        crs=4326,
    )
    path = tmp_path / "seam.tab"
    table.to_file(path, driver="MapInfo File", engine="pyogrio")
    with path.open("ab") as stream:
        stream.write(b'begin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n')
    with pytest.raises(UnsafeFileError, match="made of other tables"):
        read_rows(path, driver="mapinfo")


def test_the_view_of_a_geopackage_is_refused_before_it_is_run(tmp_path):
    path = points(tmp_path / "a.gpkg", "GPKG")
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE a RENAME TO base")
        # Whoever runs it meets an overflow, which is another error than ours.
        connection.execute(
            "CREATE VIEW a AS SELECT * FROM base WHERE abs(-9223372036854775808) > 0"
        )
        connection.execute("UPDATE gpkg_contents SET table_name = 'a'")
        connection.execute("UPDATE gpkg_geometry_columns SET table_name = 'a'")
    with pytest.raises(UnsafeFileError, match="is a view"):
        read_rows(path, driver="geopackage")
