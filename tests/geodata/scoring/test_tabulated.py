"""Draws as tables: what a map is scored by, beside what the model itself says."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from geodata.evidence.membership import MEMBERSHIPS
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.draws import draw
from geodata.scoring.favourability import TABLES_FROM, score_places
from geodata.scoring.like_land import fit_to_land
from geodata.scoring.tabulated import TabulatedDraws
from geodata.scoring.uncertainty import DrawnModel
from tests.geodata.scoring.small_models import (
    STABLE,
    any_survey,
    argument,
    host,
    model,
    number,
)

CURVES = {
    "half": number(25, 10, 50),
    "error": number(2, 1, 5),
    "centre": number(50, 30, 60),
    "half_width": number(20, 10, 30),
    "midpoint": number(40, 30, 60),
    "spread": number(15, 10, 30),
    "zero": number(10, 0, 20),
    "one": number(80, 60, 95),
    "exponent": number(2, 1, 5),
    "start": number(20, 10, 30),
    "slope": number(0.1, 0.05, 0.3),
}
KINDS = {"old": number(0.9, 0.7, 1.0), "young": number(0.2, 0.1, 0.5)}
NAMES = {
    "near": ("half", "error"),
    "band": ("centre", "half_width"),
    "rise": ("midpoint", "spread"),
    "fall": ("midpoint", "spread"),
    "linear": ("zero", "one"),
    "small": ("midpoint", "exponent"),
    "large": ("midpoint", "exponent"),
    "ms-small": ("start", "half"),
    "ms-large": ("start", "half"),
    "gaussian": ("centre", "half_width"),
    "logistic": ("midpoint", "slope"),
}
WEIGHT = number(1, 0.5, 2)
COMPONENTS = ("source", "pathway", "trap")
EVERY = model(
    *(
        argument(
            name,
            COMPONENTS[position % 3],
            weight=WEIGHT,
            membership=name,
            within=STABLE if name == "band" else (),
            apart=name == "rise",
            **{key: CURVES[key] for key in keys},
        )
        for position, (name, keys) in enumerate(NAMES.items())
    ),
    argument("kind", weight=WEIGHT, membership="class", **KINDS),
    argument(
        "other-kind", weight=WEIGHT, membership="class", other=number(0.3), **KINDS
    ),
    host(WEIGHT, base=number(0.2, 0.1, 0.4), half=number(10, 5, 20)),
    name="every",
)
"""Every membership; one of a setting, one whose sources disagree, and records."""

SHIPPED = {name: parse(name, text) for name, text in deposit_type_texts().items()}
PLACES = 600


def drawn_on(kind, measured, count=101):
    resolutions = {item.measurement.key: 50.0 for item in kind.evidence[1::2]}
    regional = fit_to_land(kind, measured, resolutions)
    return DrawnModel.of(regional, draw(kind, count=count))


def tabulated(drawn, measured):
    tables = TabulatedDraws.of(drawn, measured)
    found = np.full((PLACES, drawn.draws.count), np.inf, dtype=np.float32)
    for rows, scores in drawn.parts(measured, tables.sums_at(measured)):
        found[rows] = scores
    return found


@pytest.mark.parametrize(
    ("kind", "apart"),
    [(EVERY, 1e-6), *((kind, 3e-6) for kind in SHIPPED.values())],
    ids=lambda one: getattr(one, "id", ""),
)
def test_tables_score_as_the_model_does(kind, apart):
    measured = any_survey(kind, PLACES)
    drawn = drawn_on(kind, measured)
    worked_out = drawn.log_scores(measured)
    np.testing.assert_allclose(
        np.exp(tabulated(drawn, measured)), np.exp(worked_out), rtol=0, atol=apart
    )


def test_the_model_of_every_membership_leaves_none_out():
    assert {item.membership for item in EVERY.evidence} == set(MEMBERSHIPS)


def test_classes_and_evidence_whose_sources_disagree_have_no_table():
    measured = any_survey(EVERY, PLACES)
    tables = TabulatedDraws.of(drawn_on(EVERY, measured, 5), measured)
    without = {
        row
        for row, item in enumerate(EVERY.evidence)
        if item.disagreement is not None or item.membership == "class"
    }
    assert len(without) == 3
    assert set(tables.row_of) == set(range(len(EVERY.evidence))) - without


def test_where_nothing_is_known_anywhere_there_is_no_table_and_no_score():
    measured = any_survey(EVERY, PLACES)
    nothing = {key: np.full_like(row, np.nan) for key, row in measured.items()}
    drawn = drawn_on(EVERY, measured, 5)
    assert TabulatedDraws.of(drawn, nothing) is None
    assert np.isnan(drawn.log_scores(nothing)).all()


def test_a_large_map_is_scored_by_tables_the_same_in_one_thread_or_two():
    measured = any_survey(EVERY, PLACES)
    times = TABLES_FROM // PLACES + 1
    large = {key: np.tile(row, times) for key, row in measured.items()}
    drawn = drawn_on(EVERY, measured, 11)
    with ThreadPoolExecutor(1) as alone:
        one = score_places(drawn.model, drawn.draws, large, scheduler=alone)
    two = score_places(drawn.model, drawn.draws, large)
    small = score_places(drawn.model, drawn.draws, measured)
    for name in ("favourability", "p10", "p50", "p90", "coverage"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        np.testing.assert_allclose(
            getattr(one, name)[:PLACES], getattr(small, name), atol=2e-6
        )
