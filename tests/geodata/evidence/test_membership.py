import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import DepositTypeError
from geodata.evidence.membership import (
    MEMBERSHIPS,
    PARAMETERS,
    band,
    fall,
    gaussian,
    large,
    linear,
    logistic,
    ms_large,
    ms_small,
    near,
    pick,
    rise,
    small,
)
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts

f32 = np.float32
ROUNDING = 1e-6  # single precision, near 0 and 1
WIDTHS = st.floats(0.5, 1e3, width=32)
VALUES = st.floats(-1e4, 1e4, width=32)


@given(VALUES, VALUES, WIDTHS)
def test_every_membership_stays_between_0_and_1(value, middle, width):
    x = f32([abs(value), value])
    for found in (
        near(np.abs(x), half=f32(width), error=f32(0)),
        band(x, centre=f32(middle), half_width=f32(width)),
        rise(x, midpoint=f32(middle), spread=f32(width)),
        fall(x, midpoint=f32(middle), spread=f32(width)),
    ):
        assert (found >= 0).all()
        assert (found <= 1).all()


@given(st.floats(0, 1e4, width=32), st.floats(0, 1e4, width=32), WIDTHS)
def test_near_never_grows_with_distance(a, b, half):
    nearer, farther = sorted((a, b))
    shape = {"half": f32(half), "error": f32(7)}
    assert near(f32(nearer), **shape) >= near(f32(farther), **shape)


def test_what_is_closer_than_the_error_of_the_map_is_not_told_apart():
    found = near(f32([0, 5, 20, 21]), half=f32(40), error=f32(20))
    assert found[0] == found[1] == found[2] == pytest.approx(0.8)
    assert found[3] < found[2]


@given(VALUES, VALUES, VALUES, WIDTHS)
def test_rise_never_falls_and_fall_never_rises(a, b, middle, width):
    low, high = sorted((a, b))
    shape = {"midpoint": f32(middle), "spread": f32(width)}
    assert rise(f32(low), **shape) <= rise(f32(high), **shape) + ROUNDING
    assert fall(f32(low), **shape) >= fall(f32(high), **shape) - ROUNDING


def test_half_way_values_are_one_half():
    assert near(f32(25), half=f32(25), error=f32(0)) == 0.5
    assert band(f32(7), centre=f32(5), half_width=f32(2)) == 0.5
    assert rise(f32(3), midpoint=f32(3), spread=f32(9)) == 0.5
    assert fall(f32(3), midpoint=f32(3), spread=f32(9)) == 0.5


def test_one_spread_above_the_midpoint_is_0_85():
    found = rise(f32(4), midpoint=f32(3), spread=f32(1))
    assert found == pytest.approx(0.5 + 0.5 / np.sqrt(2))


def test_a_class_gets_its_own_evidence_and_an_unnamed_one_stays_unknown():
    found = pick(f32([0, 1, 2, np.nan]), class_0=f32(0.9), class_2=f32(0.1))
    assert found[[0, 2]].tolist() == pytest.approx([0.9, 0.1])
    assert np.isnan(found[[1, 3]]).all()


def test_other_speaks_for_unnamed_classes_but_not_for_the_unknown():
    found = pick(f32([0, 1, np.nan]), class_0=f32(0.9), other=f32(0.2))
    assert found[:2].tolist() == pytest.approx([0.9, 0.2])
    assert np.isnan(found[2])


@pytest.mark.parametrize("name", [name for name in MEMBERSHIPS if name != "class"])
def test_unknown_stays_unknown_in_every_membership(name):
    shape = {key: f32(position + 1) for position, key in enumerate(PARAMETERS[name])}
    found = MEMBERSHIPS[name](f32([np.nan, 2]), **shape)
    assert np.isnan(found).tolist() == [True, False]
    assert found.dtype == np.float32
    assert np.isnan(pick(f32([np.nan]), class_0=f32(1))).all()


def test_the_parameters_of_every_membership_are_those_it_takes():
    assert PARAMETERS["near"] == ("half", "error")
    assert PARAMETERS["ms-large"] == ("start", "half")
    assert PARAMETERS["class"] == ()
    assert list(PARAMETERS) == list(MEMBERSHIPS)


GROWING = {
    "linear": {"zero": f32(-3), "one": f32(8)},
    "large": {"midpoint": f32(5), "exponent": f32(3)},
    "ms-large": {"start": f32(2), "half": f32(4)},
    "logistic": {"midpoint": f32(5), "slope": f32(0.7)},
}
SHRINKING = {
    "linear": {"zero": f32(8), "one": f32(-3)},
    "small": {"midpoint": f32(5), "exponent": f32(3)},
    "ms-small": {"start": f32(2), "half": f32(4)},
    "logistic": {"midpoint": f32(5), "slope": f32(-0.7)},
}


def listed(found):
    assert found.dtype == np.float32
    return pytest.approx(found.tolist(), abs=ROUNDING)


