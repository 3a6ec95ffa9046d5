"""Tables of all that was tried, of each region of the world, and of places outside."""

import math
from dataclasses import dataclass

from app.text import say
from app.text.numbers import NONE, degrees
from geodata.scoring.validation.intervals import Estimate
from geodata.scoring.validation.learned_trials import RegionRank, TriedForm
from geodata.scoring.validation.report import LearnedReport


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRow:
    """One form that was tried, in words.

    Attributes
    ----------
    form : str
        What it adds up, or its penalty.
    arguments : int
        How many.
    world, difference, tenth : str
        Mean rank in left-out regions of the world, less that of the model, and share of
        known places in the best tenth of their regions.
    region, region_tenth, region_fifth : str
        Of the region that was kept back.
    own : bool
        Whether it is the model of the map.
    """

    form: str
    arguments: int
    world: str
    difference: str
    tenth: str
    region: str
    region_tenth: str
    region_fifth: str
    own: bool


def trial_rows(report: LearnedReport) -> tuple[TrialRow, ...]:
    """Return every form that was tried, the model first."""
    return tuple(
        _row(one, report.n_withheld, own=number == 0)
        for number, one in enumerate(report.trials.forms)
    )


def _row(one: TriedForm, places: int, *, own: bool) -> TrialRow:
    region = one.region
    tenth, fifth = (
        say("validation.caught-of", sites=count, n=places) if region else NONE
        for count in (region.captured if region else (0, 0))
    )
    return TrialRow(
        form=_form(one, own=own),
        arguments=one.arguments,
        world=with_interval(one.world),
        difference=NONE if own else with_interval(one.difference, sign=True),
        tenth=tenths(one.captured[0]),
        region=with_interval(region.mean_rank) if region else NONE,
        region_tenth=tenth,
        region_fifth=fifth,
        own=own,
    )


def _form(one: TriedForm, *, own: bool) -> str:
    if own:
        return say("validation.trial.own")
    if one.ridge is not None:
        return say("validation.trial.penalty", ridge=f"{one.ridge:g}")
    return one.title


def tenths(value: float, *, sign: bool = False) -> str:
    """Write a share in per cent with one decimal, for what differs by little.

    >>> tenths(0.2103), tenths(0.004, sign=True), tenths(float("nan"))
    ('21.0 %', '+0.4 %', '–')
    """
    if math.isnan(value):
        return NONE
    rounded = round(100 * value, 1) + 0.0  # no negative zero
    written = f"{rounded:+.1f}" if sign else f"{rounded:.1f}"
    return f"{written} %".replace("-", "−")


def middle(one: RegionRank) -> str:
    """Write the middle of a region's known places in whole degrees."""
    return degrees(one.lon, one.lat, 0)


def with_interval(found: Estimate, *, sign: bool = False) -> str:
    """Write a figure with its interval, where it has one."""
    value = tenths(found.value, sign=sign)
    if math.isnan(found.low):
        return value
    low, high = (tenths(end, sign=sign) for end in (found.low, found.high))
    return say("validation.trial.interval", value=value, low=low, high=high)
