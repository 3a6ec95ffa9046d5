"""The description of the API: self-contained, in OpenAPI 3.1 and 3.0."""

import copy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.atlas import Atlas
from app.parameters import MAX_LIMIT
from app.schemas import Problem

Document = dict[str, Any]

_BOUNDS = {"ge": "minimum", "le": "maximum"}
"""Bounds that are left as they stand where a value is looked at before it is read."""

_BOX: Document = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 4,
    "maxItems": 6,
    "example": [60, 40, 80, 50],
}

_NEEDLESS = ("HTTPValidationError", "ValidationError")


def described(app: FastAPI, atlas: Atlas, base: str) -> Document:
    """Describe every operation, with the refusals we really give.

    Parameters
    ----------
    app : FastAPI
        The application.
    atlas : Atlas
        Its release is the version; its collections, types and ids are the values that
        parameters may have.
    base : str
        Address of the server as readers see it.
    """
    document = get_openapi(
        title=app.title,
        version=atlas.release.id,
        description=atlas.caution,
        routes=app.routes,
        servers=[{"url": base}],
    )
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            for parameter in operation.get("parameters", ()):
                _tighten(parameter, atlas, path)
    schemas = document["components"]["schemas"]
    for name in _NEEDLESS:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    return document


def _tighten(parameter: Document, atlas: Atlas, path: str) -> None:
    """Say of a parameter what values it can have."""
    schema = _without_null(parameter["schema"])
    schema.pop("title", None)
    parameter["schema"] = schema
    values = _values(parameter["name"], atlas, path)
    if values:
        schema["enum"] = values
    for word, standard in _BOUNDS.items():
        if word in schema:
            schema[standard] = schema.pop(word)
    if parameter["name"] == "bbox":
        schema |= _BOX
        schema.pop("examples", None)
    if parameter["name"] == "limit":
        schema["maximum"] = MAX_LIMIT
    if schema.get("type") == "array":  # one text with commas, never repeated
        parameter |= {"style": "form", "explode": False}


def _values(name: str, atlas: Atlas, path: str) -> list[str]:
    """Return the values a parameter of an address can have; empty = not listed."""
    match name:
        case "collection_id":
            return list(atlas.collections)
        case "prospect_id":
            return list(atlas.collections["prospects"].ids)
        case "release_id":
            return [atlas.release.id]
        case "deposit_type" if path == "/api/explain":
            return ["overall", *(item.id for item in atlas.deposit_types)]
    return []


def _without_null(schema: Document) -> Document:
    """Drop null from the values of a parameter: in an address nothing is null."""
    choices = [item for item in schema.get("anyOf", ()) if item != {"type": "null"}]
    if len(choices) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**choices[0], **rest}


def in_version_3_0(document: Document) -> Document:
    """Say the same in OpenAPI 3.0, for clients that know no newer one.

    >>> in_version_3_0({"openapi": "3.1.0", "a": {"type": ["string", "null"]}})["a"]
    {'type': 'string', 'nullable': True}
    """
    older: Document = _older(copy.deepcopy(document))
    older["openapi"] = "3.0.3"
    return older


def _older(node: Any) -> Any:  # noqa: ANN401  # any part of a JSON document
    if isinstance(node, list):
        return [_older(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = _nullable({name: _older(value) for name, value in node.items()})
    if "const" in found and not isinstance(found["const"], dict):
        found["enum"] = [found.pop("const")]
    if isinstance(found.get("examples"), list):
        found["example"] = found.pop("examples")[0]
    for word in ("exclusiveMinimum", "exclusiveMaximum"):
        if isinstance(found.get(word), int | float):
            found[word.replace("exclusiveM", "m")] = found[word]
            found[word] = True
    if "prefixItems" in found:
        del found["prefixItems"]
        found.setdefault("items", {})
    if "propertyNames" in found and found.get("type") == "object":
        del found["propertyNames"]
    return found


def _nullable(found: Document) -> Document:
    """Say of values that may be null that they are nullable."""
    if isinstance(found.get("type"), list):
        kinds = [item for item in found.pop("type") if item != "null"]
        found |= {"type": kinds[0]} if len(kinds) == 1 else {}
        found["nullable"] = True
    for word in ("anyOf", "oneOf"):
        choices = found.get(word)
        if isinstance(choices, list) and {"type": "null"} in choices:
            choices = [item for item in choices if item != {"type": "null"}]
            del found[word]
            found |= choices[0] if len(choices) == 1 else {word: choices}
            found["nullable"] = True
    if "$ref" in found and "nullable" in found:
        return {"nullable": True, "allOf": [{"$ref": found["$ref"]}]}
    return found
