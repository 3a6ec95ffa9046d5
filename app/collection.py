"""The collections the API offers: features encoded once, found by an index."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

from app.geojson import encode_features
from app.overlays import GAPS, Overlay, overlays
from app.text import say
from geodata.display import Display
from geodata.region import Bounds
from geodata.release import Release

FEATURE_ID = "^[a-z0-9-]{1,64}$"
"""What an id looks like; anything else is unknown before it is looked up."""

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One table of a release, ready to be served.

    Attributes
    ----------
    id, title, description : str
        As the API and the pages name it.
    table : GeoDataFrame
        The rows, EPSG:4326, in the order they are served.
    ids : tuple of str
        Feature ids.
    features : list of bytes
        Encoded features, in the same order.
    position : mapping of str to int
        Feature id → row.
    tree : shapely.STRtree
        Index over the geometries that are there.
    bounds : Bounds
        Box around all geometries, degrees.
    display : Display or None
        How the page draws it; None = the page knows by itself, or does not draw it.
    """

    id: str
    title: str
    description: str
    table: gpd.GeoDataFrame
    ids: tuple[str, ...]
    features: list[bytes]
    position: Mapping[str, int]
    tree: shapely.STRtree
    bounds: Bounds
    display: Display | None = None

    def inside(self, box: Bounds) -> Positions:
        """Return the rows whose geometry touches a box, in their order."""
        if box.west <= box.east:
            parts = [shapely.box(box.west, box.south, box.east, box.north)]
        else:  # across the antimeridian, as RFC 7946 writes it
            parts = [
                shapely.box(box.west, box.south, 180.0, box.north),
                shapely.box(-180.0, box.south, box.east, box.north),
            ]
        found = [self.tree.query(part, predicate="intersects") for part in parts]
        return np.unique(np.concatenate(found)).astype(np.int64)

    def queryables(self) -> dict[str, dict[str, str]]:
        """Return column name → its JSON type, for the API's description."""
        return {
            str(name): {"type": _json_type(self.table[name])}
            for name in self.table.columns
            if name != self.table.geometry.name
        }


def make_collection(
    table: gpd.GeoDataFrame,
    ids: list[str],
    *,
    name: str,
    title: str,
    description: str,
    display: Display | None = None,
) -> Collection:
    """Make a collection of a table.

    Parameters
    ----------
    table : GeoDataFrame
        EPSG:4326.
    ids : list of str
        One a row, unique.
    name, title, description : str
        How the collection is called.
    display : Display, optional
        How the page draws it.
    """
    table = table.reset_index(drop=True)
    west, south, east, north = (float(value) for value in table.total_bounds)
    return Collection(
        id=name,
        title=title,
        description=description,
        table=table,
        ids=tuple(ids),
        features=encode_features(table, ids),
        position={feature_id: row for row, feature_id in enumerate(ids)},
        tree=shapely.STRtree(table.geometry.to_numpy()),
        bounds=Bounds(west=west, south=south, east=east, north=north),
        display=display,
    )


def make_collections(release: Release) -> dict[str, Collection]:
    """Make every collection a release has layers for.

    Returns
    -------
    dict of str to Collection
        ``prospects``, ``occurrences``, ``states``; the layers of
        :func:`app.overlays.overlays`, and where layers
        leave something out :data:`app.overlays.GAPS`.
    """
    prospects = release.prospects
    occurrences = release.table("occurrences")
    states = release.table("states")
    made = [
        make_collection(
            prospects,
            prospects["id"].tolist(),
            name="prospects",
            title=say("collection.prospects"),
            description=say("collection.prospects-described"),
        ),
        make_collection(
            occurrences,
            unique_ids(occurrences["occurrence_id"].tolist()),
            name="occurrences",
            title=say("collection.occurrences"),
            description=say("collection.occurrences-described"),
        ),
        make_collection(
            states,
            unique_ids(states["iso3"].tolist()),
            name="states",
            title=say("collection.states"),
            description=say("collection.states-described"),
        ),
    ]
    made += [_overlay(item, release.table(item.id)) for item in overlays(release)]
    if release.has_table("coverage"):
        gaps = release.table("coverage")
        made.append(
            make_collection(
                gaps,
                unique_ids(gaps["layer"].tolist()),
                name=GAPS,
                title=say("collection.gaps"),
                description=say("collection.gaps-described"),
            )
        )
    return {item.id: item for item in made}


def _overlay(item: Overlay, table: gpd.GeoDataFrame) -> Collection:
    """Make the collection of a layer; rows without an id of their own are numbered."""
    column, form = item.display.id_column, item.display.form
    names = table[column] if column in table.columns else range(1, len(table) + 1)
    prefix = "" if form == "points" else item.id.removesuffix("s") + "-"
    return make_collection(
        table,
        unique_ids([f"{prefix}{name}" for name in names]),
        name=item.id,
        title=item.display.title,
        description=item.display.description,
        display=item.display,
    )


def unique_ids(names: list[str]) -> list[str]:
    """Turn names into ids that are safe in an address, each only once.

    >>> unique_ids(["KAZ", "a b", "a b"])
    ['kaz', 'a-b', 'a-b-2']
    """
    ids: dict[str, None] = {}
    for name in names:
        stem = re.sub("[^a-z0-9]+", "-", str(name).lower()).strip("-")[:56] or "item"
        made, count = stem, 1
        while made in ids:
            count += 1
            made = f"{stem}-{count}"
        ids[made] = None
    return list(ids)


def _json_type(column: pd.Series) -> str:
    if is_bool_dtype(column):
        return "boolean"
    if is_integer_dtype(column):
        return "integer"
    return "number" if is_numeric_dtype(column) else "string"
