"""What the page of the API tells: its addresses by subject, values and examples."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from app.text import has, say

_SUBJECTS = (
    "API",
    "Features",
    "Files",
    "Grids",
    "Tiles",
    "Explanations",
    "Reports",
    "Exports",
    "STAC",
    "Maps",
    "Health",
)
"""Tags of the description, in the order in which the page shows them."""

_IN_PATH = re.compile(r"\{(\w+)\}")
_EXAMPLES = {
    "collection_id": "prospects",
    "file_name": "prospects.gpkg",
    "place": "67.5,47.2",
    "z": "5",
    "x": "22",
    "y": "11",
    "form": "png",
    "zoom": "5",
    "row": "11",
    "column": "22",
}
"""Values of parts of addresses that show something, where none is described."""

_QUERIES = {
    "/api/explain": "lon=73.1&lat=49.8",
    "/api/collections/prospects/items": "limit=3&sortby=-area_km2",
    "/api/collections/{collection_id}/items": "limit=3&f=csv",
}
"""What an example asks for, where the address alone would not do or say little."""

_MOST_LETTERS = 110
"""Of the values of a parameter, before the rest is only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an address; ``values`` says in words what it may be."""

    name: str
    meaning: str
    values: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address, what it gives, and an example; an empty one cannot be followed."""

    method: str
    path: str
    meaning: str
    parameters: tuple[Parameter, ...]
    body: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The addresses of one subject; ``anchor`` names it on the page."""

    title: str
    anchor: str
    addresses: tuple[Address, ...]


def subjects(document: Mapping[str, Any], *, feature_id: str) -> list[Subject]:
    """Arrange a description of the API for readers.

    Parameters
    ----------
    document : mapping
        OpenAPI 3.1, as :func:`app.openapi.described` writes it.
    feature_id : str
        Id of a prospect area, for examples.
    """
    known = {**_EXAMPLES, "feature_id": feature_id}
    by_tag: dict[str, list[Address]] = {name: [] for name in _SUBJECTS}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = operation["tags"][0]
            by_tag.setdefault(tag, []).append(
                _address(method.upper(), path, operation, known)
            )
    return [
        Subject(
            title=_title(tag),
            anchor=tag.lower(),
            addresses=tuple(sorted(found, key=lambda item: item.path)),
        )
        for tag, found in by_tag.items()
        if found
    ]


def _title(tag: str) -> str:
    """Name a subject; one that nobody has named yet, by its tag."""
    key = f"service.subject-{tag.lower()}"
    return say(key) if has(key) else tag


def _address(
    method: str, path: str, operation: Mapping[str, Any], known: Mapping[str, str]
) -> Address:
    described = operation.get("parameters", ())
    schemas = {item["name"]: item["schema"] for item in described}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return str(known.get(name) or next(_choices(schemas[name]), ""))

    example = _IN_PATH.sub(value, path) if method == "GET" else ""
    if example and path in _QUERIES:
        example += f"?{_QUERIES[path]}"
    return Address(
        method=method,
        path=path,
        meaning=operation["description"],
        parameters=tuple(
            Parameter(
                name=item["name"],
                meaning=item.get("description", ""),
                values=_values(item["schema"]),
                required=item.get("required", False),
            )
            for item in described
        ),
        body=tuple(operation.get("requestBody", {}).get("content", {})),
        example=example,
    )


def _choices(schema: Mapping[str, Any]) -> Iterator[object]:
    """Give the values of a schema that are examples or are listed."""
    yield from schema.get("examples", ())
    yield from schema.get("enum", ())


def _values(schema: Mapping[str, Any]) -> str:
    """Say in words what a parameter may be.

    >>> _values({"type": "integer", "minimum": 1, "maximum": 9, "default": 3})
    '1 to 9; 3 if it is not given'
    """
    told = _kind(schema)
    default = schema.get("default")
    if default in (None, ""):
        return told
    given = str(default).lower() if isinstance(default, bool) else default
    return say("service.default", values=told, default=given)


def _kind(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return str(schema["const"])
    listed = schema.get("enum") or schema.get("items", {}).get("enum")
    if listed:
        shown = _shown([str(item) for item in listed])
        several = schema.get("type") == "array" and schema.get("maxItems") != 1
        return say("service.several", values=shown) if several else shown
    if schema.get("type") == "array":
        return say("service.numbers")
    if "minimum" in schema and "maximum" in schema:
        low, high = schema["minimum"], schema["maximum"]
        return say("service.range", low=f"{low:,}", high=f"{high:,}")
    if "minimum" in schema:
        return say("service.from", low=f"{schema['minimum']:,}")
    if schema.get("type") == "boolean":
        return "true, false"
    examples = [str(item) for item in schema.get("examples", ())]
    if examples:
        return say("service.such-as", values=", ".join(examples))
    return say(f"service.kind-{schema.get('type', 'string')}")


def _shown(values: Sequence[str]) -> str:
    """List values, the first few if they are many.

    >>> _shown(["json", "html"]), _shown(["x" * 60, "y" * 60, "z"])[60:]
    ('json, html', ' and 2 more')
    """
    ends = accumulate(len(value) + 2 for value in values)
    fit = max(1, sum(end <= _MOST_LETTERS for end in ends))
    shown = ", ".join(values[:fit])
    rest = len(values) - fit
    return say("service.and-more", shown=shown, rest=rest) if rest else shown
