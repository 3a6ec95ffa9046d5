"""What was measured, said in one line and compared with the region."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from geodata.evidence.measurement import DISTANCES, Measurement
from geodata.raster import FloatArray

NO_DATA = "no data here"
NO_LAYER = "no data: this layer is not in the release"
_SHARE_OF = "of the "  # how the unit of a share begins
_MIDDLE = 50  # percentile


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known of a measurement over the whole region.

    Attributes
    ----------
    layer_title, source, licence : str
        Of the layer; ``layer_title`` is empty when it is not in the release.
    classes : tuple of str
        Names of the classes; empty for quantities.
    percentiles : tuple of float
        Percentiles 0 to 100 of the measurement over the land cells of the five
        states; empty for classes and for layers that are not there.
    """

    layer_title: str
    source: str
    licence: str
    classes: tuple[str, ...]
    percentiles: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A measurement at a place or over the cells of an area; NaN = unknown.

    Attributes
    ----------
    typical : float
        Median of the cells; for classes the most common one.
    low, high : float
        10th and 90th percentile of the cells.
    share : float
        Of a class: the share of the known cells that have it, 0 to 1.
    """

    typical: float
    low: float
    high: float
    share: float = 1.0


def summarise(measured: FloatArray, *, is_class: bool) -> Amount:
    """Summarise a measurement over cells; unknown cells take no part.

    >>> summarise(np.float32([1, 2, 3, np.nan]), is_class=False).typical
    2.0
    """
    known = measured[~np.isnan(measured)]
    if not len(known):
        return Amount(typical=np.nan, low=np.nan, high=np.nan)
    if is_class:
        counts = np.bincount(known.astype(np.int64))
        code = float(counts.argmax())
        share = float(counts.max() / len(known))
        return Amount(typical=code, low=code, high=code, share=share)
    low, typical, high = np.percentile(known.astype(np.float64), (10, 50, 90))
    return Amount(typical=float(typical), low=float(low), high=float(high))


def measured_fact(
    measurement: Measurement,
    measured: Amount,
    background: Background,
    name: str,
    *,
    apart: float = np.nan,
) -> str:
    """Say in one line what was measured, and how it compares with the region.

    Parameters
    ----------
    measurement : Measurement
        What is read.
    measured : Amount
        What was measured at a place or over an area.
    background : Background
        The region.
    name : str
        What was measured to; may be empty.
    apart : float
        By how much two sources of it differ, same unit; NaN = only one source.
    """
    if not background.layer_title:
        return NO_LAYER
    if np.isnan(measured.typical):
        return NO_DATA
    if background.classes:
        name = background.classes[round(measured.typical)]
        return name if measured.share == 1 else f"{name} ({measured.share:.0%} of it)"
    unit = measurement.unit
    if unit.startswith(_SHARE_OF) and measured.high == 0:
        usual = background.percentiles[_MIDDLE] == 0
        return "none" + ", as on over half of the land where this is known" * usual
    amount = f"{plain(measured.typical)} {unit}".strip()
    if plain(measured.low) != plain(measured.high):
        amount += f" (over the area {plain(measured.low)} to {plain(measured.high)})"
    if not np.isnan(apart):
        amount += f" (two sources differ by {plain(apart)} {unit})"
    below = min(bisect_left(background.percentiles, measured.typical), 100)
    if measurement.measure in DISTANCES:
        where = f"{amount} from {name}" if name else amount
        return f"{where}; nearer than {100 - below} % of the land where this is known"
    return f"{amount}; higher than {below} % of the land where this is known"


def plain(value: float) -> str:
    """Write a measurement without false precision.

    >>> plain(8.24), plain(123.4), plain(0.257)
    ('8.2', '123', '0.26')
    """
    if abs(value) >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


def number(value: float) -> float | None:
    """Return a number fit for JSON: None in place of NaN."""
    return None if np.isnan(value) else value
