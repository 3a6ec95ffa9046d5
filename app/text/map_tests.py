"""The tests that can hurt: what they ask of a map and what came out, for readers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from app.text import say, say_many
from app.text.numbers import sentence, share
from geodata.scoring.validation.capture import Capture
from geodata.scoring.validation.districts import DistrictCapture, DistrictFigure
from geodata.scoring.validation.like_ground import GroundId
from geodata.scoring.validation.map_tests import (
    FEWEST_DISTRICTS,
    OPINIONS,
    MapFigures,
    MapTests,
    TypeTest,
)
from geodata.scoring.validation.report import MapId


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtCell:
    """Sites and districts that a map has in its best part."""

    sites: Capture
    districts: DistrictCapture


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """One map of a table.

    Attributes
    ----------
    name, kind : str
        What it is, and why it stands here.
    opinion : bool
        Whether it is a model's, and no plain measurement.
    rank : DistrictFigure
        Mean area rank.
    unknown : str
        How many sites it says nothing of; empty for none.
    within : tuple of DistrictFigure
        In the order of the grounds.
    caught : tuple of CaughtCell
        One a part of the area.
    """

    name: str
    kind: str
    opinion: bool
    rank: DistrictFigure
    unknown: str
    within: tuple[DistrictFigure, ...]
    caught: tuple[CaughtCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeTable:
    """The maps of a deposit type beside plain measurements.

    Attributes
    ----------
    title : str
        Whose sites.
    sites : int
        How many take part.
    stand_in : str
        What stands for its own sites, in a sentence; empty where nothing does.
    verdicts : tuple of str
        One a map, in a sentence.
    tested : bool
        Whether the sites lie in enough districts for a verdict.
    circular : str
        How many sites are left out; empty for none.
    areas : tuple of float
        The parts of the area that are told.
    """

    title: str
    sites: int
    stand_in: str
    verdicts: tuple[str, ...]
    tested: bool
    circular: str
    areas: tuple[float, ...]
    rows: tuple[MapRow, ...]


def ground_names(tests: MapTests) -> tuple[str, ...]:
    """Name what land is alike in."""
    return tuple(say(f"hard.ground.{ground}") for ground in tests.grounds)


def alike_in(tests: MapTests) -> str:
    """Name all of them in a sentence."""
    return say("hard.and").join(ground_names(tests))


def type_tables(tests: MapTests, titles: Mapping[str, str]) -> tuple[TypeTable, ...]:
    """Return a table for all sites together, then one a type that has a site.

    Parameters
    ----------
    tests : MapTests
        What the release holds.
    titles : mapping of str to str
        Deposit type → title.
    """
    return tuple(
        TypeTable(
            title=titles.get(test.deposit_type, say("hard.every-site")),
            sites=len(test.sites),
            stand_in=say(
                "hard.stand-in",
                fewest=FEWEST_DISTRICTS,
                kind=say(f"hard.class.{test.stand_in}"),
            )
            if test.stand_in
            else "",
            verdicts=tuple(
                verdict(tests, test, name) for name in OPINIONS if test.figures(name)
            ),
            tested=any(
                found.skill_within_like_ground != "untested" for found in test.maps
            ),
            circular=say_many("hard.circular", test.circular) if test.circular else "",
            areas=tuple(one.area for one in test.maps[0].capture) if test.maps else (),
            rows=tuple(
                _row(found, tests.grounds, each=not test.deposit_type)
                for found in test.maps
            ),
        )
        for test in tests.types
    )


def verdict(tests: MapTests, test: TypeTest, opinion: MapId) -> str:
    """Say whether a map has skill beyond its ground; empty if it took no part."""
    found = test.figures(opinion)
    if found is None:
        return ""
    skill = found.skill_within_like_ground
    told = say_many(
        f"hard.skill.{skill}",
        found.rank.n,
        map=sentence(say(f"validation.map.{opinion}")),
        alike=alike_in(tests),
        districts=say_many("hard.districts", found.rank.districts),
        fewest=FEWEST_DISTRICTS,
    )
    plain = as_good(test, found)
    figures = say("hard.semicolon").join(
        say(
            "hard.within",
            ground=say(f"hard.ground.{ground}"),
            rank=share(figure.value),
            interval=interval(figure),
        )
        for ground, figure in found.within.items()
        if not math.isnan(figure.low)
    )
    if figures:
        told = f"{told} {say('hard.figures', figures=figures)}"
    return f"{told} {plain}" if plain else told


def as_good(test: TypeTest, found: MapFigures) -> str:
    """Name the plain measurements that rank the same sites as well; empty for none."""
    names = [
        say(
            "hard.plain-rank",
            name=say(f"validation.map.{other.map}"),
            rank=share(other.rank.value),
        )
        for other in test.maps
        if other.map not in OPINIONS
        and other.rank.n == found.rank.n
        and other.rank.value <= found.rank.value
    ]
    if not names:
        return ""
    return say(
        "hard.as-good",
        rank=share(found.rank.value),
        names=say("hard.semicolon").join(names),
    )


def skill_of_map(tests: MapTests, deposit_type: str, opinion: MapId) -> str:
    """Say in a few words, for a map itself, whether it has skill beyond its ground."""
    skill = tests.skill_within_like_ground(deposit_type, opinion)
    return say(f"hard.on-map.{skill}")


def interval(figure: DistrictFigure) -> str:
    """Write the 95 % interval of a share; empty where it is unknown."""
    if math.isnan(figure.low) or math.isnan(figure.high):
        return ""
    return say("validation.interval", low=share(figure.low), high=share(figure.high))


def left_beside(tests: MapTests) -> str:
    """Say how many known sites take no part; empty for none."""
    return say_many("hard.beside", tests.beside) if tests.beside else ""


def _row(found: MapFigures, grounds: tuple[GroundId, ...], *, each: bool) -> MapRow:
    opinion = found.map in OPINIONS
    of_map = "hard.of-each-type" if each else f"validation.kind.{found.map}"
    return MapRow(
        name=sentence(say(f"validation.map.{found.map}")),
        kind=say(of_map if opinion else f"hard.reason.{found.map}"),
        opinion=opinion,
        rank=found.rank,
        unknown=say_many("hard.unknown", found.unknown) if found.unknown else "",
        within=tuple(found.within[ground] for ground in grounds),
        caught=tuple(
            CaughtCell(sites=sites, districts=districts)
            for sites, districts in zip(found.capture, found.by_district, strict=True)
        ),
    )
