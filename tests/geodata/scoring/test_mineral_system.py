import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.mineral_system import (
    FLOOR,
    Term,
    combine,
    evidence_at,
    score,
    split_score,
)

NUMBER = 'value = {0}, low = {0}, high = {0}, basis = "expert", reference = "test"'


def model(*evidence):
    """A model from (component, weight) pairs; every measurement is its evidence."""
    rows = [
        f"""
[[evidence]]
name = "e{position}"
title = "Evidence {position}"
claim = "It is so."
component = "{component}"
layer = "layer{position}"
measure = "value"
column = "band"
membership = "rise"
weight = {{ {NUMBER.format(weight)} }}
[evidence.parameters]
midpoint = {{ {NUMBER.format(0)} }}
spread = {{ {NUMBER.format(1)} }}
"""
        for position, (component, weight) in enumerate(evidence)
    ]
    head = 'code = "test"\ntitle = "Test"\nsummary = "Test."\n'
    return parse("test", head + "".join(rows))


TWO = model(("source", 1.0), ("source", 3.0), ("pathway", 4.0))


def grid(*values):
    return [np.array(value, dtype=np.float64) for value in values]


def test_a_score_by_hand():
    """Source (0.2 × 1 + 0.6 × 3) / 4 = 0.5; pathway 0.8; both weigh one half."""
    found = score(TWO, grid([0.2], [0.6], [0.8]))
    assert found.favourability[0] == pytest.approx(np.sqrt(0.5 * 0.8))
    assert found.coverage[0] == 1


def test_unknown_evidence_takes_no_part_and_lowers_coverage_only():
    """Source is 0.2 with weight 1; pathway 0.8 with weight 4."""
    found = score(TWO, grid([0.2], [np.nan], [0.8]))
    assert found.favourability[0] == pytest.approx((0.2**1 * 0.8**4) ** (1 / 5))
    assert found.coverage[0] == pytest.approx(5 / 8)


def test_a_component_without_any_data_is_left_out():
    found = score(TWO, grid([np.nan], [np.nan], [0.8]))
    assert found.favourability[0] == pytest.approx(0.8)
    assert found.coverage[0] == pytest.approx(0.5)


def test_where_nothing_is_known_the_score_is_unknown_not_low():
    found = score(TWO, grid([np.nan, 0.5], [np.nan, 0.5], [np.nan, 0.5]))
    assert np.isnan(found.favourability[0])
    assert found.coverage[0] == 0
    assert found.favourability[1] == pytest.approx(0.5)


def test_where_nothing_is_known_anywhere_the_shape_is_kept():
    found = score(TWO, grid([np.nan] * 3, [np.nan] * 3, [np.nan] * 3))
    assert found.favourability.shape == (3,)
    assert np.isnan(found.favourability).all()


def test_a_missing_ingredient_pulls_down_but_never_vetoes():
    found = score(TWO, grid([0.0], [0.0], [1.0]))
    assert found.favourability[0] == pytest.approx(np.sqrt(FLOOR))


def test_a_three_by_three_grid_by_hand():
    source = np.array([[0.1, 0.5, 1.0]] * 3).ravel()
    pathway = np.array([[0.4], [0.5], [1.0]]).repeat(3, axis=1).ravel()
    found = score(TWO, grid(source, source, pathway)).favourability
    expected = np.sqrt(source * pathway)
    assert found == pytest.approx(expected)


def test_no_evidence_at_all_is_refused():
    with pytest.raises(ValueError, match="at least one term"):
        combine([])


EVIDENCE = hnp.arrays(
    np.float64,
    (3, 5),
    elements=st.one_of(st.floats(0, 1), st.just(np.nan)),
)


@given(EVIDENCE)
def test_parts_always_sum_to_log_favourability(values):
    found = score(TWO, list(values))
    parts = split_score(TWO, list(values)).evidence
    known = ~np.isnan(found.log_favourability)
    difference = parts.sum(axis=0)[known] - found.log_favourability[known]
    assert np.abs(difference).max(initial=0) <= 1e-9
    assert (parts <= 0).all()
    assert (parts[np.isnan(values)] == 0).all()


