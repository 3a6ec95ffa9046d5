"""What the models keep to, whatever their numbers are."""

import pytest

from geodata.evidence.measurement import DISTANCES, MEASURES
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts

MODELS = parse_all(deposit_type_texts())
EVERY = [(model, one) for model in MODELS.values() for one in model.evidence]
COARSE = {"lithology-fractions": "104 km", "lithology": "56 km"}
WHEREVER_THEY_LIE = {"phosphorite"}  # flat or folded, deep or shallow
FROM_RECORDS = ("palaeolithology", "phosphatic-rocks", "uranium-occurrences")
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
    components = {one.component for one in arguments}
    assert {"source", "trap"} <= components
    assert ("preservation" in components) == (name not in WHEREVER_THEY_LIE)


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


@pytest.mark.parametrize("argument", of_layer(*FROM_RECORDS))
def test_a_record_proves_presence_only(argument):
    assert "presence only" in argument.claim
    assert argument.base is not None
    assert argument.measurement.window_km >= 2 * argument.parameters["half"].value


@pytest.mark.parametrize("name", sorted(MODELS))
def test_each_argument_is_told_once(name):
    told = [
        (one.measurement.layer, one.measurement.measure, one.measurement.column)
        for one in MODELS[name].evidence
    ]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_boundaries_of_blocks_are_told_once(name):
    lines = [
        one
        for one in MODELS[name].evidence
        if one.measurement.layer in ("provinces", "terrane-boundaries")
        and one.measurement.measure in DISTANCES
    ]
    assert len(lines) <= 1


def test_the_two_settings_of_alkaline_rocks_are_apart():
    assert {"carbonatite", "alkaline-collision"} <= set(MODELS)
    boundaries = [
        {one.name for one in MODELS[name].evidence}
        & {"old-block-edge", "suture", "collision-belt"}
        for name in ("carbonatite", "alkaline-collision")
    ]
    assert boundaries == [{"old-block-edge"}, {"suture", "collision-belt"}]


def test_half_of_the_black_shale_model_is_its_host():
    weights = {one.name: one.weight for one in MODELS["black-shale"].evidence}
    host = weights.pop("shale-host")
    assert host.value >= sum(one.value for one in weights.values())


def test_distances_are_measures_and_edges_and_crossings_are_read():
    assert set(MEASURES) > DISTANCES == {"distance", "edge", "crossings"}
    read = {one.measurement.measure for _, one in EVERY}
    assert read >= {"distance", "edge"}
