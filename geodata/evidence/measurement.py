"""What can be read from a layer, and how that is written in a deposit-type file."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "distance": "geodesic distance to the nearest geometry, km",
        "value": "the quantity itself, bilinear",
        "class": "the class of the cell or polygon",
        "gradient": "size of the horizontal gradient, unit per 100 km",
        "relief": "highest minus lowest value in a window",
    }
)
"""Ways of reading a layer, in words for the method page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What is read from one layer.

    Attributes
    ----------
    layer : str
        Id in the layer store.
    measure : str
        One of :data:`MEASURES`.
    unit : str
        Unit of the result; empty for classes.
    column : str
        Band of a raster, or column of a vector table that holds the class.
    only : tuple of str
        Keep only rows whose ``column`` is one of these; empty keeps all.
    window_km, smooth_km : float
        Side of the window of a relief measure, and of the square the raster is
        averaged over first, kilometres; 0 = not averaged.
    within : tuple of str
        Read only where another layer has one of these classes: layer, column,
        class, class …; empty reads everywhere.  Elsewhere the result is unknown,
        because there the measurement does not tell what the argument needs.
    """

    layer: str
    measure: str
    unit: str
    column: str = ""
    only: tuple[str, ...] = ()
    window_km: float = 0.0
    smooth_km: float = 0.0
    within: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A name that is the same for the same measurement, fit for a band."""
        parts = [self.layer, self.measure, self.column, *self.only]
        if self.window_km:
            parts.append(f"{self.window_km:g}km")
        if self.smooth_km:
            parts.append(f"mean{self.smooth_km:g}km")
        if self.within:
            parts.append("in-" + "-".join(self.within[2:]))
        return ".".join(part for part in parts if part)
