"""What a map depends on: every number changed in turn, every argument left out."""

import numpy as np
import pytest

from geodata.scoring.ranking import Ranking
from geodata.scoring.sensitivity import BASE, PLACES, WEIGHT, sensitivity
from tests.geodata.scoring.small_models import (
    argument,
    average,
    best_logs,
    host,
    model,
    number,
    on_land,
    survey,
)

COUNT = 200
RISE = {"midpoint": number(0.5, 0.2, 0.8), "spread": number(0.3)}
EVEN = argument("even", membership="rise", weight=number(1, 0.5, 2), **RISE)
ODD = argument("odd", membership="rise", weight=number(1, 0.25, 4), **RISE)


def run(arguments, columns, *, means=(-1.0, -1.0), more=None, **options):
    kind = model(*arguments)
    regional = on_land(kind, *map(average, means[: len(arguments)]))
    measured = survey(kind, *columns) | (more or {})
    return sensitivity(regional, measured, **options)


def columns(seed, count=2, size=COUNT):
    return np.random.default_rng(seed).random((count, size))


def rise(measured, midpoint, spread):
    scaled = (measured - midpoint) / spread
    return 0.5 + 0.5 * scaled / np.sqrt(1 + scaled**2)


def effect(table, evidence, parameter):
    (found,) = (
        one
        for one in table.numbers
        if (one.evidence, one.parameter) == (evidence, parameter)
    )
    return found


def test_the_effect_of_a_weight_is_that_of_the_weighted_mean_worked_out_by_hand():
    one, other = columns(1)
    table = run((EVEN, ODD), (one, other))
    even, odd = (rise(x.astype(np.float32), 0.5, 0.3) for x in (one, other))
    base = Ranking.of(even + odd)
    found = effect(table, "odd", WEIGHT)
    for change, weight in ((found.at_low, 0.25), (found.at_high, 4)):
        expected = base.change(Ranking.of(even + weight * odd))
        assert change.correlation == pytest.approx(expected.correlation, abs=1e-6)
        assert change.kept == expected.kept
    assert found.at_low.kept < 1
    assert found.at_low != found.at_high
    assert found.unit == ""


def test_the_effect_of_a_parameter_is_that_of_the_membership_with_it():
    one, other = columns(2)
    table = run((EVEN, ODD), (one, other))
    even, odd = (rise(x.astype(np.float32), 0.5, 0.3) for x in (one, other))
    base = Ranking.of(even + odd)
    found = effect(table, "even", "midpoint")
    for change, midpoint in ((found.at_low, 0.2), (found.at_high, 0.8)):
        moved = rise(one.astype(np.float32), midpoint, 0.3)
        expected = base.change(Ranking.of(moved + odd))
        assert change.correlation == pytest.approx(expected.correlation, abs=1e-6)
        assert change.kept == expected.kept
    assert found.unit == "m"
    assert found.membership == "rise"
    assert found.number == number(0.5, 0.2, 0.8)


def test_a_number_without_a_range_changes_nothing():
    found = effect(run((EVEN, ODD), columns(3)), "odd", "spread")
    assert found.at_low == found.at_high
    assert found.at_low.kept == 1
    assert found.at_low.correlation == pytest.approx(1)


def test_leaving_one_of_two_arguments_out_leaves_the_order_of_the_other():
    one, other = columns(4)
    table = run((EVEN, ODD), (one, other))
    both = Ranking.of(sum(rise(x.astype(np.float32), 0.5, 0.3) for x in (one, other)))
    (without_odd,) = (x.without for x in table.omissions if x.evidence == "odd")
    expected = both.change(Ranking.of(one))
    assert without_odd.correlation == pytest.approx(expected.correlation, abs=1e-6)
    assert without_odd.kept == expected.kept
    assert {x.title for x in table.omissions} == {"Even", "Odd"}


def test_every_number_stands_once():
    names = {(x.evidence, x.parameter) for x in run((EVEN, ODD), columns(5)).numbers}
    assert len(names) == 6
    assert {parameter for _, parameter in names} == {WEIGHT, "midpoint", "spread"}


@pytest.mark.parametrize("seed", range(20, 30))
def test_the_greatest_effect_comes_first(seed):
    table = run((EVEN, ODD), columns(seed))
    kept = [min(x.at_low.kept, x.at_high.kept) for x in table.numbers]
    assert kept == sorted(kept)
    assert kept[0] < kept[-1] == 1
    dropped = [(x.without.kept, x.without.correlation) for x in table.omissions]
    assert dropped == sorted(dropped)
    assert (table.deposit_type, table.title) == ("test", "Test")


@pytest.mark.parametrize("seed", range(30, 40))
def test_of_equal_shares_kept_the_lower_correlation_comes_first(seed):
    # Nine places have no best tenth: kept is unknown for all, order decides.
    table = run((EVEN, ODD), columns(seed, size=9))
    left = [min(x.at_low.correlation, x.at_high.correlation) for x in table.numbers]
    assert left == sorted(left)
    assert left[0] < left[-1]
    assert all(np.isnan(x.at_low.kept) for x in table.numbers)


def test_a_model_of_one_argument_has_nothing_to_leave_out():
    table = run((EVEN,), columns(7, count=1))
    assert table.omissions == ()
    assert len(table.numbers) == 3
    assert effect(table, "even", WEIGHT).at_high.kept == 1