def test_linear_runs_from_0_to_1_and_is_flat_beyond():
    found = linear(f32([-1, 0, 1, 4, 9]), zero=f32(0), one=f32(4))
    assert listed(found) == [0, 0, 0.25, 1, 1]


def test_linear_falls_where_one_lies_below_zero():
    found = linear(f32([-1, 0, 1, 4, 9]), zero=f32(4), one=f32(0))
    assert listed(found) == [1, 1, 0.75, 0, 0]


def test_small_and_large_are_the_published_curves():
    x, shape = f32([0, 1, 2, 4, 6]), {"midpoint": f32(2), "exponent": f32(5)}
    published = [1 / (1 + (v / 2) ** 5) for v in (0, 1, 2, 4, 6)]
    assert listed(small(x, **shape)) == published
    assert listed(large(x, **shape)) == [1 - value for value in published]


def test_small_takes_what_is_below_zero_for_zero():
    shape = {"midpoint": f32(2), "exponent": f32(1)}
    assert small(f32([-7, -0.5]), **shape).tolist() == [1, 1]
    assert large(f32([-7, -0.5]), **shape).tolist() == [0, 0]
    assert small(f32([0.5]), **shape)[0] == pytest.approx(0.8)


def test_small_is_0_far_beyond_the_midpoint_without_a_warning():
    assert small(f32([1e30]), midpoint=f32(1), exponent=f32(9)).tolist() == [0]


def test_ms_small_and_ms_large_are_the_published_curves():
    mean, deviation, a, b = 10.0, 4.0, 1.2, 0.5
    x = f32([0, 12, 12.5, 14, 40])
    shape = {"start": f32(a * mean), "half": f32(b * deviation)}
    published = [
        1.0 if v <= a * mean else b * deviation / (v - a * mean + b * deviation)
        for v in (0, 12, 12.5, 14, 40)
    ]
    assert listed(ms_small(x, **shape)) == published
    assert listed(ms_large(x, **shape)) == [1 - value for value in published]
    assert published[3] == 0.5


def test_gaussian_is_the_published_curve_and_one_half_at_the_half_width():
    x = f32([1, 4, 7, 10])
    spread = np.log(2) / 3.0**2
    published = [np.exp(-spread * (v - 4) ** 2) for v in (1, 4, 7, 10)]
    found = gaussian(x, centre=f32(4), half_width=f32(3))
    assert listed(found) == published
    assert listed(found[:3]) == [0.5, 1, 0.5]


def test_logistic_is_the_published_curve_in_both_directions():
    x = f32([-2, 3, 4, 8])
    for slope in (2.0, -0.5):
        published = [1 / (1 + np.exp(-slope * (v - 3))) for v in (-2, 3, 4, 8)]
        assert listed(logistic(x, midpoint=f32(3), slope=f32(slope))) == published


def test_the_near_of_the_literature_is_band_and_ours_is_its_half():
    spread, centre = 0.04, 3.0
    x = np.linspace(0, 30, 61, dtype=np.float32)
    published = 1 / (1 + spread * (x.astype(float) - centre) ** 2)
    found = band(x, centre=f32(centre), half_width=f32(spread**-0.5))
    assert found == pytest.approx(published, abs=ROUNDING)
    from_zero = near(x, half=f32(spread**-0.5), error=f32(0))
    assert from_zero == pytest.approx(1 / (1 + spread * x.astype(float) ** 2))


@pytest.mark.parametrize("name", GROWING)
@given(VALUES, VALUES)
def test_a_growing_membership_never_falls(name, a, b):
    lower, higher = (
        MEMBERSHIPS[name](f32([x]), **GROWING[name]) for x in sorted((a, b))
    )
    assert 0 <= lower <= higher <= 1


@pytest.mark.parametrize("name", SHRINKING)
@given(VALUES, VALUES)
def test_a_shrinking_membership_never_grows(name, a, b):
    lower, higher = (
        MEMBERSHIPS[name](f32([x]), **SHRINKING[name]) for x in sorted((a, b))
    )
    assert 1 >= lower >= higher >= 0


@given(VALUES, VALUES, WIDTHS)
def test_gaussian_is_highest_at_its_centre_and_alike_on_both_sides(centre, by, width):
    shape = {"centre": f32(0), "half_width": f32(width)}
    left, right = gaussian(f32([-by, by]), **shape)
    assert left == right
    assert 0 <= left <= 1
    peak = gaussian(f32([centre]), centre=f32(centre), half_width=f32(width))
    assert peak.tolist() == [1]


@pytest.mark.parametrize("name", [name for name, keys in PARAMETERS.items() if keys])
def test_a_set_of_draws_gives_one_column_each(name):
    x = f32([[2], [7], [9]])
    columns = [
        {key: f32(position + 1 + by) for position, key in enumerate(PARAMETERS[name])}
        for by in (0, 0.5)
    ]
    drawn = {key: f32([column[key] for column in columns]) for key in columns[0]}
    found = MEMBERSHIPS[name](x, **drawn)
    assert found.shape == (3, 2)
    assert found.dtype == np.float32
    for position, column in enumerate(columns):
        alone = MEMBERSHIPS[name](x[:, 0], **column)
        assert found[:, position] == pytest.approx(alone, abs=ROUNDING)


