import pytest

from geodata.errors import LayerError
from geodata.ingestion.plan import every_plan, package_plan, package_plans
from geodata.sources import load_catalogue

COMMITTED = {
    "states",
    "countries",
    "neighbours",
    "lakes",
    "places",
    "relief",
    "gravity",
    "tectonic-regime",
}


def test_ids_differ():
    ids = [entry.id for entry in package_plans()]
    assert len(ids) == len(set(ids))


def test_every_file_a_layer_reads_is_pinned_and_no_path_means_two_files():
    catalogue = load_catalogue()
    owners = {}
    for entry in package_plans():
        for source, path in entry.recipe.parts:
            digest = catalogue[source].members[path]
            assert owners.setdefault(path, digest) == digest


def test_only_layers_of_open_sources_are_committed():
    catalogue = load_catalogue()
    assert {
        entry.id for entry in package_plans() if entry.is_open(catalogue)
    } == COMMITTED


def test_layers_made_at_setup_need_no_extra():
    catalogue = load_catalogue()
    for entry in package_plans():
        assert entry.is_open(catalogue) or not entry.recipe.needs_extra, entry.id


def test_every_plan_states_how_good_its_layer_is():
    for entry in every_plan():
        assert entry.files, entry.id
        assert len(set(entry.files)) == len(entry.files)
        assert entry.recipe.resolution, entry.id
        assert entry.recipe.uncertainty, entry.id
        assert entry.recipe.resolution_km > 0, entry.id


def test_an_unknown_layer_is_an_error_that_lists_the_known_ones():
    with pytest.raises(LayerError, match="tectonic-regime"):
        package_plan("faults")
