"""Hostile vector files, made here: one builder per class, none holds real data.

Each builder writes into a folder and returns the driver and the path to be read.
``TRAPS`` need the address of a canary server and a private file.
"""

import io
import json
import math
import sqlite3
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np

WGS84_WKT = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,'
    '298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
SQUARE = [(70.0, 40.0), (70.0, 41.0), (71.0, 41.0), (71.0, 40.0), (70.0, 40.0)]
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="{layer}"><SrcDataSource>{source}'
    "</SrcDataSource><SrcLayer>{layer}</SrcLayer><GeometryType>wkbPoint</GeometryType>"
    '<LayerSRS>EPSG:4326</LayerSRS><GeometryField encoding="PointFromColumns" x="lon" '
    'y="lat"/></OGRVRTLayer></OGRVRTDataSource>'
)


# Shapefiles, byte by byte.


def polygon_record(rings, *, parts=None, points=None, kind=5):
    """The content of one record; ``parts`` and ``points`` may lie."""
    flat = np.concatenate([np.asarray(ring, dtype="<f8") for ring in rings])
    starts = np.cumsum([0, *(len(ring) for ring in rings)])[:-1]
    return (
        struct.pack("<i4d", kind, 0.0, 0.0, 1.0, 1.0)
        + struct.pack(
            "<ii",
            len(rings) if parts is None else parts,
            len(flat) if points is None else points,
        )
        + starts.astype("<i4").tobytes()
        + flat.tobytes()
    )


def point_record(x, y):
    return struct.pack("<i2d", 1, x, y)


def dbase(rows, *, claimed=None, width=10, encoding="utf-8", kind=b"C"):
    """A table with one column ``name``, of text unless told otherwise."""
    field = struct.pack("<11sc4xBB14x", b"name", kind, width, 0)
    header = struct.pack(
        "<B3xIHH20x", 3, len(rows) if claimed is None else claimed, 65, width + 1
    )
    cells = b"".join(b" " + row.encode(encoding)[:width].ljust(width) for row in rows)
    return header + field + b"\r" + cells + b"\x1a"


