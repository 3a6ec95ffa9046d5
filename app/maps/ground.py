"""What the sketches of prospect areas show, made ready once a release."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geodata.region import Bounds
from geodata.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """Polygons to draw, valid, with their names.

    Attributes
    ----------
    shapes : array of shapely geometry, shape (outlines,)
        Longitude and latitude, degrees.
    names : array of str, shape (outlines,)
        What they are called; may be empty.
    """

    shapes: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]

    @classmethod
    def of(cls, table: gpd.GeoDataFrame, names: str) -> "Outlines":
        """Take the polygons of a table and one of its columns."""
        return cls(
            shapes=shapely.make_valid(table.geometry.to_numpy()),
            names=table[names].to_numpy(dtype=object),
        )

    def inside(self, box: Bounds) -> "Outlines":
        """Return those whose box touches a box."""
        west, south, east, north = shapely.bounds(self.shapes).T
        return self._only(
            (west <= box.east)
            & (east >= box.west)
            & (south <= box.north)
            & (north >= box.south)
        )

    def named(self, name: str) -> "Outlines":
        """Return those of a name."""
        return self._only(self.names == name)

    def except_named(self, name: str) -> "Outlines":
        """Return those of other names."""
        return self._only(self.names != name)

    def _only(self, chosen: npt.NDArray[np.bool_]) -> "Outlines":
        return Outlines(shapes=self.shapes[chosen], names=self.names[chosen])


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Points to draw, most important first; arrays of shape (points,).

    Attributes
    ----------
    lon, lat : array of float64
        Degrees, WGS 84.
    names : array of str
        What they are called.
    radius_km : array of float64
        How far off they may lie, km.
    """

    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    names: npt.NDArray[np.object_]
    radius_km: npt.NDArray[np.float64]

    def inside(self, box: Bounds) -> Iterator[tuple[float, float, str, float]]:
        """Return longitude, latitude, name and radius of those in a box, in order."""
        held = (self.lon >= box.west) & (self.lon <= box.east)
        held &= (self.lat >= box.south) & (self.lat <= box.north)
        for row in np.flatnonzero(held):
            yield (
                float(self.lon[row]),
                float(self.lat[row]),
                str(self.names[row]),
                float(self.radius_km[row]),
            )


@dataclass(frozen=True)
class Ground:
    """What the sketches of one release show; each part is read when first asked for.

    Attributes
    ----------
    release : Release
        The open release.
    """

    release: Release

    @cached_property
    def water(self) -> Outlines:
        """Lakes and seas."""
        return Outlines.of(self.release.table("lakes"), "name")

    @cached_property
    def states(self) -> Outlines:
        """The five states."""
        return Outlines.of(self.release.table("states"), "name")

    @cached_property
    def prospects(self) -> Outlines:
        """The prospect areas, by id."""
        return Outlines.of(self.release.prospects, "id")

    @cached_property
    def towns(self) -> Points:
        """Towns, the largest first."""
        places = self.release.table("places").sort_values(
            "population", ascending=False, na_position="last"
        )
        return Points(
            lon=places.geometry.x.to_numpy(),
            lat=places.geometry.y.to_numpy(),
            names=places["name"].to_numpy(dtype=object),
            radius_km=np.zeros(len(places)),
        )

    @cached_property
    def sites(self) -> Points:
        """Known sites that have a position."""
        table = self.release.table("occurrences")
        table = table[table["preferred"] & table.geometry.notna()]
        return Points(
            lon=table["lon"].to_numpy(dtype=np.float64),
            lat=table["lat"].to_numpy(dtype=np.float64),
            names=table["site"].to_numpy(dtype=object),
            radius_km=table["uncertainty_km"].to_numpy(dtype=np.float64),
        )
