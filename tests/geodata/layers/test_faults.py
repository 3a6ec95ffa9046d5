"""Active faults: several public sets, each fault once, and where they were mapped."""

import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.ops import substring

from geodata.errors import LayerFormatError, MissingLayerError
from geodata.evidence.proximity import Proximity, covers
from geodata.layers import LayerStore
from geodata.layers.faults import active_faults as faults
from geodata.layers.faults.merge import from_plane, merged_faults, scale_at, to_plane
from geodata.layers.faults.sets import SOURCES, fault_kind, is_fold, read_sets
from geodata.layers.model import VectorProduct
from geodata.readers.vector import read_vector

EARTH = pyproj.Geod(ellps="WGS84")
AFEAD, HIMATIBETMAP, CAFD, GEM = (source.part for source in SOURCES)
NORTH_KAZAKHSTAN = (61.9, 52.2)
MANGYSTAU = (52.1, 43.7)

# Notes on layers, section 6: nearest fault of CAFD, which lies nearest everywhere.
DISTANCES = (
    (76.10, 42.87, 9.87),
    (82.4, 48.5, 59.62),
    (70.7, 39.45, 29.73),
    (64.6, 41.6, 95.01),
    (66.4, 37.8, 42.01),
    (72.9, 41.9, 16.15),
)


@pytest.fixture(scope="module")
def files(shared: Path) -> dict[tuple[str, str], Path]:
    parts = (HIMATIBETMAP, CAFD, GEM)
    return {part: shared.joinpath("mirror", *part) for part in parts}


@pytest.fixture(scope="module")
def sets(files):
    return {source.name: table for source, table in read_sets(files)}


@pytest.fixture(scope="module")
def layer(files) -> VectorProduct:
    return faults.build_faults(files)


def length_km(table) -> float:
    return sum(EARTH.geometry_length(line) for line in table.geometry) / 1000


def table_of(*lines, name=None, kind="thrust"):
    """A set of faults given in kilometres east and north of 67 E 46 N."""
    shapes = [shapely.LineString(1000.0 * np.array(line)) for line in lines]
    return on_ground(shapes, name=name, kind=kind)


def on_ground(shapes, *, name=None, kind="thrust"):
    column = np.empty(len(shapes), dtype=object)
    column[:] = shapes
    return geopandas.GeoDataFrame(
        {"name": [name] * len(shapes), "kind": [kind] * len(shapes)},
        geometry=from_plane(column) if len(shapes) else [],
        crs="EPSG:4326",
    )


def moved(table, change):
    """A copy of a set whose lines, on a plane in metres, went through a change."""
    lines = to_plane(table.geometry.to_numpy())
    return on_ground([part for line in lines for part in change(line)])


def pieces_of(line, length_m=3_000.0):
    count = max(int(line.length // length_m), 1)
    return [
        substring(line, at / count, (at + 1) / count, normalized=True)
        for at in range(count)
    ]


def test_folds_and_misspelt_kinds_are_told_apart(files):
    himatibetmap = read_vector(files[HIMATIBETMAP], driver="geojson")
    folds = [is_fold(kind) for kind in himatibetmap["Type"].fillna("")]
    assert (sum(folds), len(folds) - sum(folds)) == (304, 636)
    kinds = {
        fault_kind(kind) for kind in himatibetmap["Type"].fillna("")[~np.array(folds)]
    }
    assert kinds == {
        "thrust",
        "normal",
        "left-slip",
        "right-slip",
        "strike-slip",
        "thrust, right-slip",
        "unclassified",
    }
    gem = read_vector(files[GEM], driver="geojson-zip")
    drawn = gem[gem.geometry.notna()]
    assert sum(is_fold(kind) for kind in drawn["slip_type"].fillna("")) == 335


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("thrsut", "thrust"),
        ("Reverse", "thrust"),
        ("Blind Thrust", "thrust"),
        ("lrft slip", "left-slip"),
        ("left sli[p", "left-slip"),
        ("right slp", "right-slip"),
        ("Sinistral-Normal", "normal, left-slip"),
        ("Dextral Normal", "normal, right-slip"),
        ("right-slip, transpressive", "right-slip"),
        ("Thrust strike-slip", "thrust, strike-slip"),
        ("striek-slip", "strike-slip"),
        ("srtrike-slip", "strike-slip"),
        ("strikes-lip", "strike-slip"),
        ("normal, reverse", "unclassified"),
        ("c", "unclassified"),
        (None, "unclassified"),
    ],
)
def test_a_kind_is_spelt_in_one_way(text, kind):
    assert fault_kind(text) == kind