def shapefile(
    folder, records, *, kind=5, prj=WGS84_WKT, table=None, lie_length=0, entries=None
):
    """Write a shapefile; every record gets an honest index unless told otherwise."""

    def header(size):
        words = struct.pack(">i20xi", 9994, size // 2)
        return words + struct.pack("<ii8d", 1000, kind, *[0.0] * 8)

    body, index = b"", b""
    for number, record in enumerate(records, start=1):
        index += struct.pack(">ii", (100 + len(body)) // 2, len(record) // 2)
        body += struct.pack(">ii", number, len(record) // 2) + record
    index = index if entries is None else entries
    path = folder / "rocks.shp"
    path.write_bytes(header(100 + len(body) + lie_length) + body)
    path.with_suffix(".shx").write_bytes(header(100 + len(index)) + index)
    path.with_suffix(".dbf").write_bytes(
        dbase(["x"] * len(records)) if table is None else table
    )
    if prj is not None:
        path.with_suffix(".prj").write_text(prj)
    return "shapefile", path


def random_ring(corners):
    places = np.random.default_rng(7).random((corners, 2)) + np.array([70.0, 40.0])
    return [*places, places[0]]


def circles(count):
    """Nested rings, outside clockwise, then as many counter-clockwise in them."""
    rings = []
    for number in range(count):
        radius = 1.0 - 0.9 * number / count
        turn = np.linspace(0, -2 * math.pi, 9)
        ring = np.column_stack([70 + radius * np.cos(turn), 40 + radius * np.sin(turn)])
        rings += [ring, ring[::-1]]
    return rings


def huge_index(folder):
    """An index that names one record forty thousand times."""
    return shapefile(
        folder,
        [polygon_record([SQUARE])],
        entries=struct.pack(">ii", 50, 64) * 40_000,
        table=dbase(["x"] * 40_000),
    )


SHAPEFILES = {
    "header claims more bytes": lambda at: shapefile(
        at, [polygon_record([SQUARE])], lie_length=1000
    ),
    "index points beyond the file": lambda at: shapefile(
        at, [polygon_record([SQUARE])], entries=struct.pack(">ii", 5000, 64)
    ),
    "index with negative length": lambda at: shapefile(
        at, [polygon_record([SQUARE])], entries=struct.pack(">ii", 50, -64)
    ),
    "index and record differ in length": lambda at: shapefile(
        at, [polygon_record([SQUARE])], entries=struct.pack(">ii", 50, 40)
    ),
    "one record named 40 000 times": huge_index,
    "two thousand million points": lambda at: shapefile(
        at, [polygon_record([SQUARE], points=2_000_000_000)]
    ),
    "two thousand million parts": lambda at: shapefile(
        at, [polygon_record([SQUARE], parts=2_000_000_000)]
    ),
    "negative parts": lambda at: shapefile(at, [polygon_record([SQUARE], parts=-1)]),
    "negative points": lambda at: shapefile(at, [polygon_record([SQUARE], points=-5)]),
    "parts out of order": lambda at: shapefile(
        at,
        [
            polygon_record([SQUARE, SQUARE])[:44]
            + struct.pack("<2i", 0, 99)
            + polygon_record([SQUARE, SQUARE])[52:]
        ],
    ),
    "record too short for its kind": lambda at: shapefile(at, [b"\5\0\0\0"]),
    "kind differs from the header": lambda at: shapefile(at, [point_record(70, 40)]),
    "NaN in a ring": lambda at: shapefile(
        at, [polygon_record([[*SQUARE[:2], (math.nan, 41.0), *SQUARE[3:]]])]
    ),
    "infinite point": lambda at: shapefile(at, [point_record(math.inf, 40)], kind=1),
    "two million vertices in a ring": lambda at: shapefile(
        at, [polygon_record([np.tile(SQUARE[:4], (525_000, 1))])]
    ),
    "polygon that crosses itself everywhere": lambda at: shapefile(
        at, [polygon_record([random_ring(3000)])]
    ),
    "thousands of polygons that cross themselves": lambda at: shapefile(
        at, [polygon_record([random_ring(200)])] * 3000
    ),
    "rings nested a thousandfold": lambda at: shapefile(
        at, [polygon_record(circles(3000))]
    ),
    "table claims 4 000 million rows": lambda at: shapefile(
        at, [polygon_record([SQUARE])], table=dbase(["x"], claimed=4_000_000_000)
    ),
    "table header cut": lambda at: shapefile(
        at, [polygon_record([SQUARE])], table=b"\3\0\0\0\1\0\0\0"
    ),
    "fields wider than the row": lambda at: shapefile(
        at,
        [polygon_record([SQUARE])],
        table=dbase(["x"])[:10] + b"\2\0" + dbase(["x"])[12:],
    ),
    "projection that reads a file": lambda at: shapefile(
        at,
        [polygon_record([SQUARE])],
        prj=WGS84_WKT[:-1]
        + ',EXTENSION["PROJ4","+proj=longlat +nadgrids=/private/shift.gsb"]]',
    ),
    "projection as a PROJ string": lambda at: shapefile(
        at, [polygon_record([SQUARE])], prj="+init=/private/file:1"
    ),
    "projection of ten megabytes": lambda at: shapefile(
        at, [polygon_record([SQUARE])], prj="GEOGCS[" * 1_500_000
    ),
    "latitude before longitude": lambda at: shapefile(
        at, [point_record(40.0, 170.0)], kind=1
    ),
}


# Archives.


def geojson(*rows):
    return json.dumps({"type": "FeatureCollection", "features": list(rows)}).encode()


def row(kind="Point", coordinates=(70.0, 40.0), **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


ONE_POINT = geojson(row(name="a"))


def archive(folder, members, *, name="rocks.zip", method=zipfile.ZIP_DEFLATED):
    path = folder / name
    with zipfile.ZipFile(path, "w", method) as target:
        for member, content in members:
            target.writestr(member, content)
    return "geojson-zip", path


def named(name):
    """An archive with one member whose name was changed afterwards."""

    def build(folder):
        plain = "x" * len(name)
        driver, path = archive(folder, [(plain, ONE_POINT)])
        path.write_bytes(path.read_bytes().replace(plain.encode(), name.encode()))
        return driver, path

    return build


def changed_directory(folder, offset, kind, value, content=ONE_POINT):
    """An archive whose directory says something else about its first member."""
    driver, path = archive(folder, [("a.geojson", content)])
    whole = bytearray(path.read_bytes())
    struct.pack_into(kind, whole, whole.index(b"PK\x01\x02") + offset, value)
    path.write_bytes(whole)
    return driver, path


def link(folder):
    entry = zipfile.ZipInfo("a.geojson")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return archive(folder, [(entry, "/private/file")])


def overlap(folder):
    """Two lines of the directory that name the same packed bytes."""
    driver, path = archive(folder, [("a.geojson", ONE_POINT), ("b.geojson", b"{}")])
    whole = bytearray(path.read_bytes())
    first = whole.index(b"PK\x01\x02")
    second = whole.index(b"PK\x01\x02", first + 4)
    whole[second + 10 : second + 28] = whole[first + 10 : first + 28]
    whole[second + 42 : second + 46] = whole[first + 42 : first + 46]
    path.write_bytes(whole)
    return driver, path


def nested(folder):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a.geojson", ONE_POINT)
    return archive(folder, [("inner.zip", inner.getvalue())])


def twice(folder):
    driver, path = archive(folder, [("a.geojson", ONE_POINT), ("b.geojson", b"{}")])
    path.write_bytes(path.read_bytes().replace(b"b.geojson", b"A.GEOJSON"))
    return driver, path


ARCHIVES = {
    "flat bomb": lambda at: archive(at, [("a.geojson", b"[" * 60_000_000)]),
    "bomb that claims little": lambda at: changed_directory(
        at, 24, "<I", 1000, b" " * 5_000_000
    ),
    "member that claims more than it has": lambda at: changed_directory(
        at, 24, "<I", 900_000
    ),
    "nested archive": nested,
    "overlapping members": overlap,
    "one name twice": twice,
    "thirty thousand members": lambda at: archive(
        at, [(f"{number}.geojson", b"") for number in range(30_000)]
    ),
    "name that climbs": named("../../a.geojson"),
    "absolute name": named("/etc/a.geojson"),
    "drive letter": named("C:/a.geojson"),
    "backslash": named("..\\a.geojson"),
    "NUL in a name": named("a\0.geojson"),
    "symbolic link": link,
    "encrypted": lambda at: changed_directory(at, 8, "<H", 1),
    "packed with LZMA": lambda at: archive(
        at, [("a.geojson", ONE_POINT)], method=zipfile.ZIP_LZMA
    ),
    "not an archive": lambda at: plain(at, "a.zip", ONE_POINT, "geojson-zip"),
    "cut archive": lambda at: cut(*archive(at, [("a.geojson", ONE_POINT)])),
}


def plain(folder, name, content, driver):
    path = folder / name
    path.write_bytes(content)
    return driver, path


def cut(driver, path):
    path.write_bytes(path.read_bytes()[:-30])
    return driver, path


# Texts.


def text(name, content, driver):
    return lambda at: plain(at, name, content, driver)


def kml(body, head=b""):
    return (
        b'<?xml version="1.0"?>'
        + head
        + b"<kml><Document>"
        + body
        + b"</Document></kml>"
    )


def gml(body, attributes=b""):
    return (
        b'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" '
        b'xmlns:gml="http://www.opengis.net/gml" ' + attributes + b">"
        b"<gml:featureMember><rock>" + body + b"</rock></gml:featureMember>"
        b"</wfs:FeatureCollection>"
    )


LAUGHS = b"<!DOCTYPE k [<!ENTITY a0 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (number + 1, b"&a%d;" % number * 10) for number in range(9)
)

TEXTS = {
    "brackets without end": text("a.geojson", b"[" * 1_000_000, "geojson"),
    "thirty million values": text(
        "a.geojson", b'{"features":[' + b"0," * 30_000_000 + b"0]}", "geojson"
    ),
    "NaN in JSON": text("a.geojson", ONE_POINT.replace(b"70.0", b"NaN"), "geojson"),
    "number beyond all": text(
        "a.geojson", ONE_POINT.replace(b"70.0", b"1e999"), "geojson"
    ),
    "null for a number": text(
        "a.geojson", ONE_POINT.replace(b"70.0", b"null"), "geojson"
    ),
    "positions of unequal length": text(
        "a.geojson", geojson(row("LineString", [[70, 40], [71]])), "geojson"
    ),
    "collections in collections": text(
        "a.geojson",
        b'{"features":[{"geometry":'
        + b'{"type":"GeometryCollection","geometries":[' * 400
        + b"]}" * 400
        + b"}]}",
        "geojson",
    ),
    "a reference system by link": text(
        "a.geojson",
        b'{"features":[],"crs":{"type":"link","properties":{"href":"http://x"}}}',
        "geojson",
    ),
    "a column per row": text(
        "a.geojson",
        geojson(*(row(**{f"p{number}": 1}) for number in range(10_000))),
        "geojson",
    ),
    "a web page": text("a.geojson", b"<!DOCTYPE html><html></html>", "geojson"),
    "latitude before longitude in JSON": text(
        "a.geojson", geojson(row(coordinates=[42.0, 142.0])), "geojson"
    ),
    "billion laughs": text("a.kml", kml(b"<name>&a9;</name>", LAUGHS + b"]>"), "kml"),
    "document type in UTF-16": text(
        "a.kml",
        "<!DOCTYPE kml [<!ENTITY a 'b'>]><kml>&a;</kml>".encode("utf-16"),
        "kml",
    ),
    "elements without end": text("a.kml", b"<a>" * 1_000_000, "kml"),
    "two million elements": text("a.kml", kml(b"<a/>" * 2_000_000), "kml"),
    "two million attributes": text(
        "a.kml",
        kml(b"<a " + b" ".join(b'b%d=""' % n for n in range(2_000_001)) + b"/>"),
        "kml",
    ),
    "NaN in KML": text(
        "a.kml",
        kml(b"<Placemark><Point><coordinates>nan,1</coordinates></Point></Placemark>"),
        "kml",
    ),
    "infinity in GML": text(
        "a.gml",
        gml(
            b'<g><gml:Point srsName="EPSG:4326"><gml:pos>inf 1</gml:pos></gml:Point>'
            b"</g>"
        ),
        "wfs",
    ),
    "GML without reference system": text(
        "a.gml", gml(b"<g><gml:Point><gml:pos>70 40</gml:pos></gml:Point></g>"), "wfs"
    ),
    "GML with an arc": text(
        "a.gml",
        gml(
            b'<g><gml:Curve srsName="EPSG:4326"><gml:segments><gml:Arc/></gml:segments>'
            b"</gml:Curve></g>"
        ),
        "wfs",
    ),
    "exception of a service": text(
        "a.gml",
        b"<ServiceExceptionReport><ServiceException>no such layer</ServiceException>"
        b"</ServiceExceptionReport>",
        "wfs",
    ),
    "exception of a service in JSON": text(
        "a.json", b'{"exceptions":[{"text":"no such layer"}]}', "wfs"
    ),
}


# GeoPackages and geodatabases.


def point_blob(well_known):
    return b"GP\0\1" + struct.pack("<i", 4326) + well_known


POINT_WKB = struct.pack("<bIdd", 1, 1, 70.0, 40.0)
NESTED_WKB = struct.pack("<bII", 1, 7, 1) * 200_000 + POINT_WKB
NESTED_MULTI_WKB = struct.pack("<bII", 1, 6, 1) * 200_000 + POINT_WKB


def geopackage(folder, *, well_known=POINT_WKB, table=None, after=(), srs=4326):
    path = folder / "rocks.gpkg"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE gpkg_geometry_columns (table_name, column_name, "
        "geometry_type_name, srs_id, z, m);"
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id, organization, "
        "organization_coordsys_id, definition);"
        "INSERT INTO gpkg_spatial_ref_sys VALUES ('', 4326, 'EPSG', 4326, 'x');"
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES ('rocks', 'geom', 'POINT', ?, 0, 0)",
        (srs,),
    )
    connection.execute(table or "CREATE TABLE rocks (fid, geom, name)")
    if table is None:
        connection.execute(
            "INSERT INTO rocks VALUES (1, ?, 'a')", (point_blob(well_known),)
        )
    for statement in after:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return "geopackage", path


def geodatabase(folder, first):
    path = folder / "rocks.gdb"
    path.mkdir()
    (path / "a00000001.gdbtable").write_bytes(first)
    (path / "gdb").write_bytes(b"\5\0\0\0")
    return "filegdb", path


def linked_geodatabase(folder):
    secret = folder / "secret"
    secret.write_bytes(b"\3\0\0\0")
    driver, path = geodatabase(folder, b"\3\0\0\0")
    (path / "a00000001.gdbtable").unlink()
    (path / "a00000001.gdbtable").symlink_to(secret)
    return driver, path


DATABASES = {
    "collections nested in binary": lambda at: geopackage(at, well_known=NESTED_WKB),
    "multi-parts nested in binary": lambda at: geopackage(
        at, well_known=NESTED_MULTI_WKB
    ),
    "binary line of four thousand million points": lambda at: geopackage(
        at, well_known=struct.pack("<bII", 1, 2, 0xFFFFFFFF)
    ),
    "binary polygon of four thousand million rings": lambda at: geopackage(
        at, well_known=struct.pack("<bII", 1, 3, 0xFFFFFFFF)
    ),
    "binary multi-point of four thousand million": lambda at: geopackage(
        at, well_known=struct.pack("<bII", 1, 4, 0xFFFFFFFF)
    ),
    "cut binary": lambda at: geopackage(at, well_known=POINT_WKB[:-3]),
    "no binary at all": lambda at: geopackage(at, well_known=b""),
    "NaN in binary": lambda at: geopackage(
        at, well_known=struct.pack("<bIdd", 1, 1, math.nan, 40.0)
    ),
    "a view that never ends": lambda at: geopackage(
        at,
        table="CREATE VIEW rocks AS WITH RECURSIVE n(geom) AS "
        "(SELECT 1 UNION ALL SELECT geom + 1 FROM n) SELECT geom FROM n",
    ),
    "a virtual table": lambda at: geopackage(
        at, table="CREATE VIRTUAL TABLE rocks USING fts4(geom)"
    ),
    "a column that calls a function": lambda at: geopackage(
        at,
        table="CREATE TABLE rocks (fid, geom, big AS (zeroblob(fid)))",
        after=["INSERT INTO rocks (fid, geom) VALUES (250000000, NULL)"],
    ),
    "no reference system": lambda at: geopackage(at, srs=-1),
    "two tables": lambda at: geopackage(
        at,
        after=["INSERT INTO gpkg_geometry_columns VALUES ('b','g','POINT',4326,0,0)"],
    ),
    "not a database": text("a.gpkg", ONE_POINT, "geopackage"),
    "pages used twice": lambda at: looped(*geopackage(at)),
    "damaged database": lambda at: broken(*geopackage(at)),
    "geodatabase of noise": lambda at: geodatabase(at, b"\3\0\0\0" + b"\xff" * 4000),
    "geodatabase that is something else": lambda at: geodatabase(at, ONE_POINT),
    "geodatabase with a link": linked_geodatabase,
}


def looped(driver, path):
    """A table whose inner page names its one leaf two hundred times."""
    connection = sqlite3.connect(path)
    for number in range(2, 400):
        name = "a" * (1_000_000 if number == 399 else 500)
        values = (number, point_blob(POINT_WKB), name)
        connection.execute("INSERT INTO rocks VALUES (?, ?, ?)", values)
    connection.commit()
    (root,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'rocks'"
    ).fetchone()
    connection.close()
    whole = bytearray(path.read_bytes())
    start = (root - 1) * 4096
    (cells,) = struct.unpack_from(">H", whole, start + 3)
    (last,) = struct.unpack_from(">I", whole, start + 8)
    for cell in range(cells):
        (place,) = struct.unpack_from(">H", whole, start + 12 + 2 * cell)
        struct.pack_into(">I", whole, start + place, last)
    path.write_bytes(whole)
    return driver, path


def broken(driver, path):
    whole = bytearray(path.read_bytes())
    whole[100:4000] = b"\xa5" * 3900
    path.write_bytes(whole)
    return driver, path


HOSTILE = {
    f"{family}: {name}": build
    for family, cases in (
        ("shapefile", SHAPEFILES),
        ("archive", ARCHIVES),
        ("text", TEXTS),
        ("database", DATABASES),
    )
    for name, build in cases.items()
}


# Traps: each would make a careless reader open a private file or ask a server.


def traps(folder: Path, secret: Path, canary: str) -> dict[str, tuple[str, Path]]:
    """Write files that refer to a private CSV and to a server of ours."""
    vrts = {
        "file": VRT.format(layer="secret", source=secret).encode(),
        "server": VRT.format(layer="x", source=f"/vsicurl/{canary}/x.csv").encode(),
        "wfs": f"<OGRWFSDataSource><URL>{canary}/wfs</URL></OGRWFSDataSource>".encode(),
        "entity of a file": b'<!DOCTYPE kml [<!ENTITY a SYSTEM "file://'
        + str(secret).encode()
        + b'">]><kml><name>&a;</name></kml>',
        "entity of a server": b'<!DOCTYPE kml [<!ENTITY % a SYSTEM "'
        + canary.encode()
        + b'/a.dtd">%a;]><kml/>',
        "prefix": f"GeoJSON:/vsicurl/{canary}/x.geojson".encode(),
    }
    found = {}
    for name, content in vrts.items():
        at = folder / name.replace(" ", "-")
        at.mkdir()
        for driver, suffix in (
            ("geojson", "geojson"),
            ("kml", "kml"),
            ("wfs", "gml"),
            ("wfs", "json"),
            ("geopackage", "gpkg"),
        ):
            found[f"{name} as {driver} {suffix}"] = plain(
                at, f"a.{suffix}", content, driver
            )
        for suffix in ("shp", "shx", "dbf", "prj"):
            (at / f"b.{suffix}").write_bytes(content)
        found[f"{name} as shapefile"] = ("shapefile", at / "b.shp")
        _, honest = shapefile(at, [polygon_record([SQUARE])])
        honest.with_suffix(".prj").write_bytes(content)
        found[f"{name} as projection"] = ("shapefile", honest)
        found[f"{name} as geodatabase"] = geodatabase(at, content)
        for driver, suffix in (
            ("geojson-zip", "geojson"),
            ("shapefile-zip", "shp"),
            ("kmz", "kml"),
            ("filegdb-zip", "gdb"),
        ):
            members = [(f"b.{kind}", content) for kind in ("shx", "dbf", "prj", "vrt")]
            main = "b.gdb/a00000001.gdbtable" if suffix == "gdb" else f"b.{suffix}"
            if suffix == "gdb":
                members = [(f"b.gdb/{member}", it) for member, it in members]
            _, path = archive(at, [(main, content), *members], name=f"{suffix}.zip")
            found[f"{name} as {driver}"] = (driver, path)
    for number, address in enumerate(
        (
            f"/vsicurl/{canary}/x.geojson",
            f"<OGRVRTDataSource>{secret}",
            f"{canary}/x.shp",
        )
    ):
        for driver in ("geojson", "geopackage", "filegdb", "filegdb-zip", "shapefile"):
            found[f"address {number} as {driver}"] = (driver, Path(address))
    return found
