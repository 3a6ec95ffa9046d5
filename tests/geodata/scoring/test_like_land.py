"""What the land says of arguments: knowing more is neutral on average."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.scoring.additions import QUANTILES
from geodata.scoring.draws import Draws, draw
from geodata.scoring.favourability import coverage_at
from geodata.scoring.land import Layers, Said
from geodata.scoring.like_land import (
    LikeLand,
    fit_to_land,
    resolved_share,
)
from geodata.scoring.uncertainty import DrawnModel
from tests.geodata.scoring.small_models import (
    SETTING,
    STABLE,
    argument,
    best_logs,
    host,
    model,
    survey,
)

nan = np.nan
CELLS = 900
KINDS_M = np.repeat([10.0, 250.0, 2_000.0], CELLS // 3)
"""Relief of land that is wholly plain, hills or mountains."""

FOUR = model(
    argument("crust", weight=2.0),
    argument("kind", weight=1.0),
    argument("fault", "pathway", weight=1.5),
    argument("late", "pathway", weight=0.5),
)
CRUST, KIND, FAULT, LATE = (item.measurement.key for item in FOUR.evidence)
RESOLUTIONS_KM = {CRUST: 100.0, KIND: 5.0, FAULT: 0.0, LATE: 50.0}
NO_LAYERS = Layers(measurements={})


def random_land(kind, seed, *, unknown=0.0):
    """Land of three kinds that measure differently, each value 0 to 1."""
    chance = np.random.default_rng(seed)
    tilt = np.repeat([0.6, 1.0, 1.6], CELLS // 3)
    rows = [chance.random(CELLS) ** tilt for _ in kind.evidence]
    for row in rows:
        row[chance.random(CELLS) < unknown] = nan
    return survey(kind, *rows, relief_m=KINDS_M)


def fitted(kind, measured, **options):
    return fit_to_land(kind, measured, RESOLUTIONS_KM, layers=NO_LAYERS, **options)


def hidden(measured, *keys, where=slice(None)):
    less = {key: row.copy() for key, row in measured.items()}
    for key in keys:
        less[key][where] = nan
    return less


@pytest.mark.parametrize(
    ("resolution_km", "share"), [(0, 1.0), (25, 0.8), (100, 0.5), (300, 0.25), (nan, 1)]
)
def test_a_coarse_layer_speaks_for_part_of_the_weight(resolution_km, share):
    assert resolved_share(resolution_km) == share


@settings(max_examples=20)
@given(st.integers(0, 2**31), st.sampled_from((CRUST, KIND, FAULT, LATE)))
def test_knowing_more_is_neutral_on_average_over_land_of_each_kind(seed, key):
    measured = random_land(FOUR, seed)
    regional = fitted(FOUR, measured)
    gain = best_logs(regional, measured) - best_logs(regional, hidden(measured, key))
    for part in np.split(gain.astype(np.float64), 3):
        assert part.mean() == pytest.approx(0, abs=1e-6)
    assert gain.std() > 1e-3


@pytest.mark.parametrize("missing", [CRUST, KIND, FAULT])
@pytest.mark.parametrize("key", [KIND, LATE])
def test_it_is_neutral_too_in_a_release_that_lacks_a_layer(missing, key):
    """Whatever would be said of the missing layer, wherever the model names it."""
    if key == missing:
        return
    measured = hidden(random_land(FOUR, 5), missing)
    says = tuple(np.linspace(0.2, 0.9, 5).tolist())
    layers = Layers(
        measurements={missing: Said(resolution_km=10.0, percentiles=(says,) * 3)}
    )
    regional = fit_to_land(FOUR, measured, RESOLUTIONS_KM, layers=layers)
    gain = best_logs(regional, measured) - best_logs(regional, hidden(measured, key))
    for part in np.split(gain.astype(np.float64), 3):
        assert part.mean() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("kind_of_land", range(3))
@pytest.mark.parametrize("layers", [NO_LAYERS, None])
def test_a_new_layer_keeps_the_order_of_places_it_does_not_cover(kind_of_land, layers):
    """Of one kind of land, and of which the same was known before."""
    there = np.zeros(CELLS, dtype=np.bool_)
    there[::3] = True
    measured = hidden(random_land(FOUR, 6), KIND, where=~there)
    before = hidden(measured, KIND)
    here = ~there & (np.repeat(range(3), CELLS // 3) == kind_of_land)
    orders = []
    for release in (before, measured):
        regional = fit_to_land(FOUR, release, RESOLUTIONS_KM, layers=layers)
        scores = DrawnModel.of(regional, draw(FOUR, count=21)).log_scores(release)
        orders.append((scores[here], best_logs(regional, release)[here]))
    (drawn, best), (drawn_after, best_after) = orders
    moved = best_after - best
    assert moved == pytest.approx(np.full(len(best), moved[0]), abs=1e-5)
    for one, other in zip(drawn.T, drawn_after.T, strict=True):
        free = (one < 0) & (other < 0)  # no draw exceeds a perfect score
        assert np.ptp((other - one)[free]) <= 1e-5


def test_a_mask_of_the_models_own_moves_nobody_outside_it():
    masked = model(
        argument("crust", weight=2.0),
        argument("fault", "pathway", weight=1.0),
        argument("moho", weight=1.0, within=STABLE),
    )
    without = model(*masked.evidence[:2])
    measured = random_land(masked, 7)
    inside = np.arange(CELLS) % 2 == 0
    moho = masked.evidence[2].measurement.key
    measured = hidden(measured, moho, where=~inside)
    measured[SETTING] = inside.astype(np.float32)
    regional = fitted(masked, measured)
    coverage = coverage_at(regional, measured)
    full = (2 * 0.5 + 1.0 * 1.0) / 3  # crust at 100 km, fault as good as can be
    assert coverage[~inside] == pytest.approx(full)
    assert coverage[inside] == pytest.approx((2 * 0.5 + 2.0) / 4)
    alone = best_logs(fitted(without, measured), measured)
    found = best_logs(regional, measured)
    for kind in np.split(np.arange(CELLS), 3):
        outside = kind[~inside[kind]]
        order = np.argsort(alone[outside], kind="stable")
        assert (np.diff(found[outside][order]) >= -1e-6).all()


def test_what_an_argument_adds_by_hand():
    """Alone in its component it adds its log; beside another, what it changes."""
    two = model(argument("crust", weight=1.0), argument("fault", "pathway", weight=3.0))
    one = fitted(two, survey(two, [0.5] * 300, [0.25] * 300))
    assert one.land.arguments[0].mean == pytest.approx([np.log(0.5)] * 3)
    assert one.land.arguments[1].mean == pytest.approx([np.log(0.25)] * 3)
    same = model(argument("crust", weight=1.0), argument("fault", weight=3.0))
    measured = survey(same, [0.5] * 300, [0.25] * 300)
    land = fit_to_land(same, measured, {}, layers=NO_LAYERS).land
    both = 4 * np.log((0.5 + 0.75) / 4)
    assert land.arguments[0].mean == pytest.approx([both - 3 * np.log(0.25)] * 3)
    assert land.arguments[1].mean == pytest.approx([(both - np.log(0.5)) / 3] * 3)


def test_what_is_said_ranges_from_least_to_most_by_kind_of_land():
    two = model(argument("crust"), argument("fault", "pathway"))
    for item in fitted(two, random_land(two, 8)).land.arguments:
        assert item.present
        assert np.shape(item.quantiles) == (3, QUANTILES)
        assert (np.diff(item.quantiles, axis=1) >= 0).all()
        plain, hills, mountains = item.mean
        assert plain > hills > mountains


def test_of_a_kind_with_few_known_cells_all_land_tells():
    measured = random_land(FOUR, 9)
    few = hidden(measured, FAULT, where=slice(100, None))
    first = fitted(FOUR, few).land.arguments[2]
    assert len(set(first.mean)) == 1


def test_an_argument_of_which_nothing_is_known_says_what_the_others_say():
    measured = hidden(random_land(FOUR, 10), FAULT, LATE)
    crust, kind, fault, late = fitted(FOUR, measured).land.arguments
    assert fault.quantiles == late.quantiles
    assert not fault.present
    assert fault.resolved == 1.0
    for row in range(3):
        low, high = sorted((crust.mean[row], kind.mean[row]))
        assert low < fault.mean[row] < high
        mixed = (2 * crust.mean[row] + kind.mean[row]) / 3  # by weight
        assert fault.mean[row] == pytest.approx(mixed, abs=0.02)


def test_a_missing_layer_says_what_the_five_states_are_known_to_say():
    says = tuple((0.3,) * 5), tuple((0.5,) * 5), tuple((0.9,) * 5)
    layers = Layers(measurements={FAULT: Said(resolution_km=25.0, percentiles=says)})
    measured = hidden(random_land(FOUR, 11), FAULT, LATE)
    fault = fit_to_land(FOUR, measured, RESOLUTIONS_KM, layers=layers).land.arguments[2]
    assert not fault.present
    assert fault.resolved == pytest.approx(0.8)
    assert fault.mean == pytest.approx(np.log([0.3, 0.5, 0.9]), abs=1e-5)


def test_records_say_their_base_rate_where_they_do_not_speak():
    kind = model(argument("crust"), host(base=0.2))
    measured = survey(kind, [0.5] * 300, [nan] * 150 + [5.0] * 150)
    records = fitted(kind, measured).land.arguments[1]
    assert records.mean == pytest.approx([np.log(0.2)] * 3)
    assert np.array(records.quantiles) == pytest.approx(np.log(0.2))


def structured(kind):
    """The best values three times: put together as usual, by mean, by product."""
    numbers = [item.weight.value for item in kind.evidence]
    return Draws(
        weights=np.float32([[one] * 3 for one in numbers]),
        parameters=tuple(
            {
                name: np.full(3, one.value, np.float32)
                for name, one in item.parameters.items()
            }
            for item in kind.evidence
        ),
        bases=(None,) * len(numbers),
        leaning=np.zeros((len(numbers), 3), np.float32),
        missing=np.full((len(numbers), 3), nan),
        usual=1,
        mean=1,
    )


@settings(max_examples=20)
@given(st.integers(0, 2**31))
def test_another_structure_changes_the_order_of_places_not_their_level(seed):
    measured = random_land(FOUR, seed)
    regional = fitted(FOUR, measured)
    found = DrawnModel.of(regional, structured(FOUR)).log_scores(measured)
    usual, mean, product = found.astype(np.float64).T
    assert mean.mean() == pytest.approx(usual.mean(), abs=1e-5)
    assert product.mean() == pytest.approx(usual.mean(), abs=1e-5)
    assert np.std(mean - usual) > 1e-3
    assert np.std(product - usual) > 1e-3
    assert regional.land.mean_offset < 0 < regional.land.product_offset


@pytest.mark.parametrize(("sample", "step"), [(900, 1), (450, 2), (400, 3)])
def test_every_nth_cell_tells_of_the_land(sample, step):
    measured = random_land(FOUR, 12)
    part = {key: row[::step] for key, row in measured.items()}
    assert fitted(FOUR, measured, sample=sample) == fitted(FOUR, part)


def test_what_the_land_says_is_read_back_as_it_was_written():
    regional = fitted(FOUR, random_land(FOUR, 13, unknown=0.3)).with_width(1.25)
    assert regional.land.width == 1.25
    again = LikeLand.model_validate_json(regional.land.model_dump_json())
    assert again == regional.land


def test_where_no_layer_is_there_at_all_nothing_is_added():
    measured = hidden(random_land(FOUR, 14), CRUST, KIND, FAULT, LATE)
    land = fitted(FOUR, measured).land
    assert {item.mean for item in land.arguments} == {(0.0, 0.0, 0.0)}
    assert (land.mean_offset, land.product_offset) == (0.0, 0.0)
