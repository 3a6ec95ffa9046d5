"""Which collections a release has, and whose each of them is."""

import geopandas as gpd

from app.collection import Collection, Terms, make_collection, unique_ids
from app.overlays import GAPS, Overlay, overlays
from app.text import say
from geodata.release import Release

UNPLACED = "sites-without-position"
"""The collection of sites of which no public position is known."""


def make_collections(release: Release) -> dict[str, Collection]:
    """Make every collection a release has layers for.

    Returns
    -------
    dict of str to Collection
        ``prospects``, ``occurrences``, :data:`UNPLACED`, ``states``, ``towns``; the
        layers of :func:`app.overlays.overlays`, and where layers leave something out
        :data:`app.overlays.GAPS`.
    """
    made = [
        _named(release, "prospects", release.prospects, "id", layer=""),
        *_sites(release),
        _named(release, "states", release.table("states"), "iso3", layer="states"),
        _named(
            release, "towns", release.table("places"), "geonames_id", layer="places"
        ),
    ]
    made += [_overlay(release, item) for item in overlays(release)]
    if release.has_table("coverage"):
        gaps = release.table("coverage")
        made.append(_named(release, GAPS, gaps, "layer", layer=""))
    return {item.id: item for item in made if item.ids}


def _sites(release: Release) -> list[Collection]:
    """Make the collection of known occurrences, and that of sites nobody can place."""
    table = release.table("occurrences")
    placed = set(table.loc[table.geometry.notna(), "site"])
    unplaced = table[~table["site"].isin(placed)].drop_duplicates("site")
    unplaced = unplaced.drop(columns=["lon", "lat", "uncertainty_km", "preferred"])
    return [
        _named(release, "occurrences", table, "occurrence_id", layer="occurrences"),
        _named(release, UNPLACED, unplaced, "occurrence_id", layer="occurrences"),
    ]


def _named(
    release: Release,
    name: str,
    table: gpd.GeoDataFrame,
    id_column: str,
    *,
    layer: str,
) -> Collection:
    """Make a collection whose words stand in the catalogue."""
    return make_collection(
        table,
        unique_ids(table[id_column].tolist()),
        name=name,
        title=say(f"collection.{name}"),
        description=say(f"collection.{name}-described"),
        terms=terms_of(release, layer),
    )


def _overlay(release: Release, item: Overlay) -> Collection:
    """Make the collection of a layer; rows without an id of their own are numbered."""
    table = release.table(item.id)
    column, form = item.display.id_column, item.display.form
    names = table[column] if column in table.columns else range(1, len(table) + 1)
    prefix = "" if form == "points" else item.id.removesuffix("s") + "-"
    return make_collection(
        table,
        unique_ids([f"{prefix}{name}" for name in names]),
        name=item.id,
        title=item.display.title,
        description=item.display.description,
        terms=terms_of(release, item.layer),
        display=item.display,
    )


def terms_of(release: Release, layer: str) -> Terms:
    """Return whose a layer of a release is; an empty id names the atlas itself."""
    for item in release.manifest.layers:
        if item.id == layer:
            return Terms(
                credit=item.credit, licence=item.licence, citation=item.citation
            )
    return Terms(credit=say("page.atlas"), licence=say("collection.own-licence"))
