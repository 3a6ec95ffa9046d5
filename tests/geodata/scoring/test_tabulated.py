"""Draws as tables: what a map is scored by, beside what the model itself says."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.favourability import TABLES_FROM, score_places
from geodata.scoring.tabulated import TabulatedDraws
from geodata.scoring.uncertainty import draw, log_scores, scored_parts

MODELS = {name: parse(name, text) for name, text in deposit_type_texts().items()}
PLACES = 600


def survey(model, seed=1):
    """Random measurements, a fifth of each unknown, and the classes the model names."""
    chance = np.random.default_rng(seed)
    measured, classes = {}, {}
    for item in model.measurements():
        measured[item.key] = chance.random(PLACES, dtype=np.float32) * 100
        classes[item.key] = ()
    for item in model.evidence:
        key = item.measurement.key
        if item.membership == "class":
            names = (*(name for name in item.parameters if name != "other"), "unheard")
            classes[key] = names
            measured[key] = chance.integers(0, len(names), PLACES).astype(np.float32)
        measured[key][chance.random(PLACES) < 0.2] = np.nan
    return measured, classes


def tabulated(model, draws, measured, classes):
    tables = TabulatedDraws.of(model, draws, measured, classes)
    parts = scored_parts(
        model, draws, measured, classes, score_group=tables.scores_at(measured)
    )
    found = np.full((PLACES, draws.weights.shape[1]), np.inf, dtype=np.float32)
    for rows, scores in parts:
        found[rows] = scores
    return found


@pytest.mark.parametrize("name", sorted(MODELS))
def test_tables_score_as_the_model_does(name, monkeypatch):
    monkeypatch.setattr("geodata.scoring.uncertainty.SMALLEST_GROUP", 1)
    model = MODELS[name]
    draws, (measured, classes) = draw(model), survey(model)
    np.testing.assert_allclose(
        np.exp(tabulated(model, draws, measured, classes)),
        np.exp(log_scores(model, draws, measured, classes)),
        atol=5e-6,
    )


def test_evidence_whose_sources_disagree_has_no_table():
    model = MODELS["peralkaline"]
    measured, classes = survey(model)
    tables = TabulatedDraws.of(model, draw(model), measured, classes)
    apart = {
        row for row, item in enumerate(model.evidence) if item.disagreement is not None
    }
    assert apart
    assert set(tables.row_of) == set(range(len(model.evidence))) - apart


def test_where_nothing_is_known_there_is_no_table_and_no_score():
    model = MODELS["carbonatite"]
    measured, classes = survey(model)
    nothing = {key: np.full_like(row, np.nan) for key, row in measured.items()}
    draws = draw(model)
    assert TabulatedDraws.of(model, draws, nothing, classes) is None
    tables = TabulatedDraws.of(model, draws, measured, classes)
    known = np.zeros(len(model.evidence), dtype=np.bool_)
    scores = tables.scores_at(nothing)(np.arange(3), known)
    assert scores.shape == (3, 101)
    assert np.isnan(scores).all()


def test_a_large_map_is_scored_by_tables_the_same_in_one_thread_or_two():
    model = MODELS["placer"]
    measured, classes = survey(model)
    times = TABLES_FROM // PLACES + 1
    large = {key: np.tile(row, times) for key, row in measured.items()}
    draws = draw(model, count=11)
    with ThreadPoolExecutor(1) as alone:
        one = score_places(model, draws, large, classes, scheduler=alone)
    two = score_places(model, draws, large, classes)
    small = score_places(model, draws, measured, classes)
    for name in ("favourability", "p10", "p50", "p90", "coverage"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        np.testing.assert_allclose(
            getattr(one, name)[:PLACES], getattr(small, name), atol=5e-6
        )