@pytest.mark.parametrize(("lon", "lat", "km"), DISTANCES)
def test_distances_to_the_nearest_fault_are_those_of_the_notes(layer, lon, lat, km):
    proximity = Proximity(layer.table, layer.coverage)
    found = proximity.distance_km(np.array([lon]), np.array([lat]))
    assert found[0] == pytest.approx(km, abs=0.2)


def test_where_nobody_mapped_faults_the_distance_is_unknown(layer):
    lon, lat = np.array([NORTH_KAZAKHSTAN, MANGYSTAU, (57.2, 50.3), (68.0, 54.9)]).T
    assert np.isnan(Proximity(layer.table, layer.coverage).distance_km(lon, lat)).all()


def test_coverage_ends_a_hundred_kilometres_from_the_lines(layer):
    """On the ground, to 2 %; where Kazakhstan or the margin cuts it, nearer."""
    ring = shapely.get_coordinates(shapely.segmentize(layer.coverage, 0.2))
    km = Proximity(layer.table, None).distance_km(ring[:, 0], ring[:, 1])
    assert km.max() < 1.025 * faults.REACH_KM
    free = (
        (ring[:, 0] < 66) & (ring[:, 1] < 41) & (ring[:, 0] > 60) & (ring[:, 1] > 38.5)
    )
    assert np.median(km[free]) == pytest.approx(faults.REACH_KM, rel=0.02)


def test_no_kazakhstan_is_covered_where_the_three_sets_hold_nothing(
    layer, bundle: LayerStore
):
    states = bundle.vector("states").table.set_index("iso3").geometry
    mapped = shapely.intersection(layer.coverage, states["KAZ"])
    _, _, east, north = mapped.bounds
    assert east <= 85.2 + 0.05
    assert north <= 49.25 + 0.05
    assert shapely.intersection(mapped, shapely.box(40, 40, 66.4, 60)).area < 1.0
    assert shapely.difference(states["KGZ"], layer.coverage).is_empty
    assert shapely.difference(states["TJK"], layer.coverage).is_empty


def test_talas_fergana_counts_once(sets, layer):
    def beside(table):
        return sum(
            EARTH.geometry_length(shapely.intersection(line, near)) / 1000
            for line in table.geometry
            if line.intersects(near)
        )

    own = sets["HimaTibetMap"]
    trace = own[own["name"] == "Talas-Fergana fault"]
    assert len(trace) == 3
    near = from_plane(
        np.array(
            [
                shapely.union_all(
                    shapely.buffer(to_plane(trace.geometry.to_numpy()), 2e3)
                )
            ]
        )
    )[0]
    alone = length_km(trace)
    assert sum(beside(table) for table in sets.values()) > 2.8 * alone
    assert beside(layer.table) < 1.1 * alone
    rows = layer.table[layer.table["name"] == "Talas-Fergana fault"]
    assert length_km(rows) == pytest.approx(alone, rel=1e-3)
    assert set(rows["sets"]) == {"HimaTibetMap, CAFD, GEM"}


def test_no_line_of_any_set_is_lost(sets, layer):
    """Every place on a line has a line of the layer within the tolerance, or nearly:
    remains of less than ten kilometres are given up."""
    proximity = Proximity(layer.table, None)
    for table in sets.values():
        points = shapely.get_coordinates(
            shapely.segmentize(table.geometry.to_numpy(), 0.02)
        )
        km = proximity.distance_km(points[:, 0], points[:, 1])
        assert np.mean(km > 5.5) < 0.01
        assert km.max() < 16.0


@pytest.mark.parametrize(
    "change",
    [
        lambda line: [line],
        lambda line: [shapely.reverse(line)],
        pieces_of,
        lambda line: [translate(line, 1_000.0, 0.0)],
        lambda line: [translate(line, -700.0, 700.0)],
        lambda line: [shapely.simplify(line, 500.0)],
    ],
    ids=["same", "reversed", "in pieces", "1 km east", "1 km north-west", "coarser"],
)
def test_a_set_merged_with_itself_stays_as_long_as_it_is(sets, change):
    alone = sets["HimaTibetMap"]
    copy = moved(alone, change)
    expected = length_km(alone)
    for pair in ([("A", alone), ("B", copy)], [("B", copy), ("A", alone)]):
        assert length_km(merged_faults(pair)) == pytest.approx(expected, rel=0.01)


