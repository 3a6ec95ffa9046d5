"""Tests of what an explanation says: the sentence follows from codes and numbers."""

from typing import Any

import pytest

from app.text import say
from app.text.explanation import distance, fact
from app.text.numbers import plain
from geodata.scoring.measured import Measured


def known(kind: Any, typical: float, **more: Any) -> Measured:
    return Measured(state="known", kind=kind, typical=typical, **more)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (0.994, "0.99"),
        (1.0, "1.0"),
        (-1.0, "-1.0"),
        (9.94, "9.9"),
        (10.0, "10"),
        (-10.0, "-10"),
        (123.6, "124"),
    ],
)
def test_precision_changes_at_one_and_at_ten(value: float, text: str) -> None:
    assert plain(value) == text


def test_a_distance_is_told_with_what_it_leads_to_and_how_it_compares() -> None:
    near = known("distance", 8.0, below=8, nearest="A | B")
    where = say("explanation.from", amount="8.0 km", name="A | B")
    assert fact(near, "km") == say("explanation.nearer", where=where, percent=92)
    bare = known("distance", 8.0, below=8)
    assert fact(bare, "km") == say("explanation.nearer", where="8.0 km", percent=92)


def test_a_quantity_is_told_by_how_much_of_the_land_has_less() -> None:
    thick = known("quantity", 45.0, below=45)
    assert fact(thick, "km") == say("explanation.higher", amount="45 km", percent=45)
    assert fact(thick, "") == say("explanation.higher", amount="45", percent=45)


def test_an_area_is_told_by_its_range_and_then_by_its_two_sources() -> None:
    area = known("quantity", 45.0, low=40.0, high=50.0, below=45, disagreement=7.0)
    ranged = say("explanation.range", amount="45 km", low="40", high="50")
    both = say("explanation.disagreement", amount=ranged, apart="7.0", unit="km")
    assert fact(area, "km") == say("explanation.higher", amount=both, percent=45)


def test_a_range_that_reads_the_same_at_both_ends_is_not_told() -> None:
    flat = known("quantity", 8.01, low=8.01, high=8.02, below=1)
    assert fact(flat, "km") == say("explanation.higher", amount="8.0 km", percent=1)


def test_no_data_and_no_layer_are_told_apart() -> None:
    unknown = fact(Measured(state="not-mapped", kind="class"), "")
    assert unknown == say("number.no-data")
    missing = fact(Measured(state="layer-missing", kind="share"), "")
    assert missing == say("explanation.layer-missing")


def test_a_class_is_told_by_its_name_and_its_share_when_not_everywhere() -> None:
    whole = known("class", 1.0, class_name="active", class_share=1.0)
    assert fact(whole, "") == "active"
    part = whole.model_copy(update={"class_share": 0.6})
    told = say("explanation.class-share", name="active", share="60%")
    assert fact(part, "") == told


def test_a_share_of_nothing_is_none_and_says_when_that_is_usual() -> None:
    unit = "of the bedrock"
    usual = known("share", 0.0, low=0.0, high=0.0, region_median=0.0, below=0)
    assert fact(usual, unit) == say("explanation.none-usual")
    rare = usual.model_copy(update={"region_median": 0.1})
    assert fact(rare, unit) == say("explanation.none")
    somewhere = usual.model_copy(update={"high": 0.16})
    assert "0.16" in fact(somewhere, unit)
    place = known("share", 0.0, region_median=0.0, below=0)
    assert fact(place, unit) == say("explanation.none-usual")
    other = known("quantity", 0.0, region_median=0.0, below=0)
    assert fact(other, "m").startswith("0.00 m")


def test_a_distance_is_said_no_finer_than_the_position_is_known() -> None:
    assert distance(12.0, 10.0, within_error=False) == "12 ± 10 km"
    assert distance(7.0, 5.4, within_error=False) == "7 ± 6 km"
    inside = distance(0.0, 5.4, within_error=True)
    assert inside == say("nearest.within-error", error=6)
