"""Readers of our formats that share no code with the writers."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely

from app.columns import Column

Values = dict[str, list[object]]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a file holds: values by column, missing ones None; a geometry a row."""

    values: Values
    geometry: list[shapely.Geometry | None] | None


Reader = Callable[[Path, tuple[Column, ...]], ReadBack]


def geojson(path: Path, columns: tuple[Column, ...]) -> ReadBack:
    return _features(json.loads(path.read_bytes())["features"])


def geojsonseq(path: Path, columns: tuple[Column, ...]) -> ReadBack:
    first, *texts = path.read_bytes().split(b"\x1e")
    assert first == b""
    assert all(text.endswith(b"}\n") for text in texts)
    return _features([json.loads(text) for text in texts])


def _features(features: list[dict]) -> ReadBack:
    names = dict.fromkeys(name for item in features for name in item["properties"])
    values = {name: [item["properties"][name] for item in features] for name in names}
    outlines = [item["geometry"] for item in features]
    return ReadBack(
        {"id": [item["id"] for item in features]} | values,
        [item and shapely.from_geojson(json.dumps(item)) for item in outlines],
    )


def csv_table(path: Path, columns: tuple[Column, ...]) -> ReadBack:
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
    kinds = {column.name: column.kind for column in columns}
    cast = {
        "integer": int,
        "number": float,
        "boolean": {"True": True, "False": False, "true": True, "false": False}.get,
        "string": str,
    }
    names = [name for name in (rows[0] if rows else ()) if name not in _CSV_TAIL]
    values = {
        name: [
            cast[kinds.get(name, "string")](row[name]) if row[name] else None
            for row in rows
        ]
        for name in names
    }
    outlines = [row.get("geometry_wkt") for row in rows]
    return ReadBack(
        values, [(text and shapely.from_wkt(text)) or None for text in outlines]
    )


_CSV_TAIL = ("geometry_wkt", "release", "caution", "credits")


def by_gdal(path: Path, columns: tuple[Column, ...]) -> ReadBack:
    table = pyogrio.read_dataframe(path, layer=0, use_arrow=False)
    return _table(table)


def parquet(path: Path, columns: tuple[Column, ...]) -> ReadBack:
    if b"geo" not in pq.read_schema(path).metadata:  # a table without places
        return _table(pd.read_parquet(path))
    table = gpd.read_parquet(path)
    assert table.crs.to_authority() == ("OGC", "CRS84")
    return _table(table.drop(columns="bbox", errors="ignore"))


def _table(table: pd.DataFrame) -> ReadBack:
    placed = isinstance(table, gpd.GeoDataFrame)
    names = [name for name in table if not placed or name != table.geometry.name]
    values = {
        name: [None if pd.isna(value) else value for value in table[name].tolist()]
        for name in names
    }
    return ReadBack(values, list(table.geometry) if placed else None)


_KML = "{http://www.opengis.net/kml/2.2}"


def kml(path: Path, columns: tuple[Column, ...]) -> ReadBack:
    root = ET.parse(path).getroot()  # noqa: S314  # our own file
    kinds = {
        item.get("name"): item.get("type") for item in root.iter(f"{_KML}SimpleField")
    }
    cast = {
        "string": lambda text: text,
        "int": int,
        "double": lambda text: float(text) if "." in text or "e" in text else int(text),
        "bool": {"1": True, "0": False}.__getitem__,
    }
    marks = list(root.iter(f"{_KML}Placemark"))
    values: Values = {name: [] for name in kinds}
    for mark in marks:
        told = {
            item.get("name"): item.text or "" for item in mark.iter(f"{_KML}SimpleData")
        }
        for name, kind in kinds.items():
            values[name].append(cast[kind](told[name]) if name in told else None)
    return ReadBack(values, [_kml_shape(mark) for mark in marks])


def _kml_shape(mark: ET.Element) -> shapely.Geometry | None:
    several = mark.find(f"{_KML}MultiGeometry")
    parts = [
        part
        for item in (mark if several is None else several)
        for part in _kml_part(item)
    ]
    if several is None:
        return parts[0] if parts else None
    make = {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
    return make[parts[0].geom_type](parts)


def _kml_part(item: ET.Element) -> list[shapely.Geometry]:
    def places(element: ET.Element) -> list[tuple[float, ...]]:
        text = element.find(f".//{_KML}coordinates").text
        return [tuple(map(float, place.split(","))) for place in text.split()]

    kind = item.tag.removeprefix(_KML)
    if kind == "Point":
        return [shapely.Point(places(item)[0])]
    if kind == "LineString":
        return [shapely.LineString(places(item))]
    if kind == "Polygon":
        outer = places(item.find(f"{_KML}outerBoundaryIs"))
        inner = [places(ring) for ring in item.findall(f"{_KML}innerBoundaryIs")]
        return [shapely.Polygon(outer, inner)]
    return []


_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def xlsx(path: Path, columns: tuple[Column, ...]) -> ReadBack:
    first = workbook(path)[0]
    names = [first[0][at] for at in sorted(first[0])] if first else []
    values = {
        str(name): [row.get(at) for row in first[1:]] for at, name in enumerate(names)
    }
    outlines = values.pop("geometry_wkt", None)
    shapes = outlines and [text and shapely.from_wkt(text) for text in outlines]
    return ReadBack(values, shapes)


def workbook(path: Path) -> list[list[dict[int, object]]]:
    """Return the sheets of a workbook: rows of column → value."""
    with zipfile.ZipFile(path) as book:
        strings = [
            "".join(part.text or "" for part in item.iter(f"{_SHEET}t"))
            for item in _parsed(book.read("xl/sharedStrings.xml"))
        ]
        names = sorted(name for name in book.namelist() if "worksheets/sheet" in name)
        return [_sheet(book.read(name), strings) for name in names]


def _sheet(content: bytes, strings: list[str]) -> list[dict[int, object]]:
    rows: list[dict[int, object]] = []
    for row in _parsed(content).iter(f"{_SHEET}row"):
        while len(rows) < int(row.get("r")):
            rows.append({})
        for cell in row:
            assert cell.find(f"{_SHEET}f") is None, "a formula"
            rows[-1][_place(cell.get("r"))] = _cell(cell, strings)
    return rows


def _parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314  # our own file


def _place(name: str) -> int:
    letters = re.match("[A-Z]+", name)[0]
    at = 0
    for letter in letters:
        at = 26 * at + ord(letter) - 64
    return at - 1


def _cell(cell: ET.Element, strings: list[str]) -> object:
    text = cell.find(f"{_SHEET}v").text
    if cell.get("t") == "s":
        return re.sub(
            "_x([0-9A-Fa-f]{4})_", lambda hit: chr(int(hit[1], 16)), strings[int(text)]
        )
    return bool(int(text)) if cell.get("t") == "b" else float(text)


READERS: dict[str, Reader] = {
    "geojson": geojson,
    "geojsonseq": geojsonseq,
    "csv": csv_table,
    "fgb": by_gdal,
    "gpkg": by_gdal,
    "parquet": parquet,
    "kml": kml,
    "xlsx": xlsx,
}
