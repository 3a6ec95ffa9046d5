"""One GeoJSON feature collection (RFC 7946)."""

import shapely

from app.excerpt import CRS84_URI, Excerpt
from app.formats import Format
from app.geojson import collection, encode_features
from app.responses import FEATURES_SCHEMA, GEOJSON


def features_of(excerpt: Excerpt) -> list[bytes]:
    """Encode the rows of an excerpt, each as one feature.

    In a reference system with its northing or latitude first, positions are written in
    that order, as OGC API – Features, part 2, asks.
    """
    if excerpt.plain:
        return excerpt.collection.features(excerpt.rows)
    geometry = excerpt.geometry
    if geometry is not None and excerpt.axes_swapped:
        geometry = shapely.transform(geometry, lambda xy: xy[:, ::-1])
    return encode_features(
        excerpt.ids,
        geometry,
        excerpt.collection.table,
        excerpt.columns,
        excerpt.rows.tolist(),
    )


def stamp(excerpt: Excerpt) -> dict[str, str]:
    """Return what stands beside features: release, caution, licence, credits."""
    source = excerpt.source
    said = {
        "release": source.release,
        "caution": source.caution,
        "attribution": source.attribution,
        "licence": source.licence,
        "credits": source.about,
    }
    return said if excerpt.crs_uri == CRS84_URI else {**said, "crs": excerpt.crs_uri}


def feature_collection(excerpt: Excerpt, **extra: object) -> bytes:
    """Join the features of an excerpt, with other members beside them."""
    return collection(features_of(excerpt), **stamp(excerpt), **extra)


FORMAT = Format(
    name="geojson",
    title="GeoJSON",
    media_type=GEOJSON,
    schema=FEATURES_SCHEMA,
    write=feature_collection,
    position=1,
)
