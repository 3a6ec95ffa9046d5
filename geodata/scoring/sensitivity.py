"""Sensitivity: which numbers of a model its map depends on.

Every number is set in turn to the low and the high end of its plausible range while
all others keep their best value, and every argument is left out in turn.  What
matters of a map is where it says to look first, so changes are told by ranks: how
well the order of all places is kept, and how much of the best tenth stays in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import DepositType, Evidence, Number
from geodata.scoring.mineral_system import Term, combine, evidence_at
from geodata.scoring.ranking import Change, Ranking

PLACES = 20_000
"""Largest number of places a map is judged by."""

WEIGHT = "weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEffect:
    """What one number of a model does to its map.

    Attributes
    ----------
    evidence, title : str
        Id and title of the argument it belongs to.
    parameter : str
        ``weight``, or the name of the parameter of the membership.
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
    deposit_type: DepositType,
    measured: Mapping[str, FloatArray],
    classes: Mapping[str, Sequence[str]],
    *,
    places: int = PLACES,
) -> Sensitivity:
    """Change every number of a model, one at a time, and compare the maps.

    Parameters
    ----------
    deposit_type : DepositType
        The model.
    measured : mapping of measurement key to float32 array, shape (cells,)
        Measurements in the order of the cells of equal area; NaN = unknown.
    classes : mapping of measurement key to sequence of str
        Names of classes.
    places : int
        Every n-th cell is used, n the least that leaves at most so many.

    Raises
    ------
    ValueError
        If ``places`` is not positive.

    Notes
    -----
    A map here is favourability times coverage with the best value of every number:
    the score that areas are ranked by, p10 times coverage, without its draws.
    Changes are not independent of each other, so effects do not add up; the spread
    of a map, from draws of all numbers at once, tells of them together.

    References
    ----------
    Saltelli, A., and others, 2008, Global sensitivity analysis, the primer: Wiley.
    """
    if places < 1:
        raise ValueError(f"places must be at least 1; got {places}")
    arguments = deposit_type.evidence
    model = _Sample.of(arguments, measured, classes, places)
    numbers = [
        NumberEffect(
            evidence=item.name,
            title=item.title,
            parameter=parameter,
            membership=item.membership,
            unit="" if parameter == WEIGHT else item.measurement.unit,
            number=number,
            at_low=model.with_number(row, parameter, number.low),
            at_high=model.with_number(row, parameter, number.high),
        )
        for row, item in enumerate(arguments)
        for parameter, number in {WEIGHT: item.weight, **item.parameters}.items()
    ]
    omissions = [
        OmissionEffect(
            evidence=item.name,
            title=item.title,
            known=model.known_share(row),
            without=model.without(row),
        )
        for row, item in enumerate(arguments)
        if len(arguments) > 1
    ]
    return Sensitivity(
        deposit_type=deposit_type.id,
        title=deposit_type.title,
        places=int(model.scored.sum()),
        numbers=tuple(
            sorted(numbers, key=lambda one: _least_kept(one.at_low, one.at_high))
        ),
        omissions=tuple(sorted(omissions, key=lambda one: _least_kept(one.without))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """A model at some places, to be changed and compared with itself.

    What is known nowhere changes no order: it takes the same coverage from all.
    """

    arguments: tuple[Evidence, ...]
    measured: Sequence[FloatArray]
    classes: Sequence[Sequence[str]]
    terms: tuple[Term, ...]
    scored: npt.NDArray[np.bool_]
    ranking: Ranking

    @classmethod
    def of(
        cls,
        arguments: tuple[Evidence, ...],
        measured: Mapping[str, FloatArray],
        classes: Mapping[str, Sequence[str]],
        places: int,
    ) -> "_Sample":
        """Take every n-th place and score it with the best value of every number."""
        keys = [item.measurement.key for item in arguments]
        step = max(-(-len(measured[keys[0]]) // places), 1)
        columns = [measured[key][::step] for key in keys]
        names = [classes[key] for key in keys]
        terms = tuple(map(_term, arguments, columns, names))
        scores = _scores(terms)
        scored = ~np.isnan(scores)
        return cls(
            arguments=arguments,
            measured=columns,
            classes=names,
            terms=terms,
            scored=scored,
            ranking=Ranking.of(scores[scored]),
        )

    def known_share(self, row: int) -> float:
        """Share of the places where the argument in a row is known."""
        known = self.terms[row].known
        return 1.0 if known is None else float(known.mean())

    def with_number(self, row: int, parameter: str, value: float) -> Change:
        """Give one number of the argument in a row another value."""
        if parameter == WEIGHT:
            changed = replace(self.terms[row], weight=np.full((), value))
        else:
            item = self.arguments[row]
            own = {
                key: np.full(
                    (), value if key == parameter else number.value, np.float32
                )
                for key, number in item.parameters.items()
            }
            changed = _term(item, self.measured[row], self.classes[row], own)
        return self._change(row, changed)

    def without(self, row: int) -> Change:
        """Leave the argument in a row out."""
        return self._change(row)

    def _change(self, row: int, *instead: Term) -> Change:
        """Compare with the map that another term, or none, gives; unknown is last."""
        if not self.known_share(row):
            return self.ranking.change(self.ranking)
        terms = (*self.terms[:row], *instead, *self.terms[row + 1 :])
        scores = _scores(terms)[self.scored]
        return self.ranking.change(
            Ranking.of(np.where(np.isnan(scores), -np.inf, scores))
        )


def _term(
    evidence: Evidence,
    measured: FloatArray,
    classes: Sequence[str],
    parameters: Mapping[str, FloatArray] | None = None,
) -> Term:
    """Make a term in double precision, so that equal places stay equal."""
    values = evidence_at(evidence, measured, classes, parameters).astype(np.float64)
    known = ~np.isnan(values)
    return Term(
        component=evidence.component,
        values=values,  # type: ignore[arg-type]  # as exact as can be
        weight=np.full((), evidence.weight.value),
        known=None if known.all() else known,
    )


def _scores(terms: Sequence[Term]) -> npt.NDArray[np.float64]:
    """Logarithm of favourability times coverage; NaN where nothing is known."""
    found = combine(terms)
    with np.errstate(divide="ignore"):
        return np.asarray(found.log_favourability + np.log(found.coverage))


def _least_kept(*changes: Change) -> tuple[float, float]:
    """Say what the greatest of some changes leaves of a map; the less, the greater."""
    return (
        min(float(np.nan_to_num(one.kept)) for one in changes),
        min(float(np.nan_to_num(one.correlation)) for one in changes),
    )
