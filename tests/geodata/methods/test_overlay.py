from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stnp

from geodata.methods.overlay import (
    BLOCK,
    fuzzy_and,
    fuzzy_gamma,
    fuzzy_or,
    fuzzy_product,
    fuzzy_sum,
    index_overlay,
)

f32 = np.float32
NAN = float("nan")
ROUNDING = 1e-6
FUZZY = {
    "and": fuzzy_and,
    "or": fuzzy_or,
    "product": fuzzy_product,
    "sum": fuzzy_sum,
    "gamma": lambda evidence, **more: fuzzy_gamma(evidence, gamma=0.9, **more),
}
OVERLAYS = {
    **FUZZY,
    "index": lambda evidence, **more: (
        index_overlay(evidence, [1.0] * len(evidence), **more).favourability
    ),
}
A, B, C = f32([[0.2, 0.5, 1]]), f32([[0.4, 0.5, 0]]), f32([[0.5, 0.5, 0.5]])
STACKS = st.integers(1, 5).flatmap(
    lambda layers: stnp.arrays(
        np.float32,
        (layers, 7),
        elements=st.floats(0, 1, width=32) | st.just(NAN),
    )
)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("and", [0.2, 0.5, 0]),
        ("or", [0.5, 0.5, 1]),
        ("product", [0.04, 0.125, 0]),
        ("sum", [1 - 0.8 * 0.6 * 0.5, 0.875, 1]),
        ("gamma", [0.76**0.9 * 0.04**0.1, 0.875**0.9 * 0.125**0.1, 0]),
        ("index", [1.1 / 3, 0.5, 0.5]),
    ],
)
def test_three_layers_give_what_the_formula_gives_by_hand(name, wanted):
    found = OVERLAYS[name]([A, B, C])
    assert found.shape == (1, 3)
    assert found.dtype == np.float32
    assert found[0] == pytest.approx(wanted, abs=ROUNDING)


@pytest.mark.parametrize("name", OVERLAYS)
def test_one_layer_alone_is_itself(name):
    assert OVERLAYS[name]([A])[0] == pytest.approx([0.2, 0.5, 1], abs=ROUNDING)


@pytest.mark.parametrize("name", FUZZY)
def test_what_is_unknown_in_one_layer_is_unknown_in_the_result(name):
    holed = f32([[NAN, 0, 1]])
    for evidence in ([A, holed, C], [holed, A, C], [A, C, holed]):
        assert np.isnan(FUZZY[name](evidence)).tolist() == [[True, False, False]]


def test_gamma_of_0_and_1_are_the_product_and_the_sum_even_where_evidence_is_0():
    evidence = [A, B, C]
    assert fuzzy_gamma(evidence, gamma=0).tolist() == fuzzy_product(evidence).tolist()
    assert fuzzy_gamma(evidence, gamma=1).tolist() == fuzzy_sum(evidence).tolist()
    zero = f32([0, 0])
    for gamma in (0.0, 0.3, 1.0):
        assert fuzzy_gamma([zero, zero], gamma=gamma).tolist() == [0, 0]


def test_gamma_of_many_tiny_layers_does_not_sink_to_0():
    tiny = [f32([1e-6])] * 10
    assert fuzzy_gamma(tiny, gamma=0.9)[0] == pytest.approx(1e-5**0.9 * 1e-6, rel=1e-4)


def test_the_sum_of_tiny_layers_is_not_lost_to_rounding():
    assert fuzzy_sum([f32([1e-9])] * 3)[0] == pytest.approx(3e-9, rel=1e-6)


@pytest.mark.parametrize("gamma", [-0.01, 1.01, NAN])
def test_a_gamma_outside_0_to_1_is_refused(gamma):
    with pytest.raises(ValueError, match=r"Gamma must lie in 0\.\.1; got"):
        fuzzy_gamma([A], gamma=gamma)


@given(STACKS)
def test_operators_keep_their_order_and_stay_between_0_and_1(stack):
    layers = list(stack)
    product, least, greatest, total = (
        FUZZY[name](layers) for name in ("product", "and", "or", "sum")
    )
    gamma = FUZZY["gamma"](layers)
    known = ~np.isnan(stack).any(axis=0)
    for found in (product, least, greatest, total, gamma):
        assert np.array_equal(~np.isnan(found), known)
        assert (found[known] >= 0).all()
        assert (found[known] <= 1).all()
    order = [product, least, greatest, total]
    for lower, higher in pairwise(order):
        assert (lower[known] <= higher[known] + ROUNDING).all()
    assert (product[known] <= gamma[known] + ROUNDING).all()
    assert (gamma[known] <= total[known] + ROUNDING).all()


@given(STACKS, st.randoms(use_true_random=False))
def test_the_order_of_the_layers_does_not_matter(stack, chance):
    shuffled = list(stack)
    chance.shuffle(shuffled)
    for name, overlay in OVERLAYS.items():
        assert overlay(shuffled) == pytest.approx(
            overlay(list(stack)), abs=ROUNDING, nan_ok=True
        ), name


@pytest.mark.parametrize("name", OVERLAYS)
def test_blocks_do_not_change_a_single_bit(name):
    chance = np.random.default_rng(3)
    layers = [chance.random((3, BLOCK - 5), dtype=np.float32) for _ in range(3)]
    layers[1][:, ::7] = NAN
    whole = OVERLAYS[name](layers)
    pieces = [
        OVERLAYS[name]([layer[:, start : start + 1000] for layer in layers])
        for start in range(0, BLOCK - 5, 1000)
    ]
    assert np.array_equal(np.hstack(pieces), whole, equal_nan=True)


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_layers_are_left_as_they_were(name):
    layers = [A.copy(), B.copy(), f32([[NAN, 0.1, 0.2]])]
    OVERLAYS[name](layers)
    assert layers[0].tolist() == A.tolist()
    assert layers[1].tolist() == B.tolist()
    assert layers[2][0, 1:].tolist() == f32([0.1, 0.2]).tolist()