@given(EVIDENCE)
def test_favourability_lies_between_0_and_1_and_coverage_too(values):
    found = score(TWO, list(values))
    known = found.favourability[~np.isnan(found.favourability)]
    assert ((known > 0) & (known <= 1 + 1e-12)).all()
    assert ((found.coverage >= 0) & (found.coverage <= 1)).all()


@given(EVIDENCE, st.integers(0, 2), st.floats(0, 1))
def test_better_evidence_never_lowers_the_score(values, row, gain):
    better = values.copy()
    better[row] = np.minimum(1, better[row] + gain)
    before = score(TWO, list(values)).log_favourability
    after = score(TWO, list(better)).log_favourability
    known = ~np.isnan(before)
    assert (after[known] >= before[known] - 1e-12).all()


@given(EVIDENCE, st.permutations(range(5)))
def test_the_order_of_places_does_not_matter(values, order):
    straight = score(TWO, list(values)).log_favourability
    mixed = score(TWO, list(values[:, order])).log_favourability
    assert np.array_equal(straight[order], mixed, equal_nan=True)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_the_shipped_models_explain_exactly_too(seed):
    chance = np.random.default_rng(seed)
    for name, text in deposit_type_texts().items():
        shipped = parse(name, text)
        values = chance.random((len(shipped.evidence), 20))
        values[chance.random(values.shape) < 0.3] = np.nan
        found = score(shipped, list(values)).log_favourability
        parts = split_score(shipped, list(values)).evidence.sum(axis=0)
        known = ~np.isnan(found)
        assert np.abs(parts - found)[known].max(initial=0) <= 1e-12


def test_an_ingredient_is_never_worth_less_than_a_hundredth():
    assert pytest.approx(0.01) == FLOOR
    found = score(TWO, grid([0.0, 0.01, 0.02], [0.0, 0.01, 0.02], [1.0] * 3))
    assert found.favourability == pytest.approx([0.1, 0.1, np.sqrt(0.02)])


def test_single_precision_stays_single():
    """Four million cells: nothing may double them unasked."""
    found = score(TWO, [np.float32([0.2, np.nan]) for _ in range(3)])
    assert found.log_favourability.dtype == np.float32
    assert found.coverage.dtype == np.float32


def test_one_row_of_evidence_for_each_argument_is_asked_for():
    with pytest.raises(ValueError, match="shorter"):
        score(TWO, grid([0.2], [0.6]))


def term(component, values, weight, known=None):
    return Term(
        component=component,
        values=np.float32(values),
        weight=np.float32(weight),
        known=None if known is None else np.array(known),
    )


def test_terms_without_a_mask_are_known_everywhere():
    found = combine(
        [
            term("source", [[0.2], [0.6]], [1.0, 3.0]),
            term("source", [[0.6], [0.6]], [1.0, 1.0], [[True], [False]]),
        ]
    )
    assert found.favourability.ravel() == pytest.approx([0.4, 0.3, 0.6, 0.6])
    assert found.coverage.ravel() == pytest.approx([1.0, 1.0, 0.5, 0.75])


def test_what_stands_where_evidence_is_not_known_does_not_matter():
    for rubbish in (0.9, np.nan, np.inf):
        found = combine(
            [
                term("source", [0.5, rubbish], 1.0, [True, False]),
                term("pathway", [0.5, 0.25], 3.0, [True, True]),
            ]
        )
        assert found.favourability == pytest.approx([0.5, 0.25])
        assert found.coverage == pytest.approx([1.0, 0.75])


def test_a_term_that_is_known_nowhere_still_counts_in_coverage():
    found = combine(
        [
            term("source", [[0.5], [0.5]], [1.0, 1.0, 2.0], [[False], [False]]),
            term("pathway", [[0.4], [0.4]], [1.0, 3.0, 2.0], [[True], [True]]),
        ]
    )
    assert found.favourability == pytest.approx(np.full((2, 3), 0.4))
    assert found.coverage == pytest.approx(np.array([[0.5, 0.75, 0.5]] * 2))


