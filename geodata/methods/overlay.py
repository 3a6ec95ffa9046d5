"""Overlay: several pieces of evidence made one map, by fuzzy operators or by weights.

The fuzzy operators are those of [1]_.  For them evidence that is unknown makes the
result unknown, as everywhere in the literature: an operator says nothing of a part
that is missing.  The weighted index overlay leaves unknown evidence out, and its
coverage says how much of the weight took part.

Maps are worked through in blocks that stay in the processor's cache; the result does
not depend on their size.

References
----------
.. [1] An, P., Moon, W. M., and Rencz, A., 1991, Application of fuzzy set theory for
   integration of geological, geophysical and remote sensing data: Canadian Journal of
   Exploration Geophysics 27, 1–11.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geodata.execution import map_blocks
from geodata.raster import FloatArray

BLOCK = 32_768  # cells; half a dozen float32 arrays of it fit a core's cache
ZERO, ONE = np.float32(0.0), np.float32(1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOverlay:
    """Result of a weighted index overlay; arrays have the shape of the evidence.

    Attributes
    ----------
    favourability : array of float32
        Weighted mean of the evidence that is known, 0 to 1; NaN where none is.
    coverage : array of float32
        Share of the weight that is known, 0 to 1.
    """

    favourability: FloatArray
    coverage: FloatArray


def fuzzy_and(evidence: Sequence[FloatArray]) -> FloatArray:
    """Take the least evidence at each place: everything is needed.

    Parameters
    ----------
    evidence : sequence of float32 arrays, all of one shape
        Evidence, 0 to 1; NaN = unknown.

    Returns
    -------
    array of float32, same shape
        0 to 1; NaN where any evidence is unknown.

    Raises
    ------
    ValueError
        If there is no evidence, shapes differ, or values lie outside 0 to 1.

    >>> fuzzy_and([np.float32([0.2, 0.9]), np.float32([0.5, np.nan])]).round(1).tolist()
    [0.20000000298023224, nan]
    """
    return _overlay(evidence, _least)


def fuzzy_or(evidence: Sequence[FloatArray]) -> FloatArray:
    """Take the greatest evidence at each place: anything is enough.

    As for :func:`fuzzy_and`.
    """
    return _overlay(evidence, _greatest)


def fuzzy_product(evidence: Sequence[FloatArray]) -> FloatArray:
    """Multiply the evidence: never more than the least of it.

    As for :func:`fuzzy_and`.
    """
    return _overlay(evidence, _product)


def fuzzy_sum(evidence: Sequence[FloatArray]) -> FloatArray:
    """Take the algebraic sum, 1 − Π(1 − x): never less than the greatest of it.

    As for :func:`fuzzy_and`.
    """
    return _overlay(evidence, _sum)


def fuzzy_gamma(evidence: Sequence[FloatArray], *, gamma: float) -> FloatArray:
    r"""Compromise between the algebraic sum and the product.

    Parameters
    ----------
    evidence
        As for :func:`fuzzy_and`.
    gamma : float
        0 (product) to 1 (sum); 0.9 or so lets several arguments support each other.

    Raises
    ------
    ValueError
        As :func:`fuzzy_and`, and if ``gamma`` is outside 0 to 1.

    Notes
    -----
    .. math::

        \Bigl(1 - \prod_i (1 - x_i)\Bigr)^\gamma
        \Bigl(\prod_i x_i\Bigr)^{1 - \gamma}

    Examples
    --------
    >>> half = np.full(1, 0.5, dtype=np.float32)  # sqrt(0.75 × 0.25)
    >>> fuzzy_gamma([half, half], gamma=0.5)[0].round(3)
    np.float32(0.433)
    """
    if not 0.0 <= gamma <= 1.0:
        raise ValueError(f"Gamma must lie in 0..1; got {gamma}.")
    if gamma in {0.0, 1.0}:  # the other part to the power of 0 is 1, even of 0
        return _overlay(evidence, _sum if gamma else _product)
    of_sum, of_product = np.float32(gamma), np.float32(1.0 - gamma)

    def compromise(blocks: list[FloatArray], out: FloatArray) -> None:
        with np.errstate(divide="ignore"):  # log 0 = -inf, and exp of that 0
            log_product = np.log(blocks[0])
            log = np.empty_like(log_product)
            for block in blocks[1:]:  # a product of many would underflow
                log_product += np.log(block, out=log)
            _sum(blocks, out)
            np.log(out, out=out)
        out *= of_sum
        log_product *= of_product
        out += log_product
        np.exp(out, out=out)

    return _overlay(evidence, compromise)


def index_overlay(
    evidence: Sequence[FloatArray], weights: Sequence[float]
) -> IndexOverlay:
    """Average the evidence that is known by weight, and tell how much that was.

    Parameters
    ----------
    evidence
        As for :func:`fuzzy_and`.
    weights : sequence of float
        One per evidence, positive; only their proportions count, and no share may
        be too small for float32.

    Raises
    ------
    ValueError
        As :func:`fuzzy_and`, and if weights are not one positive number each, or
        too far apart.

    >>> found = index_overlay(
    ...     [np.float32([1.0, 1.0]), np.float32([0.0, np.nan])], [3, 1])
    >>> found.favourability.tolist(), found.coverage.tolist()
    ([0.75, 1.0], [1.0, 0.75])
    """
    _one_shape(evidence)
    found = np.asarray(weights, dtype=np.float64)
    positive = (found > 0.0) & (found < np.inf)
    if found.shape != (len(evidence),) or not positive.all():
        raise ValueError(
            f"An index overlay needs one positive weight for each of the "
            f"{len(evidence)} pieces of evidence; got {list(weights)}. Leave out what "
            "has no weight."
        )
    found = found / found.max()  # the sum of the largest numbers would overflow
    shares = (found / found.sum()).astype(np.float32)
    if (shares < np.finfo(np.float32).tiny).any():
        raise ValueError(
            f"The weights of an index overlay are too far apart: {list(weights)}. "
            "Leave out what has hardly any weight."
        )

    def average(blocks: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
        score, weight = np.zeros((2, len(blocks[0])), dtype=np.float32)
        total = np.float32(0.0)
        for share, block in zip(shares, blocks, strict=True):
            unknown = np.isnan(block)
            counted = np.where(unknown, ZERO, share)
            weight += counted
            counted *= np.where(unknown, ZERO, block)
            score += counted
            total += share
        with np.errstate(invalid="ignore"):  # 0 / 0 where nothing is known
            score /= weight
        weight /= total  # summed in the same order: exactly 1 where all is known
        return np.minimum(score, ONE), weight  # rounding

    favourability, coverage = _block_by_block(evidence, average)
    return IndexOverlay(favourability=favourability, coverage=coverage)


def _overlay(
    evidence: Sequence[FloatArray],
    combine: Callable[[list[FloatArray], FloatArray], object],
) -> FloatArray:
    """Combine evidence of one shape, in float32."""

    def one(blocks: list[FloatArray]) -> tuple[FloatArray]:
        out = np.empty_like(blocks[0])
        combine(blocks, out)
        return (out,)

    (result,) = _block_by_block(evidence, one)
    return result


def _block_by_block(
    evidence: Sequence[FloatArray],
    work: Callable[[list[FloatArray]], tuple[FloatArray, ...]],
) -> list[FloatArray]:
    """Return the maps that come of working through evidence of one shape."""
    shape = _one_shape(evidence)
    flat = [np.ravel(layer) for layer in evidence]

    def one(start: int) -> tuple[FloatArray, ...]:
        part = slice(start, start + BLOCK)
        blocks = [np.asarray(layer[part], dtype=np.float32) for layer in flat]
        for block in blocks:
            if ((block < ZERO) | (block > ONE)).any():  # not so for NaN
                raise ValueError(
                    "Evidence lies in 0..1, or is NaN where unknown; got "
                    f"{np.nanmin(block):g} to {np.nanmax(block):g}. Turn measurements "
                    "into evidence by a membership first."
                )
        return work(blocks)

    parts = map_blocks(one, range(0, max(flat[0].size, 1), BLOCK))
    return [np.concatenate(maps).reshape(shape) for maps in zip(*parts, strict=True)]


def _one_shape(evidence: Sequence[FloatArray]) -> tuple[int, ...]:
    shapes = sorted({np.shape(layer) for layer in evidence})
    if len(shapes) != 1:
        raise ValueError(
            "An overlay needs one piece of evidence or more, all of one shape; got "
            f"{shapes or 'none'}."
        )
    return shapes[0]


def _least(blocks: list[FloatArray], out: FloatArray) -> None:
    out[:] = blocks[0]
    for block in blocks[1:]:
        np.minimum(out, block, out=out)


def _greatest(blocks: list[FloatArray], out: FloatArray) -> None:
    out[:] = blocks[0]
    for block in blocks[1:]:
        np.maximum(out, block, out=out)


def _product(blocks: list[FloatArray], out: FloatArray) -> None:
    out[:] = blocks[0]
    for block in blocks[1:]:
        out *= block


def _sum(blocks: list[FloatArray], out: FloatArray) -> None:
    """Add each block to what is missing to 1: exact where evidence is tiny."""
    out[:] = blocks[0]
    missing = np.empty_like(out)
    for block in blocks[1:]:
        np.subtract(ONE, out, out=missing)
        missing *= block
        out += missing