def test_a_dense_set_merged_with_itself_displaced_stays_as_long_as_it_is(sets):
    alone = sets["CAFD"]
    copy = moved(alone, lambda line: pieces_of(translate(line, 0.0, 1_000.0)))
    merged = merged_faults([("A", alone), ("B", copy)])
    assert length_km(merged) == pytest.approx(length_km(alone), rel=0.01)


def test_the_order_of_rows_does_not_matter(sets):
    def shuffled(table):
        order = np.random.default_rng(7).permutation(len(table))
        return table.iloc[order].reset_index(drop=True)

    one = merged_faults(list(sets.items()))
    other = merged_faults([(name, shuffled(table)) for name, table in sets.items()])
    assert one.equals(other)


def test_a_line_that_crosses_another_stays_whole():
    trunk = table_of([(-100, 0), (100, 0)])
    crossing = table_of([(0, -30), (0, 30)])
    merged = merged_faults([("A", trunk), ("B", crossing)])
    assert list(merged["sets"]) == ["A", "B"]
    assert length_km(merged) == pytest.approx(length_km(trunk) + length_km(crossing))


def test_only_the_stretch_that_is_not_drawn_yet_is_added():
    """B follows A for 60 km and goes on for 40 km more."""
    short = table_of([(0, 0), (60, 0)], name="Short")
    longer = table_of([(0, 2), (100, 2)], name="Longer")
    merged = merged_faults([("A", short), ("B", longer)])
    assert list(merged["sets"]) == ["A, B", "B"]
    assert list(merged["name"]) == ["Short", "Longer"]
    west, _, east, _ = to_plane(merged.geometry.to_numpy())[1].bounds
    assert west / 1000 == pytest.approx(60 + 4.6, abs=1.0)  # √(5² − 2²) km beyond
    assert east / 1000 == pytest.approx(100)


def test_parallel_faults_farther_apart_than_the_tolerance_are_two():
    one, other = table_of([(0, 0), (50, 0)]), table_of([(0, 8), (50, 8)])
    merged = merged_faults([("A", one), ("B", other)])
    assert list(merged["sets"]) == ["A", "B"]
    assert merged.geometry[1].equals_exact(other.geometry[0], 0.0)


def test_short_remains_and_short_gaps_are_how_two_hands_differ():
    trunk = table_of([(0, 0), (60, 0)])
    a_little_longer = table_of([(0, 0), (69, 0)])
    assert len(merged_faults([("A", trunk), ("B", a_little_longer)])) == 1
    beside_a_stub = table_of([(-50, 0), (60, 0)])
    stub = table_of([(0, 4), (3, 4)])  # within 5 km of 9 km of the other
    merged = merged_faults([("A", stub), ("B", beside_a_stub)])
    assert length_km(merged[merged["sets"] == "B"]) == pytest.approx(
        length_km(beside_a_stub), rel=1e-6
    )


def test_a_short_fault_far_from_all_others_is_kept():
    merged = merged_faults(
        [("A", table_of([(0, 0), (60, 0)])), ("B", table_of([(0, 40), (2, 40)]))]
    )
    assert list(merged["sets"]) == ["A", "B"]


def test_names_and_kinds_that_one_set_lacks_come_from_another():
    silent = table_of([(0, 0), (60, 0)], kind="unclassified")
    telling = table_of([(0, 1), (60, 1)], name="Nikolaev Line", kind="left-slip")
    (row,) = merged_faults([("A", silent), ("B", telling)]).itertuples()
    assert (row.name, row.kind, row.sets) == ("Nikolaev Line", "left-slip", "A, B")


def test_a_set_that_touches_a_row_in_passing_does_not_describe_it():
    merged = merged_faults(
        [("A", table_of([(0, 0), (60, 0)])), ("B", table_of([(50, 1), (60, 1)]))]
    )
    assert list(merged["sets"]) == ["A"]


coordinates = st.tuples(st.integers(-300, 300), st.integers(-300, 300))


@settings(max_examples=40, deadline=None)
@given(
    lines=st.lists(
        st.lists(coordinates, min_size=2, max_size=5, unique=True),
        min_size=1,
        max_size=6,
    ),
    data=st.data(),
)
def test_merging_any_set_with_a_part_of_itself_adds_nothing(lines, data):
    whole = table_of(*lines)
    some = data.draw(st.lists(st.sampled_from(range(len(lines))), unique=True))
    part = whole.iloc[some].reset_index(drop=True)
    merged = merged_faults([("A", whole), ("B", part)])
    assert length_km(merged) == pytest.approx(length_km(whole))
    assert len(merged) == len(whole)


