"""The range of a score over the draws, and how wide it has to be to be true."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Percentiles of favourability over the draws, 0 to 1, shape (places,)."""

    p10: FloatArray
    p50: FloatArray
    p90: FloatArray


def percentiles(log_favourability: FloatArray) -> FloatArray:
    """Take the 10th, 50th and 90th percentile over the draws, shape (3, places)."""
    last = log_favourability.shape[-1] - 1
    ranks = [round(last * share) for share in (0.1, 0.5, 0.9)]
    ordered = np.sort(log_favourability, axis=-1)  # vectorised; partition is not
    return np.stack([ordered[..., rank] for rank in ranks])


def spread(log_favourability: FloatArray) -> Spread:
    """Take percentiles of favourability over the draws (last axis); NaN = unknown."""
    p10, p50, p90 = np.exp(percentiles(log_favourability))
    return Spread(p10=p10, p50=p50, p90=p90)


def set_width(log_favourability: FloatArray, width: float) -> FloatArray:
    """Widen or narrow draws (last axis) about their middle; none exceeds 0."""
    middle = np.median(log_favourability, axis=-1, keepdims=True)
    return np.asarray(
        np.minimum(middle + np.float32(width) * (log_favourability - middle), 0)
    )


def alike(what: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.intp]]:
    """Group places by what is known of them, shape (what, places)."""
    if not what.shape[1]:
        return []
    order = np.lexsort(what)
    ordered = what[:, order]
    differs = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    return np.split(order, np.flatnonzero(differs) + 1)
