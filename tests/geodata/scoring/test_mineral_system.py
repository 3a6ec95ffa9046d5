from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.evidence.measurement import MOSTLY
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.land import RELIEF
from geodata.scoring.like_land import fit_to_land
from geodata.scoring.mineral_system import (
    FLOOR,
    Structure,
    applies_at,
    evidence_at,
    put_together,
)
from tests.geodata.scoring.small_models import (
    SETTING,
    STABLE,
    account,
    any_survey,
    argument,
    average,
    best_logs,
    host,
    model,
    on_land,
    situations,
    survey,
)

nan = np.nan
log = np.log
THREE = model(
    argument("crust", weight=2.0),
    argument("kind", weight=1.0),
    argument("fault", "pathway", weight=1.0),
)
LAND = on_land(THREE, average(-0.5), average(-1.0, resolved=0.5), average(-2.0))
"""The kind is read from a coarse layer, which speaks for half its weight."""


def test_a_three_by_three_grid_by_hand():
    crust = [[0.8, 0.8, 0.8], [nan, nan, nan], [0.0, 1.0, nan]]
    kind = [[0.4, nan, 0.4], [0.4, 0.4, nan], [0.0, 1.0, nan]]
    fault = [[0.5, 0.5, nan], [nan, 0.5, 0.5], [1.0, 1.0, nan]]
    rows = [np.ravel(row) for row in (crust, kind, fault)]
    source = 2.5 * log((2 * 0.8 + 0.5 * 0.4) / 2.5)
    expected = [
        source - 0.5 + log(0.5),
        2 * log(0.8) - 1.0 + log(0.5),
        source - 0.5 - 2.0,
        -1.0 + 0.5 * log(0.4) - 0.5 - 2.0,
        -1.0 + 0.5 * log(0.4) - 0.5 + log(0.5),
        -1.0 - 1.0 + log(0.5),
        2.5 * log(0.01) - 0.5,
        -0.5,
        nan,
    ]
    measured = survey(THREE, *rows)
    found = best_logs(LAND, measured)
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array(expected) / 4, nan_ok=True, rel=1e-6)
    parts = account(LAND, measured)
    assert parts.log_favourability == pytest.approx(
        np.array(expected) / 4, nan_ok=True, rel=1e-7
    )
    weighed = np.array([3.5, 3.0, 2.5, 0.5, 1.5, 1.0, 3.5, 3.5, 0.0])
    assert parts.coverage == pytest.approx(weighed / 4)


def test_parts_and_components_by_hand():
    """Source 0.72 is short by 0.2 of weight 2 and by 0.6 of weight a half."""
    parts = account(LAND, survey(THREE, [0.8], [0.4], [nan]))
    source = 2.5 * log(0.72) / 4
    assert parts.known[:, 0] == pytest.approx([source * 4 / 7, source * 3 / 7, 0.0])
    assert parts.average[:, 0] == pytest.approx([0.0, -0.5 / 4, -2.0 / 4])
    assert list(parts.component) == ["source", "pathway"]
    assert parts.component["source"] == pytest.approx([0.72])
    assert np.isnan(parts.component["pathway"]).all()


def test_components_of_an_account_stand_in_their_order():
    mixed = model(
        argument("c", "preservation"), argument("b", "trap"), argument("a", "source")
    )
    regional = on_land(mixed, *[average(0.0)] * 3)
    parts = account(regional, survey(mixed, [0.5], [0.25], [1.0]))
    assert list(parts.component) == ["source", "trap", "preservation"]
    assert parts.known[:, 0] == pytest.approx([log(0.5) / 3, log(0.25) / 3, 0.0])


def test_a_missing_ingredient_pulls_down_but_never_vetoes():
    assert pytest.approx(0.01) == FLOOR
    found = best_logs(LAND, survey(THREE, [0, 0.01], [0, 0.01], [1, 1]))
    assert found == pytest.approx(np.full(2, (2.5 * log(0.01) - 0.5) / 4))


def test_where_an_argument_does_not_speak_it_counts_as_average_and_nothing_is_lost():
    masked = model(
        argument("crust", weight=3.0), argument("moho", weight=1.0, within=STABLE)
    )
    regional = on_land(masked, average(-1.0), average(-0.4))
    measured = survey(masked, [0.5] * 3, [0.9, nan, nan]) | {
        SETTING: np.float32([1.0, 1.0, 0.0])
    }
    expected = np.array([4 * log(0.6), 3 * log(0.5) - 0.4, 3 * log(0.5) - 0.4]) / 4
    assert best_logs(regional, measured) == pytest.approx(expected)
    assert account(regional, measured).coverage == pytest.approx([1.0, 0.75, 1.0])


