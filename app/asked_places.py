"""The places that a client asks about at once: JSON or GeoJSON, read strictly."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    ValidationError,
    field_validator,
)

from app.bodies import Document, geojson_schema, read_object, said
from app.errors import BadParameterError
from app.text import say

MOST_PLACES = 1_000

Detail = Literal["summary", "full"]


class AskedPlace(BaseModel):
    """One place, degrees, WGS 84."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, strict=True)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, strict=True)]
    id: Annotated[str, Field(max_length=200)] | StrictInt | None = Field(
        default=None, description="Comes back with the answer."
    )


class AskedPlaces(BaseModel):
    """Up to 1,000 places."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    places: tuple[AskedPlace, ...] = Field(max_length=MOST_PLACES)
    deposit_type: Annotated[str, Field(max_length=64)] | None = Field(
        default=None,
        description="Id of a deposit type, or 'overall' for the one that scores best "
        "at each place.",
    )
    detail: Detail | None = Field(
        default=None, description="'summary' (scores) or 'full' (every part of them)."
    )

    @field_validator("deposit_type", "detail", mode="before")
    @classmethod
    def _is_said_or_left_out(cls, value: object) -> object:
        if value is None:
            raise ValueError("leave it out, or say which")
        return value


_POSITION = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
        {"type": "number"},
    ],
    "minItems": 2,
    "maxItems": 3,
}
_NAMED = {"id": {"type": ["string", "integer", "null"], "maxLength": 200}}


_GEOMETRY: Document = {
    "anyOf": [
        geojson_schema("Point", coordinates=_POSITION),
        geojson_schema(
            "MultiPoint",
            coordinates={
                "type": "array",
                "items": _POSITION,
                "minItems": 1,
                "maxItems": MOST_PLACES,
            },
        ),
    ]
}
_FEATURE = geojson_schema("Feature", geometry=_GEOMETRY)
_FEATURE["properties"] |= _NAMED

PLACES_SCHEMA: Document = {
    "anyOf": [
        {
            "type": "object",
            "properties": {
                "places": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST_PLACES,
                    "items": {
                        "type": "object",
                        "properties": {
                            "lon": {"type": "number", "minimum": -180, "maximum": 180},
                            "lat": {"type": "number", "minimum": -90, "maximum": 90},
                            **_NAMED,
                        },
                        "required": ["lon", "lat"],
                        "additionalProperties": False,
                    },
                },
                "deposit_type": {"type": "string", "maxLength": 64},
                "detail": {"enum": ["summary", "full"]},
            },
            "required": ["places"],
            "additionalProperties": False,
        },
        *_GEOMETRY["anyOf"],
        _FEATURE,
        geojson_schema(
            "FeatureCollection",
            features={
                "type": "array",
                "items": _FEATURE,
                "minItems": 1,
                "maxItems": MOST_PLACES,
            },
        ),
    ]
}
"""What a body of places looks like, for the description of the API."""


def read_places(body: bytes) -> AskedPlaces:
    """Read the places of a request.

    Parameters
    ----------
    body : bytes
        A JSON object with ``places``, or GeoJSON: Point, MultiPoint, Feature or
        FeatureCollection of those.  ``deposit_type`` and ``detail`` may stand beside.

    Raises
    ------
    BadParameterError
        Saying which place is wrong, and what was expected.
    """
    given = read_object(body)
    if "type" in given:
        given = {
            "places": _places(given),
            **{key: given[key] for key in ("deposit_type", "detail") if key in given},
        }
    elif isinstance(given.get("places"), list):
        _count(given["places"])
    try:
        return AskedPlaces.model_validate(given)
    except ValidationError as error:
        raise BadParameterError(said(error)) from None


def _places(given: Document) -> list[Document]:
    """Return the places of a GeoJSON object."""
    if given["type"] != "FeatureCollection":
        return _count(_of_one(given, ""))
    features = given.get("features")
    if not isinstance(features, list):
        raise BadParameterError(say("places.no-features"))
    found = []
    for number, feature in enumerate(_count(features)):
        found += _of_one(feature, f"features.{number}")
    return _count(found)


def _of_one(given: Any, where: str) -> list[Document]:  # noqa: ANN401  # anything came
    """Return the places of a feature or a geometry; ``where`` it stands."""
    name = None
    if isinstance(given, dict) and given.get("type") == "Feature":
        name = given.get("id")
        given, where = given.get("geometry"), f"{where}.geometry".strip(".")
    kind = given.get("type") if isinstance(given, dict) else None
    at = given.get("coordinates") if isinstance(given, dict) else None
    if kind not in ("Point", "MultiPoint") or not isinstance(at, list):
        raise BadParameterError(say("places.no-points", where=where or "type"))
    named = {} if name is None else {"id": name}
    return [
        {**_lonlat(position, f"{where}.coordinates.{number}".strip(".")), **named}
        for number, position in enumerate([at] if kind == "Point" else _count(at))
    ]


def _lonlat(position: Any, where: str) -> Document:  # noqa: ANN401  # anything came
    if not isinstance(position, list) or len(position) not in (2, 3):
        raise BadParameterError(say("places.no-position", where=where))
    return {"lon": position[0], "lat": position[1]}


def _count(places: list[Any]) -> list[Any]:
    """Refuse too many places, or none, before each of them is read."""
    if not places:
        raise BadParameterError(say("places.none"))
    if len(places) > MOST_PLACES:
        given, most = f"{len(places):,}", f"{MOST_PLACES:,}"
        raise BadParameterError(say("places.too-many", given=given, most=most))
    return places
