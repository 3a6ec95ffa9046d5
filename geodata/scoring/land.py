"""Kinds of land, and what the layers are known to say of each.

Land is of three kinds, plain, hills and mountains by the relief around, which slide
into each other.  What every layer we have seen says of each kind in the five states is
shipped as percentiles: a release that lacks a layer then knows what land of a kind
would have said, though not where.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from geodata.evidence.measurement import Measurement
from geodata.raster import FloatArray
from geodata.scoring.record import MaybeNaN, Record

RELIEF = Measurement(
    layer="relief",
    measure="relief",
    column="elevation_m",
    unit="m",
    smooth_km=11.0,
    window_km=20.0,
)
"""Highest less lowest ground within 20 km, m: what kinds of land are told by."""

KINDS = ("plain", "hills", "mountains")
CENTRES_M = (50.0, 250.0, 1_000.0)
"""Relief of land that is wholly of a kind, m: between them it is partly of both."""

LEAST_KNOWN = 200  # cells of a kind; of fewer, all land tells
LAYERS = "land.json"
"""File of the bundle with what the layers say of each kind of land."""

_PERCENTILES = 41
_DIGITS = 5  # of a number that is shipped


def kinds_of_land(relief_m: FloatArray) -> FloatArray:
    """Say to what shares some places are plain, hills and mountains.

    Parameters
    ----------
    relief_m : array of float32, shape (places,)
        By :data:`RELIEF`; NaN = unknown: counts as a third of each.

    Returns
    -------
    array of float32, shape (places, 3)
        Adds up to 1.

    >>> kinds_of_land(np.float32([10, 250, 500])).round(2).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5]]
    """
    position = np.interp(
        np.log(np.maximum(relief_m, 1.0)), np.log(CENTRES_M), np.arange(len(KINDS))
    )[:, np.newaxis]
    shares = np.maximum(1.0 - np.abs(position - np.arange(len(KINDS))), 0.0)
    return np.where(np.isnan(shares), 1.0 / len(KINDS), shares).astype(np.float32)


class Said(Record):
    """What one measurement says of the land of each kind.

    Attributes
    ----------
    resolution_km : float
        Native resolution of its layer, km; NaN = not stated.
    percentiles : tuple of tuple of float
        From least to most where it is known, evenly spaced, in its own unit, by kind of
        land in the order of :data:`KINDS`.
    """

    resolution_km: MaybeNaN
    percentiles: tuple[tuple[float, ...], ...]

    def drawn(
        self, kinds: FloatArray, share: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Draw what it might say at some places.

        Parameters
        ----------
        kinds : array of float32, shape (places, 3)
            From :func:`kinds_of_land`.
        share : array of float64, shape (places,)
            Share of land of that kind, 0 to 1, that says less.
        """
        ends = np.linspace(0.0, 1.0, len(self.percentiles[0]))
        each = [np.interp(share, ends, row) for row in self.percentiles]
        return np.asarray(
            np.take_along_axis(
                np.array(each), kinds.argmax(axis=1)[np.newaxis], axis=0
            )[0]
        )


class Layers(Record):
    """What is shipped of the land of the five states, from a release with all layers.

    Attributes
    ----------
    measurements : mapping of str to Said
        What measurements say of each kind of land, by key.
    widths : mapping of str to float
        How wide the ranges of the scores have to be to be true, by deposit type.
    """

    measurements: Mapping[str, Said]
    widths: Mapping[str, float] = {}

    def differing_from(self, other: "Layers", *, share: float = 0.01) -> list[str]:
        """Return the keys that two descriptions disagree about.

        Parameters
        ----------
        other : Layers
            The other one.
        share : float
            What numbers may differ by, as a share of the range of the measurement.
        """
        every = {*self.measurements, *other.measurements}
        return sorted(
            key
            for key in every
            if not _alike(
                self.measurements.get(key), other.measurements.get(key), share
            )
        )


def _alike(one: Said | None, other: Said | None, share: float) -> bool:
    if one is None or other is None:
        return False
    mine, theirs = np.array(one.percentiles), np.array(other.percentiles)
    return mine.shape == theirs.shape and bool(
        (np.abs(mine - theirs) <= share * max(np.ptp(theirs), 1e-9)).all()
    )


@lru_cache(maxsize=1)
def shipped_layers() -> Layers:
    """Read what the layers we have seen say of the land."""
    return Layers.model_validate_json(shipped_text())


def shipped_text() -> str:
    """Return the text of the file that is shipped."""
    return (resources.files("geodata") / "bundle" / LAYERS).read_text("utf-8")


def describe_layers(
    measured: Mapping[str, FloatArray], resolutions_km: Mapping[str, float]
) -> Layers:
    """Describe what measurements say of each kind of land.

    Parameters
    ----------
    measured : mapping of measurement key to float32 array, shape (cells,)
        In cells of equal area, :data:`RELIEF` with them; NaN = unknown.  Those that
        are known nowhere are left out.
    resolutions_km : mapping of measurement key to float
        Native resolution of the layers, km.
    """
    kinds = kinds_of_land(measured[RELIEF.key]).argmax(axis=1)
    return Layers(
        measurements={
            key: _said(values, kinds, resolutions_km.get(key, np.nan))
            for key, values in sorted(measured.items())
            if not np.isnan(values).all()
        }
    )


def _said(
    values: FloatArray, kinds: npt.NDArray[np.intp], resolution_km: float
) -> Said:
    known = ~np.isnan(values)
    rows = []
    for kind in range(len(KINDS)):
        own = known & (kinds == kind)
        chosen = values[own if own.sum() >= LEAST_KNOWN else known]
        rows.append(np.quantile(chosen, np.linspace(0, 1, _PERCENTILES)))
    return Said(
        resolution_km=resolution_km,
        percentiles=tuple(
            tuple(float(f"{value:.{_DIGITS}g}") for value in row) for row in rows
        ),
    )
