"""The expert score: a mineral-system model applied to measurements.

Within a component (source, pathway, trap, preservation) the evidence that is
known is averaged by weight; across components the geometric mean is taken, each
component counting by the weight of what is known in it:

    C_c = Σ w_e x_e / Σ w_e            over the known evidence e of component c
    log F = Σ_c (W_c / Σ W) log C_c    with W_c = Σ w_e of the known evidence

What is unknown takes no part; the share of the model's weight that did take
part is the *coverage*.  The same code scores four million cells, one click on
the map and a hundred Monte-Carlo draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.evidence.membership import MEMBERSHIPS, OTHER
from geodata.raster import FloatArray
from geodata.scoring.deposit_type import COMPONENTS, DepositType, Evidence

FLOOR = np.float32(0.01)
"""Least value of a component: one missing ingredient pulls down, never vetoes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One piece of evidence on its way into a score.

    Attributes
    ----------
    component : str
        Component it belongs to.
    values : array of float32
        Evidence, 0 to 1; anything where not known.
    weight : array of float32
        Positive; broadcasts with ``values``.
    known : array of bool or None
        Where the evidence is known; broadcasts with ``values``; None = everywhere.
    """

    component: str
    values: FloatArray
    weight: FloatArray
    known: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Result of a model at some places.

    Attributes
    ----------
    log_favourability : array of float32 or float64
        Natural logarithm, <= 0; NaN where nothing is known.
    coverage : array, same type
        Share of the model's weight that was known, 0 to 1.
    """

    log_favourability: npt.NDArray[np.floating]
    coverage: npt.NDArray[np.floating]

    @property
    def favourability(self) -> npt.NDArray[np.floating]:
        """Favourability, 0 to 1; a rank aid, not a probability."""
        return np.asarray(np.exp(self.log_favourability))


def evidence_at(
    evidence: Evidence,
    measured: FloatArray,
    classes: Sequence[str],
    parameters: Mapping[str, FloatArray] | None = None,
) -> FloatArray:
    """Turn one measurement into evidence.

    Parameters
    ----------
    evidence : Evidence
        The argument of the model.
    measured : array of float32
        Measurement; NaN = unknown; a class is its position in ``classes``.
    classes : sequence of str
        Names of the classes of the layer; empty for quantities.
    parameters : mapping, optional
        Parameters to use in place of the model's best values, for example one
        array of Monte-Carlo draws each; must broadcast with ``measured``.

    Returns
    -------
    array of float32
        0 to 1; NaN where the measurement is unknown.
    """
    if parameters is None:
        parameters = {
            key: np.float32(number.value)  # type: ignore[misc]  # a 0-d array will do
            for key, number in evidence.parameters.items()
        }
    if evidence.membership == "class":
        parameters = {
            name if name == OTHER else f"class_{classes.index(name)}": value
            for name, value in parameters.items()
            if name in classes or name == OTHER
        }
    return MEMBERSHIPS[evidence.membership](measured, **parameters)


def combine(terms: Iterable[Term]) -> Score:
    """Combine evidence into a score.

    Parameters
    ----------
    terms : iterable of Term
        Taken one at a time, so that many draws never lie in memory together.

    Returns
    -------
    Score
        Of the shape the terms broadcast to.

    Raises
    ------
    ValueError
        If there is no term.
    """
    sums: dict[str, FloatArray] = {}
    weights: dict[str, FloatArray] = {}
    everything: FloatArray | None = None
    shape: tuple[int, ...] = ()
    for term in terms:
        everything = term.weight if everything is None else everything + term.weight
        shape = np.broadcast_shapes(shape, term.weight.shape, term.values.shape)
        if term.known is None:
            weight, part = term.weight, term.weight * term.values
        elif term.known.any():
            weight = term.weight * term.known
            part = weight * np.where(term.known, term.values, 0)
        else:
            continue
        name = term.component
        sums[name] = sums[name] + part if name in sums else part
        weights[name] = weights[name] + weight if name in weights else weight
    if everything is None:
        raise ValueError("a score needs at least one term; got none")
    found = across_components(sums, weights)
    with np.errstate(invalid="ignore"):
        return Score(
            log_favourability=np.broadcast_to(found.log_favourability, shape),
            coverage=np.broadcast_to(found.coverage / everything, shape),
        )


def across_components(
    sums: Mapping[str, FloatArray], weights: Mapping[str, FloatArray]
) -> Score:
    """Take the geometric mean of components.

    Parameters
    ----------
    sums, weights : mapping of str to array
        By component Σ w x and Σ w over its known evidence; they broadcast.

    Returns
    -------
    Score
        With the known weight, not its share, as ``coverage``.
    """
    log_sum = np.zeros((), dtype=np.float32)
    known = np.zeros((), dtype=np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, weight in weights.items():
            log_part = np.asarray(sums[name] / weight)
            np.maximum(log_part, FLOOR, out=log_part)  # in place: arrays are large
            np.log(log_part, out=log_part)
            log_part *= weight
            nothing = weight == 0
            if nothing.any():
                log_part = np.where(nothing, 0, log_part)
            log_sum = log_sum + log_part
            known = known + weight
        return Score(log_favourability=np.asarray(log_sum / known), coverage=known)


def score(deposit_type: DepositType, values: Sequence[FloatArray]) -> Score:
    """Score places by the best value of every number of a model.

    Parameters
    ----------
    deposit_type : DepositType
        The model.
    values : sequence of float32 arrays, one per evidence, all of one shape
        Evidence, 0 to 1; NaN = unknown.
    """
    return combine(
        Term(
            component=evidence.component,
            values=found,
            weight=np.full((), evidence.weight.value, dtype=found.dtype),
            known=~np.isnan(found),
        )
        for evidence, found in zip(deposit_type.evidence, values, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The exact account of a score.

    Attributes
    ----------
    evidence : array of float64, shape (evidence, places)
        What each argument takes away from a perfect score, natural log, <= 0;
        0 where it is unknown.  Sums over the first axis to log favourability.
    component : dict of str to array of float64, shape (places,)
        Score of each component, 0 to 1; NaN where nothing of it is known.
    """

    evidence: npt.NDArray[np.float64]
    component: dict[str, npt.NDArray[np.float64]]


def split_score(deposit_type: DepositType, values: Sequence[FloatArray]) -> Parts:
    """Split log favourability exactly among the pieces of evidence.

    A component's logarithm is shared out by shortfall: evidence of 1 takes
    nothing away, and what is missing to 1 takes away in proportion to its weight.

    Parameters
    ----------
    deposit_type, values
        As for :func:`score`.
    """
    found = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(found)
    weight = np.array([item.weight.value for item in deposit_type.evidence])
    weight = weight[:, np.newaxis] * known
    shortfall = weight * np.where(known, 1.0 - found, 0.0)
    total = weight.sum(axis=0)
    parts = np.zeros_like(found)
    components = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for name in COMPONENTS:
            rows = [
                row
                for row, item in enumerate(deposit_type.evidence)
                if item.component == name
            ]
            if not rows:
                continue
            weight_here = weight[rows].sum(axis=0)
            missing = shortfall[rows].sum(axis=0)
            component = 1.0 - missing / weight_here
            log_part = (
                weight_here / total * np.log(np.maximum(component, np.float64(FLOOR)))
            )
            share = np.where(missing > 0, shortfall[rows] / missing, 0.0)
            parts[rows] = np.where(weight_here > 0, log_part * share, 0.0)
            components[name] = component
    return Parts(evidence=parts, component=components)