def test_parts_and_components_by_hand():
    """Source 0.5: short of 0.8 × 1 and 0.4 × 3, so two fifths and three fifths."""
    found = split_score(TWO, grid([0.2, 1.0], [0.6, 1.0], [0.8, np.nan]))
    logs = np.array([0.4 * np.log(0.5), 0.6 * np.log(0.5), np.log(0.8)])
    assert found.evidence[:, 0] == pytest.approx(logs / 2)
    assert found.evidence[:, 1].tolist() == [0.0, 0.0, 0.0]
    assert found.component["source"] == pytest.approx([0.5, 1.0])
    assert found.component["pathway"] == pytest.approx([0.8, np.nan], nan_ok=True)
    assert list(found.component) == ["source", "pathway"]


def test_an_account_is_exact_to_nine_digits_even_of_single_precision():
    values = np.float32([[0.2], [0.6], [0.8]])
    found = split_score(TWO, list(values))
    exact = split_score(TWO, list(values.astype(np.float64)))
    assert found.evidence.dtype == np.float64
    assert np.abs(found.evidence - exact.evidence).max() < 1e-12


def test_components_of_an_account_are_those_of_the_model_in_their_order():
    mixed = model(("preservation", 1.0), ("trap", 1.0), ("source", 2.0))
    found = split_score(mixed, grid([0.5], [0.25], [1.0]))
    assert list(found.component) == ["source", "trap", "preservation"]
    assert found.evidence[:, 0] == pytest.approx(
        [np.log(0.5) / 4, np.log(0.25) / 4, 0.0]
    )


def test_an_account_stops_at_the_floor_as_the_score_does():
    found = split_score(TWO, grid([0.0], [0.0], [1.0]))
    assert found.evidence[:, 0] == pytest.approx(
        [np.log(0.01) / 8, np.log(0.01) * 3 / 8, 0.0]
    )
    assert found.component["source"].tolist() == [0.0]


def evidence(membership, **parameters):
    rows = "".join(
        f"{key} = {{ {NUMBER.format(parameters[key])} }}\n" for key in parameters
    )
    text = f"""
code = "test"
title = "Test"
summary = "Test."
[[evidence]]
name = "one"
title = "One"
claim = "It is so."
component = "source"
layer = "layer"
measure = "value"
membership = "{membership}"
weight = {{ {NUMBER.format(1)} }}
[evidence.parameters]
{rows}"""
    (found,) = parse("test", text).evidence
    return found


def test_a_measurement_becomes_evidence_by_the_best_values_of_the_model():
    near = evidence("near", half=10, error=0)
    found = evidence_at(near, np.float32([0, 10, 20, np.nan]), ())
    assert found[:3] == pytest.approx([1.0, 0.5, 0.2])
    assert np.isnan(found[3])
    assert found.dtype == np.float32


def test_a_measurement_becomes_evidence_by_the_values_of_each_draw():
    near = evidence("near", half=10, error=0)
    drawn = {"half": np.float32([10, 20]), "error": np.float32([0, 0])}
    found = evidence_at(near, np.float32([[20], [40]]), (), drawn)
    assert found == pytest.approx(np.array([[0.2, 0.5], [1 / 17, 0.2]]))


def test_classes_are_found_by_name_and_others_have_their_own_evidence():
    kind = evidence("class", craton=0.9, gone=0.7, other=0.1)
    classes = ("belt", "basin", "craton")
    found = evidence_at(kind, np.float32([0, 1, 2, np.nan]), classes)
    assert found[:3] == pytest.approx([0.1, 0.1, 0.9])
    assert np.isnan(found[3])
    drawn = {"craton": np.float32([0.8, 0.9]), "other": np.float32([0.1, 0.2])}
    both = evidence_at(kind, np.float32([[2], [0]]), classes, drawn)
    assert both == pytest.approx(np.array([[0.8, 0.9], [0.1, 0.2]]))


def test_a_class_of_which_the_model_says_nothing_is_unknown():
    found = evidence_at(
        evidence("class", craton=0.9), np.float32([0, 1]), ("belt", "craton")
    )
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(0.9)
