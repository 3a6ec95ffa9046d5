"""An explanation in words: what was measured, how far, and how that compares."""

import math

from app.text.catalogue import say
from app.text.numbers import plain
from geodata.scoring.measured import Measured


def fact(measured: Measured, unit: str) -> str:
    """Say in one line what was measured, and how it compares with the region.

    Parameters
    ----------
    measured : Measured
        What was measured at a place or over an area.
    unit : str
        Its unit; may be empty.

    >>> near = Measured(
    ...     state="known", kind="distance", typical=8.24, below=30, nearest="Talas"
    ... )
    >>> fact(near, "km")
    '8.2 km from Talas; nearer than 70 % of the land where this is known'
    """
    match measured.state:
        case "layer-missing":
            return say("explanation.layer-missing")
        case "not-mapped":
            return say("number.no-data")
    match measured.kind:
        case "class":
            return _class_name(measured)
        case "share" if _most(measured) == 0:
            usual = measured.region_median == 0
            return say("explanation.none-usual" if usual else "explanation.none")
        case "distance":
            where = _amount(measured, unit)
            if measured.nearest:
                where = say("explanation.from", amount=where, name=measured.nearest)
            percent = 100 - (measured.below or 0)
            return say("explanation.nearer", where=where, percent=percent)
        case _:
            amount = _amount(measured, unit)
            return say("explanation.higher", amount=amount, percent=measured.below)


def _class_name(measured: Measured) -> str:
    if measured.class_share == 1:
        return measured.class_name
    share = f"{measured.class_share:.0%}"
    return say("explanation.class-share", name=measured.class_name, share=share)


def _most(measured: Measured) -> float:
    return measured.typical if math.isnan(measured.high) else measured.high


def _amount(measured: Measured, unit: str) -> str:
    amount = f"{plain(measured.typical)} {unit}".strip()
    low, high = measured.low, measured.high
    if not math.isnan(low) and plain(low) != plain(high):
        amount = say(
            "explanation.range", amount=amount, low=plain(low), high=plain(high)
        )
    if not math.isnan(measured.disagreement):
        apart = plain(measured.disagreement)
        amount = say("explanation.disagreement", amount=amount, apart=apart, unit=unit)
    return amount


def distance(km: float, uncertainty_km: float, *, within_error: bool) -> str:
    """Say how far an occurrence is, no more exactly than its position is known.

    >>> distance(12.0, 10.0, within_error=False)
    '12 ± 10 km'
    >>> distance(9.0, 10.0, within_error=True)
    'within position error (good to 10 km)'
    """
    good_to = math.ceil(uncertainty_km)
    if within_error:
        return say("nearest.within-error", error=good_to)
    return say("nearest.distance", distance=f"{km:.0f}", error=good_to)
