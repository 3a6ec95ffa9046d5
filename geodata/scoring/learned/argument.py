"""What a learned model may look at: arguments, and how each enters the sum.

A learned model adds up arguments, so each must enter as a number whose equal steps
mean about equal things: the root of a share, the logarithm of a distance.  Where
geology says that more of it cannot speak against the deposit (or for it), the sign
is fixed beforehand and the training may only choose the size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.evidence.measurement import Measurement
from geodata.raster import FloatArray

Float64Array = npt.NDArray[np.float64]

SCALES = ("plain", "root", "log", "class")
DIRECTIONS = ("up", "down", "either")


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a learned model.

    Attributes
    ----------
    name, title, claim : str
        Id, short name, and the argument as a sentence.
    measurement : Measurement
        What is read from which layer, as in a deposit-type file.
    scale : str
        ``plain`` (x), ``root`` (√x of a share), ``log`` (ln(1 + max(x, floor)/step)),
        or ``class`` (one column for each named class, 1 inside it, else 0).
    direction : str
        ``up``: more cannot speak against; ``down``: more cannot speak for; ``either``.
    reference : str
        What the argument and its direction rest on.
    step, floor : float
        Of a ``log`` scale, in the unit of the measurement; a distance below ``floor``,
        the error of the positions, counts as that.
    classes : tuple of str
        Of a ``class`` scale: those with a column of their own.
    """

    name: str
    title: str
    claim: str
    measurement: Measurement
    scale: str
    direction: str
    reference: str
    step: float = 1.0
    floor: float = 0.0
    classes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it fills."""
        if self.scale == "class":
            return tuple(f"{self.name}: {name}" for name in self.classes)
        return (self.name,)

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest coefficient that its direction allows."""
        return (
            -np.inf if self.direction != "up" else 0.0,
            np.inf if self.direction != "down" else 0.0,
        )


def encode(
    argument: Argument, measured: FloatArray, classes: Sequence[str]
) -> Float64Array:
    """Turn a measurement into the columns of its argument.

    Parameters
    ----------
    argument : Argument
        Says on which scale.
    measured : array of float32, shape (places,)
        NaN = unknown; a class is its position in ``classes``.
    classes : sequence of str
        Names of the classes of the layer; empty for quantities.

    Returns
    -------
    array of float64, shape (places, columns)
        NaN where the measurement is unknown.

    >>> from geodata.evidence.measurement import Measurement
    >>> share = Argument(name="f", title="", claim="", scale="root", direction="up",
    ...     reference="", measurement=Measurement(layer="l", measure="value", unit=""))
    >>> encode(share, np.float32([0.25, np.nan]), ()).ravel().tolist()
    [0.5, nan]
    """
    value = np.asarray(measured, dtype=np.float64)
    match argument.scale:
        case "root":
            return np.asarray(np.sqrt(np.clip(value, 0.0, None))[:, np.newaxis])
        case "log":
            above = np.maximum(value, argument.floor)
            return np.asarray(np.log1p(above / argument.step)[:, np.newaxis])
        case "class":
            known = ~np.isnan(value)
            code = np.where(known, value, -1.0).astype(np.int64)
            wanted = [
                classes.index(name) if name in classes else -2
                for name in argument.classes
            ]
            inside = (code[:, np.newaxis] == np.array(wanted)).astype(np.float64)
            inside[~known] = np.nan
            return np.asarray(inside)
        case _:
            return np.array(value[:, np.newaxis])
