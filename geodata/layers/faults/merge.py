"""Several drawings of the same faults made one, so that no fault counts twice.

Lines are cut into pieces of about a kilometre.  A piece is already drawn when a
line of a set before it runs along it: nearer than :data:`TOLERANCE_M`, and of
nearly the same strike.  Only what is not yet drawn is added.  A line that crosses
another therefore stays whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from scipy.spatial import cKDTree
from shapely.ops import substring

from geodata.layers.faults.sets import UNCLASSIFIED
from geodata.layers.storage.table_file import CRS
from geodata.raster import DegreeArray

TOLERANCE_M = 5_000.0
"""About the position error of the sets.  Measured between CAFD and HimaTibetMap: of
the CAFD pieces along which a line of the other runs within 25 km, 77 % lie within 1
km of it; per kilometre of distance their number falls from 785 at 2–3 km to the 330
of chance neighbours beyond 6 km."""

STRIKE_DEG = 30.0
"""Two drawings of one fault differ less in strike; from 20 to 90 degrees the number
of pieces that agree grows by under 2 %."""

SHORTEST_M = 10_000.0
"""What remains of a line that is partly drawn already counts only from this length,
twice the tolerance: shorter, it is how two hands differ.  Gaps likewise."""

HALF = 0.5  # a set describes a row when it runs along at least half of it
_STEP_M = 1_000.0
_BASELINE_M = 5_000.0  # strike is that of a chord so long, so that wiggles do not count

_Index = npt.NDArray[np.int64]
_Metres = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Pieces:
    """Lines on a plane, cut into pieces of nearly equal length."""

    lines: npt.NDArray[np.object_]

    @cached_property
    def _length(self) -> _Metres:
        return np.asarray(shapely.length(self.lines))

    @cached_property
    def count(self) -> _Index:
        """Number of pieces of each line."""
        return np.maximum(np.ceil(self._length / _STEP_M), 1).astype(np.int64)

    @cached_property
    def owner(self) -> _Index:
        """Line of each piece."""
        return np.repeat(np.arange(len(self.lines)), self.count)

    @cached_property
    def start(self) -> _Index:
        """First piece of each line, and one past the last piece of all."""
        return np.concatenate([[0], np.cumsum(self.count)]).astype(np.int64)

    def _points(self, shift_m: float) -> _Metres:
        order = np.arange(len(self.owner)) - self.start[self.owner]
        whole = self._length[self.owner]
        along = (order + 0.5) / self.count[self.owner] * whole + shift_m
        points = shapely.line_interpolate_point(
            self.lines[self.owner], np.clip(along, 0.0, whole)
        )
        return np.asarray(shapely.get_coordinates(points))

    @cached_property
    def tree(self) -> cKDTree:
        """The middles of the pieces, metres."""
        return cKDTree(self._points(0.0))

    @cached_property
    def strike(self) -> _Metres:
        """Direction of each piece, radians; opposite directions are the same."""
        chord = self._points(_BASELINE_M / 2) - self._points(-_BASELINE_M / 2)
        return np.asarray(np.arctan2(chord[:, 1], chord[:, 0]))

    def beside(self, other: "_Pieces") -> tuple[_Index, _Index]:
        """Return the pairs of pieces, here and there, that run along each other."""
        found = self.tree.sparse_distance_matrix(
            other.tree, TOLERANCE_M, output_type="ndarray"
        )
        turn = self.strike[found["i"]] - other.strike[found["j"]]
        acute = np.abs((turn + np.pi / 2) % np.pi - np.pi / 2)
        along = acute <= np.radians(STRIKE_DEG)
        return found["i"][along], found["j"][along]


def merged_faults(
    sets: Sequence[tuple[str, geopandas.GeoDataFrame]],
) -> geopandas.GeoDataFrame:
    """Merge sets of fault lines without counting any fault twice.

    Parameters
    ----------
    sets : sequence of (name, table)
        The preferred set first; it is kept as it is.  Columns ``name`` and
        ``kind``, LineStrings of EPSG:4326 within 2,500 km of 67 E 46 N.  The order
        of rows does not matter.

    Returns
    -------
    GeoDataFrame
        ``name``, ``kind`` (where a row has none, those of the line that runs along
        most of it), ``sets`` (names of the sets that describe it, "A, B") and the
        lines, sorted by set, name and position.
    """
    rows = pd.DataFrame({"name": [], "kind": [], "sets": []}, dtype=object)
    shapes = np.array([], dtype=object)
    plane = np.array([], dtype=object)
    for name, table in sets:
        lines = table.geometry.to_numpy()
        new, old = _Pieces(to_plane(lines)), _Pieces(plane)
        here, there = new.beside(old)
        rows = _told(rows, table, name, pieces=(new, old), pairs=(here, there))
        drawn = np.zeros(len(new.owner), dtype=np.bool_)
        drawn[here] = True
        line, whole, parts = _remainders(new, drawn)
        rows = pd.concat(
            [rows, table[["name", "kind"]].iloc[line].assign(sets=name)],
            ignore_index=True,
        )
        added = np.where(whole, lines[line], from_plane(parts))
        shapes, plane = np.append(shapes, added), np.append(plane, parts)
    merged = geopandas.GeoDataFrame(rows, geometry=shapes, crs=CRS)
    return _sorted(merged, [name for name, _ in sets])


def _remainders(
    pieces: _Pieces, drawn: npt.NDArray[np.bool_]
) -> tuple[_Index, npt.NDArray[np.bool_], npt.NDArray[np.object_]]:
    """Return line, whether it is the whole line, and shape of what is to be added."""
    found: list[tuple[int, bool, shapely.LineString]] = []
    for at, shape in enumerate(pieces.lines):
        flags = drawn[pieces.start[at] : pieces.start[at + 1]]
        if not flags.any():
            found.append((at, True, shape))
            continue
        found += [
            (at, False, substring(shape, begin, end, normalized=True))
            for begin, end in _stretches(flags, shape.length)
        ]
    parts = np.empty(len(found), dtype=object)
    parts[:] = [part for _, _, part in found]
    return (
        np.array([at for at, _, _ in found], dtype=np.int64),
        np.array([whole for _, whole, _ in found], dtype=np.bool_),
        parts,
    )


def _stretches(
    drawn: npt.NDArray[np.bool_], length_m: float
) -> Iterator[tuple[float, float]]:
    """Yield begin and end, as shares of a line, of what is not drawn yet."""
    step_m = length_m / len(drawn)
    free = ~drawn
    for begin, end in _runs(drawn):
        inner = begin > 0 and end < len(drawn)
        if inner and (end - begin) * step_m < SHORTEST_M:
            free[begin:end] = True
    for begin, end in _runs(free):
        if (end - begin) * step_m >= SHORTEST_M:
            yield begin / len(drawn), end / len(drawn)


def _runs(flags: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    for begin, end in edges.reshape(-1, 2):
        yield int(begin), int(end)


def _told(
    rows: pd.DataFrame,
    table: geopandas.GeoDataFrame,
    name: str,
    *,
    pieces: tuple[_Pieces, _Pieces],
    pairs: tuple[_Index, _Index],
) -> pd.DataFrame:
    """Note which rows a further set describes, and take names and kinds from it."""
    new, old = pieces
    matches = pd.DataFrame(
        {"row": old.owner[pairs[1]], "piece": pairs[1], "line": new.owner[pairs[0]]}
    )
    enough = HALF * old.count
    length = matches.groupby("row")["piece"].nunique()
    described = length.index[length >= enough[length.index]]
    rows = rows.copy()
    rows.loc[described, "sets"] += f", {name}"
    for column, missing in (("name", None), ("kind", UNCLASSIFIED)):
        said = matches.assign(word=table[column].to_numpy()[matches["line"]])
        said = said[said["word"].notna() & (said["word"] != missing)]
        votes = said.groupby(["row", "word"], as_index=False)["piece"].nunique()
        votes = votes[votes["piece"] >= enough[votes["row"]]]
        best = votes.sort_values(["piece", "word"], ascending=[False, True])
        best = best.drop_duplicates("row").set_index("row")["word"]
        silent = rows.index[rows[column].isna() | (rows[column] == missing)]
        asked = best.index.intersection(silent)
        rows.loc[asked, column] = best[asked]
    return rows


def _sorted(table: geopandas.GeoDataFrame, order: list[str]) -> geopandas.GeoDataFrame:
    first = table["sets"].str.split(", ").str[0].map(order.index)
    place = shapely.to_wkb(table.geometry.to_numpy(), output_dimension=2)
    by = pd.DataFrame(
        {
            "set": first,
            "unnamed": table["name"].isna(),
            "name": table["name"].fillna(""),
            "place": place,
        }
    )
    order_of_rows = by.sort_values(list(by.columns), kind="stable").index
    return table.iloc[order_of_rows].reset_index(drop=True)


_PLANE = (
    "+proj=lcc +lat_1=37 +lat_2=54 +lat_0=46 +lon_0=67 +datum=WGS84 +units=m +no_defs"
)


def to_plane(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Project geometries (longitude, latitude, degrees) to metres on the plane."""
    return np.asarray(shapely.transform(shapes, _forward), dtype=object)


def from_plane(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Project geometries on the plane back to longitude and latitude."""
    return np.asarray(shapely.transform(shapes, _inverse), dtype=object)


def scale_at(lon: DegreeArray, lat: DegreeArray) -> DegreeArray:
    """Return length on the plane per length on the ground, the same in any direction.

    Parameters
    ----------
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84.

    >>> scale_at(np.array([67.0, 90.0]), np.array([37.0, 54.0])).round(6).tolist()
    [1.0, 1.0]
    """
    return np.asarray(pyproj.Proj(_PLANE).get_factors(lon, lat).meridional_scale)


def _forward(points: DegreeArray) -> DegreeArray:
    return np.column_stack(_transformer().transform(points[:, 0], points[:, 1]))


def _inverse(points: DegreeArray) -> DegreeArray:
    moved = _transformer().transform(points[:, 0], points[:, 1], direction="INVERSE")
    return np.column_stack(moved)


@cache
def _transformer() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("OGC:CRS84", _PLANE, always_xy=True)
