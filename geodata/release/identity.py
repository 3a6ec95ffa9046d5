"""Ids of prospect areas across releases: an id never means two places.

An area keeps an id while it overlaps, by half, every outline that the id ever had, in
whatever release of the chain.  An id that no area keeps is retired; its place may come
back and take it again.  What a release must know for this travels with it in two
tables, so that earlier releases can be deleted.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.release.model import EARLIER, RETIRED, IdChanges
from geodata.release.overlap import SAME_PLACE, Overlaps, overlaps
from geodata.release.release import Release

RETIRED_COLUMNS = (
    "id",
    "deposit_type",
    "last_release",
    "rank_in_type",
    "successor",
    "overlap",
)
"""Columns of the table of retired ids, beside the last outline."""

EARLIER_COLUMNS = ("id", "deposit_type", "last_release")
"""Columns of the table of outlines that ids had before their last one."""


_DTYPES = {"rank_in_type": "int64", "overlap": "float64"}


@dataclass(frozen=True)
class History:
    """Every id that a release and those before it gave, and where.

    Attributes
    ----------
    release : str
        Id of the newest of them; empty when there is none.
    living : GeoDataFrame
        Its prospect areas: ``id``, ``deposit_type``, ``rank_in_type``, outline.
    retired : GeoDataFrame
        Ids that none of its areas has, with their last outlines; see
        :data:`RETIRED_COLUMNS`.
    earlier : GeoDataFrame
        Outlines that any of these ids had before, the oldest of an id first; see
        :data:`EARLIER_COLUMNS`.
    """

    release: str
    living: gpd.GeoDataFrame
    retired: gpd.GeoDataFrame
    earlier: gpd.GeoDataFrame

    @classmethod
    def none(cls) -> "History":
        """Return the history before the first release."""
        return cls(
            release="",
            living=_table([], ("id", "deposit_type", "rank_in_type")),
            retired=_table([], RETIRED_COLUMNS),
            earlier=_table([], EARLIER_COLUMNS),
        )

    @classmethod
    def of(cls, release: Release) -> "History":
        """Read the history that a release carries."""
        return cls(
            release=release.id,
            living=release.prospects,
            retired=release.table(RETIRED),
            earlier=release.table(EARLIER),
        )

    @property
    def ids(self) -> frozenset[str]:
        """Every id that was ever given."""
        return frozenset(self.living["id"]) | frozenset(self.retired["id"])

    def kept_by(
        self, deposit_types: Sequence[str], outlines: Sequence[shapely.Geometry]
    ) -> list[str | None]:
        """Find the id that each area of a new release keeps.

        Ids in use come before retired ones, then the greatest overlap with the last
        outline; the result does not depend on the order of the areas.

        Parameters
        ----------
        deposit_types : sequence of str
            Deposit type of each area; an id never passes to another one.
        outlines : sequence of Polygon or MultiPolygon
            Longitude and latitude, degrees, WGS 84.

        Returns
        -------
        list of str or None
            None for an area that needs a new id.
        """
        kept: list[str | None] = [None] * len(outlines)
        allowed = self._earlier_places(outlines)
        kinds = np.array(deposit_types, dtype=object)
        for known in (self.living, self.retired):
            last = _of_same_type(overlaps(outlines, known.geometry), kinds, known)
            last = last.where(last.iou >= SAME_PLACE)
            bounds = [outlines[area].bounds for area in last.left]
            names = known["id"].to_numpy()[last.right]
            given = set(kept)
            for _, identity, _, area in sorted(
                zip(-last.iou, names, bounds, last.left.tolist(), strict=True)
            ):
                fits = allowed.get(identity)
                free = kept[area] is None and identity not in given
                if free and (fits is None or area in fits):
                    kept[area] = identity
                    given.add(identity)
        return kept

    def _earlier_places(
        self, outlines: Sequence[shapely.Geometry]
    ) -> dict[str, set[int]]:
        """Say which areas overlap every outline an id had before its last one."""
        found = overlaps(self.earlier.geometry, outlines)
        found = found.where(found.iou >= SAME_PLACE)
        over: list[set[int]] = [set() for _ in self.earlier["id"]]
        for row, area in zip(found.left.tolist(), found.right.tolist(), strict=True):
            over[row].add(area)
        fitting: dict[str, set[int]] = {}
        for identity, areas in zip(self.earlier["id"], over, strict=True):
            fitting[identity] = fitting.get(identity, areas) & areas
        return fitting

    def followed_by(self, prospects: gpd.GeoDataFrame) -> "Succession":
        """Work out what a new release has to carry on.

        Parameters
        ----------
        prospects : GeoDataFrame
            Its areas, with their ids; EPSG:4326.
        """
        given = set(prospects["id"])
        leaving = self.living[~self.living["id"].isin(given)]
        staying = self.retired[~self.retired["id"].isin(given)]
        rows = staying.to_dict("records")
        rows += leaving.assign(last_release=self.release).to_dict("records")
        rows.sort(key=lambda row: str(row["id"]))
        kept = int(self.living["id"].isin(given).sum())
        return Succession(
            retired=_with_successors(rows, prospects),
            earlier=self._earlier_of(prospects),
            changes=IdChanges(
                kept=kept, new=len(prospects) - kept, retired=len(leaving)
            ),
        )

    def _earlier_of(self, prospects: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Add the last outline of every id whose area has another one now."""
        rows = self.earlier.to_dict("records")
        now = prospects["id"].to_numpy()
        for last in (self.living.assign(last_release=self.release), self.retired):
            names = last["id"].to_numpy()
            found = overlaps(last.geometry, prospects.geometry)
            own = found.where(names[found.left] == now[found.right])
            rows += last.iloc[np.sort(own.left[own.iou < 1.0])].to_dict("records")
        rows.sort(key=lambda row: str(row["id"]))  # stable: the oldest stays first
        return _table(rows, EARLIER_COLUMNS)


