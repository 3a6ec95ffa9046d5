"""What the tests of a learned model come to, in sentences."""

import math

from app.text import say, say_many
from app.text.numbers import number, sentence, share
from geodata.scoring.ranking import BEST
from geodata.scoring.validation.capture import Capture
from geodata.scoring.validation.report import (
    MODELS,
    LearnedReport,
    MapId,
    MapTest,
    RegionFigures,
    Scheme,
)

SHOWN = (0.10, 0.20)
"""Parts of the area that are told of what else was trained."""

_CHANCE = 0.5  # mean rank of places on a random map
_FEW = 30  # places; with fewer a curve of their frequency is mostly noise


def tests_in_order(report: LearnedReport) -> tuple[MapTest, ...]:
    """Return the maps that were compared: models, then single measurements."""
    order = {name: place for place, name in enumerate(MODELS)}
    return tuple(
        sorted(report.withheld.maps, key=lambda one: order.get(one.map, len(order)))
    )


def areas(report: LearnedReport) -> tuple[float, ...]:
    """Return the parts of the area that captures are told for."""
    found = {one.area for test in report.withheld.maps for one in test.every.capture}
    return tuple(sorted(found))


def captured(figures: RegionFigures | None, area: float) -> Capture | None:
    """Return what a map has in its best part of the area."""
    rows = figures.capture if figures else ()
    return next((one for one in rows if math.isclose(one.area, area)), None)


def map_name(name: MapId) -> str:
    """Name a map in a table."""
    return sentence(say(f"validation.map.{name}"))


def map_kind(name: MapId) -> str:
    """Say what kind of map it is."""
    return say(f"validation.kind.{name if name in MODELS else 'baseline'}")


def headline(report: LearnedReport) -> str:
    """Say the result in a sentence; nothing where a test gave none."""
    if report.n_withheld == 0:
        return say("validation.untested")
    best = _best(report)
    if best is None:
        return ""
    learned = report.map_test("learned")
    many = learned.every.districts if learned else 0
    told = say_many(
        "validation.headline",
        best.sites,
        places=best.n,
        best=share(BEST),
        chance=chance(BEST, best.n),
    )
    if not many or many == report.n_withheld:
        return told
    near = say_many("validation.districts", many, places=report.n_withheld)
    return f"{told} {near}"


def inside(report: LearnedReport) -> str:
    """Say the same of the places in the five states, where some are not."""
    learned, best = report.map_test("learned"), _best(report)
    found = captured(learned.in_states, BEST) if learned else None
    if found is None or best is None or found.n in (0, best.n):
        return ""
    return say(
        "validation.inside", n=found.n, sites=found.sites, chance=chance(BEST, found.n)
    )


def verdict(report: LearnedReport) -> str:
    """Say whether the headline can be told from chance."""
    best = _best(report)
    if best is None:
        return ""
    key = "validation.more-than-chance" if best.low > BEST else "validation.like-chance"
    return say(key, interval=_interval(best.low, best.high), chance=share(BEST))


def overall(report: LearnedReport) -> str:
    """Say how all the places rank, beside the best single measurement."""
    learned, best = report.map_test("learned"), _best(report)
    mean = learned.every.mean_rank if learned else None
    if mean is None or math.isnan(mean.high):
        return ""
    better = mean.high < _CHANCE
    told = say(
        "validation.ranks-better" if better else "validation.ranks-like-chance",
        mean=share(mean.value),
        interval=_interval(mean.low, mean.high),
        chance=share(_CHANCE),
    )
    if better and best and best.low <= BEST:
        told += f" {say('validation.both-hold')}"
    ranks = {
        test.map: test.every.mean_rank.value
        for test in report.withheld.maps
        if test.map not in MODELS and not math.isnan(test.every.mean_rank.value)
    }
    if ranks:
        name = min(ranks, key=lambda one: ranks[one])
        beside = say(
            "validation.best-measurement",
            name=say(f"validation.map.{name}"),
            rank=share(ranks[name]),
        )
        told += f" {beside}"
    return told


def boyce_note(report: LearnedReport) -> str:
    """Warn of a Boyce index of few places; nothing where there is none."""
    n = report.n_withheld
    some = any(
        test.every.boyce and not math.isnan(test.every.boyce.value)
        for test in report.withheld.maps
    )
    return say_many("validation.boyce-unstable", n) if 0 < n < _FEW and some else ""


def region(report: LearnedReport) -> str:
    """Name the box that was kept back."""
    box = report.region
    sides = {name: number(getattr(box, name)) for name in box.__slots__}
    return say("validation.region", **sides)


def background(report: LearnedReport) -> str:
    """Say what the examples were set against."""
    found = report.background
    return say(
        "validation.background", others=f"{found.others:,}", land=f"{found.land:,}"
    )


def world_regions(report: LearnedReport) -> str:
    """Say what holding back the regions of the world in turn gave."""
    found, rank = report.regions, report.regions.mean_rank
    if math.isnan(rank.value):
        return ""
    known = not math.isnan(rank.low)
    interval = f" ({_interval(rank.low, rank.high)})" if known else ""
    caught = "".join(
        "; " + say("validation.in-best", share=share(one.share), area=share(one.area))
        for one in found.capture
        if one.area in SHOWN
    )
    return say(
        "validation.regions",
        regions=found.regions,
        n=found.n,
        mean=share(rank.value),
        interval=interval,
        chance=share(_CHANCE),
        caught=caught,
    )


def scheme_name(scheme: Scheme) -> str:
    """Say what was held back."""
    side = "" if scheme.block_deg is None else f"{scheme.block_deg:g}"
    return say(f"validation.scheme.{scheme.kind}", side=side)


def scheme_note(scheme: Scheme) -> str:
    """Say what a reader must know of a way of holding back."""
    note = say(f"validation.scheme-note.{scheme.kind}", **scheme.model_dump())
    if scheme.ridge is None:
        return note
    return f"{note}; {say('validation.fixed-penalty', ridge=f'{scheme.ridge:g}')}"


def cannot_say(report: LearnedReport) -> tuple[str, ...]:
    """Say what the test leaves open."""
    always = [say("validation.open.nobody-looked"), say("validation.open.no-layer")]
    sites = report.withheld.sites
    if not sites:
        return (say("validation.open.untested"), *always)
    if report.map_test("expert"):
        always.append(say("validation.open.expert"))
    few = say(
        "validation.open.few",
        n=len(sites),
        districts=len({site.district for site in sites}),
        inside=sum(site.in_states for site in sites),
        moved=f"{1 / len(sites):.0%}",
    )
    return (few, say("validation.open.type-of-table"), *always)


def chance(area: float, sites: int) -> str:
    """Say how many of some places a random map has in a part of the area.

    >>> chance(0.1, 10), chance(0.02, 10)
    ('1', '0.2')
    """
    return f"{area * sites:.1f}".removesuffix(".0")


def _best(report: LearnedReport) -> Capture | None:
    """Return what the learned model has in its best tenth."""
    learned = report.map_test("learned")
    return captured(learned.every, BEST) if learned else None


def _interval(low: float, high: float) -> str:
    return say("validation.interval", low=share(low), high=share(high))
