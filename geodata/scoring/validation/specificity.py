"""Does a map find its own kind, or deposits of any kind?  Each map on each class.

The rule was written down before any map was asked: a map finds its own kind where the
AUC of its own exceeds that of every other class by :data:`MARGIN` at least.
"""

import math
from collections.abc import Sequence
from typing import Literal

from geodata.scoring.record import Record
from geodata.scoring.validation.districts import DistrictFigure
from geodata.scoring.validation.report import MapId

MARGIN = 0.05
"""A lead in AUC that is less is none: one site of ten that moves is as much."""

FEWEST_SITES = 8
"""Sites that a class needs to stand in the matrix."""

FEWEST_OWN = 4
"""Districts that known sites of the own kind need; with fewer another class stands."""

Finds = Literal["own-kind", "belts", "untested"]


class ClassSites(Record):
    """A class of deposits: how many sites and districts lie on the scored land."""

    id: str
    n: int
    districts: int


class SpecificityRow(Record):
    """One map on every class; figures are AUC against all land, 0.5 by chance.

    Attributes
    ----------
    map : MapId
        Whose opinion.
    own : DistrictFigure
        On the known sites of its own type.
    own_class : str
        The class that stands for its own kind where those are too few; empty where
        none is needed, or none is known.
    kin : tuple of str
        Classes that are no others: its own kind, or cousins of it.
    classes : mapping of str to DistrictFigure
        On the sites of each class; without those that made a layer the model reads,
        and absent where too few are left.
    """

    deposit_type: str
    map: MapId
    own: DistrictFigure
    own_class: str
    kin: tuple[str, ...]
    classes: dict[str, DistrictFigure]

    @property
    def own_kind(self) -> DistrictFigure | None:
        """What stands for its own kind in the verdict, if anything does."""
        if self.own.districts >= FEWEST_OWN:
            return self.own
        return self.classes.get(self.own_class)

    @property
    def highest_other(self) -> str:
        """The class of another kind that it ranks highest; empty without one."""
        others = {
            name: found.value
            for name, found in self.classes.items()
            if name not in self.kin and not math.isnan(found.value)
        }
        return max(others, key=lambda name: others[name]) if others else ""

    @property
    def finds(self) -> Finds:
        """The verdict, by the rule."""
        own, other = self.own_kind, self.highest_other
        if own is None or not other or math.isnan(own.value):
            return "untested"
        ahead = own.value - self.classes[other].value
        return "own-kind" if ahead >= MARGIN else "belts"

    @property
    def told_from_chance(self) -> bool:
        """Whether the interval of its own kind stays above the highest other."""
        own, other = self.own_kind, self.highest_other
        return bool(own and other and own.low > self.classes[other].value)


class Specificity(Record):
    """The matrix: maps × classes.

    Attributes
    ----------
    classes : tuple of ClassSites
        Those of :data:`FEWEST_SITES` sites or more, in a fixed order.
    too_few : tuple of ClassSites
        Those with fewer.
    rows : tuple of SpecificityRow
        The maps.
    missing : tuple of str
        Layers whose absence keeps the matrix from being made.
    """

    classes: tuple[ClassSites, ...] = ()
    too_few: tuple[ClassSites, ...] = ()
    rows: tuple[SpecificityRow, ...] = ()
    missing: tuple[str, ...] = ()

    def row(self, deposit_type: str, opinion: MapId) -> SpecificityRow | None:
        """Return the row of a map, if it took part."""
        return next(
            (
                row
                for row in self.rows
                if (row.deposit_type, row.map) == (deposit_type, opinion)
            ),
            None,
        )


def enough(classes: Sequence[ClassSites]) -> tuple[ClassSites, ...]:
    """Keep the classes that have enough sites."""
    return tuple(one for one in classes if one.n >= FEWEST_SITES)
