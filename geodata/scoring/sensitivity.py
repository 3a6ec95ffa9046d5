"""Sensitivity: which numbers of a model its map depends on.

Every number is set in turn to the low and the high end of its plausible range while
all others keep their best value, and every argument is left out in turn.  What
matters of a map is where it says to look first, so changes are told by ranks: how
well the order of all places is kept, and how much of the best tenth stays in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import Evidence, Number
from geodata.scoring.draws import best_values
from geodata.scoring.land import RELIEF
from geodata.scoring.like_land import RegionalModel
from geodata.scoring.ranking import Change, Ranking
from geodata.scoring.uncertainty import DrawnModel

PLACES = 8_000
"""Largest number of places a map is judged by."""

WEIGHT = "weight"
BASE = "base"

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEffect:
    """What one number of a model does to its map.

    Attributes
    ----------
    evidence, title : str
        Id and title of the argument it belongs to.
    parameter : str
        ``weight``, ``base`` or the name of the parameter of the membership.
    membership, unit : str
        Of the argument; a weight has no unit.
    number : Number
        The number and its range.
    at_low, at_high : Change
        The map with the number at the ends of its range.
    """

    evidence: str
    title: str
    parameter: str
    membership: str
    unit: str
    number: Number
    at_low: Change
    at_high: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class OmissionEffect:
    """What leaving out one argument does to the map of a model.

    Attributes
    ----------
    evidence, title : str
        Id and title of the argument.
    known : float
        Share of the places where it is known, 0 to 1.
    without : Change
        The map without it.
    """

    evidence: str
    title: str
    known: float
    without: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """What the map of one model depends on, greatest effect first.

    Attributes
    ----------
    deposit_type, title : str
        Id and title of the model.
    places : int
        Number of places, all with a score, that the maps were compared at.
    numbers : tuple of NumberEffect
        Every number of the model.
    omissions : tuple of OmissionEffect
        Every argument of the model; none if it has only one.
    """

    deposit_type: str
    title: str
    places: int
    numbers: tuple[NumberEffect, ...]
    omissions: tuple[OmissionEffect, ...]


def sensitivity(
    model: RegionalModel,
    measured: Mapping[str, FloatArray],
    *,
    places: int = PLACES,
) -> Sensitivity:
    """Change every number of a model, one at a time, and compare the maps.

    Parameters
    ----------
    model : RegionalModel
        The model.
    measured : mapping of measurement key to float32 array, shape (cells,)
        Measurements in the order of the cells of equal area; NaN = unknown.
    places : int
        Every n-th cell is used, n the least that leaves at most so many.

    Raises
    ------
    ValueError
        If ``places`` is not positive.

    Notes
    -----
    Changes are not independent of each other, so effects do not add up; the spread
    of a map, from draws of all numbers at once, tells of them together.

    References
    ----------
    Saltelli, A., and others, 2008, Global sensitivity analysis, the primer: Wiley.
    """
    if places < 1:
        raise ValueError(f"places must be at least 1; got {places}")
    deposit_type = model.deposit_type
    arguments = deposit_type.evidence
    sample = _Sample.of(model, measured, places)
    numbers = [
        NumberEffect(
            evidence=item.name,
            title=item.title,
            parameter=parameter,
            membership=item.membership,
            unit="" if parameter == WEIGHT else item.measurement.unit,
            number=number,
            at_low=sample.with_number(row, parameter, number.low),
            at_high=sample.with_number(row, parameter, number.high),
        )
        for row, item in enumerate(arguments)
        for parameter, number in _numbers(item).items()
    ]
    omissions = [
        OmissionEffect(
            evidence=item.name,
            title=item.title,
            known=sample.known_share(row),
            without=sample.without(row),
        )
        for row, item in enumerate(arguments)
        if len(arguments) > 1
    ]
    return Sensitivity(
        deposit_type=deposit_type.id,
        title=deposit_type.title,
        places=int(sample.scored.sum()),
        numbers=tuple(
            sorted(numbers, key=lambda one: _least_kept(one.at_low, one.at_high))
        ),
        omissions=tuple(sorted(omissions, key=lambda one: _least_kept(one.without))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """A model at some places, to be changed and compared with itself."""

    model: RegionalModel
    measured: Mapping[str, FloatArray]
    scored: npt.NDArray[np.bool_]
    ranking: Ranking

    @classmethod
    def of(
        cls, model: RegionalModel, measured: Mapping[str, FloatArray], places: int
    ) -> "_Sample":
        """Take every n-th place and score it with the best value of every number."""
        step = max(-(-len(measured[RELIEF.key]) // places), 1)
        keys = {item.key for item in model.deposit_type.measurements()} | {RELIEF.key}
        here = {key: measured[key][::step] for key in keys}
        scores = _scores(model, here)
        scored = ~np.isnan(scores)
        return cls(
            model=model,
            measured={key: values[scored] for key, values in here.items()},
            scored=scored,
            ranking=Ranking.of(scores[scored]),
        )

    def known_share(self, row: int) -> float:
        """Share of the places where the argument in a row is known."""
        item = self.model.deposit_type.evidence[row]
        known = ~np.isnan(self.measured[item.measurement.key])
        return float(known.mean()) if len(known) else 0.0

    def with_number(self, row: int, parameter: str, value: float) -> Change:
        """Give one number of the argument in a row another value."""
        item = self.model.deposit_type.evidence[row]
        if parameter == WEIGHT:
            return self._change(row, replace(item, weight=_at(item.weight, value)))
        if parameter == BASE and item.base is not None:
            return self._change(row, replace(item, base=_at(item.base, value)))
        number = _at(item.parameters[parameter], value)
        changed = replace(item, parameters={**item.parameters, parameter: number})
        return self._change(row, changed)

    def without(self, row: int) -> Change:
        """Leave the argument in a row out."""
        return self._change(row)

    def _change(self, row: int, *instead: Evidence) -> Change:
        """Compare with the map that another argument, or none, gives; unknown is last.

        What is known nowhere changes no order.
        """
        if not self.known_share(row):
            return self.ranking.change(self.ranking)

        def exchanged(every: Sequence[_Item], *one: _Item) -> tuple[_Item, ...]:
            return (*every[:row], *one, *every[row + 1 :])

        kind, land = self.model.deposit_type, self.model.land
        own = (land.arguments[row],) if instead else ()
        changed = RegionalModel(
            deposit_type=replace(kind, evidence=exchanged(kind.evidence, *instead)),
            land=land.model_copy(update={"arguments": exchanged(land.arguments, *own)}),
        )
        scores = _scores(changed, self.measured)
        return self.ranking.change(
            Ranking.of(np.where(np.isnan(scores), -np.inf, scores))
        )


def _numbers(item: Evidence) -> dict[str, Number]:
    """Return every number of an argument by name."""
    base = {} if item.base is None else {BASE: item.base}
    return {WEIGHT: item.weight, **item.parameters, **base}


def _at(number: Number, value: float) -> Number:
    return replace(number, value=value, low=value, high=value)


def _scores(
    model: RegionalModel, measured: Mapping[str, FloatArray]
) -> npt.NDArray[np.float64]:
    """Score places with the best values in double precision: equal ones stay equal."""
    drawn = DrawnModel.of(model, best_values(model.deposit_type))
    exact = {key: values.astype(np.float64) for key, values in measured.items()}
    return np.asarray(drawn.log_scores(exact)[:, 0], dtype=np.float64)  # type: ignore[arg-type]


def _least_kept(*changes: Change) -> tuple[float, float]:
    """Say what the greatest of some changes leaves of a map; the less, the greater."""
    return (
        min(float(np.nan_to_num(one.kept)) for one in changes),
        min(float(np.nan_to_num(one.correlation)) for one in changes),
    )