def test_what_is_known_nowhere_changes_nothing():
    one, _ = columns(8)
    table = run((EVEN, ODD), (one, np.full(COUNT, np.nan)))
    for parameter in (WEIGHT, "midpoint"):
        found = effect(table, "odd", parameter)
        assert found.at_low.kept == found.at_high.kept == 1
    (odd,) = (x for x in table.omissions if x.evidence == "odd")
    assert odd.known == 0
    assert odd.without.kept == 1


def by_hand(one, other, weight=1.0):
    """Score two arguments that stand in one component, and unknown as average."""
    even, odd = (rise(np.float32(x), 0.5, 0.3) for x in (one, other))
    known = ~np.isnan([even, odd]) * np.array([[1.0], [weight]])
    total = np.nan_to_num(even) + weight * np.nan_to_num(odd)
    here = known.sum(axis=0)
    return (here * np.log(total / here) - (1 + weight - here)) / (1 + weight)


def test_a_weight_moves_a_map_where_its_argument_is_known_in_part():
    one, other = columns(8)
    other[20:] = np.nan
    table = run((EVEN, ODD), (one, other))
    assert table.places == COUNT
    (odd,) = (x for x in table.omissions if x.evidence == "odd")
    assert odd.known == pytest.approx(0.1)
    base = Ranking.of(by_hand(one, other))
    found = effect(table, "odd", WEIGHT)
    for change, weight in ((found.at_low, 0.25), (found.at_high, 4)):
        expected = base.change(Ranking.of(by_hand(one, other, weight)))
        assert change.correlation == pytest.approx(expected.correlation, abs=1e-6)
        assert change.kept == expected.kept


def test_places_where_nothing_is_known_take_no_part_and_those_left_unknown_are_last():
    one, other = columns(9)
    one[:50] = np.nan
    other[:20] = np.nan
    table = run((EVEN, ODD), (one, other))
    assert table.places == COUNT - 20
    (even,) = (x for x in table.omissions if x.evidence == "even")
    assert even.known == pytest.approx(150 / 180)
    (odd,) = (x for x in table.omissions if x.evidence == "odd")
    assert odd.known == pytest.approx(1)
    # Without "odd" the 30 places that only it knew are last, and all equal.
    values = np.where(np.isnan(one), -np.inf, one)[20:]
    base = Ranking.of(by_hand(one[20:], other[20:]))
    expected = base.change(Ranking.of(values))
    assert odd.without.correlation == pytest.approx(expected.correlation, abs=1e-6)
    assert odd.without.kept == expected.kept


def test_the_evidence_of_a_class_is_a_number_too():
    kind = argument(
        "kind",
        membership="class",
        old=number(0.9, 0.1, 1),
        other=number(0.3, 0.3, 0.4),
    )
    (share,) = (one.key for one in kind.shares.values())
    codes = np.arange(COUNT) % 2
    table = run(
        (EVEN, kind), (columns(10)[0], codes), more={share: np.float32(1 - codes)}
    )
    found = effect(table, "kind", "old")
    assert found.at_low.kept < found.at_high.kept
    assert found.membership == "class"
    assert effect(table, "kind", "other").at_low.kept == 1


def test_a_base_rate_is_a_number_too():
    records = host(base=number(0.2, 0.05, 0.9))
    one, distance = columns(15)
    rows = one, np.where(distance < 0.3, 100 * distance, np.nan)
    table = run((EVEN, records), rows)
    found = effect(table, "host", BASE)
    assert found.unit == "m"
    assert found.number == records.base
    for change, base in ((found.at_low, 0.05), (found.at_high, 0.9)):
        maps = [
            best_logs(
                on_land(model(EVEN, one), average(-1.0), average(-1.0)),
                survey(model(EVEN, one), *rows),
            )
            for one in (records, host(base=base))
        ]
        expected = Ranking.of(maps[0]).change(Ranking.of(maps[1]))
        assert change.correlation == pytest.approx(expected.correlation, abs=1e-6)
        assert change.kept == expected.kept
    assert found.at_low.kept < 1


@pytest.mark.parametrize(
    ("places", "used"), [(200, 200), (199, 100), (100, 100), (67, 67), (66, 50), (1, 1)]
)
def test_every_nth_place_is_used_so_that_there_are_at_most_so_many(places, used):
    assert run((EVEN, ODD), columns(11), places=places).places == used
    assert used <= places


def test_the_places_used_are_spread_evenly_from_the_first():
    one, other = columns(12)
    part = run((EVEN, ODD), (one[::4], other[::4]))
    assert run((EVEN, ODD), (one, other), places=50) == part
    assert PLACES == 8_000


def test_no_place_at_all_gives_a_table_without_an_answer():
    table = run((EVEN, ODD), np.empty((2, 0)))
    assert table.places == 0
    assert all(np.isnan(x.at_low.kept) for x in table.numbers)


def test_the_number_of_places_must_be_positive():
    with pytest.raises(ValueError, match="at least 1; got 0"):
        run((EVEN, ODD), columns(13), places=0)


def test_the_same_model_gives_the_same_table():
    assert run((EVEN, ODD), columns(14)) == run((EVEN, ODD), columns(14))
