"""A whole ingestion, from files in a small mirror to published layers."""

import dataclasses
import functools
import json
import os

import pytest

from geodata.errors import GeodataError
from geodata.layers.making import grid_plans, vector_plans
from geodata.layers.making.all_plans import all_plans, by_layer, parts_of
from geodata.layers.making.gathering import Here, Places, way_of
from geodata.layers.making.ingestion import ingest, is_current
from geodata.layers.making.workshop import Order
from geodata.layers.storage.store import LayerStore
from geodata.sources import Catalogue, PublishedSource, load_catalogue

SUTURE = {
    "type": "Feature",
    "properties": {"Id": 1, "Name": "Tanymas", "Type": "suture"},
    "geometry": {"type": "LineString", "coordinates": [[72.0, 38.0], [73.0, 38.5]]},
}


class Listener:
    """Remembers what it was told."""

    def __init__(self):
        self.files, self.started, self.settled = {}, [], []

    def file_moved(self, part, done, total):
        pass

    def file_settled(self, part, outcome):
        self.files[part] = outcome

    def layer_started(self, layer):
        self.started.append(layer)

    def layer_settled(self, result):
        self.settled.append((result.layer, result.state))


def plan_of(layer):
    (entry,) = (
        entry for entry in (*vector_plans.PLANS, *grid_plans.PLANS) if entry.id == layer
    )
    return entry


def unpinned(*source_ids):
    """The real catalogue, with the checksums of some sources left to first sight."""
    return Catalogue(
        dataclasses.replace(
            source,
            files=tuple(
                dataclasses.replace(file, sha256="first-seen", bytes=0)
                for file in source.files
            ),
        )
        if source.id in source_ids
        else source
        for source in load_catalogue()
    )


def write_suture(places, *features):
    folder = places.mirror / "himatibetmap"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "sutures.geojson").write_text(text, encoding="utf-8")


@pytest.fixture
def places(tmp_path):
    (tmp_path / "mirror").mkdir()
    return Places(home=tmp_path / "home", mirror=tmp_path / "mirror")


def run(places, *plans, catalogue=None):
    listener = Listener()
    chosen = plans or (plan_of("sutures"),)
    done = ingest(chosen, catalogue or unpinned("himatibetmap"), places, listener)
    return done, listener


def test_a_layer_is_made_from_the_mirror_and_published_with_its_origin(places):
    write_suture(places, SUTURE)
    done, listener = run(places)
    layer = LayerStore((places.layers,)).vector("sutures")
    assert [result.state for result in done.results] == ["built"]
    assert list(layer.table["name"]) == ["Tanymas"]
    assert layer.provenance.members[0].origin == "mirror"
    assert layer.provenance.extra["size"] == "1 rows"
    assert listener.started == ["sutures"]
    assert listener.settled == [("sutures", "built")]
    assert not done.failed


def test_a_second_run_does_nothing(places):
    write_suture(places, SUTURE)
    run(places)
    before = {path: path.stat().st_mtime_ns for path in places.layers.iterdir()}
    done, _ = run(places)
    after = {path: path.stat().st_mtime_ns for path in places.layers.iterdir()}
    assert [result.state for result in done.results] == ["unchanged"]
    assert after == before


def test_a_layer_made_by_other_code_is_made_again(places):
    write_suture(places, SUTURE)
    run(places)
    store = LayerStore((places.layers,))
    record = store.provenance("sutures")
    order = Order(
        plan=plan_of("sutures"),
        files={},
        members=record.members,
        folder=places.layers,
        code=record.extra["code"],
        catalogue=load_catalogue(),
    )
    assert is_current(order, store)
    assert not is_current(dataclasses.replace(order, code="other"), store)


def test_a_file_that_is_not_in_the_mirror_is_missing_and_no_failure(places):
    done, listener = run(places)
    (result,) = done.results
    assert result.state == "missing"
    assert "himatibetmap/sutures.geojson" in result.problems[0]
    assert not done.failed
    assert list(listener.files) == [("himatibetmap", "sutures.geojson")]


