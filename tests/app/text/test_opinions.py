"""Tests of which sentence is said of two opinions."""

import pytest

from app.text import say, say_many
from app.text.opinions import compared, layers_not_here, stability, too_few


@pytest.mark.parametrize("what", ["place", "area"])
@pytest.mark.parametrize("kind", ["both", "expert only", "learned only", "neither"])
def test_each_kind_of_agreement_has_its_sentence(kind: str, what: str) -> None:
    told = compared(kind, 0.22, 0.34, what=what)  # type: ignore[arg-type]  # of two
    key = f"opinion.{kind.replace(' ', '-')}.{what}"
    assert told == say(key, best="10 %", expert="22 %", learned="34 %")


def test_where_too_little_is_known_no_rank_is_told() -> None:
    told = compared("not known", None, None, what="area")
    assert told == say("opinion.not-known")


@pytest.mark.parametrize(
    ("low", "high", "key"),
    [
        (2.0, 9.0, "stability.number"),
        (3.6, 4.4, "stability.number-firm"),
        (5.0, 5.0, "stability.number"),
    ],
)
def test_the_steadiness_of_a_rank_is_told_from_its_draws(
    low: float, high: float, key: str
) -> None:
    values = {"rank": 4, "first": round(low), "last": 9 if high == 9 else 5}
    assert stability(4, low, high) == say(key, **values)


def test_too_few_examples_are_counted() -> None:
    assert too_few(None) == say("learned.absent")
    assert too_few(0) == say("learned.no-example")
    assert (
        too_few(1) == say_many("learned.too-few", 1) != say_many("learned.too-few", 2)
    )
    asked = {"fewest": 30, "fewest_tested": 5}
    none = too_few(215, tested=0, **asked)
    assert none == say("learned.untested", examples=215, fewest=5)
    four = too_few(30, tested=4, **asked)
    assert four == say_many("learned.hardly-tested", 4, examples=30, fewest=5)
    assert too_few(29, tested=0, **asked) == say_many("learned.too-few", 29)


def test_layers_that_are_not_here_are_named() -> None:
    lacks = say("learned.lacks", layers="A, B")
    for below, key in (
        (True, "learned.knows-less.below"),
        (False, "learned.knows-less"),
    ):
        assert layers_not_here(["A", "B"], below=below) == f"{lacks} {say(key)}"
    assert layers_not_here([], below=True) == ""
