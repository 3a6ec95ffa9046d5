"""The expert score: a mineral-system model applied to measurements.

Within a component (source, pathway, trap, preservation) the evidence that is known is
averaged by weight; components, and what is not known, meet in a geometric mean:

    C_c = Σ k_e x_e / K_c               over the known evidence e of component c
    log F = 1/W [Σ_c K_c log C_c + Σ_b w_b log x_b + Σ_e u_e δ_e]

with k_e the part of the weight w_e that a layer of its resolution can speak for,
K_c = Σ k_e, u_e what is left of w_e (all of it where the argument is not known), and
W = Σ w_e.  δ_e is what the argument adds on average over land of like kind
(:mod:`geodata.scoring.land`), so that knowing more is neutral on average and a place
that a layer does not cover keeps its order among its like.  Arguments b prove presence
only: each stands by itself, a bonus from its base rate.

What share of the model's weight is known is the *coverage*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.evidence.measurement import MOSTLY
from geodata.evidence.membership import MEMBERSHIPS, OTHER
from geodata.raster import FloatArray
from geodata.scoring.deposit_type import COMPONENTS, DepositType, Evidence

FLOOR = np.float32(0.01)
"""Least value of a component: one missing ingredient pulls down, never vetoes."""

_TINY = np.finfo(np.float64).tiny

Bools = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]


def evidence_at(
    evidence: Evidence,
    measured: Mapping[str, FloatArray],
    parameters: Mapping[str, FloatArray] | None = None,
    base: FloatArray | None = None,
) -> FloatArray:
    """Turn what was measured for one argument into evidence.

    Parameters
    ----------
    evidence, measured
        The argument, and its measurements by key, of one shape; NaN = unknown.
    parameters : mapping, optional
        Parameters to use in place of the model's best values, for example one
        array of Monte-Carlo draws each; must broadcast with what was measured.
    base : array, optional
        Base rate to use in place of the best one, likewise.

    Returns
    -------
    array of float32
        0 to 1; NaN where unknown, which an argument with a base rate never is.
    """
    if parameters is None:
        parameters = {
            key: np.float32(number.value)  # type: ignore[misc]  # a 0-d array will do
            for key, number in evidence.parameters.items()
        }
    if evidence.membership == "class":
        return _of_classes(evidence, measured, parameters)
    found = MEMBERSHIPS[evidence.membership](
        measured[evidence.measurement.key], **parameters
    )
    if evidence.base is None:
        return found
    if base is None:
        base = np.float32(evidence.base.value)  # type: ignore[assignment]
    return _from_base(evidence, found, parameters, np.asarray(base))


def _of_classes(
    evidence: Evidence,
    measured: Mapping[str, FloatArray],
    parameters: Mapping[str, FloatArray],
) -> FloatArray:
    """Average the evidence of the classes around by their shares."""
    # Not by matrix products: they wake a thread per core for so few numbers.
    total = named = np.zeros((), dtype=np.float32)
    part: FloatArray | None = None
    for name, share in evidence.shares.items():
        here = measured[share.key]
        named = named + here
        if part is None:
            total = here * parameters[name]
            part = np.empty_like(total)
        else:
            total += np.multiply(here, parameters[name], out=part)
    if OTHER in parameters:
        return np.asarray(total + (1 - named) * parameters[OTHER])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(named > 0, total / named, np.float32(np.nan)))


def _from_base(
    evidence: Evidence,
    near: FloatArray,
    parameters: Mapping[str, FloatArray],
    base: FloatArray,
) -> FloatArray:
    """Add to the base rate what a record nearby adds, nothing at its reach."""
    reach = np.float32(evidence.measurement.window_km)
    edge = MEMBERSHIPS[evidence.membership](reach, **parameters)
    bonus = np.maximum((near - edge) / (1 - edge), 0)
    return np.asarray(base + (1 - base) * np.where(np.isnan(bonus), 0, bonus))


def applies_at(evidence: Evidence, measured: Mapping[str, FloatArray]) -> Bools:
    """Say where an argument speaks: everywhere, or within the setting it names.

    Where that setting is unknown it may speak.
    """
    setting = evidence.measurement.setting
    if setting is None:
        return np.ones(np.shape(measured[evidence.measurement.key]), dtype=np.bool_)
    return np.asarray(~(measured[setting.key] < MOSTLY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """How components are put together, for some draws in a row.

    Attributes
    ----------
    usual, mean, product : int
        How many draws take the geometric mean of components; then the arithmetic
        mean of all known evidence; then the geometric mean of all known evidence.
    mean_offset, product_offset : float
        What the other two add to a unit of known weight, natural log, so that they
        change the order of places and not the level of them all.
    """

    usual: int = 1
    mean: int = 0
    product: int = 0
    mean_offset: float = 0.0
    product_offset: float = 0.0

    @property
    def products(self) -> slice:
        """Columns of the draws that multiply evidence."""
        return slice(self.usual + self.mean, None)


def put_together(
    sums: Mapping[str, npt.NDArray[np.floating]],
    weights: Mapping[str, npt.NDArray[np.floating]],
    structure: Structure = Structure(),  # frozen
) -> npt.NDArray[np.floating]:
    """Put the known evidence of components together.

    Parameters
    ----------
    sums : mapping of str to array, shape (places, draws)
        By component Σ k x over its known evidence; of draws that multiply, Σ k log x.
    weights : mapping of str to array, shape (draws,)
        By component Σ k, positive.
    structure : Structure
        Of the draws.

    Returns
    -------
    array, shape (places, draws)
        Natural log of their mean times their weight.
    """
    found = np.zeros_like(next(iter(sums.values())))
    usual = slice(0, structure.usual)
    mean = slice(structure.usual, structure.usual + structure.mean)
    product = structure.products
    known = np.zeros(found.shape[-1], dtype=found.dtype)
    whole = np.zeros_like(found[:, mean])
    for name, total in sums.items():
        weight = weights[name]
        known += weight
        own = total[:, usual] / weight[usual]
        np.maximum(own, own.dtype.type(FLOOR), out=own)  # in place: arrays are large
        np.log(own, out=own)
        own *= weight[usual]
        found[:, usual] += own
        whole += total[:, mean]
        found[:, product] += total[:, product]
    if structure.mean:
        found[:, mean] = known[mean] * (
            log_of(whole / known[mean]) + structure.mean_offset
        )
    if structure.product:
        found[:, product] += known[product] * structure.product_offset
    return found


def log_of(values: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Take the natural log of evidence, no lower than that of :data:`FLOOR`."""
    return np.asarray(np.log(np.maximum(values, values.dtype.type(FLOOR))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The exact account of a score; arrays of float64, shape (evidence, places).

    Attributes
    ----------
    known : array
        What the known part of each argument takes away from a perfect score, natural
        log, <= 0; 0 where it is unknown.
    average : array
        What its unknown part counts, as land of like kind does on average.
    component : dict of str to array, shape (places,)
        Score of each component, 0 to 1; NaN where nothing of it is known.
    coverage : array, shape (places,)
        Share of the model's weight that is known, 0 to 1.
    """

    known: Doubles
    average: Doubles
    component: dict[str, Doubles]
    coverage: Doubles

    @property
    def log_favourability(self) -> Doubles:
        """Sum of all parts, shape (places,); NaN where nothing is known."""
        total = self.known.sum(axis=0) + self.average.sum(axis=0)
        return np.asarray(np.where(self.coverage > 0, total, np.nan))


def split_score(
    deposit_type: DepositType,
    values: Sequence[FloatArray],
    *,
    near: Sequence[Bools],
    applies: Sequence[Bools],
    resolved: Sequence[float],
    averages: Sequence[npt.NDArray[np.floating]],
) -> Parts:
    """Split log favourability exactly among the arguments of a model.

    A component's logarithm is shared out by shortfall: evidence of 1 takes
    nothing away, and what is missing to 1 takes away in proportion to its weight.

    Parameters
    ----------
    deposit_type : DepositType
        The model.
    values : sequence of arrays, shape (places,), one an argument
        Evidence, 0 to 1; NaN = unknown.
    near, applies : sequence of array of bool
        Where its layer says something, and where the argument speaks at all.
    resolved : sequence of float
        Share of its weight that a layer of its resolution can speak for, 0 to 1.
    averages : sequence of arrays, shape (places,)
        What it adds on average over land of like kind, log a unit of weight.
    """
    found = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(found)
    items = deposit_type.evidence
    weight = np.array([item.weight.value for item in items])[:, np.newaxis]
    own = np.array([item.base is not None for item in items])
    share = np.where(own, 1.0, np.asarray(resolved, dtype=np.float64))[:, np.newaxis]
    counted = weight * share * known
    total = weight.sum()
    shortfall = counted * np.where(known, 1.0 - found, 0.0)
    parts = np.zeros_like(found)
    parts[own] = weight[own] / total * log_of(found[own])
    components = {}
    of_component = np.array([item.component for item in items])
    with np.errstate(invalid="ignore", divide="ignore"):
        for name in COMPONENTS:
            rows = (of_component == name) & ~own
            if not rows.any():
                continue
            here = counted[rows].sum(axis=0)
            missing = shortfall[rows].sum(axis=0)
            components[name] = 1.0 - missing / here
            part = np.where(here > 0, here / total * log_of(components[name]), 0.0)
            parts[rows] = part * np.where(missing > 0, shortfall[rows] / missing, 0.0)
    speaks = weight * np.asarray(applies)
    heard = speaks * np.asarray(near) * np.asarray(resolved)[:, np.newaxis]
    return Parts(
        known=parts,
        average=_at_most_perfect(
            parts, (weight - counted) / total * np.asarray(averages)
        ),
        component=components,
        coverage=heard.sum(axis=0) / np.maximum(speaks.sum(axis=0), _TINY),
    )


def _at_most_perfect(known: Doubles, average: Doubles) -> Doubles:
    """Take from what averages add whatever would exceed a perfect score."""
    excess = np.maximum(known.sum(axis=0) + average.sum(axis=0), 0.0)
    added = np.maximum(average, 0.0)
    return np.asarray(average - added * excess / np.maximum(added.sum(axis=0), _TINY))
