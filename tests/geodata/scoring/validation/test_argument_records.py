"""What a record says of an argument, and whether the shipped ones still hold."""

import dataclasses

import pytest

from geodata.errors import DepositTypeError
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.validation.argument_records import (
    ArgumentRecord,
    ArgumentRecords,
    contradicted,
    digest,
    read_records,
    shipped_records,
)
from geodata.scoring.validation.intervals import Estimate

MODELS = parse_all(deposit_type_texts())
PLACER = MODELS["placer"]
FELSIC = PLACER.evidence[0]


def estimate(value, n=100):
    return Estimate(value=value, low=value, high=value, n=n)


def record(land=0.6, others=0.6, n=100, **facts):
    return ArgumentRecord(
        argument=FELSIC.name,
        digest=digest(FELSIC),
        land=estimate(land, n),
        others=estimate(others, n),
        **facts,
    )


@pytest.mark.parametrize(
    ("land", "others", "n", "expected"),
    [
        (0.53, 0.53, 100, False),
        (0.52, 0.9, 100, True),
        (0.9, 0.52, 100, True),
        (0.4, 0.4, 99, False),
    ],
)
def test_chance_over_enough_places_contradicts(land, others, n, expected):
    assert record(land, others, n).contradicted is expected


def test_no_figures_contradict_nothing_and_few_places_say_nothing():
    assert not ArgumentRecord(argument="a", digest="", missing="regional").contradicted
    assert record(n=29).too_few
    assert not record(n=30).too_few


def test_a_contradicted_argument_without_a_reason_is_named():
    made = ArgumentRecords(layers={}, by_type={"placer": (record(land=0.5),)})
    bare = dataclasses.replace(PLACER, evidence=(FELSIC,))
    assert contradicted(made, {"placer": bare}) == [f"placer: {FELSIC.name}"]
    argued = dataclasses.replace(FELSIC, kept_because="It is so.")
    kept = dataclasses.replace(PLACER, evidence=(argued,))
    assert contradicted(made, {"placer": kept}) == []
    assert made.of(kept)[0].kept_because == "It is so."


def test_a_record_of_another_curve_is_not_told():
    made = ArgumentRecords(layers={}, by_type={"placer": (record(),)})
    number = dataclasses.replace(FELSIC.parameters["midpoint"], value=0.13)
    changed = dataclasses.replace(
        FELSIC, parameters={**FELSIC.parameters, "midpoint": number}
    )
    assert made.of(dataclasses.replace(PLACER, evidence=(FELSIC,)))
    assert not made.of(dataclasses.replace(PLACER, evidence=(changed,)))


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_argument_of_the_package_has_its_record(name):
    found = shipped_records().of(MODELS[name])
    assert [one.argument for one in found] == [x.name for x in MODELS[name].evidence]


def test_no_argument_of_the_package_is_contradicted_without_a_reason():
    assert contradicted(shipped_records(), MODELS) == []


def test_records_are_read_back_as_written():
    made = shipped_records()
    assert read_records(made.model_dump_json()) == made
    with pytest.raises(DepositTypeError, match=r"Run scripts/train\.py"):
        read_records('{"layers": {}}')