def test_a_file_with_another_checksum_fails_and_nothing_is_published(places):
    write_suture(places, SUTURE)
    done, _ = run(places, catalogue=load_catalogue())
    assert [result.state for result in done.results] == ["failed"]
    assert done.failed
    assert not LayerStore((places.layers,)).ids()


def test_a_damaged_file_fails_alone_and_the_other_layer_is_published(places, shared):
    write_suture(places, {**SUTURE, "geometry": {"type": "LineString"}})
    relief = places.mirror / "lithosphere-grids"
    relief.mkdir()
    os.link(
        shared / "mirror" / "lithosphere-grids" / "sedmap.gmt.gz",
        relief / "sedmap.gmt.gz",
    )
    done, _ = run(places, plan_of("sutures"), plan_of("sediment-thickness"))
    assert [result.state for result in done.results] == ["failed", "built"]
    assert LayerStore((places.layers,)).ids() == ("sediment-thickness",)


def test_an_old_layer_stays_when_its_new_file_is_damaged(places):
    write_suture(places, SUTURE)
    run(places)
    write_suture(places, {"type": "Feature"})
    done, _ = run(places)
    assert done.failed
    assert list(LayerStore((places.layers,)).vector("sutures").table["name"]) == [
        "Tanymas"
    ]


def test_a_process_that_dies_is_a_failed_layer_and_not_the_end(places):
    write_suture(places, SUTURE)
    # Called with the files as globals; anything simpler could not travel to it.
    ends = functools.partial(eval, "__import__('os')._exit(3)")
    deadly = dataclasses.replace(plan_of("sutures"), id="deadly", build=ends)
    done, _ = run(places, deadly, plan_of("sutures"))
    assert [result.state for result in done.results] == ["failed", "built"]
    assert "ended without a word" in done.results[0].problems[0]


def test_a_fault_of_our_own_is_told_as_one_and_the_other_layer_is_made(places):
    write_suture(places, SUTURE)
    faulty = dataclasses.replace(plan_of("sutures"), id="faulty", build=len)
    done, _ = run(places, faulty, plan_of("sutures"))
    assert [result.state for result in done.results] == ["failed", "built"]
    assert "fault of the atlas" in done.results[0].problems[0]


def test_every_part_of_every_plan_stands_in_the_catalogue():
    catalogue = load_catalogue()
    for entry in all_plans(catalogue):
        for source, file in parts_of(entry):
            if isinstance(catalogue[source], PublishedSource):
                assert catalogue.published(source).file(file)
            else:
                assert catalogue.package(source).member(file)


def test_every_published_source_is_used_by_a_plan():
    catalogue = load_catalogue()
    used = {name for entry in all_plans(catalogue) for name, _ in parts_of(entry)}
    published = {source.id for source in catalogue if hasattr(source, "files")}
    assert published <= used


def test_better_plans_of_a_layer_come_first():
    grouped = by_layer(all_plans(load_catalogue()))
    boundaries = grouped["terrane-boundaries"]
    assert boundaries[0].parts[0][0] == "hasterok-provinces"
    assert boundaries[-1].parts[0][0] == "zahirovic-2022"


def test_a_dry_run_tells_where_each_file_would_come_from(places):
    catalogue = load_catalogue()
    part = ("himatibetmap", "sutures.geojson")
    online = dataclasses.replace(places, mirror=None)
    assert way_of(part, catalogue, online).origin.startswith("https://")
    assert way_of(part, catalogue, places).origin.startswith("nowhere")
    write_suture(places, SUTURE)
    assert way_of(part, catalogue, places).origin == "the mirror"


def test_outcomes_are_files_or_typed_errors(places):
    write_suture(places, SUTURE)
    done, _ = run(places, plan_of("sutures"), plan_of("cratons"))
    for outcome in done.files.values():
        assert isinstance(outcome, Here | GeodataError)
    text = json.dumps(done.to_dict(), allow_nan=False)
    assert json.loads(text)["failed"] is False
