import dataclasses

import geopandas
import pytest
import shapely

from geodata.errors import LayerError
from geodata.layers import LayerStore
from geodata.layers.building import is_current, write_layer
from geodata.layers.product import VectorProduct
from geodata.layers.table import PLANS, plan
from geodata.sources import Catalogue, load_catalogue

COMMITTED = {
    "states",
    "neighbours",
    "lakes",
    "places",
    "relief",
    "gravity",
    "tectonic-regime",
}


def build_point(members):
    (content,) = members.values()
    return VectorProduct(
        table=geopandas.GeoDataFrame(
            {"text": [content.decode()]},
            geometry=[shapely.Point(70, 45)],
            crs="EPSG:4326",
        ),
        coverage=shapely.box(65, 40, 75, 50),
    )


@pytest.fixture
def small_plan():
    return dataclasses.replace(
        plan("tectonic-regime"),
        parts=(("strec", "strec/data/stable.geojson"),),
        build=build_point,
    )


def test_ids_differ():
    ids = [entry.id for entry in PLANS]
    assert len(ids) == len(set(ids))


def test_every_file_a_layer_reads_is_pinned_and_no_path_means_two_files():
    catalogue = load_catalogue()
    owners = {}
    for entry in PLANS:
        for source, path in entry.parts:
            digest = catalogue[source].members[path]
            assert owners.setdefault(path, digest) == digest


def test_only_layers_of_open_sources_are_committed():
    catalogue = load_catalogue()
    assert {entry.id for entry in PLANS if entry.is_open(catalogue)} == COMMITTED


def test_layers_made_at_setup_need_no_extra():
    catalogue = load_catalogue()
    for entry in PLANS:
        assert entry.is_open(catalogue) or not entry.needs_extra, entry.id


def test_every_plan_states_how_good_its_layer_is():
    for entry in PLANS:
        assert entry.resolution, entry.id
        assert entry.uncertainty.endswith("."), entry.id
        assert entry.resolution_km > 0, entry.id


def test_an_unknown_layer_is_an_error_that_lists_the_known_ones():
    with pytest.raises(LayerError, match="tectonic-regime"):
        plan("faults")


def test_a_built_layer_carries_whose_it_is(tmp_path, small_plan):
    catalogue = load_catalogue()
    record = write_layer(small_plan, {"a": b"stone"}, catalogue, tmp_path)
    assert record == LayerStore((tmp_path,)).provenance("tectonic-regime")
    assert record.licence == "CC0-1.0"
    assert record.open
    assert record.members == (catalogue["strec"].member("strec/data/stable.geojson"),)
    assert record.coverage is not None
    assert record.command.endswith("build_bundle.py --layer tectonic-regime")


def test_the_same_files_give_the_same_bytes(tmp_path, small_plan):
    catalogue = load_catalogue()
    for name in ("one", "two"):
        write_layer(small_plan, {"a": b"stone"}, catalogue, tmp_path / name)
    for name in ("tectonic-regime.geojson", "tectonic-regime.json"):
        first = (tmp_path / "one" / name).read_bytes()
        assert first == (tmp_path / "two" / name).read_bytes()


def test_a_layer_is_current_until_its_file_or_its_pins_change(tmp_path, small_plan):
    catalogue = load_catalogue()
    assert not is_current(small_plan, catalogue, tmp_path)
    write_layer(small_plan, {"a": b"stone"}, catalogue, tmp_path)
    assert is_current(small_plan, catalogue, tmp_path)
    repinned = Catalogue(
        dataclasses.replace(source, version="9.9") if source.id == "strec" else source
        for source in catalogue
    )
    assert not is_current(small_plan, repinned, tmp_path)
    (tmp_path / "tectonic-regime.geojson").write_text("{}")
    assert not is_current(small_plan, catalogue, tmp_path)
