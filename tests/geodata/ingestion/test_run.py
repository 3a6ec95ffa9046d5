"""A whole ingestion, from files in a small mirror to published layers."""

import dataclasses
import functools
import io
import json
import os
import zipfile

import pytest

from geodata.checksums import file_checksum
from geodata.errors import ChecksumError, GeodataError
from geodata.ingestion.gather import Here, Places, way_of
from geodata.ingestion.plan import by_layer, every_plan, ingestion_plans
from geodata.ingestion.run import ingest, is_current
from geodata.ingestion.workshop import Order, make
from geodata.layers.store import LayerStore
from geodata.provenance import Member
from geodata.readers.landlock import landlock_version
from geodata.readers.sandbox import DEFAULT_ALLOWANCE
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
    (found,) = (plan for plan in every_plan() if plan.id == layer)
    return found


def altered(layer, name, build):
    """A plan of a layer under another name, made by another builder."""
    plan = plan_of(layer)
    return dataclasses.replace(
        plan,
        layer=dataclasses.replace(plan.layer, id=name),
        recipe=dataclasses.replace(plan.recipe, build=build),
    )


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


def order_of(places, layer, code=""):
    """An order for a layer whose files lie in the mirror."""
    plan = plan_of(layer)
    files = {}
    for part in plan.recipe.parts:
        path = places.mirror.joinpath(*part)
        sha256 = file_checksum(path)
        member = Member(
            source=part[0],
            sha256=sha256,
            member=part[1],
            member_sha256=sha256,
            origin="mirror",
        )
        files[part] = Here(path=path, bytes=1, member=member, fresh=False)
    return Order(
        plan=plan,
        files=files,
        folder=places.layers,
        code=code,
        catalogue=load_catalogue(),
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
    code = store.provenance("sutures").extra["code"]
    order = order_of(places, "sutures", code=code)
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
    deadly = altered("sutures", "deadly", ends)
    done, _ = run(places, deadly, plan_of("sutures"))
    assert [result.state for result in done.results] == ["failed", "built"]
    assert "ended without a word" in done.results[0].problems[0]


def test_a_fault_of_our_own_is_told_as_one_and_the_other_layer_is_made(places):
    write_suture(places, SUTURE)
    faulty = altered("sutures", "faulty", len)
    done, _ = run(places, faulty, plan_of("sutures"))
    assert [result.state for result in done.results] == ["failed", "built"]
    assert "fault of the atlas" in done.results[0].problems[0]


def test_a_layer_that_asks_for_too_much_memory_is_a_typed_failure(places):
    write_suture(places, SUTURE)
    greedy = functools.partial(eval, f"bytearray({DEFAULT_ALLOWANCE.memory_bytes})")
    plan = altered("sutures", "greedy", greedy)
    done, _ = run(places, plan)
    assert [result.state for result in done.results] == ["failed"]
    assert "asked for more than 4 GB" in done.results[0].problems[0]


@pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
def test_what_makes_a_layer_can_write_nothing_into_the_store(places):
    write_suture(places, SUTURE)
    places.layers.mkdir(parents=True)
    target = places.layers / "manifest.json"
    writing = functools.partial(eval, f"open({str(target)!r}, 'w')")
    done, _ = run(places, altered("sutures", "writing", writing))
    assert "PermissionError" in done.results[0].problems[0]
    assert not target.exists()


def test_a_file_that_changes_after_it_was_checked_is_refused(places):
    write_suture(places, SUTURE)
    order = order_of(places, "sutures")
    write_suture(places, SUTURE, SUTURE)
    with pytest.raises(ChecksumError, match="changed since it was checked"):
        make(order)


def test_a_wrong_file_that_a_layer_can_do_without_is_left_out_and_told(places, shared):
    for source, file in (
        ("himatibetmap", "HimaTibetMap.geojson"),
        ("gem-active-faults", "gem_active_faults.geojson.zip"),
    ):
        (places.mirror / source).mkdir(exist_ok=True)
        os.link(shared / "mirror" / source / file, places.mirror / source / file)
    (places.mirror / "afead").mkdir()
    (places.mirror / "afead" / "AFEAD_v2022.zip").write_bytes(empty_zip())
    done, _ = run(places, plan_of("faults"))
    (result,) = done.results
    assert result.state == "built"
    assert "AFEAD_v2022.zip" in result.problems[0]
    assert done.failed
    sets = LayerStore((places.layers,)).vector("faults").table["sets"]
    assert sets.str.contains("HimaTibetMap").any()
    members = LayerStore((places.layers,)).provenance("faults").members
    assert "afead" not in {member.source for member in members}


# Called with the files as globals; anything simpler could not travel to a child.
WITHOUT_AFEAD = """
__import__("geodata.layers.faults.active_faults", fromlist=["_"]).build_faults(
    {part: path for part, path in globals().items() if part != "__builtins__"}
) if ("afead", "AFEAD_v2022.zip") not in globals() else """


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("__import__('os')._exit(3)", "ended without a word"),
        (f"bytearray({DEFAULT_ALLOWANCE.memory_bytes})", "asked for more than"),
    ],
)
def test_a_file_that_ends_the_process_is_found_and_left_out(
    places, shared, ending, told
):
    for source, file in (
        ("himatibetmap", "HimaTibetMap.geojson"),
        ("gem-active-faults", "gem_active_faults.geojson.zip"),
    ):
        (places.mirror / source).mkdir(exist_ok=True)
        os.link(shared / "mirror" / source / file, places.mirror / source / file)
    (places.mirror / "afead").mkdir()
    (places.mirror / "afead" / "AFEAD_v2022.zip").write_bytes(empty_zip())
    build = functools.partial(eval, (WITHOUT_AFEAD + ending).replace("\n", " ").strip())
    done, _ = run(places, altered("faults", "faults", build))
    (result,) = done.results
    assert result.state == "built"
    (problem,) = result.problems
    assert problem.startswith("afead/AFEAD_v2022.zip: ")
    assert told in problem
    assert done.failed
    members = LayerStore((places.layers,)).provenance("faults").members
    assert {member.source for member in members} == {
        "himatibetmap",
        "gem-active-faults",
    }


