import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from geodata.scoring.validation.boyce import boyce, boyce_interval
from geodata.scoring.validation.intervals import bootstrap_interval


def by_definition(presences, area, foci, window):
    """The index as Hirzel et al. put it, one window at a time."""
    least = min(*presences, *area)
    most = max(*presences, *area)
    width = window * (most - least)
    curve = []
    for place in range(foci):
        low = least + (most - width - least) * place / (foci - 1)
        slack = 1e-12 * (most - least)
        found = [
            sum(low - slack <= value <= low + width + slack for value in values)
            / len(values)
            for values in (presences, area)
        ]
        if found[1] > 0:
            curve.append((low + width / 2, round(found[0] / found[1], 10)))
    kept = [
        here
        for here, following in zip(curve, [*curve[1:], (None, None)], strict=True)
        if here[1] != following[1]
    ]
    return curve, spearmanr(*zip(*kept, strict=True)).statistic


def test_five_windows_counted_by_hand():
    """Windows of 0.2 side by side: area 2 each but shared ends; presences 0 1 1 2 4.

    Window    [0, .2] [.2, .4] [.4, .6] [.6, .8] [.8, 1]
    area         2       2        2        2        2     of 10
    sites        0       1        1        2        4     of 8
    ratio        0     .625     .625     1.25      2.5
    """
    area = [0.0, 0.1, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 1.0]
    sites = [0.3, 0.5, 0.62, 0.7, 0.83, 0.9, 0.95, 0.99]
    found = boyce(sites, area, foci=5, window=0.2)
    assert found.focus.tolist() == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    assert found.ratio.tolist() == [0, 0.625, 0.625, 1.25, 2.5]
    assert found.index == pytest.approx(1.0)
    assert (found.n, found.cells) == (8, 10)


def test_of_equal_neighbours_only_the_last_takes_part():
    """Ratios 2 2 0 1: without the first 2, places 1 2 3 against ranks 3 1 2: -0.5."""
    area = [0.0, 0.2, 0.3, 0.45, 0.55, 0.7, 0.8, 1.0]
    sites = [0.1, 0.15, 0.35, 0.4, 0.9]
    found = boyce(sites, area, foci=4, window=0.25)
    assert found.ratio.tolist() == pytest.approx([1.6, 1.6, 0, 0.8])
    assert found.index == pytest.approx(-0.5)


@pytest.mark.parametrize(
    ("sites", "counts", "index"),
    [
        ([0.1, 0.3, 0.3], [1, 2, 0, 0, 0], -0.5),  # 1 2 0 against places 1 2 3
        ([0.7, 0.7, 0.9], [0, 0, 0, 2, 1], 0.5),
        ([0.1, 0.3, 0.5, 0.9, 0.9], [1, 1, 1, 0, 2], 0.5),
        ([0.1, 0.5, 0.7, 0.9], [1, 0, 1, 1, 1], 0.0),
    ],
)
def test_a_run_of_equal_windows_counts_once_wherever_it_lies(sites, counts, index):
    area = [0.0, 0.1, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 1.0]
    found = boyce(sites, area, foci=5, window=0.2)
    assert found.ratio * len(sites) / 5 == pytest.approx(counts)
    assert found.index == pytest.approx(index)


def test_equal_ratios_of_different_counts_are_equal_to_the_last_bit():
    """In windows 2 to 4: 1, 2, 3 of 7 sites on 3, 6, 9 of 21 cells; 1 in the last."""
    area = [
        *(0.0, 0.1),
        *np.linspace(0.25, 0.35, 3),
        *np.linspace(0.45, 0.55, 6),
        *np.linspace(0.65, 0.75, 9),
        1.0,
    ]
    sites = [0.3, 0.5, 0.5, 0.7, 0.7, 0.7, 0.9]
    found = boyce(sites, area, foci=5, window=0.2)
    assert found.cells == 21
    assert found.ratio.tolist() == [0, 1, 1, 1, 3]


def test_a_window_is_closed_at_both_ends():
    area = [0.0, 0.25, 0.5, 0.75, 1.0]
    found = boyce([0.5], area, foci=4, window=0.25)
    assert found.ratio.tolist() == [0, 2.5, 2.5, 0]


def test_windows_without_area_are_left_out():
    area = [0.0, 0.1, 0.55, 0.9, 1.0]
    found = boyce([0.05, 0.58, 0.95], area, foci=5, window=0.2)
    assert found.focus.tolist() == pytest.approx([0.1, 0.5, 0.9])
    assert found.ratio.tolist() == pytest.approx([5 / 6, 5 / 3, 5 / 6])


def test_a_map_that_says_the_opposite_has_minus_one():
    chance = np.random.default_rng(1)
    area = chance.random(5_000)
    sites = 1 - np.sqrt(np.linspace(0, 1, 1_000))
    assert boyce(sites, area).index < -0.95
    assert boyce(1 - sites, 1 - area).index > 0.95


def test_unknown_cells_are_no_area():
    area = np.linspace(0, 1, 200)
    sites = np.linspace(0.3, 1, 20) ** 2
    plain = boyce(sites, area)
    holed = boyce(sites, np.concatenate((area, np.full(99, np.nan))))
    assert holed.index == plain.index
    assert holed.cells == 200
    assert np.array_equal(holed.ratio, plain.ratio)


def test_the_usual_windows_are_a_hundred_of_a_tenth():
    area = np.linspace(0, 10, 1_001)
    found = boyce(np.sqrt(area) * np.sqrt(10), area)
    assert len(found.ratio) == 100
    assert found.focus[[0, -1]].tolist() == pytest.approx([0.5, 9.5])
    assert found.index > 0.99


