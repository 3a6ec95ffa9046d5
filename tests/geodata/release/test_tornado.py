import dataclasses

import numpy as np
import pytest
from matplotlib.image import imread

from geodata.release.tornado import BARS, draw_tornado, label
from geodata.scoring.deposit_type import Number
from geodata.scoring.ranking import Change
from geodata.scoring.sensitivity import WEIGHT, NumberEffect, Sensitivity

BLUE, ORANGE = (43, 108, 163), (181, 96, 12)


def effect(low=0.8, high=0.6, **facts):
    return dataclasses.replace(
        NumberEffect(
            evidence="felsic-bedrock",
            title="Felsic bedrock",
            parameter=WEIGHT,
            membership="rise",
            unit="",
            number=Number(value=0.2, low=0.1, high=0.3, basis="expert", reference="-"),
            at_low=Change(correlation=0.9, kept=low),
            at_high=Change(correlation=0.9, kept=high),
        ),
        **facts,
    )


def table(*numbers):
    return Sensitivity(
        deposit_type="test", title="Test", places=10, numbers=numbers, omissions=()
    )


def bars(path, colour):
    """Return the greatest length of each bar of a colour, pixels, downwards."""
    picture = np.round(imread(path)[..., :3] * 255).astype(np.int64)
    count = np.all(picture == colour, axis=2).sum(axis=1)
    starts = np.flatnonzero((count[1:] > 0) & (count[:-1] == 0) & (count[1:] > 20))
    return [int(count[row + 1 : row + 20].max()) for row in starts]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "Felsic bedrock: weight 0.1–0.3"),
        (
            {"parameter": "half", "membership": "near", "unit": "km"},
            "Felsic bedrock: half distance 0.1–0.3 km",
        ),
        (
            {"parameter": "half_width", "unit": "m"},
            "Felsic bedrock: half width 0.1–0.3 m",
        ),
        (
            {"parameter": "error", "unit": "km"},
            "Felsic bedrock: error of position 0.1–0.3 km",
        ),
        (
            {"parameter": "midpoint", "unit": "share"},
            "Felsic bedrock: midpoint 0.1–0.3",
        ),
        ({"parameter": "steep_end"}, "Felsic bedrock: steep end 0.1–0.3"),
        (
            {"parameter": "Kazakh", "membership": "class"},
            "Felsic bedrock: “Kazakh” 0.1–0.3",
        ),
        ({"membership": "class"}, "Felsic bedrock: weight 0.1–0.3"),
        (
            {"parameter": "other", "membership": "class"},
            "Felsic bedrock: other classes 0.1–0.3",
        ),
        ({"title": "F" * 36}, "F" * 36 + ": weight 0.1–0.3"),
        ({"title": "F" * 37}, "F" * 37 + ":\nweight 0.1–0.3"),
    ],
)
def test_a_number_is_named_in_words_with_its_range(facts, said):
    assert label(effect(**facts)) == said


def test_the_figure_is_900_pixels_wide_and_the_same_each_time(tmp_path):
    for name in ("one.png", "two.png"):
        draw_tornado(tmp_path / name, table(effect()))
    assert imread(tmp_path / "one.png").shape[1] == 900
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_a_bar_is_as_long_as_the_share_that_leaves_the_best_tenth(tmp_path):
    path = tmp_path / "tornado.png"
    draw_tornado(path, table(effect(low=0.8, high=0.6), effect(low=0.6, high=0.9)))
    low, high = bars(path, BLUE), bars(path, ORANGE)
    assert len(low) == len(high) == 2
    assert low[0] == pytest.approx(high[0] / 2, abs=4)
    assert low[1] == pytest.approx(high[0], abs=4)
    assert high[1] == pytest.approx(high[0] / 4, abs=4)


def test_no_more_than_twelve_bars_are_drawn(tmp_path):
    assert BARS == 12
    path = tmp_path / "tornado.png"
    draw_tornado(path, table(*[effect()] * 15))
    assert len(bars(path, BLUE)) == 12


def test_what_is_unknown_has_no_bar_and_no_number_at_all_is_no_error(tmp_path):
    path = tmp_path / "tornado.png"
    draw_tornado(path, table(effect(low=np.nan, high=np.nan)))
    assert bars(path, BLUE) == bars(path, ORANGE) == []
    draw_tornado(path, table())
    assert imread(path).shape[1] == 900


def test_little_is_drawn_as_little(tmp_path):
    path = tmp_path / "tornado.png"
    draw_tornado(path, table(effect(low=1.0, high=0.99)))
    (length,) = bars(path, ORANGE)
    assert length < 60


@pytest.mark.parametrize(
    "words",
    [r"A $\frac{$ b", "US$ 5 to US$ 9", "$$", "W" * 10_000, "M " * 5_000, "{{ 7*7 }}"],
)
@pytest.mark.parametrize("field", ["title", "unit", "parameter"])
def test_no_text_of_data_is_mathematics_or_breaks_the_figure(tmp_path, words, field):
    path = tmp_path / "tornado.png"
    one = effect(**{"parameter": "half", "membership": "class", field: words})
    draw_tornado(path, dataclasses.replace(table(one), title=words))
    assert imread(path).shape[1] == 900
    assert len(bars(path, BLUE)) == 1


def test_dollars_are_drawn_as_they_are(tmp_path):
    for name, title in (("with", "US$ 5 to US$ 9"), ("without", "US 5 to US 9")):
        draw_tornado(
            tmp_path / f"{name}.png", dataclasses.replace(table(effect()), title=title)
        )
    with_dollars, without = (imread(tmp_path / f"{n}.png") for n in ("with", "without"))
    assert (with_dollars[:60] < 0.5).sum() > (without[:60] < 0.5).sum()