def test_a_layer_is_kept_when_it_would_lose_a_source_it_holds(places, shared):
    for source, file in (
        ("himatibetmap", "HimaTibetMap.geojson"),
        ("gem-active-faults", "gem_active_faults.geojson.zip"),
    ):
        (places.mirror / source).mkdir(exist_ok=True)
        os.link(shared / "mirror" / source / file, places.mirror / source / file)
    run(places, plan_of("faults"))
    before = LayerStore((places.layers,)).provenance("faults")
    (places.mirror / "himatibetmap" / "HimaTibetMap.geojson").unlink()
    done, _ = run(places, plan_of("faults"))
    assert [result.state for result in done.results] == ["kept"]
    assert "himatibetmap" in done.results[0].problems[0]
    assert LayerStore((places.layers,)).provenance("faults") == before
    dropped = ingest(
        (plan_of("faults"),),
        unpinned("himatibetmap"),
        places,
        Listener(),
        may_lose_sources=True,
    )
    assert [result.state for result in dropped.results] == ["built"]


def empty_zip():
    """A whole zip that holds no shapefile."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    return memory.getvalue()


def test_every_part_of_every_plan_stands_in_the_catalogue():
    catalogue = load_catalogue()
    for plan in ingestion_plans(catalogue):
        for source, file in plan.files:
            if isinstance(catalogue[source], PublishedSource):
                assert catalogue.published(source).file(file)
            else:
                assert catalogue.package(source).member(file)


def test_every_published_source_is_used_by_a_plan_or_says_that_none_does():
    catalogue = load_catalogue()
    used = {name for plan in ingestion_plans(catalogue) for name, _ in plan.files}
    for source in catalogue:
        if isinstance(source, PublishedSource):
            assert (source.id in used) is (
                not source.used_for.startswith("no layer")
            ), source.id


def test_better_plans_of_a_layer_come_first():
    grouped = by_layer(ingestion_plans(load_catalogue()))
    boundaries = grouped["terrane-boundaries"]
    assert boundaries[0].recipe.parts[0][0] == "hasterok-provinces"
    assert boundaries[-1].recipe.parts[0][0] == "zahirovic-2022"


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
    assert not done.failed
