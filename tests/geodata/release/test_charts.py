"""Curves of tests: they are drawn, and they show what the report says."""

import numpy as np
import pytest

from geodata.release.charts import draw_calibration, draw_withheld
from geodata.scoring.learned.model_file import shipped
from geodata.scoring.validation.report import CalibrationBin, LearnedReport
from tests.geodata.release.pictures import pixels

nan = np.nan
ACCENT, EXPERT = "#0f6b62", "#b5532a"
SHIPPED = LearnedReport.model_validate_json(shipped("-validation.json")["carbonatite"])
BINS = tuple(
    CalibrationBin(predicted=said, observed=seen, low=low, high=high, n=1_000)
    for said, seen, low, high in (
        (0.001, 0.0, 0.0, 0.004),
        (0.01, 0.02, 0.01, 0.05),
        (0.1, 0.08, 0.05, 0.2),
    )
)


def entered(name, ranks):
    """Return the learned model's test under another name, with other ranks."""
    test = SHIPPED.map_test("learned")
    return test.model_copy(update={"map": name, "ranks": tuple(ranks)})


def report(*maps, **facts):
    withheld = SHIPPED.withheld.model_copy(update={"maps": maps})
    return SHIPPED.model_copy(
        update={"withheld": withheld, "calibration": BINS, **facts}
    )


def test_every_model_that_has_ranks_has_a_line(tmp_path):
    both = entered("learned", [0.1, 0.3, nan]), entered("expert", [0.2, 0.9])
    draw_withheld(tmp_path / "both.png", report(*both))
    draw_withheld(tmp_path / "one.png", report(entered("learned", [0.1, 0.3])))
    draw_withheld(tmp_path / "none.png", report(entered("learned", [nan, nan])))
    assert pixels(tmp_path / "both.png", ACCENT) > 500
    assert pixels(tmp_path / "both.png", EXPERT) > 500
    assert pixels(tmp_path / "one.png", ACCENT) > 500
    assert pixels(tmp_path / "one.png", EXPERT) == 0
    assert pixels(tmp_path / "none.png", ACCENT) == 0


def test_every_baseline_has_a_colour_of_its_own(tmp_path):
    names = ("terrane-boundary", "other-occurrence", "felsic-bedrock")
    many = [entered(name, [0.3, 0.2 * n]) for n, name in enumerate(names, start=1)]
    draw_withheld(tmp_path / "many.png", report(*many))
    draw_withheld(tmp_path / "few.png", report(many[0]))
    for colour in ("#9a7b1f", "#8c4a7d", "#4f7a3a"):
        assert pixels(tmp_path / "many.png", colour) > 50
    assert pixels(tmp_path / "few.png", "#8c4a7d") == 0


def test_predicted_and_observed_are_drawn_even_where_none_was_seen(tmp_path):
    draw_calibration(tmp_path / "c.png", report())
    assert pixels(tmp_path / "c.png", ACCENT) > 200


@pytest.mark.parametrize("title", [r"A $\frac{$ b", "US$ 5 to US$ 9", "W" * 10_000])
def test_no_title_is_mathematics_or_breaks_a_figure(tmp_path, title):
    draw_withheld(
        tmp_path / "title.png", report(entered("learned", [0.1, 0.3]), title=title)
    )
    assert pixels(tmp_path / "title.png", ACCENT) > 500
