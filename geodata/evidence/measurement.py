"""What can be read from a layer, and how that is written in a deposit-type file."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "distance": "geodesic distance to the nearest geometry, km",
        "value": "the quantity itself, bilinear",
        "class": "the class of the cell or polygon",
        "share": "share of the surroundings that is one of the classes in only, 0 to 1",
        "gradient": "size of the horizontal gradient, unit per 100 km",
        "relief": "highest minus lowest value in a window",
        "edge": "geodesic distance to the outline of polygons, also from inside, km",
        "crossings": "geodesic distance to the nearest place where lines cross, km",
    }
)
"""Ways of reading a layer, in words for the method page."""

SHARE = "share"
"""The measure that blends classes across the stated error of their layer."""

MOSTLY = 0.5
"""Share of the surroundings from which a place counts as lying in a setting."""

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
        Keep only rows whose ``column`` is one of these; empty keeps all.  Of a share,
        the classes that count.
    window_km : float
        Of a relief measure, the side of its window; of a distance, how far it is
        told: beyond that the result is unknown, because records that only prove
        presence say nothing about what lies far from them.  Kilometres; 0 = told
        however far.
    smooth_km : float
        Side of the square a relief or gradient measure averages the raster over
        first, kilometres; 0 = not averaged.
    within : tuple of str
        Read only where another layer has one of these classes, :data:`MOSTLY`:
        layer, column, class, class …; empty reads everywhere.  Elsewhere the result
        is NaN, because there the measurement does not tell what the argument needs:
        :attr:`setting` says where that is so.
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
    def setting(self) -> "Measurement | None":
        """What ``within`` limits it to, measured: None when it is read everywhere.

        A share of the surroundings, 0 to 1, of the classes in its ``only``.  The
        measurement applies where that is :data:`MOSTLY` or more; NaN = unknown.
        """
        if not self.within:
            return None
        layer, column, *names = self.within
        return Measurement(
            layer=layer,
            measure=SHARE,
            unit="of the surroundings",
            column=column,
            only=tuple(names),
        )

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