def test_a_constant_score_has_no_index():
    found = boyce([0.5, 0.5], [0.5] * 9)
    assert np.isnan(found.index)
    assert len(found.ratio) == len(found.focus) == 0
    assert (found.n, found.cells) == (2, 9)


def test_two_steps_say_nothing_and_three_do():
    area = np.linspace(0, 1, 101)
    two = boyce([0.9], area, foci=3, window=0.2)
    assert two.ratio.tolist()[:2] == [0, 0]
    assert np.isnan(two.index)
    three = boyce([0.5, 0.9, 0.9], area, foci=3, window=0.2)
    assert three.index == pytest.approx(1.0)


def test_the_ends_of_the_range_are_in_the_first_and_last_window():
    """0.1 + 0.2 and its kin must not lose the best cell to rounding."""
    for most in (0.3, 0.7, 1.1, 2.3, 1e-7, 12345.678):
        area = np.linspace(0, most, 7)
        found = boyce([most], area, foci=7, window=0.1)
        assert found.ratio[-1] == 7


@given(
    st.integers(0, 10_000),
    st.integers(3, 12),
    st.integers(5, 60),
    st.sampled_from([(5, 0.2), (11, 0.1), (31, 0.1), (100, 0.1)]),
)
def test_the_index_is_that_of_the_definition(seed, sites, cells, windows):
    foci, window = windows
    chance = np.random.default_rng(seed)
    presences, area = chance.random(sites), chance.random(cells)
    curve, expected = by_definition(presences, area, foci, window)
    found = boyce(presences, area, foci=foci, window=window)
    assert found.focus == pytest.approx([focus for focus, _ in curve])
    assert found.ratio == pytest.approx([ratio for _, ratio in curve], abs=1e-9)
    if not np.isnan(found.index):
        assert found.index == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=30))
def test_the_unit_of_the_score_does_not_matter(values):
    sites, area = np.array(values), np.linspace(0, 1, 64)
    plain, doubled = boyce(sites, area), boyce(sites * 2, area * 2)
    assert np.array_equal(plain.ratio, doubled.ratio)
    assert plain.index == doubled.index or np.isnan([plain.index, doubled.index]).all()


@pytest.mark.parametrize(
    ("sites", "area", "text"),
    [
        ([], [0.1], "0 presences and 1 valid"),
        ([0.1], [np.nan], "1 presences and 0 valid"),
        ([0.1, np.nan], [0.1, 0.2], "^Scores must be finite"),
        ([0.1, np.inf], [0.1, 0.2], "finite"),
        ([0.1], [0.1, -np.inf], "finite"),
    ],
)
def test_scores_that_cannot_be_compared_are_refused(sites, area, text):
    with pytest.raises(ValueError, match=text):
        boyce(sites, area)


@pytest.mark.parametrize(("foci", "window"), [(2, 0.1), (9, 0.0), (9, 1.0), (9, -0.1)])
def test_windows_that_say_nothing_are_refused(foci, window):
    with pytest.raises(ValueError, match=f"got {foci} and {window}"):
        boyce([0.1, 0.2], [0.1, 0.2], foci=foci, window=window)


def sample(seed, count):
    """Draw presences that thicken towards high scores, and an even area."""
    return np.sqrt(np.random.default_rng(seed).random(count)), np.linspace(0, 1, 400)


def test_the_interval_is_that_of_500_draws_of_presences_with_the_usual_windows():
    sites, area = sample(2, 15)
    wanted = bootstrap_interval(
        lambda drawn: boyce(drawn, area, foci=100, window=0.1).index, sites, draws=500
    )
    found = boyce_interval(sites, area)
    assert found == wanted
    assert found.value == boyce(sites, area).index
    assert found.n == 15
    assert found == boyce_interval(list(sites), list(area))


def test_the_interval_mostly_holds_the_index():
    held = [boyce_interval(*sample(seed, 25)) for seed in range(12)]
    assert sum(one.low <= one.value <= one.high for one in held) >= 11
    assert all(-1 <= one.low < one.high <= 1 for one in held)


@pytest.mark.parametrize("seed", range(3))
def test_few_presences_do_not_tell_the_sign_and_many_do(seed):
    few = boyce_interval(*sample(seed, 10))
    assert few.low < -0.1
    assert few.high > 0.4
    many = boyce_interval(*sample(seed, 200))
    assert many.low > 0.5
    assert many.high - many.low < (few.high - few.low) / 2


def test_unknown_cells_and_the_order_of_scores_change_no_interval():
    sites, area = sample(3, 12)
    holed = np.concatenate((area[::-1], np.full(9, np.nan)))
    assert boyce_interval(sites, holed) == boyce_interval(sites, area)


def test_one_presence_has_an_index_without_an_interval():
    found = boyce_interval([0.5], np.linspace(0, 1, 400))
    assert found.n == 1
    assert np.isnan([found.low, found.high]).all()


@pytest.mark.parametrize(
    ("sites", "area", "text"),
    [
        ([], [0.1], "0 presences and 1 valid"),
        ([0.1], [np.nan], "1 presences and 0 valid"),
        ([np.nan], [0.1], "finite"),
    ],
)
def test_an_interval_of_scores_that_cannot_be_compared_is_refused(sites, area, text):
    with pytest.raises(ValueError, match=text):
        boyce_interval(sites, area)
