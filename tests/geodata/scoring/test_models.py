"""What the six models keep to, whatever their numbers are."""

import pytest

from geodata.evidence.measurement import DISTANCES, MEASURES
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts

MODELS = parse_all(deposit_type_texts())
EVERY = [(model, one) for model in MODELS.values() for one in model.evidence]
COARSE = {"lithology-fractions": "104 km", "lithology": "56 km"}
DRAWN_KM = {"terrane-boundaries": 10, "provinces": 10}


def of_layer(*layers):
    return [
        pytest.param(one, id=f"{model.id}-{one.name}")
        for model, one in EVERY
        if one.measurement.layer in layers
    ]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_model_has_few_arguments_and_some_of_where_its_metals_come_from(name):
    arguments = MODELS[name].evidence
    assert 5 <= len(arguments) <= 13
    assert "source" in {one.component for one in arguments}
    assert "preservation" in {one.component for one in arguments}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_no_argument_measures_what_another_one_does(name):
    keys = [one.measurement.key for one in MODELS[name].evidence]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("argument", of_layer(*COARSE))
def test_a_claim_from_a_coarse_layer_tells_the_size_of_its_cells(argument):
    assert COARSE[argument.measurement.layer] in argument.claim


@pytest.mark.parametrize("argument", of_layer(*DRAWN_KM))
def test_no_distance_is_finer_than_the_lines_are_drawn(argument):
    if argument.measurement.measure in DISTANCES:
        drawn = DRAWN_KM[argument.measurement.layer]
        assert argument.parameters["error"].value >= drawn
        assert argument.parameters["half"].low > argument.parameters["error"].value


@pytest.mark.parametrize("argument", of_layer("palaeolithology"))
def test_a_record_of_the_past_never_speaks_against_a_place_by_being_far(argument):
    told = argument.measurement.window_km
    assert 0 < told <= argument.parameters["half"].value
    assert "presence only" in argument.claim


def test_distances_are_measures_and_edges_and_crossings_are_read():
    assert set(MEASURES) > DISTANCES == {"distance", "edge", "crossings"}
    read = {one.measurement.measure for _, one in EVERY}
    assert read >= DISTANCES


def test_arguments_that_read_the_same_lines_say_that_they_share_their_weight():
    for model in MODELS.values():
        read = {one.measurement.layer: [] for one in model.evidence}
        for one in model.evidence:
            if one.measurement.measure in DISTANCES:
                read[one.measurement.layer].append(one)
        for sharing in read.values():
            if len(sharing) > 1:
                assert any("shares its weight" in x.weight.reference for x in sharing)
