"""What was measured at a place or over an area, beside the rest of the region."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geodata.evidence.measurement import DISTANCES, SHARE, Measurement
from geodata.raster import FloatArray
from geodata.scoring.record import MaybeNaN, Record

State = Literal["known", "not-mapped", "not-applicable", "layer-missing"]
Kind = Literal["class", "share", "distance", "quantity"]

_SHARE_OF = "of the "  # how the unit of a share begins
_MIDDLE = 50  # percentile


class Background(Record):
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
    resolution_km : float
        Stated resolution of the layer, kilometres; NaN when it is not there.
    """

    layer_title: str
    source: str
    licence: str
    classes: tuple[str, ...]
    percentiles: tuple[float, ...]
    resolution_km: MaybeNaN = np.nan


class Measured(Record):
    """A measurement of a place or of the cells of an area; a number may be NaN.

    Attributes
    ----------
    state : {"known", "not-mapped", "not-applicable", "layer-missing"}
        Whether it is known here, or nobody looked, or the argument does not speak in
        this setting, or the release lacks the layer.
    kind : {"class", "share", "distance", "quantity"}
        How it compares: classes by name, distances by how near.
    typical : float
        Median of the known cells; for classes the position of the most common one.
    low, high : float
        10th and 90th percentile of the known cells of an area; NaN for one cell and
        for classes.
    class_name : str
        Of the most common class; empty for quantities.
    class_share : float
        Share of the known cells that have it, 0 to 1; NaN for quantities.
    below : int or None
        Percentage of the known land of the region where less is measured.
    region_median : float
        Median over the known land of the region; NaN for classes.
    nearest : str
        Name of what the distance was measured to; may be empty.
    disagreement : float
        By how much two sources of it differ, same unit; NaN = only one source.
    """

    state: State
    kind: Kind
    typical: MaybeNaN = np.nan
    low: MaybeNaN = np.nan
    high: MaybeNaN = np.nan
    class_name: str = ""
    class_share: MaybeNaN = np.nan
    below: int | None = None
    region_median: MaybeNaN = np.nan
    nearest: str = ""
    disagreement: MaybeNaN = np.nan


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
    if len(known) == 1:
        only = float(int(known[0]) if is_class else known[0])
        return Amount(typical=only, low=only, high=only)
    if is_class:
        counts = np.bincount(known.astype(np.int64))
        code = float(counts.argmax())
        share = float(counts.max() / len(known))
        return Amount(typical=code, low=code, high=code, share=share)
    low, typical, high = np.percentile(known.astype(np.float64), (10, 50, 90))
    return Amount(typical=float(typical), low=float(low), high=float(high))


def compare_with_region(
    measurement: Measurement,
    values: FloatArray,
    background: Background,
    *,
    applies: bool = True,
    nearest: str = "",
    apart: FloatArray | None = None,
) -> Measured:
    """Say what was measured, and how it compares with the region.

    Parameters
    ----------
    measurement : Measurement
        What is read.
    values : array of float32, shape (cells,)
        What was measured; one cell for a place, NaN = unknown.
    background : Background
        The region.
    applies : bool
        Whether what is measured speaks here for the argument that reads it.
    nearest : str
        Name of what was measured to; may be empty.
    apart : array of float32, shape (cells,), or None
        By how much two sources of it differ, same unit; None = only one source.
    """
    amount = summarise(values, is_class=bool(background.classes))
    kind = _kind(measurement, background)
    if not background.layer_title:
        return Measured(state="layer-missing", kind=kind, typical=amount.typical)
    if not applies:
        return Measured(state="not-applicable", kind=kind)
    if np.isnan(amount.typical):
        return Measured(state="not-mapped", kind=kind)
    if kind == "class":
        return Measured(
            state="known",
            kind=kind,
            typical=amount.typical,
            class_name=background.classes[round(amount.typical)],
            class_share=amount.share,
        )
    several = len(values) > 1
    percentiles = background.percentiles
    return Measured(
        state="known",
        kind=kind,
        typical=amount.typical,
        low=amount.low if several else np.nan,
        high=amount.high if several else np.nan,
        below=min(bisect_left(percentiles, amount.typical), 100),
        region_median=percentiles[_MIDDLE] if percentiles else np.nan,
        nearest=nearest,
        disagreement=(
            np.nan
            if apart is None
            else summarise(np.abs(apart), is_class=False).typical
        ),
    )


def _kind(measurement: Measurement, background: Background) -> Kind:
    if background.classes:
        return "class"
    if measurement.measure == SHARE or measurement.unit.startswith(_SHARE_OF):
        return "share"
    return "distance" if measurement.measure in DISTANCES else "quantity"
