"""Does a map find its own kind?  The matrix of maps and classes, for readers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from app.text import say, say_many
from app.text.numbers import decimal, sentence
from geodata.scoring.validation.districts import DistrictFigure
from geodata.scoring.validation.specificity import (
    FEWEST_OWN,
    MARGIN,
    ClassSites,
    Specificity,
    SpecificityRow,
)

STEPS = 10
"""Colours of the picture, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One figure of the picture.

    Attributes
    ----------
    figure : DistrictFigure or None
        AUC; None where too few sites are left.
    step : int
        Its colour, 0 to :data:`STEPS` - 1; -1 where it is unknown.
    role : str
        ``own``, ``kin``, ``highest`` of the others, or empty.
    count : str
        Its sites and districts where the heading does not tell them.
    """

    figure: DistrictFigure | None
    step: int
    role: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One map: its type, whose opinion, its figures, and the verdict."""

    title: str
    opinion: str
    own: HeatCell
    cells: tuple[HeatCell, ...]
    finds: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatColumn:
    """One class: its name, and how many sites in how many districts."""

    name: str
    count: str


def heat_step(value: float) -> int:
    """Return the colour of a figure from 0 to 1; -1 where it is unknown.

    >>> heat_step(0.0), heat_step(0.55), heat_step(1.0), heat_step(float("nan"))
    (0, 5, 9, -1)
    """
    return -1 if math.isnan(value) else min(int(value * STEPS), STEPS - 1)


def heat_columns(found: Specificity) -> tuple[HeatColumn, ...]:
    """Name the classes that have enough sites."""
    return tuple(
        HeatColumn(name=sentence(class_name(one.id)), count=_count(one))
        for one in found.classes
    )


def heat_rows(found: Specificity, titles: Mapping[str, str]) -> tuple[HeatRow, ...]:
    """Return the maps with their figures.

    Parameters
    ----------
    found : Specificity
        What the release holds.
    titles : mapping of str to str
        Deposit type → title.
    """
    return tuple(
        HeatRow(
            title=titles.get(row.deposit_type, row.deposit_type),
            opinion=say(f"validation.map.{row.map}"),
            own=_cell(row.own, "own" if row.own.districts >= FEWEST_OWN else "", n=0),
            cells=tuple(
                _cell(row.classes.get(one.id), _role(row, one.id), n=one.n)
                for one in found.classes
            ),
            finds=row.finds,
            verdict=finds(row),
        )
        for row in found.rows
    )


def finds(row: SpecificityRow) -> str:
    """Say the verdict on one map."""
    own, other = row.own_kind, row.highest_other
    if row.finds == "untested" or own is None:
        return say_many("hard.finds.untested", row.own.n)
    told = say(
        f"hard.finds.{row.finds}",
        own=decimal(own.value, 3),
        kind=class_name(row.own_class)
        if row.own.districts < FEWEST_OWN
        else say("hard.own-sites"),
        other=class_name(other),
        highest=decimal(row.classes[other].value, 3),
        margin=MARGIN,
    )
    if row.finds == "own-kind" and not row.told_from_chance:
        return f"{told} {say('hard.not-told-from-chance')}"
    return told


def class_name(name: str) -> str:
    """Name a class of deposits."""
    return say(f"hard.class.{name}")


def too_few(found: Specificity) -> str:
    """Name the classes that have too few sites, with how many."""
    return ", ".join(
        say("hard.class-count", name=class_name(one.id), n=one.n)
        for one in found.too_few
    )


def in_short(found: Specificity) -> str:
    """Count the maps that find their own kind; empty without a matrix."""
    verdicts = [row.finds for row in found.rows]
    tested = len(verdicts) - verdicts.count("untested")
    if not tested:
        return ""
    return say("hard.short-kinds", own=verdicts.count("own-kind"), tested=tested)


def _cell(figure: DistrictFigure | None, role: str, *, n: int) -> HeatCell:
    if figure is None or not figure.n:
        return HeatCell(figure=None, step=-1, role=role, count="")
    count = say("hard.n-d", n=figure.n, districts=figure.districts)
    return HeatCell(
        figure=figure,
        step=heat_step(figure.value),
        role=role,
        count=count if figure.n != n else "",
    )


def _role(row: SpecificityRow, name: str) -> str:
    if name == row.own_class and row.own.districts < FEWEST_OWN:
        return "own"
    if name in row.kin:
        return "kin"
    return "highest" if name == row.highest_other else ""


def _count(one: ClassSites) -> str:
    return say_many(
        "hard.sites-in-districts",
        one.n,
        districts=say_many("hard.districts", one.districts),
    )