def test_a_membership_leaves_the_measurement_as_it_was():
    for name, keys in PARAMETERS.items():
        x = f32([1, 2, 3])
        if keys:
            MEMBERSHIPS[name](x, **{key: f32(i + 1) for i, key in enumerate(keys)})
        assert x.tolist() == [1, 2, 3], name


def test_memberships_agree_with_eis_toolkit(shared):
    folder = shared / "parity" / "eis"
    members = np.load(folder / "eis_fuzzy_500.npz")["members"]

    def read(name):
        with rasterio.open(folder / "input" / f"{name}.tif") as raster:
            return raster.read(1)

    # it cuts numbers off after six decimals, the linear one before it is turned round:
    # they lie half of 1e-6 low on average, or high
    for position in range(3):
        field = read(f"field{position}")
        middle = f32(field.mean(dtype=np.float64))
        found = logistic(field, midpoint=middle, slope=f32(1))
        assert np.abs(found - members[position] - 0.5e-6).max() <= 0.6e-6
    distance = read("dist_lines")
    found = linear(distance, zero=distance.max(), one=distance.min())
    assert np.abs(found - members[3] + 0.5e-6).max() <= 0.6e-6


def with_membership(name, **ranges):
    """Return a file of one evidence that uses a membership, (low, value, high) each."""
    text = deposit_type_texts()["placer"]
    first = "[[evidence]]" + text.split("[[evidence]]")[2]
    head, _, _ = first.partition("[evidence.parameters]")
    old = head[head.index("membership =") :].splitlines()[0]
    numbers = "\n".join(
        f"{key} = {{ value = {value}, low = {low}, high = {high}, "
        'basis = "expert", reference = "test" }'
        for key, (low, value, high) in ranges.items()
    )
    return (
        text.split("[[evidence]]")[0]
        + head.replace(old, f'membership = "{name}"')
        + f"[evidence.parameters]\n{numbers}\n"
    )


@pytest.mark.parametrize(
    ("name", "ranges"),
    [
        ("linear", {"zero": (0, 1, 2), "one": (3, 4, 5)}),
        ("linear", {"zero": (3, 4, 5), "one": (0, 1, 2.9)}),
        ("small", {"midpoint": (0.1, 4, 5), "exponent": (0.5, 3, 9)}),
        ("large", {"midpoint": (0.1, 4, 5), "exponent": (0.5, 3, 9)}),
        ("ms-small", {"start": (-1, 0, 5), "half": (1, 2, 3)}),
        ("ms-large", {"start": (-1, 0, 5), "half": (1, 2, 3)}),
        ("gaussian", {"centre": (-1, 0, 5), "half_width": (1, 2, 3)}),
        ("logistic", {"midpoint": (-1, 0, 5), "slope": (0.1, 2, 3)}),
        ("logistic", {"midpoint": (-1, 0, 5), "slope": (-3, -2, -0.1)}),
    ],
)
def test_a_deposit_type_file_can_use_each_of_them(name, ranges):
    (evidence,) = parse("placer", with_membership(name, **ranges)).evidence
    assert evidence.membership == name
    assert {key: number.value for key, number in evidence.parameters.items()} == {
        key: value for key, (_, value, _) in ranges.items()
    }


@pytest.mark.parametrize(
    ("name", "ranges", "said"),
    [
        ("linear", {"zero": (0, 1, 2), "one": (2, 4, 5)}, "0 to 2 and 2 to 5"),
        ("linear", {"zero": (2, 4, 5), "one": (0, 1, 2)}, "2 to 5 and 0 to 2"),
        ("linear", {"zero": (0, 1, 9), "one": (2, 4, 5)}, "must not touch"),
        ("small", {"midpoint": (0, 4, 5), "exponent": (1, 3, 9)}, "'midpoint'"),
        ("small", {"midpoint": (1, 4, 5), "exponent": (0, 3, 9)}, "'exponent'"),
        ("large", {"midpoint": (-1, 4, 5), "exponent": (1, 3, 9)}, "got low -1"),
        ("ms-small", {"start": (0, 0, 5), "half": (0, 2, 3)}, "is a width"),
        ("gaussian", {"centre": (0, 0, 5), "half_width": (0, 2, 3)}, "is a width"),
        (
            "logistic",
            {"midpoint": (0, 0, 5), "slope": (0, 2, 3)},
            "never 0; got 0 to 3",
        ),
        ("logistic", {"midpoint": (0, 0, 5), "slope": (-2, -1, 0)}, "got -2 to 0"),
        ("logistic", {"midpoint": (0, 0, 5), "spread": (1, 1, 1)}, "'slope'"),
    ],
)
def test_a_shape_without_sense_is_refused_by_name(name, ranges, said):
    with pytest.raises(DepositTypeError, match="metamorphic-bedrock") as refusal:
        parse("placer", with_membership(name, **ranges))
    assert said in str(refusal.value)
