"""KML and GML as publishers and services write them."""

import pytest
import shapely

from geodata.errors import LayerFormatError
from geodata.readers.vector import read_vector
from tests.geodata.readers import corpus

POINT = shapely.Point(72.9, 41.9)
SQUARE = shapely.box(70, 40, 72, 42)
RING = "70 40 72 40 72 42 70 42 70 40"
HOLE = "70.5 40.5 71 40.5 71 41 70.5 41 70.5 40.5"


def turned(ring):
    """The same ring, latitude before longitude."""
    numbers = ring.split()
    return " ".join(
        f"{lat} {lon}" for lon, lat in zip(numbers[::2], numbers[1::2], strict=True)
    )


def read_gml(folder, body):
    _, path = corpus.plain(folder, "a.gml", corpus.gml(body.encode()), "wfs")
    return read_vector(path, driver="wfs")


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("EPSG:4326", "72.9 41.9"),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", "72.9 41.9"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "72.9 41.9"),
        ("urn:ogc:def:crs:EPSG::4326", "41.9 72.9"),
        ("urn:x-ogc:def:crs:EPSG:4326", "41.9 72.9"),
        ("urn:ogc:def:crs:EPSG:6.9:4326", "41.9 72.9"),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", "41.9 72.9"),
        ("urn:ogc:def:crs:EPSG::3857", "8115190.88 5146011.98"),
    ],
)
def test_the_name_of_the_system_tells_which_axis_comes_first(tmp_path, name, numbers):
    body = (
        f'<g><gml:Point srsName="{name}"><gml:pos>{numbers}</gml:pos></gml:Point></g>'
    )
    (point,) = read_gml(tmp_path, body).geometry
    assert point.distance(POINT) < 1e-5


@pytest.mark.parametrize(
    "body",
    [
        (
            "<gml:Polygon {0}><gml:exterior><gml:LinearRing><gml:posList>{1}"
            "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
        ),
        (
            "<gml:Polygon {0}><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>{2}"
            "</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>"
        ),
        (
            "<gml:Surface {0}><gml:patches><gml:PolygonPatch><gml:exterior>"
            "<gml:LinearRing><gml:posList>{1}</gml:posList></gml:LinearRing></gml:exterior>"
            "</gml:PolygonPatch></gml:patches></gml:Surface>"
        ),
        (
            "<gml:MultiSurface {0}><gml:surfaceMember><gml:Polygon><gml:exterior>"
            "<gml:LinearRing><gml:posList>{1}</gml:posList></gml:LinearRing></gml:exterior>"
            "</gml:Polygon></gml:surfaceMember></gml:MultiSurface>"
        ),
        (
            "<gml:MultiPolygon {0}><gml:polygonMember><gml:Polygon><gml:exterior>"
            '<gml:LinearRing><gml:posList srsDimension="3">{3}</gml:posList>'
            "</gml:LinearRing></gml:exterior></gml:Polygon></gml:polygonMember>"
            "</gml:MultiPolygon>"
        ),
        (
            "<gml:Polygon {0}><gml:exterior><gml:Ring><gml:curveMember><gml:LineString>"
            "<gml:posList>{1}</gml:posList></gml:LineString></gml:curveMember></gml:Ring>"
            "</gml:exterior></gml:Polygon>"
        ),
    ],
)
def test_a_polygon_however_it_is_written(tmp_path, body):
    numbers = RING.split()
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    written = body.format(
        'srsName="EPSG:4326"',
        RING,
        " ".join(",".join(pair) for pair in pairs),
        " ".join(f"{lon} {lat} 900" for lon, lat in pairs),
    )
    back = read_gml(tmp_path, f"<gid>7</gid><shape>{written}</shape>")
    assert back["gid"].tolist() == [7]
    assert back.geometry[0].equals(SQUARE)


def test_holes_and_official_axes_together(tmp_path):
    body = (
        '<g><gml:Polygon srsName="urn:ogc:def:crs:EPSG::4326"><gml:exterior>'
        f"<gml:LinearRing><gml:posList>{turned(RING)}</gml:posList></gml:LinearRing>"
        "</gml:exterior><gml:interior><gml:LinearRing>"
        f"<gml:posList>{turned(HOLE)}</gml:posList></gml:LinearRing></gml:interior>"
        "</gml:Polygon></g>"
    )
    assert read_gml(tmp_path, body).geometry[0].area == pytest.approx(4 - 0.25)