@pytest.mark.parametrize("name", OVERLAYS)
def test_what_is_not_evidence_is_refused(name):
    overlay = OVERLAYS[name]
    for wrong in (f32([[-0.1, NAN, 0]]), f32([[0, NAN, 1.5]]), f32([[0, 0, np.inf]])):
        with pytest.raises(ValueError, match=r"lies in 0\.\.1, or is NaN.*got"):
            overlay([A, wrong])
    assert overlay([f32([0, 1])]).tolist() == [0, 1]


def test_a_refusal_tells_the_values_that_came():
    with pytest.raises(ValueError, match=r"got 0\.5 to 7\. Turn measurements"):
        fuzzy_or([f32([0.5, NAN, 7])])


@pytest.mark.parametrize("name", OVERLAYS)
def test_layers_of_different_shape_and_none_at_all_are_refused(name):
    with pytest.raises(ValueError, match=r"one shape; got \[\(1, 3\), \(3,\)\]"):
        OVERLAYS[name]([A[0], A])
    with pytest.raises(ValueError, match="got none"):
        OVERLAYS[name]([])


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_empty_map_gives_an_empty_map(name):
    assert OVERLAYS[name]([np.zeros((0, 4), dtype=np.float32)] * 2).shape == (0, 4)


def test_index_overlay_weighs_what_is_known_and_tells_how_much_that_was():
    evidence = [f32([1, 1, NAN, NAN]), f32([0, NAN, 0.5, NAN]), f32([0.5, 1, 1, NAN])]
    found = index_overlay(evidence, [5, 3, 2])
    assert found.favourability[:3] == pytest.approx([0.6, 1, (1.5 + 2) / 5])
    assert np.isnan(found.favourability[3])
    assert found.coverage == pytest.approx([1, 0.7, 0.5, 0])
    assert found.coverage[0] == 1
    assert found.coverage[3] == 0
    assert found.coverage.dtype == found.favourability.dtype == np.float32


def test_coverage_is_exactly_1_where_all_is_known_though_shares_are_rounded():
    found = index_overlay([A, B, C, A], [2, 4, 4, 5])  # add up to 1.0000001
    assert found.coverage.tolist() == [[1, 1, 1]]
    full = np.ones(3, dtype=np.float32)
    assert index_overlay([full] * 4, [2, 4, 4, 5]).favourability.tolist() == [1, 1, 1]


@pytest.mark.parametrize("name", OVERLAYS)
def test_double_precision_comes_out_single(name):
    found = OVERLAYS[name]([A.astype(np.float64), B])
    assert found.dtype == np.float32
    assert found == pytest.approx(OVERLAYS[name]([A, B]))


def test_only_the_proportions_of_weights_count():
    evidence = [A, B, f32([[NAN, 1, 0.3]])]
    first, second = (index_overlay(evidence, w) for w in ([1, 2, 3], [10, 20, 30]))
    assert np.array_equal(first.favourability, second.favourability)
    assert np.array_equal(first.coverage, second.coverage)


@given(STACKS, st.lists(st.floats(0.01, 100), min_size=5, max_size=5))
def test_index_overlay_lies_between_the_least_and_the_greatest_known(stack, weights):
    found = index_overlay(list(stack), weights[: len(stack)])
    known = ~np.isnan(stack).all(axis=0)
    assert np.array_equal(~np.isnan(found.favourability), known)
    assert np.array_equal(found.coverage > 0, known)
    assert (found.coverage <= 1).all()
    assert (found.coverage[~np.isnan(stack).any(axis=0)] == 1).all()
    value = found.favourability[known]
    assert (value <= 1).all()
    assert (value >= np.nanmin(stack[:, known], axis=0) - ROUNDING).all()
    assert (value <= np.nanmax(stack[:, known], axis=0) + ROUNDING).all()


@pytest.mark.parametrize(
    "weights",
    [[1, 2], [1, 2, 3, 4], [1, 2, 0], [1, 2, -1], [1, 2, NAN], [1, 2, np.inf]],
)
def test_weights_must_be_one_positive_number_each(weights):
    with pytest.raises(ValueError, match="one positive weight for each of the 3"):
        index_overlay([A, B, C], weights)


def test_weights_near_the_largest_number_do_not_overflow():
    found = index_overlay([A, B, C], [1.5e308, 1.5e308, 1.5e308])
    plain = index_overlay([A, B, C], [1, 1, 1])
    assert np.array_equal(found.favourability, plain.favourability)
    assert np.array_equal(found.coverage, plain.coverage)


@pytest.mark.parametrize("weak", [1e-39, 1e-320])
def test_weights_too_far_apart_are_refused(weak):
    with pytest.raises(ValueError, match=r"too far apart: \[1\.0, 1e-3"):
        index_overlay([A, B], [1.0, weak])
    alone = index_overlay([f32([NAN]), f32([0.5])], [1.0, 1e-37])
    assert alone.favourability.tolist() == [0.5]


def test_gamma_agrees_with_eis_toolkit(shared):
    table = np.load(shared / "parity" / "eis" / "eis_fuzzy_500.npz")
    found = fuzzy_gamma(list(table["members"]), gamma=0.9)
    assert np.abs(found - table["gamma09"]).max() <= 1e-6