def test_lengths_on_the_plane_are_lengths_on_the_ground_times_the_scale():
    line = shapely.LineString([(75.0, 40.0), (75.0, 40.1)])
    ground = EARTH.geometry_length(line)
    plane = to_plane(np.array([line]))[0].length
    scale = scale_at(np.array([75.0]), np.array([40.05]))[0]
    assert plane / ground == pytest.approx(scale, rel=1e-5)


def afead(path: Path, table: geopandas.GeoDataFrame) -> Path:
    """Write a shapefile the way AFEAD is packed; the rows are invented."""
    folder = path / "AFEAD_v2022"
    folder.mkdir()
    table.to_file(folder / "AFEAD_v2022.shp", driver="ESRI Shapefile", encoding="UTF-8")
    archive = path / "AFEAD_v2022.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for member in sorted(folder.iterdir()):
            packed.write(member, f"AFEAD_v2022/{member.name}")
    return archive


def test_afead_comes_first_without_doubtful_lines_and_covers_the_north(tmp_path, files):
    synthetic = geopandas.GeoDataFrame(
        {"FAULT_NAME": ["North", "", ""], "CONF": ["A", "B", "D"]},
        geometry=[
            shapely.LineString([(62.0, 52.0), (62.5, 52.5)]),
            shapely.LineString([(76.0, 43.5), (77.0, 43.5)]),
            shapely.LineString([(52.0, 43.5), (52.5, 43.5)]),
        ],
        crs="EPSG:4326",
    )
    path = afead(tmp_path, synthetic)
    layer = faults.build_faults({**files, AFEAD: path})
    assert layer.extra["sets"] == ["AFEAD", "HimaTibetMap", "CAFD", "GEM"]
    own = layer.table[layer.table["sets"].str.startswith("AFEAD")]
    assert len(own) == 2
    assert "North" in set(own["name"])
    assert list(covers(layer.coverage, *np.array([NORTH_KAZAKHSTAN, MANGYSTAU]).T)) == [
        True,
        False,
    ]
    alone = faults.build_faults({AFEAD: path})
    assert len(alone.table) == 2


def test_afead_without_its_ranks_of_confidence_is_refused(tmp_path):
    path = afead(
        tmp_path,
        geopandas.GeoDataFrame(
            {"NAME": ["x"]},
            geometry=[shapely.LineString([(62.0, 52.0), (62.5, 52.5)])],
            crs="EPSG:4326",
        ),
    )
    with pytest.raises(LayerFormatError, match="CONF"):
        faults.build_faults({AFEAD: path})


def himatibetmap(path: Path) -> Path:
    table = geopandas.GeoDataFrame(
        {"Name": ["Talas"], "Type": ["thrust"]},
        geometry=[shapely.LineString([(71.0, 42.0), (72.0, 42.5)])],
        crs="EPSG:4326",
    )
    table.to_file(path / "a.geojson", driver="GeoJSON")
    return path / "a.geojson"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_bad_set_is_named_and_the_others_make_the_layer(tmp_path, source):
    bad = tmp_path / "bad"
    bad.write_bytes(b"PK\3\4 nothing of the kind")
    files = {HIMATIBETMAP: himatibetmap(tmp_path), source.part: bad}
    with pytest.raises(LayerFormatError) as caught:
        faults.build_faults(files)
    assert caught.value.part == source.part
    if source.part != HIMATIBETMAP:
        del files[source.part]
        assert faults.build_faults(files).table["name"].tolist() == ["Talas"]


def test_a_set_without_its_columns_is_named(tmp_path):
    table = geopandas.GeoDataFrame(
        {"name": ["x"]}, geometry=[shapely.Point(70, 42)], crs="EPSG:4326"
    )
    table.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(tmp_path / "a.geojson", "gem_active_faults.geojson")
    with pytest.raises(LayerFormatError, match="slip_type") as caught:
        faults.build_faults({GEM: packed, HIMATIBETMAP: himatibetmap(tmp_path)})
    assert caught.value.part == GEM


def test_a_set_without_a_line_of_the_region_is_named(tmp_path):
    far = geopandas.GeoDataFrame(
        {"NAME": ["x"], "CONF": ["A"]},
        geometry=[shapely.LineString([(10.0, 52.0), (10.5, 52.5)])],
        crs="EPSG:4326",
    )
    files = {HIMATIBETMAP: himatibetmap(tmp_path), AFEAD: afead(tmp_path, far)}
    with pytest.raises(LayerFormatError, match="holds no fault") as caught:
        faults.build_faults(files)
    assert caught.value.part == AFEAD


def test_without_any_set_there_is_no_layer():
    with pytest.raises(MissingLayerError, match="at least one"):
        faults.build_faults({})
