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
        "edge": "geodesic distance to the outline of polygons, also from inside, km",
        "crossings": "geodesic distance to the nearest place where lines cross, km",
    }
)
"""Ways of reading a layer, in words for the method page."""

DISTANCES = frozenset({"distance", "edge", "crossings"})
"""Those that say how far something is: less is nearer."""


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
    window_km : float
        Of a relief measure, the side of its window; of a distance, how far it is
        told: beyond that the result is unknown, because records that only prove
        presence say nothing about what lies far from them.  Kilometres; 0 = told
        however far.
    smooth_km : float
        Side of the square a relief or gradient measure averages the raster over
        first, kilometres; 0 = not averaged.
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
