"""What the columns and the geometry of a collection are, as JSON Schema says it."""

from app.collection import Collection
from app.columns import Column
from app.schemas import ColumnSchema, FeatureSchema, TableSchema
from app.text import say

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ID_COLUMNS = ("id", "occurrence_id")

_GEOMETRY_FORMATS = {
    "Point": "geometry-point",
    "MultiPoint": "geometry-multipoint",
    "MultiLineString": "geometry-multilinestring",
    "MultiPolygon": "geometry-multipolygon",
}


def table_schema(found: Collection, address: str, *, with_roles: bool) -> TableSchema:
    """Describe the columns of a collection, as OGC API – Features, part 5, asks.

    Parameters
    ----------
    found : Collection
        The collection.
    address : str
        Where this description stands.
    with_roles : bool
        Whether to say which column holds the id, as a schema does and queryables do
        not.
    """
    properties = {item.name: _column_schema(item) for item in found.columns}
    named = next((name for name in _ID_COLUMNS if name in properties), "")
    if with_roles and named:
        properties[named] = properties[named].model_copy(update={"role": "id"})
    if found.geometry_type:
        properties["geometry"] = ColumnSchema(
            title=say("column.geometry"),
            format=_GEOMETRY_FORMATS[found.geometry_type],
            role="primary-geometry",
        )
    return TableSchema(
        schema_=_DIALECT,
        id_=address,
        title=found.title,
        description=found.description,
        properties=properties,
    )


def feature_schema(found: Collection) -> FeatureSchema:
    """Describe one feature of a collection as GeoJSON writes it."""
    columns = {
        item.name: {"type": item.kind}
        for item in found.columns
        if item.name != "id"  # GDAL knows that one from the feature itself
    }
    return FeatureSchema(
        schema_=_DIALECT,
        title=found.title,
        description=found.description,
        properties={
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "title": found.geometry_type or "null"},
            "properties": {"type": "object", "properties": columns},
        },
        required=["type", "id", "geometry", "properties"],
    )


def _column_schema(column: Column) -> ColumnSchema:
    return ColumnSchema(
        title=column.title,
        type=column.kind,
        enum=list(column.values) or None,
        unit=column.unit or None,
    )
