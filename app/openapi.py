"""The description of the API: self-contained, in OpenAPI 3.1 and 3.0."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.atlas import Atlas
from app.bulk import file_kinds
from app.crs import known_crs
from app.formats import formats
from app.offered_crs import GRID_PATH
from app.parameters import MAX_LIMIT
from app.schemas import Problem
from geodata.region import STATES

Document = dict[str, Any]

_BOUNDS = {"ge": "minimum", "le": "maximum"}
"""Bounds that are left as they stand where a value is looked at before it is read."""

_ITEMS = "/api/collections/{collection_id}/items"

_DAY = r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"
_MOMENT = _DAY + r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"
_MOMENTS = rf"^({_MOMENT}|{_MOMENT}/\.\.|\.\./{_MOMENT})$"
"""Instants and spans that are dates for certain: what a pattern can tell of them."""

_PROBLEM: Document = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
}
_ANYWHERE: dict[str, Document] = {
    "408": {"description": "The request took too long to come", "content": _PROBLEM},
    "414": {"description": "The address is too long", "content": _PROBLEM},
    "429": {"description": "Too many requests; see Retry-After", "content": _PROBLEM},
    "431": {"description": "The head is too large", "content": _PROBLEM},
    "503": {"description": "Not now; see Retry-After", "content": _PROBLEM},
}
"""What any address may answer before it is looked at."""

_NEEDLESS = ("HTTPValidationError", "ValidationError")


def described(
    app: FastAPI, atlas: Atlas, base: str, *, each_collection: bool = True
) -> Document:
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
    each_collection : bool
        Whether the items of each collection stand by themselves, with their columns.
    """
    document = get_openapi(
        title=app.title,
        version=atlas.release.id,
        description=atlas.caution,
        routes=app.routes,
        servers=[{"url": base}],
    )
    paths = document["paths"]
    if each_collection:
        _name_collections(paths, atlas)
    values = _values(atlas, base)
    for path, operations in paths.items():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            for status, told in _ANYWHERE.items():
                operation["responses"].setdefault(status, told)
            for parameter in operation.get("parameters", ()):
                _tighten(parameter, {**values, **_values_of(path, atlas)})
    schemas = document["components"]["schemas"]
    for name in _NEEDLESS:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    return document


def _name_collections(paths: Document, atlas: Atlas) -> None:
    """Put the items of each collection in place of those of any."""
    general: Document = paths.pop(_ITEMS)
    for name in atlas.collections:
        path = _ITEMS.format(collection_id=name)
        operation = copy.deepcopy((paths.get(path) or general)["get"])
        operation["operationId"] = f"items_{name.replace('-', '_')}"
        operation["parameters"] = [
            item for item in operation["parameters"] if item["in"] != "path"
        ]
        paths[path] = {"get": operation}


def _tighten(parameter: Document, values: Mapping[str, Document]) -> None:
    """Say of a parameter what values it can have."""
    schema = _without_null(parameter["schema"])
    schema.pop("title", None)
    for word, standard in _BOUNDS.items():
        if word in schema:
            schema[standard] = schema.pop(word)
    known = values.get(parameter["name"], {})
    if known.get("type") == "array":  # one text with commas, never repeated
        parameter |= {"style": "form", "explode": False}
        kept = ("description", "default")
        schema = {word: schema[word] for word in kept if word in schema}
    parameter["schema"] = {**schema, **known}


def _values(atlas: Atlas, base: str) -> dict[str, Document]:
    """Return what parameters may be at any address, as JSON Schema, by name."""
    files = {item.file.id for item in atlas.grids.by_id.values()}
    types = [item.id for item in atlas.deposit_types]
    systems = [item.uri for item in known_crs()]
    crs = {"type": "string", "enum": [*systems, f"{base}{GRID_PATH}"]}
    boxes = {"type": "array", "items": {"type": "number"}}
    return {
        "collection_id": {"enum": list(atlas.collections)},
        "prospect_id": {"enum": list(atlas.collections["prospects"].ids)},
        "release_id": {"enum": [atlas.release.id]},
        "grid_id": {"enum": list(atlas.grids.by_id)},
        "file": {"enum": sorted(files)},
        "file_name": {
            "enum": [
                f"{item.id}.{kind.ending}"
                for item in atlas.collections.values()
                for kind in file_kinds(item)
            ]
        },
        "limit": {"maximum": MAX_LIMIT},
        "datetime": {"pattern": _MOMENTS},
        "crs": crs,
        "bbox-crs": crs,
        "filter-crs": crs,
        "bbox": {**boxes, "oneOf": [_of_size(4), _of_size(6)]},
        "deposit_type": _list_of(types, unique=False),
        "state": _list_of([item.iso3 for item in STATES], unique=False),
    }


def _values_of(path: str, atlas: Atlas) -> dict[str, Document]:
    """Return what parameters may be at one address, as JSON Schema, by name."""
    found: dict[str, Document] = {}
    if path == "/api/explain":
        types = [item.id for item in atlas.deposit_types]
        found["deposit_type"] = {"enum": ["overall", *types]}
    parts = [*path.split("/"), "", ""]
    collection = atlas.collections.get(parts[3])
    if collection is not None and parts[4] == "items":
        names = [item.name for item in collection.columns]
        forms = ["json", "html", *(item.name for item in formats() if item.pages)]
        found["properties"] = _list_of(names)
        order = [f"{sign}{name}" for name in names for sign in ("", "-")]
        found["sortby"] = {**_list_of(order), "maxItems": 1}
        found["filter"] = {"examples": [f"{names[0]} IS NOT NULL"]}
        found["f"] = {"enum": forms}
    elif path.endswith("/items/{feature_id}"):
        found["f"] = {"enum": ["json", "geojson", "html"]}
    return found


def _of_size(count: int) -> Document:
    return {"minItems": count, "maxItems": count}


def _list_of(values: Sequence[str], *, unique: bool = True) -> Document:
    items = {"type": "string", "enum": list(values)}
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": unique}


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
    {'nullable': True, 'type': 'string'}
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
        first = found.pop("prefixItems")
        if not isinstance(found.get("items"), dict):
            found["items"] = {"anyOf": first}
    if "propertyNames" in found and found.get("type") == "object":
        del found["propertyNames"]
    return found


def _nullable(found: Document) -> Document:
    """Say of values that may be null that they are nullable."""
    if isinstance(found.get("type"), list):
        kinds = found.pop("type")
        if "null" in kinds:
            found["nullable"] = True
        kinds = [{"type": item} for item in kinds if item != "null"]
        found |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    for word in ("anyOf", "oneOf"):
        choices = found.get(word)
        if isinstance(choices, list) and {"type": "null"} in choices:
            choices = [item for item in choices if item != {"type": "null"}]
            del found[word]
            found |= choices[0] if len(choices) == 1 else {word: choices}
            found["nullable"] = True
    if "anyOf" in found and "type" not in found and found.pop("nullable", False):
        found["anyOf"] = [{"nullable": True, **item} for item in found["anyOf"]]
    if "$ref" in found and "nullable" in found:
        return {"nullable": True, "allOf": [{"$ref": found["$ref"]}]}
    return found
