"""What the world says of the arguments, in words."""

from app.text.argument_records import record_rows
from geodata.scoring.validation.argument_records import ArgumentRecord
from geodata.scoring.validation.intervals import Estimate


def estimate(value, n=120):
    return Estimate(value=value, low=value - 0.05, high=value + 0.05, n=n)


def rows(**facts):
    made = ArgumentRecord(argument="rock", digest="", **facts)
    return record_rows(
        [("rock", "Rock"), ("other", "Other")],
        [made],
        {"relief-10m": "Height of the world"},
    )


def test_an_argument_without_a_record_is_left_out():
    (row,) = rows(places="placer", land=estimate(0.7), others=estimate(0.6))
    assert (row.title, row.n, row.note) == ("Rock", 120, "")
    assert row.places == "placers with rare-earth minerals"
    assert row.land.value == 0.7


def test_why_there_are_no_figures_is_said():
    (row,) = rows(missing="regional")
    assert row.note == "No layer at hand says it of the whole world."
    assert (row.n, row.places, row.land) == (0, "", None)


def test_what_was_read_instead_and_why_a_contradicted_argument_stays_is_said():
    (row,) = rows(
        places="placer",
        layer="relief-10m",
        window_km=50.0,
        land=estimate(0.5),
        others=estimate(0.6),
        kept_because="sand is flat.",
    )
    assert "in a window of 50 km from: Height of the world." in row.note
    assert "contradict it." in row.note
    assert row.note.endswith("It stays because: sand is flat.")
    (few,) = rows(places="placer", land=estimate(0.5, 29), others=estimate(0.6, 29))
    assert few.note == "Too few known places to say anything."
