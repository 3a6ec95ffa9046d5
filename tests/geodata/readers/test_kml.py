"""KML as people draw it: folders, parts, and two ways to say what a thing is."""

import pytest

from geodata.errors import LayerFormatError
from geodata.readers.vector import read_vector
from tests.geodata.readers import corpus
from tests.geodata.readers.test_vector_markup import POINT

KML = b"""<Folder><name>Deposits</name><Folder><name>Rare earths</name>
<Placemark><name>Kutessay</name><description><![CDATA[<b>=x</b>]]></description>
<ExtendedData><Data name="kind"><value>granite</value></Data><Data name="tonnes">
<value>5</value></Data></ExtendedData>
<Point><coordinates> 72.9,41.9,1800 </coordinates></Point></Placemark></Folder>
<Folder><name>Other</name><Placemark><name>belt</name><MultiGeometry>
<Polygon><outerBoundaryIs><LinearRing><coordinates>70,40 72,40 72,42 70,42 70,40
</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing><coordinates>
70.5,40.5 71,40.5 71,41 70.5,41 70.5,40.5</coordinates></LinearRing></innerBoundaryIs>
</Polygon><Polygon><outerBoundaryIs><LinearRing><coordinates>80,40 81,40 81,41 80,40
</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark>
<Placemark><name>nowhere</name></Placemark></Folder></Folder>"""


@pytest.mark.parametrize("driver", ["kml", "kmz"])
def test_placemarks_with_folders_extended_data_and_many_parts(tmp_path, driver):
    content = corpus.kml(KML)
    _, path = corpus.plain(tmp_path, "a.kml", content, driver)
    if driver == "kmz":
        _, path = corpus.archive(tmp_path, [("doc.kml", content), ("files/i.png", b"")])
    back = read_vector(path, driver=driver, columns=("name", "kind", "tonnes"))
    assert back["name"].tolist() == ["Kutessay", "belt", "nowhere"]
    assert back["folder"].tolist() == ["Rare earths", "Other", "Other"]
    assert back["description"][0] == "<b>=x</b>"
    assert (back["kind"][0], back["tonnes"][0]) == ("granite", "5")
    assert back.geometry[0].equals(POINT)
    assert back.geometry[1].area == pytest.approx(4 - 0.25 + 0.5)
    assert back.geometry[2] is None
    part = read_vector(path, driver=driver, layer="Rare earths")
    assert part["name"].tolist() == ["Kutessay"]
    with pytest.raises(LayerFormatError, match=r"Rare earths.*'Gold'"):
        read_vector(path, driver=driver, layer="Gold")


SCHEMA = (
    b'<Schema name="S" id="S"><SimpleField name="grade" type="double"/>'
    b'<SimpleField name="mass" type="int"/></Schema>'
    b'<Schema name="T" id="T"><SimpleField name="age" type="string"/></Schema>'
)


def placemark(name, *said):
    return (
        b"<Placemark><name>%s</name><ExtendedData>%s</ExtendedData><Point><coordinates>"
        b"70,40</coordinates></Point></Placemark>" % (name, b"".join(said))
    )


def data(name, value):
    return b'<Data name="%s"><value>%s</value></Data>' % (name, value)


def typed(schema, **said):
    cells = b"".join(
        b'<SimpleData name="%s">%s</SimpleData>' % (name.encode(), value)
        for name, value in said.items()
    )
    return b'<SchemaData schemaUrl="#%s">%s</SchemaData>' % (schema, cells)


def cells(folder, *placemarks, layer=None):
    content = corpus.kml(SCHEMA + b"".join(placemarks))
    _, path = corpus.plain(folder, "a.kml", content, "kml")
    table = read_vector(path, driver="kml", layer=layer)
    return {
        name: [None if cell != cell else cell for cell in table[name]]  # noqa: PLR0124 (NaN)
        for name in table
        if name not in ("folder", "geometry")
    }


def test_typed_data_of_one_kind_keep_their_types(tmp_path):
    assert cells(tmp_path, placemark(b"a", typed(b"S", grade=b"1.5", mass=b"2"))) == {
        "name": ["a"],
        "grade": [1.5],
        "mass": [2],
    }


@pytest.mark.parametrize("layer", [None, "data"])
def test_typed_and_untyped_data_are_read_both_as_text(tmp_path, layer):
    found = cells(
        tmp_path,
        placemark(b"a", typed(b"S", grade=b"1.5"), data(b"kind", b"r&amp;d")),
        placemark(b"b", data(b"kind", b"<![CDATA[<SimpleData>]]>")),
        placemark(b"c", typed(b"T", age=b"Permian")),
        layer=layer,
    )
    assert found == {
        "name": ["a", "b", "c"],
        "grade": ["1.5", None, None],
        "kind": ["r&d", "<SimpleData>", None],
        "age": [None, None, "Permian"],
    }


@pytest.mark.parametrize(
    ("said", "column", "value"),
    [
        (typed(b"S", grade=b"n/a"), "grade", "n/a"),
        (typed(b"S", mass=b"99999999999"), "mass", "99999999999"),
        (typed(b"S", other=b"x"), "other", "x"),
        (typed(b"nowhere", other=b"x"), "other", "x"),
        (data(b"Name", b"x"), "Name_", "x"),
        (data(b"icon", b"x"), "icon_", "x"),
    ],
)
def test_what_the_library_would_lose_or_change_is_read(tmp_path, said, column, value):
    found = cells(tmp_path, placemark(b"a", said))
    assert found == {"name": ["a"], column: [value]}


@pytest.mark.parametrize(
    "said",
    [
        (data(b"kind", b"x"), data(b"kind", b"y")),
        (data(b"kind", b"x"), data(b"Kind", b"y")),
    ],
)
def test_what_no_table_can_hold_is_refused(tmp_path, said):
    with pytest.raises(LayerFormatError, match=r"'[Kk]ind'.*lost.*GeoPackage"):
        cells(tmp_path, placemark(b"a", *said))
