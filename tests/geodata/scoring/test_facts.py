import numpy as np
import pytest

from geodata.evidence.measurement import Measurement
from geodata.scoring.facts import Background, measured_fact, summarise

SHARE = Measurement(
    layer="lithology-fractions",
    measure="value",
    unit="of the bedrock",
    column="felsic",
)


def region(*, zeros):
    """Return a region where the measurement is 0 on a share of the land."""
    return Background(
        layer_title="Rock",
        source="test",
        licence="test",
        classes=(),
        percentiles=tuple(max(0.0, (n - zeros) / 100) for n in range(101)),
    )


def told(*values, zeros=60):
    amount = summarise(np.float32(values), is_class=False)
    return measured_fact(SHARE, amount, region(zeros=zeros), "")


def test_a_share_of_nothing_is_none_and_says_when_that_is_usual():
    assert told(0, 0) == "none, as on over half of the land where this is known"
    assert told(0, zeros=50) == "none, as on over half of the land where this is known"
    assert told(0, zeros=49) == "none"


def test_a_share_that_is_not_nothing_everywhere_is_told_in_figures():
    assert told(0, 0, 0.2).startswith(
        "0.00 of the bedrock (over the area 0.00 to 0.16)"
    )
    assert told(0.25) == (
        "0.25 of the bedrock; higher than 85 % of the land where this is known"
    )


@pytest.mark.parametrize("unit", ["km", "m", ""])
def test_nothing_of_another_unit_stays_a_figure(unit):
    depth = Measurement(layer="depth", measure="value", unit=unit, column="d")
    amount = summarise(np.float32([0]), is_class=False)
    assert measured_fact(depth, amount, region(zeros=60), "").startswith("0.00")
