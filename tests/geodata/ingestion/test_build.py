import dataclasses

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.ingestion.build import (
    draft_from_packages,
    draft_record,
    is_better,
    needs_no_setup,
    package_members,
    stage_for_bundle,
    stage_layer,
)
from geodata.ingestion.plan import Plan, package_plan
from geodata.layers import LayerStore
from geodata.layers.model import FileRecipe, RasterProduct, TableProduct, VectorProduct
from geodata.layers.storage.publication import publish
from geodata.provenance import Member
from geodata.raster import Raster
from geodata.sources import Catalogue, load_catalogue


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


def made_otherwise(plan, **changes):
    return dataclasses.replace(plan, recipe=dataclasses.replace(plan.recipe, **changes))


@pytest.fixture
def small_plan():
    return made_otherwise(
        package_plan("tectonic-regime"),
        parts=(("strec", "strec/data/stable.geojson"),),
        build=build_point,
    )


@pytest.fixture
def file_plan(small_plan):
    recipe = FileRecipe(
        title="Better regime",
        parts=(("strec", "regime.zip"),),
        build=lambda files: build_point({"a": b"better"}),
        resolution="1:1 million",
        resolution_km=1.0,
        uncertainty="1 km.",
    )
    return Plan(layer=small_plan.layer, recipe=recipe)


def staged(entry, folder, catalogue):
    product = entry.recipe.build({"a": b"stone"})
    draft = draft_from_packages(entry, product, catalogue)
    return stage_layer(folder, entry, product, draft)


def ingested(entry, folder, catalogue):
    product = entry.recipe.build({})
    draft = draft_record(
        entry,
        product,
        catalogue,
        members=(Member(source="strec", member="regime.zip", origin="mirror"),),
        command="python scripts/ingest.py",
    )
    return stage_layer(folder, entry, product, draft)


def test_a_built_layer_carries_whose_it_is(tmp_path, small_plan):
    catalogue = load_catalogue()
    record = stage_for_bundle(tmp_path, small_plan, {"a": b"stone"}, catalogue)
    publish(tmp_path, [record])
    assert record == LayerStore((tmp_path,)).provenance("tectonic-regime")
    assert record.licence == "CC0-1.0"
    assert record.open
    assert record.members == (catalogue["strec"].member("strec/data/stable.geojson"),)
    assert record.coverage is not None
    assert record.command.endswith("build_bundle.py --layer tectonic-regime")


def test_the_same_files_give_the_same_bytes(tmp_path, small_plan):
    catalogue = load_catalogue()
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        stage_for_bundle(folder, small_plan, {"a": b"stone"}, catalogue)
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in two.iterdir()
    }


def test_the_draft_of_files_credits_the_sources_that_were_read(file_plan):
    catalogue = load_catalogue()
    members = (
        Member(source="crust1", member="a"),
        Member(source="strec", member="b", origin="mirror", rebuilt=True),
        Member(source="crust1", member="c"),
    )
    product = file_plan.recipe.build({})
    draft = draft_record(file_plan, product, catalogue, members, "python x")
    assert draft.members == members
    assert draft.licence == f"{catalogue['crust1'].licence}; CC0-1.0"
    assert draft.open is (catalogue["crust1"].open and catalogue["strec"].open)
    assert [item["source"] for item in draft.extra["licences_seen"]] == [
        "crust1",
        "strec",
    ]
    assert (draft.command, draft.title) == ("python x", "Better regime")


def test_the_coverage_of_a_raster_stands_in_its_record(small_plan):
    image = Raster.of_degrees(
        bands={"a": np.ones((1, 1), np.float32)},
        west=70,
        north=45,
        step_lon_deg=1,
        step_lat_deg=1,
    )
    catalogue = load_catalogue()
    for coverage in (shapely.box(70, 44, 71, 45), None):
        product = RasterProduct(image=image, coverage=coverage)
        draft = draft_from_packages(small_plan, product, catalogue)
        assert (draft.coverage is None) is (coverage is None)
        if draft.coverage:
            assert shapely.geometry.shape(draft.coverage).equals(coverage)


def test_a_table_has_no_coverage(small_plan):
    product = TableProduct(table=pd.DataFrame({"a": [1]}))
    draft = draft_from_packages(small_plan, product, load_catalogue())
    assert draft.coverage is None


def test_a_published_layer_is_current_until_its_file_or_its_pins_change(
    tmp_path, small_plan
):
    catalogue = load_catalogue()
    assert not needs_no_setup(small_plan, catalogue, tmp_path)
    record = staged(small_plan, tmp_path, catalogue)
    assert not needs_no_setup(
        small_plan, catalogue, tmp_path
    )  # staged is not there yet
    publish(tmp_path, [record])
    assert needs_no_setup(small_plan, catalogue, tmp_path)
    repinned = Catalogue(
        dataclasses.replace(source, version="9.9") if source.id == "strec" else source
        for source in catalogue
    )
    assert not needs_no_setup(small_plan, repinned, tmp_path)
    (tmp_path / record.file).write_text("{}")
    assert not needs_no_setup(small_plan, catalogue, tmp_path)


def test_a_layer_of_an_earlier_edition_is_made_anew_on_old_machines(
    tmp_path, small_plan
):
    catalogue = load_catalogue()
    publish(tmp_path, [staged(small_plan, tmp_path, catalogue)])
    assert "edition" not in LayerStore((tmp_path,)).provenance(small_plan.id).extra
    later = made_otherwise(small_plan, edition=2)
    assert not needs_no_setup(later, catalogue, tmp_path)
    publish(tmp_path, [staged(later, tmp_path, catalogue)], keep=is_better)
    assert LayerStore((tmp_path,)).provenance(small_plan.id).extra["edition"] == 2
    assert needs_no_setup(later, catalogue, tmp_path)
    assert not needs_no_setup(small_plan, catalogue, tmp_path)


def test_ingestion_is_kept_whatever_the_edition(tmp_path, small_plan, file_plan):
    catalogue = load_catalogue()
    publish(tmp_path, [ingested(file_plan, tmp_path, catalogue)])
    later = made_otherwise(small_plan, edition=2)
    assert needs_no_setup(later, catalogue, tmp_path)


def test_what_ingestion_made_counts_as_current_and_is_kept(
    tmp_path, small_plan, file_plan
):
    catalogue = load_catalogue()
    better = ingested(file_plan, tmp_path, catalogue)
    publish(tmp_path, [better])
    assert needs_no_setup(small_plan, catalogue, tmp_path)
    publish(tmp_path, [staged(small_plan, tmp_path, catalogue)], keep=is_better)
    assert LayerStore((tmp_path,)).provenance("tectonic-regime") == better


def test_what_ingestion_made_is_replaced_when_it_is_damaged(
    tmp_path, small_plan, file_plan
):
    catalogue = load_catalogue()
    better = ingested(file_plan, tmp_path, catalogue)
    publish(tmp_path, [better])
    (tmp_path / better.file).write_bytes(b"PAR1")
    assert not needs_no_setup(small_plan, catalogue, tmp_path)
    publish(tmp_path, [staged(small_plan, tmp_path, catalogue)], keep=is_better)
    record = LayerStore((tmp_path,)).provenance("tectonic-regime")
    assert record.members == package_members(small_plan, catalogue)
