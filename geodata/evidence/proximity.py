"""Distance from any place to the nearest line, edge or point, on the ellipsoid.

A k-d tree holds the densified lines as points in Earth-centred coordinates.  The
straight line through the Earth that it finds is turned into an arc, so there is
no map projection and no error that grows with the width of the region.

From afar it makes no difference how densely a line is filled with points: where they
lie ``s`` apart, a distance ``d`` comes out at most s² / (8 d) too long.  So places are
first measured to lines of few points, and only those that turn out near to denser ones.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import scipy  # when first used: a server starts sooner
import shapely

from geodata.raster import KM_PER_DEGREE, DegreeArray, FloatArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

SPACING_KM = 0.35  # half of it, 0.18 km, is the largest error of densification
COARSER = ((10.0, 100.0), (3.0, 25.0))
"""Wider spacings, each with the distance from which it will do, km: errors to 0.13."""

NAMELESS = frozenset({"nan", "None", "<NA>"})
"""How libraries print that a name is missing; no name of a structure."""

_FEWER = 2  # times fewer points make a coarser tree worth asking first
_SCOUTED = 16  # places that share one measurement of whether they can be far
_LEAF = 32  # points on lines come in long rows: faster than fewer or more
_WGS84_A_KM = 6378.137
_WGS84_E2 = 0.00669437999014
_MEAN_RADIUS_KM = 6371.0088


@dataclass(frozen=True)
class Proximity:
    """An index over the geometries of one layer.

    Attributes
    ----------
    table : GeoDataFrame
        Lines, polygons (their edges count) or points, EPSG:4326.
    coverage : shapely geometry or None
        Area the layer really maps; None when it maps the whole region.
    """

    table: gpd.GeoDataFrame
    coverage: shapely.Geometry | None

    def __post_init__(self) -> None:
        # Threads ask at once: what they share is made here, by one.  GEOS prepares a
        # geometry on first use, and two threads doing so corrupt the memory.
        shapely.prepare([self.coverage, self._bodies])
        if not self.table.empty:
            _ = self._coarser_trees

    @cached_property
    def _points(self) -> tuple[DegreeArray, npt.NDArray[np.int64]]:
        """Densified vertices (lon, lat) and the row each belongs to."""
        points, owner = shapely.get_coordinates(
            self._densified(SPACING_KM), return_index=True
        )
        return points, owner.astype(np.int64)

    @cached_property
    def _bodies(self) -> shapely.Geometry | None:
        """All polygons together; None when the layer holds none."""
        shapes = self.table.geometry.to_numpy()
        polygons = shapes[shapely.get_dimensions(shapes) == 2]
        return shapely.union_all(polygons) if len(polygons) else None

    @cached_property
    def _tree(self) -> "cKDTree":
        return _tree_of(self._points[0])

    @cached_property
    def _coarser_trees(self) -> tuple[tuple["cKDTree", float], ...]:
        """Trees of fewer points, fewest first, and from where each will do, km."""
        found = []
        for spacing_km, beyond_km in COARSER:
            points = shapely.get_coordinates(self._densified(spacing_km))
            if _FEWER * len(points) <= self._tree.n:  # else it saves no time
                found.append((_tree_of(points), beyond_km))
        return tuple(found)

    def _densified(self, spacing_km: float) -> npt.NDArray[np.object_]:
        shapes = self.table.geometry.to_numpy()
        return np.asarray(shapely.segmentize(shapes, spacing_km / KM_PER_DEGREE))

    def distance_km(
        self, lon: DegreeArray, lat: DegreeArray, *, farthest_km: float = np.inf
    ) -> FloatArray:
        """Measure the distance to the nearest geometry.

        Parameters
        ----------
        lon, lat : array of float64, shape (places,)
            Degrees, WGS 84.
        farthest_km : float
            What is farther is not sought.

        Returns
        -------
        array of float32, shape (places,)
            Kilometres, error at most 0.2 km or 1 %; NaN beyond ``farthest_km`` and
            where the layer does not map the place, because "not mapped" is not "far".
        """
        distance = np.full(lon.shape, np.nan, dtype=np.float32)
        if self.table.empty:
            return distance
        sought = covers(self.coverage, lon, lat)
        if self._bodies is not None:
            inside = sought & covers(self._bodies, lon, lat)
            distance[inside] = 0
            sought &= ~inside
        places = earth_centred(lon[sought], lat[sought])
        distance[sought] = arc_km(self._chord_km(places, farthest_km))
        distance[distance > farthest_km] = np.nan
        return distance

    def _chord_km(self, places: DegreeArray, farthest_km: float) -> DegreeArray:
        """Straight distance to the nearest point, coarsely first; places (n, 3).

        Infinite where all are farther than the farthest: an arc is no shorter.
        """
        chord = np.zeros(len(places))
        sought = np.ones(len(places), dtype=np.bool_)
        for tree, beyond_km in self._coarser_trees:
            asked = sought & (_at_most(tree, places) >= beyond_km)
            chord[asked] = tree.query(places[asked], distance_upper_bound=farthest_km)[
                0
            ]
            sought = chord < beyond_km
        chord[sought] = self._tree.query(
            places[sought], distance_upper_bound=farthest_km
        )[0]
        return chord

    def nearest_rows(self, lon: DegreeArray, lat: DegreeArray) -> npt.NDArray[np.int64]:
        """Return the rows of the nearest geometries in the table, shape (places,)."""
        _, position = self._tree.query(earth_centred(lon, lat))
        return self._points[1][np.asarray(position)]

    def nearest_name(self, lon: float, lat: float) -> str:
        """Return the name of the nearest geometry; empty where it bears none."""
        return self.nearest_names(np.array([lon]), np.array([lat]))[0]

    def nearest_names(self, lon: DegreeArray, lat: DegreeArray) -> list[str]:
        """Return the name of the geometry nearest to each place, empty for none.

        Parameters
        ----------
        lon, lat : array of float64, shape (places,)
            Degrees, WGS 84.
        """
        if self.table.empty or "name" not in self.table.columns:
            return [""] * len(lon)
        names = self.table["name"].to_numpy()[self.nearest_rows(lon, lat)]
        return [
            name.strip() if isinstance(name, str) and name not in NAMELESS else ""
            for name in names
        ]


def _tree_of(points: DegreeArray) -> "cKDTree":
    return scipy.spatial.cKDTree(
        earth_centred(points[:, 0], points[:, 1]), leafsize=_LEAF
    )


def _at_most(tree: "cKDTree", places: DegreeArray) -> npt.NDArray[np.float64]:
    """Say how far the nearest point is at most, by what one place in many measures.

    Places that follow each other are often neighbours, as the cells of a map are.
    """
    scouts = places[::_SCOUTED]
    distance = np.repeat(tree.query(scouts)[0], _SCOUTED)[: len(places)]
    apart = places - np.repeat(scouts, _SCOUTED, axis=0)[: len(places)]
    return np.asarray(distance + np.sqrt(np.einsum("ij,ij->i", apart, apart)))


def earth_centred(lon: DegreeArray, lat: DegreeArray) -> DegreeArray:
    """Turn places into Earth-centred Cartesian coordinates on WGS 84.

    Parameters
    ----------
    lon, lat : array of float64, shape (places,)
        Degrees.

    Returns
    -------
    array of float64, shape (places, 3)
        Kilometres.

    >>> earth_centred(np.array([0.0]), np.array([0.0])).round(3).tolist()
    [[6378.137, 0.0, 0.0]]
    """
    theta, phi = np.radians(lon), np.radians(lat)
    normal = _WGS84_A_KM / np.sqrt(1.0 - _WGS84_E2 * np.sin(phi) ** 2)
    return np.column_stack(
        (
            normal * np.cos(phi) * np.cos(theta),
            normal * np.cos(phi) * np.sin(theta),
            normal * (1.0 - _WGS84_E2) * np.sin(phi),
        )
    )


def arc_km(chord_km: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn a straight distance through the Earth into the arc over it, km."""
    half = np.minimum(chord_km / (2.0 * _MEAN_RADIUS_KM), 1.0)
    return np.asarray(2.0 * _MEAN_RADIUS_KM * np.arcsin(half))


def covers(
    coverage: shapely.Geometry | None, lon: DegreeArray, lat: DegreeArray
) -> npt.NDArray[np.bool_]:
    """Say for each place whether a coverage area holds it; None covers all.

    Safe in threads only if the area was prepared before they began.
    """
    if coverage is None:
        return np.ones(lon.shape, dtype=np.bool_)
    return np.asarray(shapely.intersects_xy(coverage, lon, lat))
