"""GeoJSON features one after another (RFC 8142), for programs that read as they go."""

import orjson

from app.attribute_table import first_sentence
from app.errors import BadParameterError
from app.excerpt import CRS84_URI, Excerpt
from app.formats import Format
from app.formats.geojson import features_of
from app.text import say

_RECORD = b"\x1e"  # begins each text of the sequence


def write(excerpt: Excerpt) -> bytes:
    """Write one feature a line, each behind a record separator.

    A sequence has no head, so each feature says itself which release it is of, and
    where the credits and licences stand.

    Raises
    ------
    BadParameterError
        If another reference system than longitude and latitude is asked for.
    """
    if excerpt.crs_uri != CRS84_URI:
        raise BadParameterError(say("error.format-crs", format=FORMAT.title))
    source = excerpt.source
    told = orjson.dumps(
        {
            "release": source.release,
            "caution": first_sentence(source.caution),
            "licence": source.licence,
            "credits": source.about,
        }
    )
    tail = b"," + told[1:] + b"\n"
    return b"".join(_RECORD + item[:-1] + tail for item in features_of(excerpt))


FORMAT = Format(
    name="geojsonseq",
    title="GeoJSON Text Sequence",
    media_type="application/geo+json-seq",
    schema={"type": "string"},
    write=write,
    position=3,
    readers=None,
)
