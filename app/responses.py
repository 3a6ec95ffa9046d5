"""What the API's description says of answers that are made by hand."""

from typing import Any

from app.errors import PROBLEM

JSON = "application/json"
HTML = "text/html"
SCHEMA = "application/schema+json"
OPENAPI_30 = "application/vnd.oai.openapi+json;version=3.0"
OPENAPI_31 = "application/vnd.oai.openapi+json;version=3.1"
GEOJSON = "application/geo+json"
PNG = "image/png"
XML = "application/xml"
ZIP = "application/zip"

_PROBLEM_BODY = {
    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
}

REFUSALS: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client has this already"},
    400: {"description": "A parameter is unknown or wrong", **_PROBLEM_BODY},
    406: {"description": "It is not to be had in this form", **_PROBLEM_BODY},
}
"""Answers every readable address may give."""

NOT_FOUND: dict[int | str, dict[str, Any]] = {
    **REFUSALS,
    404: {"description": "There is nothing with this name", **_PROBLEM_BODY},
    410: {"description": "It is not kept any more", **_PROBLEM_BODY},
}
"""The same, where a name is part of the address."""

UNREADABLE: dict[int | str, dict[str, Any]] = {
    **NOT_FOUND,
    503: {"description": "A release that is asked for is damaged", **_PROBLEM_BODY},
}
"""The same, where a release beside the one that is served is read."""


POSTED: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body or a parameter is wrong", **_PROBLEM_BODY},
    404: {"description": "There is nothing with this name", **_PROBLEM_BODY},
    413: {"description": "The body is too large", **_PROBLEM_BODY},
    415: {"description": "The body is not JSON", **_PROBLEM_BODY},
}
"""Refusals of addresses that read a body."""


def documented(
    refusals: dict[int | str, dict[str, Any]], media_type: str, schema: dict[str, Any]
) -> dict[int | str, dict[str, Any]]:
    """Return refusals and the good answer, for the description of a route."""
    good = {"description": "Found", "content": {media_type: {"schema": schema}}}
    return {200: good, **refusals}


PAGE: dict[str, Any] = {HTML: {"schema": {"type": "string"}}}
"""A page for readers, as a further form of an answer."""


def also(
    refusals: dict[int | str, dict[str, Any]], content: dict[str, Any]
) -> dict[int | str, dict[str, Any]]:
    """Return refusals, and further forms of the good answer."""
    return {200: {"description": "Found", "content": content}, **refusals}


FEATURES_SCHEMA = {"$ref": "#/components/schemas/FeatureCollection"}