def test_lines_of_several_parts(tmp_path):
    body = (
        '<g><gml:MultiCurve srsName="EPSG:4326"><gml:curveMember><gml:LineString>'
        "<gml:posList>70 40 71 41</gml:posList></gml:LineString></gml:curveMember>"
        "<gml:curveMember><gml:Curve><gml:segments><gml:LineStringSegment>"
        "<gml:pos>72 40</gml:pos><gml:pos>73 41</gml:pos>"
        "</gml:LineStringSegment></gml:segments></gml:Curve></gml:curveMember>"
        "</gml:MultiCurve></g>"
    )
    (line,) = read_gml(tmp_path, body).geometry
    assert line.equals(
        shapely.MultiLineString([[(70, 40), (71, 41)], [(72, 40), (73, 41)]])
    )


def test_members_in_one_holder_and_one_without_geometry(tmp_path):
    place = '<p><Point srsName="EPSG:4326"><pos>72.9 41.9</pos></Point></p>'
    content = (
        '<FeatureCollection xmlns="http://www.opengis.net/gml"><featureMembers>'
        f"<rock><name>=1+1</name>{place}</rock><rock><name>b</name></rock>"
        "</featureMembers></FeatureCollection>"
    )
    _, path = corpus.plain(tmp_path, "a.gml", content.encode(), "wfs")
    back = read_vector(path, driver="wfs")
    assert back["name"].tolist() == ["=1+1", "b"]
    assert back.geometry.isna().tolist() == [False, True]


def test_an_answer_in_json_is_read_eastward_first(tmp_path):
    content = corpus.geojson(corpus.row(coordinates=[72.9, 41.9]))[:-1] + (
        b',"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4326"}}}'
    )
    _, path = corpus.plain(tmp_path, "a.json", content, "wfs")
    assert read_vector(path, driver="wfs").geometry[0].equals(POINT)


def test_the_words_of_the_service_reach_the_reader(tmp_path):
    content = (
        b'<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"><ows:Exception>'
        b"<ows:ExceptionText>Unknown layer geo1ec</ows:ExceptionText></ows:Exception>"
        b"</ows:ExceptionReport>"
    )
    _, path = corpus.plain(tmp_path, "a.gml", content, "wfs")
    with pytest.raises(LayerFormatError, match=r"exception .*Unknown layer geo1ec"):
        read_vector(path, driver="wfs")


ENVELOPE = (
    '<gml:boundedBy><gml:Envelope srsName="{0}"><gml:lowerCorner>1 1</gml:lowerCorner>'
    "<gml:upperCorner>1 1</gml:upperCorner></gml:Envelope></gml:boundedBy>"
)
PLACE = "<gml:Point {0}><gml:pos>1 1</gml:pos></gml:Point>"


@pytest.mark.parametrize(
    "body",
    [
        PLACE.format('srsName="EPSG:4326"')
        + "</g></rock></gml:featureMember><gml:featureMember><rock><g>"
        + PLACE.format('srsName="EPSG:3857"'),
        ENVELOPE.format("EPSG:4326") + PLACE.format('srsName="urn:x:EPSG::3857"'),
    ],
)
def test_two_systems_in_one_answer_are_refused(tmp_path, body):
    with pytest.raises(LayerFormatError, match=r"several .*: '3857', '4326'"):
        read_gml(tmp_path, f"<g>{body}</g>")


def test_a_system_that_only_the_box_of_a_row_names_is_refused(tmp_path):
    body = ENVELOPE.format("EPSG:4326") + f"<g>{PLACE.format('')}</g>"
    with pytest.raises(LayerFormatError, match="names no coordinate reference system"):
        read_gml(tmp_path, body)


def test_one_system_in_two_spellings_is_one(tmp_path):
    place = PLACE.format('srsName="urn:ogc:def:crs:OGC:1.3:CRS84"')
    body = ENVELOPE.format("EPSG:4326") + f"<g>{place}</g>"
    assert read_gml(tmp_path, body).geometry[0].equals(shapely.Point(1, 1))