@pytest.mark.parametrize(
    ("share", "speaks"), [(MOSTLY, True), (0.49, False), (0.0, False), (nan, True)]
)
def test_an_argument_speaks_where_its_setting_is_most_of_the_surroundings(
    share, speaks
):
    """And where the setting itself is unknown it may."""
    item = argument("moho", within=STABLE)
    here = {SETTING: np.float32([share]), item.measurement.key: np.float32([1.0])}
    assert applies_at(item, here).tolist() == [speaks]
    alone = argument("crust")
    assert applies_at(alone, {alone.measurement.key: np.float32([nan])}).all()


def test_records_prove_presence_only_by_hand():
    """Half at 10 km, a tenth at its reach of 30 km: that tenth is no bonus."""
    found = evidence_at(
        host(), {host().measurement.key: np.float32([0, 10, 30, nan, 5_000])}
    )
    bonus = (0.5 - 0.1) / 0.9
    assert found == pytest.approx([1.0, 0.2 + 0.8 * bonus, 0.2, 0.2, 0.2], abs=1e-6)


def test_records_stand_by_themselves_as_a_bonus_from_their_base_rate():
    """They never thin out the rest of their component, nor lay claim to coverage."""
    kind = model(argument("crust", weight=3.0), host(weight=1.0))
    regional = on_land(kind, average(-1.0), average(log(0.2), resolved=0.5))
    measured = survey(kind, [0.5, 0.5, nan, nan], [nan, 0.0, 0.0, nan])
    expected = [3 * log(0.5) + log(0.2), 3 * log(0.5), -3.0, nan]
    found = best_logs(regional, measured)
    assert found == pytest.approx(np.array(expected) / 4, nan_ok=True)
    parts = account(regional, measured)
    assert parts.component["source"][:2] == pytest.approx([0.5, 0.5])
    assert parts.coverage == pytest.approx([0.75, 3.5 / 4, 0.5 / 4, 0.0])


def test_without_the_layer_of_records_every_place_is_at_the_base_rate():
    kind = model(argument("crust", weight=3.0), host(weight=1.0))
    regional = on_land(kind, average(-1.0), average(log(0.2), present=False))
    found = best_logs(regional, survey(kind, [0.5, 1.0], [nan, nan]))
    assert found == pytest.approx(np.array([3 * log(0.5) + log(0.2), log(0.2)]) / 4)


@given(situations(), st.floats(0, 30, width=32), st.floats(0, 30, width=32))
def test_a_nearer_record_never_lowers_a_score(situation, one, other):
    regional, measured = situation
    key = regional.deposit_type.evidence[-1].measurement.key
    scores = [
        best_logs(regional, measured | {key: np.full(5, distance, np.float32)})
        for distance in (*sorted((one, other)), 30.0, nan)
    ]
    none = scores.pop()
    for nearer, farther in pairwise(scores):
        assert (nearer >= farther - 1e-6).all()
    told = ~np.isnan(none)  # by another layer: records alone leave it unknown
    assert scores[-1][told] == pytest.approx(none[told], abs=1e-6)


@given(st.floats(0.01, 0.9), st.floats(1, 300))
def test_evidence_of_records_meets_its_base_rate_at_its_reach(base, half):
    item = host(base=base, half=half)
    distance = np.float32([29.999, 30.0, 30.001, nan])
    found = evidence_at(item, {item.measurement.key: distance})
    assert found == pytest.approx(np.full(4, base), abs=2e-4)
    assert found[1:] == pytest.approx(np.full(3, base), abs=1e-6)


@given(situations())
def test_parts_always_sum_to_log_favourability_and_to_that_of_the_map(situation):
    regional, measured = situation
    parts, found = account(regional, measured), best_logs(regional, measured)
    total = parts.log_favourability
    known = ~np.isnan(total)
    assert np.array_equal(known, ~np.isnan(found))
    assert np.array_equal(known, parts.coverage > 0)
    every = parts.known.sum(axis=0) + parts.average.sum(axis=0)
    assert np.abs(every - total)[known].max(initial=0) <= 1e-9
    assert np.abs(total - found)[known].max(initial=0) <= 1e-5
    assert (total[known] <= 1e-9).all()
    assert (parts.known <= 0).all()
    assert ((parts.coverage >= 0) & (parts.coverage <= 1)).all()


@pytest.mark.parametrize("name", deposit_type_texts())
@pytest.mark.parametrize("seed", [1, 2])
def test_the_shipped_models_explain_exactly_too(name, seed):
    kind = parse(name, deposit_type_texts()[name])
    measured = any_survey(kind, 300, seed=seed)
    regional = fit_to_land(kind, measured, dict.fromkeys([*measured][::2], 50.0))
    found, parts = best_logs(regional, measured), account(regional, measured)
    known = ~np.isnan(found)
    assert known.any()
    every = (parts.known + parts.average).sum(axis=0)
    assert np.abs(every - parts.log_favourability)[known].max() <= 1e-9
    assert np.abs(parts.log_favourability - found)[known].max() <= 1e-5


