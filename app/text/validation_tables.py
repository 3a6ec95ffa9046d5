"""Tables about a learned model: beside its measurements, and trained otherwise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.text import say
from app.text.numbers import sentence, share
from app.text.validation import map_name
from geodata.scoring.validation.intervals import Estimate
from geodata.scoring.validation.report import AucPair, LearnedReport, RegionFigures

_HALF = 0.5  # share of land that was fixed beforehand
_WIDEST_DEG = 15.0  # blocks whose AUC every way of training and measurement has


@dataclass(frozen=True, slots=True, kw_only=True)
class AloneRow:
    """A map by itself; figures are None where they were not asked.

    Attributes
    ----------
    name, sign : str
        What is measured, and what more of it means by geology.
    slope : Estimate or None
        Log odds by one deviation, in 8 of 10 refits between low and high.
    """

    name: str
    sign: str
    slope: Estimate | None
    auc: AucPair
    regions: Estimate | None
    withheld: Estimate | None


def alone_rows(report: LearnedReport) -> tuple[AloneRow, ...]:
    """Return the model and every single measurement, to stand beside each other."""
    tests = {test.map: test.every.mean_rank for test in report.withheld.maps}
    model = AloneRow(
        name=sentence(say("validation.the-model")),
        sign=say("validation.all-arguments"),
        slope=None,
        auc=_widest_blocks(report),
        regions=report.regions.mean_rank,
        withheld=tests.get("learned"),
    )
    simple = (
        AloneRow(
            name=map_name(one.map),
            sign=say("validation.not-in-model"),
            slope=None,
            auc=one.auc,
            regions=one.regions,
            withheld=tests.get(one.map),
        )
        for one in report.baselines
    )
    arguments = (
        AloneRow(
            name=sentence(one.title),
            sign=say(f"validation.sign.{one.direction}"),
            slope=Estimate(
                value=one.slope, low=one.slope_low, high=one.slope_high, n=0
            ),
            auc=one.auc or AucPair(),
            regions=one.regions,
            withheld=one.withheld.mean_rank if one.withheld else None,
        )
        for one in report.arguments
    )
    return (model, *simple, *arguments)


def beside_the_model(rows: Sequence[AloneRow]) -> str:
    """Say whether a single measurement ranks the withheld places as well as the model.

    Parameters
    ----------
    rows : sequence of AloneRow
        From :func:`alone_rows`; the model stands first.
    """
    model, *single = rows
    ranked = [(one, one.withheld.value) for one in single if one.withheld]
    if model.withheld is None or not ranked:
        return ""
    own = model.withheld.value
    equal = [one for one, rank in ranked if rank <= own]
    if not equal:
        return say("validation.none-as-good", own=share(own))
    told = "; ".join(
        say(
            "validation.ranks-here-and-there",
            name=one.name,
            here=share(one.withheld.value if one.withheld else math.nan),
            elsewhere=share(one.regions.value if one.regions else math.nan),
        )
        for one in equal
    )
    elsewhere = share(model.regions.value if model.regions else math.nan)
    return say("validation.as-good", own=share(own), elsewhere=elsewhere, told=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRow:
    """One way of training and what came of it.

    Attributes
    ----------
    what : str
        In what it differs.
    auc_others, auc_land : float
        In blocks of 15°.
    regions_rank : float
        Mean rank in regions of the world held back in turn.
    withheld : RegionFigures or None
        On the region that was kept back.
    shipped : bool
        Whether this is the model of the map.
    """

    what: str
    auc_others: float
    auc_land: float
    regions_rank: float
    withheld: RegionFigures | None
    shipped: bool = False


def training_rows(report: LearnedReport) -> tuple[TrainingRow, ...]:
    """Return the shipped model and the other shares of land that were trained."""
    if not report.land_shares:
        return ()
    learned, auc = report.map_test("learned"), _widest_blocks(report)
    shipped = TrainingRow(
        what=say("validation.shipped", share=f"{report.background.land_share:g}"),
        auc_others=auc.other_deposits.value if auc.other_deposits else math.nan,
        auc_land=auc.land.value if auc.land else math.nan,
        regions_rank=report.regions.mean_rank.value,
        withheld=learned.every if learned else None,
        shipped=True,
    )
    others = (
        TrainingRow(
            what=say("validation.land-share", share=f"{one.land_share:g}"),
            auc_others=one.auc_others,
            auc_land=one.auc_land,
            regions_rank=one.mean_rank,
            withheld=one.withheld,
        )
        for one in report.land_shares
    )
    return (shipped, *others)


def how_it_was_chosen(report: LearnedReport) -> str:
    """Say what chose the shipped model, and that the others did not."""
    after = say("validation.computed-afterwards")
    if report.background.land_share != _HALF:
        return after
    return f"{say('validation.half-fixed')} {after}"


def _widest_blocks(report: LearnedReport) -> AucPair:
    """Return the model's own AUC in the widest blocks."""
    found = {
        one.against: one.auc for one in report.schemes if one.block_deg == _WIDEST_DEG
    }
    return AucPair(other_deposits=found.get("other-deposits"), land=found.get("land"))