@dataclass(frozen=True)
class Succession:
    """What a release carries on of those before it.

    Attributes
    ----------
    retired, earlier : GeoDataFrame
        As in :class:`History`.
    changes : IdChanges
        How many ids were kept, are new and were retired; an id that came back is new.
    """

    retired: gpd.GeoDataFrame
    earlier: gpd.GeoDataFrame
    changes: IdChanges

    @property
    def tables(self) -> dict[str, gpd.GeoDataFrame]:
        """The tables by the names under which a release holds them."""
        return {RETIRED: self.retired, EARLIER: self.earlier}


def _with_successors(
    rows: Sequence[Mapping[Hashable, object]], prospects: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Name, for each retired id, the area of its type that covers most of its place.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        With :data:`RETIRED_COLUMNS`; ``successor`` is null and ``overlap``, the
        intersection over union, NaN where no area of the type shares ground with it.
    """
    kinds = np.array([row["deposit_type"] for row in rows], dtype=object)
    shared = overlaps([row["geometry"] for row in rows], prospects.geometry)
    found = _of_same_type(shared, kinds, prospects)
    successors = found.covering_most(prospects["id"].to_numpy())
    told = []
    for position, row in enumerate(rows):
        successor, overlap = successors.get(position, (None, np.nan))
        told.append({**row, "successor": successor, "overlap": overlap})
    return _table(told, RETIRED_COLUMNS)


def _of_same_type(
    found: Overlaps, kinds: npt.NDArray[np.object_], right: gpd.GeoDataFrame
) -> Overlaps:
    """Keep the pairs whose two areas are of one deposit type."""
    others = right["deposit_type"].to_numpy()
    return found.where(kinds[found.left] == others[found.right])


def _table(
    rows: Sequence[Mapping[Hashable, object]], columns: Sequence[str]
) -> gpd.GeoDataFrame:
    """Make a table whose columns have their kind even when it has no row."""
    filled = {
        name: pd.array(
            [row.get(name) for row in rows], dtype=_DTYPES.get(name, "string")
        )
        for name in columns
    }
    outlines = gpd.GeoSeries([row["geometry"] for row in rows], crs="EPSG:4326")
    return gpd.GeoDataFrame(filled, geometry=outlines)
