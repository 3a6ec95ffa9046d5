"""Prospect areas as one GeoJSON feature collection (RFC 7946)."""

from app.collection import Collection, Positions
from app.formats import Format
from app.geojson import collection
from app.responses import FEATURES_SCHEMA, GEOJSON
from app.schemas import Stamp


def write(found: Collection, rows: Positions, stamp: Stamp, _about: str) -> bytes:
    """Join the encoded features of some rows; the stamp stands beside them."""
    return collection([found.features[row] for row in rows], **stamp)


FORMAT = Format(
    ending="geojson",
    title="GeoJSON",
    media_type=GEOJSON,
    schema=FEATURES_SCHEMA,
    write=write,
    position=1,
)
