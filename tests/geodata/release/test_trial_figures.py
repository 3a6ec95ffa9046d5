"""Figures of tests: they are drawn, and they show what the report says."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.image import imread

from geodata.ingestion.plan import every_plan
from geodata.raster import Cells, Grid
from geodata.release import trials
from geodata.release.learned import Opinion
from geodata.release.learned_files import LearnedFiles
from geodata.release.surroundings import Surroundings
from geodata.release.trial_figures import (
    AGREEMENT_COLOURS,
    draw_agreement,
    draw_calibration,
    draw_withheld,
)
from geodata.release.trials import draw_trials, trial_reports
from geodata.scoring.agreement import BOTH, EXPERT_ONLY, LEARNED_ONLY, NEITHER

nan = np.nan
ACCENT, EXPERT, GREY = "#0f6b62", "#b5532a", "#8a8f98"


def pixels(path, colour):
    """Count the pixels of a colour, written as in HTML."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    picture = np.round(imread(path)[..., :3] * 255).astype(np.int64)
    return int((np.abs(picture - wanted).max(axis=2) <= 2).sum())


def capture(*shares):
    return [
        {"area": area, "share": share, "low": share / 2, "high": (1 + share) / 2}
        for area, share in zip((0.05, 0.1, 0.25), shares, strict=True)
    ]


def entered(kind, ranks, name=None):
    return {
        "name": name or kind,
        "kind": kind,
        "ranks": ranks,
        "all": {"capture": capture(0.2, 0.5, 0.9), "districts": 7},
    }


def report(*models):
    return {
        "title": "Synthetic",
        "withheld": {"models": list(models)},
        "calibration": {
            "predicted": [0.001, 0.01, 0.1],
            "observed": [0.0, 0.02, 0.08],
            "low": [0.0, 0.01, 0.05],
            "high": [0.004, 0.05, 0.2],
            "n": [1_000, 1_000, 1_000],
        },
    }


def test_every_model_that_has_ranks_has_a_line(tmp_path):
    both = entered("learned", [0.1, 0.3, None]), entered("expert", [0.2, 0.9])
    draw_withheld(tmp_path / "both.png", report(*both))
    draw_withheld(tmp_path / "one.png", report(entered("learned", [0.1, 0.3])))
    draw_withheld(tmp_path / "none.png", report(entered("learned", [None, None])))
    assert pixels(tmp_path / "both.png", ACCENT) > 500
    assert pixels(tmp_path / "both.png", EXPERT) > 500
    assert pixels(tmp_path / "one.png", ACCENT) > 500
    assert pixels(tmp_path / "one.png", EXPERT) == 0
    assert pixels(tmp_path / "none.png", ACCENT) == 0


def test_more_baselines_than_dashes_are_drawn_all_the_same(tmp_path):
    many = [entered("baseline", [0.1 * n], f"single {n}") for n in range(1, 6)]
    draw_withheld(tmp_path / "many.png", report(*many))
    draw_withheld(tmp_path / "few.png", report(many[0]))
    assert pixels(tmp_path / "many.png", GREY) > pixels(tmp_path / "few.png", GREY)
    for colour in ("#9a7b1f", "#8c4a7d", "#4f7a3a"):
        assert pixels(tmp_path / "many.png", colour) > 50
    assert pixels(tmp_path / "few.png", "#8c4a7d") == 0


def test_predicted_and_observed_are_drawn_even_where_none_was_seen(tmp_path):
    draw_calibration(tmp_path / "c.png", report())
    assert pixels(tmp_path / "c.png", ACCENT) > 200


GRID = Grid(cell_m=50_000, west_m=0, north_m=0, rows=2, columns=3)
CELLS = Cells(grid=GRID, index=np.arange(6))
RANKS = np.float32([0.05, 0.5, 0.05, 0.9, nan, 0.2])
OTHER = np.float32([0.05, 0.05, 0.5, 0.9, 0.1, nan])


def around():
    def table(*shapes):
        return gpd.GeoDataFrame(
            {"name": [""] * len(shapes)}, geometry=list(shapes), crs="EPSG:4326"
        )

    square = shapely.box(66.5, 44.5, 69.5, 46.5)
    return Surroundings(
        states=table(square),
        land=table(square),
        lakes=table(),
        places=table(),
        occurrences=table(),
        sites=table(),
        scored=square,
    )


def draw(path, expert, learned, **told):
    comparison = {"spearman": 0.5, "overlap": 0.5, "chance": 0.1, **told}
    draw_agreement(path, CELLS, expert, learned, around=around(), comparison=comparison)


