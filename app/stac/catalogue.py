"""The list of releases, and each release."""

from collections.abc import Mapping

from app.atlas import Atlas
from app.grids.description import bbox_of
from app.responses import GEOJSON, HTML, JSON
from app.stac.parts import (
    OTHER,
    SCIENTIFIC,
    Place,
    atlas_itself,
    licensors,
    link,
)
from app.stac.schemas import STAC_VERSION, StacCatalogue, StacCollection
from app.text import say


def catalogue(own: str, releases: Mapping[str, str]) -> StacCatalogue:
    """List the releases.

    Parameters
    ----------
    own : str
        Address of this document.
    releases : mapping of str to str
        Id of each release, the newest first → address of its document.
    """
    children = [
        link("child", href, JSON, say("stac.release", release=name))
        for name, href in releases.items()
    ]
    return StacCatalogue(
        type="Catalog",
        stac_version=STAC_VERSION,
        id="rare-earth-atlas",
        title=say("page.atlas"),
        description=say("service.atlas-described"),
        links=[link("self", own, JSON), link("root", own, JSON), *children],
    )


def release_collection(atlas: Atlas, place: Place) -> StacCollection:
    """Describe a release, with a link to each of its items."""
    layers = atlas.release.manifest.layers
    grids, tables = atlas.grids.by_id, atlas.collections
    files = [grid.file for grid in grids.values()][:1]
    published = atlas.published
    items = [
        *(
            link("item", place.grid(name), GEOJSON, grid.title)
            for name, grid in grids.items()
        ),
        *(
            link("item", place.table(name), GEOJSON, table.title)
            for name, table in tables.items()
        ),
    ]
    return {
        "type": "Collection",
        "stac_version": STAC_VERSION,
        "stac_extensions": [SCIENTIFIC],
        "id": atlas.release.id,
        "title": say("stac.release", release=atlas.release.id),
        "description": say("stac.release-described", caution=atlas.caution),
        "keywords": [
            *say("stac.keywords").split(", "),
            *(item.title for item in atlas.deposit_types),
        ],
        "license": OTHER,
        "providers": [atlas_itself(), *licensors(layers)],
        "extent": {
            "spatial": {"bbox": [bbox_of(file) for file in files]},
            "temporal": {"interval": [[published, published]]},
        },
        "sci:citation": say(
            "stac.citation", release=atlas.release.id, address=place.release
        ),
        "sci:publications": [{"citation": item.citation} for item in layers],
        "links": [
            link("self", place.collection, JSON),
            link("root", place.root, JSON),
            link("parent", place.root, JSON),
            link("license", place.licences, HTML, say("collection.licence")),
            link("cite-as", place.release, JSON),
            *items,
        ],
    }
