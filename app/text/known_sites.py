"""What the check against known sites comes to, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.text import say, say_many
from app.text.numbers import share
from app.text.validation import region
from geodata.scoring.validation.capture import Capture
from geodata.scoring.validation.intervals import Estimate
from geodata.scoring.validation.known_sites import KnownSites, SitesResult
from geodata.scoring.validation.report import LearnedReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Sentences for readers; empty where there was no site to check by.

    Attributes
    ----------
    overall, own : str
        On the ranking across types, and on each type's own ranking.
    short : str
        Both in one line, for every page that shows a ranking.
    """

    overall: str
    own: str
    short: str


def verdict(known: KnownSites) -> Verdict:
    """Say in words what the check found."""
    overall, own = known.overall, known.own
    return Verdict(
        overall=_verdict("overall", overall) if overall.n else "",
        own=_verdict("own", own) if own.n else "",
        short=_short(overall, own) if overall.n and own.n else "",
    )


def _verdict(which: str, found: SitesResult) -> str:
    better = found.better_than_chance
    told = say_many(
        f"known-sites.{which}-{'better' if better else 'like-chance'}",
        found.n,
        mean=share(found.mean),
        districts=found.districts,
    )
    return f"{told}{_beaten(found)}" if better else told


def _short(overall: SitesResult, own: SitesResult) -> str:
    """Say both in a line; what the better of two leaves open is said too."""
    match overall.better_than_chance, own.better_than_chance:
        case False, False:
            return say("known-sites.neither", n=overall.n)
        case False, True:
            return say("known-sites.own-only", n=overall.n)
        case True, False:
            return say("known-sites.overall-only", n=overall.n)
        case _:
            return f"{say('known-sites.both', n=overall.n)}{_beaten(overall)}"


def _beaten(found: SitesResult) -> str:
    """Name what alone ranks the sites as well."""
    if not found.beaten_by:
        return ""
    names = say("known-sites.or-by").join(
        say(f"known-sites.measurement.{name}") for name in found.beaten_by
    )
    return f" {say('known-sites.beaten', names=names)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertCheck:
    """Mean rank of some known places on maps of the expert model.

    Attributes
    ----------
    places, by : str
        Which places, and ranked by which map.
    n : int
        How many they are.
    rank : Estimate
        0 best, 0.5 chance.
    """

    places: str
    by: str
    n: int
    rank: Estimate


def expert_checks(
    known: KnownSites, reports: Sequence[LearnedReport]
) -> tuple[ExpertCheck, ...]:
    """Put the expert model's two kinds of figures side by side.

    Parameters
    ----------
    known : KnownSites
        The one kind.
    reports : sequence of LearnedReport
        The other: in them the expert model has a row.

    Returns
    -------
    tuple of ExpertCheck
        Empty where there is only one kind, so that there is nothing to confuse.
    """
    withheld = [
        ExpertCheck(
            places=say("known-sites.check-withheld", region=region(report)),
            by=say("known-sites.check-one-type", title=report.title),
            n=test.every.mean_rank.n,
            rank=test.every.mean_rank,
        )
        for report in reports
        if (test := report.map_test("expert"))
    ]
    if not withheld or not known.own.n:
        return ()
    nan = float("nan")
    return (
        *withheld,
        ExpertCheck(
            places=say("known-sites.check-known"),
            by=say("known-sites.check-own-type"),
            n=known.own.n,
            rank=Estimate(value=known.own.mean, low=nan, high=nan, n=known.own.n),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """Sites caught in a part of the area, by own type and across all types."""

    area: float
    own: Capture
    overall: Capture | None


def capture_rows(known: KnownSites) -> tuple[CaptureRow, ...]:
    """Pair the shares of sites caught by own type and across all types."""
    across = {row.area: row for row in known.overall.capture}
    return tuple(
        CaptureRow(area=row.area, own=row, overall=across.get(row.area))
        for row in known.own.capture
    )