def test_every_kind_of_agreement_has_its_colour_and_unknown_has_none(tmp_path):
    draw(tmp_path / "all.png", RANKS, OTHER)
    draw(tmp_path / "none.png", RANKS * nan, OTHER)
    in_legend = {
        kind: pixels(tmp_path / "none.png", colour)
        for kind, colour in AGREEMENT_COLOURS.items()
    }
    cell = {
        kind: pixels(tmp_path / "all.png", colour) - in_legend[kind]
        for kind, colour in AGREEMENT_COLOURS.items()
    }
    assert min(cell.values()) > 10_000
    assert max(cell.values()) < 1.2 * min(cell.values())
    draw(tmp_path / "both.png", RANKS, RANKS)
    assert pixels(tmp_path / "both.png", AGREEMENT_COLOURS[BOTH]) > cell[BOTH] * 1.9
    for kind in (EXPERT_ONLY, LEARNED_ONLY):
        assert pixels(tmp_path / "both.png", AGREEMENT_COLOURS[kind]) == in_legend[kind]
    assert pixels(tmp_path / "both.png", AGREEMENT_COLOURS[NEITHER]) > cell[NEITHER]


@pytest.mark.parametrize("unknown", ["spearman", "overlap", "chance"])
def test_a_figure_that_is_not_known_is_not_told(tmp_path, unknown):
    draw(tmp_path / "known.png", RANKS, OTHER)
    draw(tmp_path / "unknown.png", RANKS, OTHER, **{unknown: None})
    known, less = (imread(tmp_path / f"{name}.png") for name in ("known", "unknown"))
    assert not np.array_equal(known, less)


def test_reports_of_tests_are_read_where_there_are_any():
    def files(text):
        return LearnedFiles(model="", arguments="", report=text)

    found = trial_reports(
        {"placer": files('{"title": "x"}'), "carbonatite": files("")},
        {},
        {},
        {},
        {},
        present=(),
    )
    assert found == {
        "learned": {"placer": {"title": "x"}},
        "without_learned": {},
        "learned_lacks": {},
        "agreement": {},
        "sensitivity": {},
    }


def test_a_type_with_too_few_examples_is_told_with_how_many_there_are():
    rank = np.float32([0.5])
    examples = {"placer": 200, "peralkaline": 7, "not in this release": 3}
    training = SimpleNamespace(
        layers={"crust-world": "1", "relief-10m": "2", "made-up": "3"}
    )
    model = Opinion(
        model=SimpleNamespace(training=training),
        judgement=None,
        rank=rank,
        ladder=np.zeros((1, 0), dtype=np.float32),
    )
    found = trial_reports(
        {},
        examples,
        {"placer": rank, "peralkaline": rank},
        {"placer": model},
        {},
        present=("crust-world", "states"),
    )
    titles = {plan.id: plan.title for plan in every_plan()}
    assert "relief-10m" not in titles["relief-10m"]
    assert found["learned_lacks"] == {
        "placer": [
            {"layer": "made-up", "title": "made-up", "why": "absent"},
            {"layer": "relief-10m", "title": titles["relief-10m"], "why": "absent"},
        ]
    }
    assert found["without_learned"] == {
        "peralkaline": {"n_world": 7, "fewest": 30, "n_tested": 0, "fewest_tested": 5}
    }


def test_a_model_that_was_hardly_tested_is_told_with_on_how_many_places():
    rank = np.float32([0.5])
    files = LearnedFiles(model="", arguments="", report='{"n_withheld": 4}')
    found = trial_reports(
        {"placer": files}, {"placer": 200}, {"placer": rank}, {}, {}, present=()
    )
    assert found["without_learned"] == {
        "placer": {"n_world": 200, "fewest": 30, "n_tested": 4, "fewest_tested": 5}
    }
    assert found["learned"] == {"placer": {"n_withheld": 4}}


def draw_all(folder, *models):
    draw_trials(
        folder,
        {"learned": {"placer": report(*models)}, "agreement": {}},
        {},
        {},
        {},
        cells=CELLS,
        around=around(),
    )
    return sorted(path.name for path in folder.iterdir())


def test_a_region_where_nothing_was_tested_has_no_figure(tmp_path, monkeypatch):
    def never(*_arguments):
        raise AssertionError

    monkeypatch.setattr(trials, "draw_withheld", never)
    assert draw_all(tmp_path) == ["calibration-placer.png"]


def test_a_region_that_was_tested_has_its_figure(tmp_path):
    assert draw_all(tmp_path, entered("learned", [0.2])) == [
        "calibration-placer.png",
        "withheld-placer.png",
    ]