def test_no_score_exceeds_one_and_its_account_says_the_same():
    """What is not known may say more than what is: only up to a perfect score."""
    regional = on_land(THREE, average(0.5), average(1.0), average(-0.25))
    measured = survey(THREE, [1.0, 1.0], [nan, nan], [nan, 1.0])
    parts = account(regional, measured)
    assert best_logs(regional, measured).tolist() == [0.0, 0.0]
    assert parts.log_favourability == pytest.approx([0.0, 0.0])
    assert parts.average[:, 0] == pytest.approx([0.0, 0.0625, -0.0625])
    assert parts.average[:, 1] == pytest.approx([0.0, 0.0, 0.0])


@given(situations(), st.integers(0, 2), st.floats(0, 1))
def test_better_evidence_never_lowers_the_score(situation, row, gain):
    regional, measured = situation
    key = regional.deposit_type.evidence[row].measurement.key
    better = measured | {key: np.minimum(measured[key] + np.float32(gain), 1)}
    before, after = (best_logs(regional, one) for one in (measured, better))
    assert (after >= before - 1e-6)[~np.isnan(before)].all()


@given(situations(), st.permutations(range(5)))
def test_the_order_of_places_does_not_matter(situation, order):
    regional, measured = situation
    mixed = {key: row[order] for key, row in measured.items()}
    straight = best_logs(regional, measured)[order]
    assert np.array_equal(straight, best_logs(regional, mixed), equal_nan=True)


def test_structures_put_the_same_evidence_together_by_hand():
    """Source 0.2 of weight 1, trap 0.8 of weight 3; draws: usual, mean, product."""
    sums = {
        "source": np.array([[0.2, 0.2, log(0.2)]]),
        "trap": np.array([[2.4, 2.4, 3 * log(0.8)]]),
    }
    weights = {"source": np.ones(3), "trap": np.full(3, 3.0)}
    structure = Structure(mean=1, product=1, mean_offset=-0.1, product_offset=0.2)
    found = put_together(sums, weights, structure)
    by_hand = log(0.2) + 3 * log(0.8)
    assert found[0] == pytest.approx([by_hand, 4 * (log(0.65) - 0.1), by_hand + 0.8])


def test_a_measurement_becomes_evidence_by_the_best_values_or_those_of_each_draw():
    near = argument("fault", membership="near", half=10, error=0)
    key = near.measurement.key
    found = evidence_at(near, {key: np.float32([0, 10, 20, nan])})
    assert found == pytest.approx([1.0, 0.5, 0.2, nan], nan_ok=True)
    assert found.dtype == np.float32
    drawn = {"half": np.float32([10, 20]), "error": np.float32([0, 0])}
    found = evidence_at(near, {key: np.float32([[20], [40]])}, drawn)
    assert found == pytest.approx(np.array([[0.2, 0.5], [1 / 17, 0.2]]))


def classes_at(item, *shares, parameters=None):
    """Read the shares of the classes named, one row a class."""
    here = {
        one.key: np.float32(row)
        for one, row in zip(item.shares.values(), shares, strict=True)
    }
    return evidence_at(item, here, parameters)


def test_evidence_of_classes_is_blended_by_their_shares():
    item = argument("kind", membership="class", craton=0.9, belt=0.5, other=0.1)
    found = classes_at(item, [1, 0.5, 0.25, 0, nan], [0, 0.5, 0.25, 0, nan])
    assert found == pytest.approx([0.9, 0.7, 0.4, 0.1, nan], nan_ok=True)
    drawn = {
        "craton": np.float32([0.8, 0.9]),
        "belt": np.float32([0.5, 0.5]),
        "other": np.float32([0.1, 0.2]),
    }
    both = classes_at(item, [[1], [0]], [[0], [0.5]], parameters=drawn)
    assert both == pytest.approx(np.array([[0.8, 0.9], [0.3, 0.35]]))


def test_of_classes_of_which_the_model_says_nothing_the_named_ones_decide():
    item = argument("kind", membership="class", craton=0.9)
    found = classes_at(item, [0.25, 0.0])
    assert found == pytest.approx([0.9, nan], nan_ok=True)


def test_relief_is_no_evidence_unless_a_model_says_so():
    low, high = (survey(THREE, [0.8], [0.4], [0.5], relief_m=one) for one in (5, 900))
    assert low[RELIEF.key] != high[RELIEF.key]
    assert best_logs(LAND, low) == best_logs(LAND, high)
