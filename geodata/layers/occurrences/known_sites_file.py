"""The occurrence table as a file: CSV read by column name, every value checked."""

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import geopandas
import numpy as np
import shapely

from geodata.errors import LayerFormatError
from geodata.readers.quoting import listed, quoted
from geodata.region import WINDOW

DEPOSIT_TYPES = (
    "black-shale",
    "carbonatite",
    "clay-hosted",
    "peralkaline",
    "phosphorite-uranium",
    "placer",
)
"""Slugs of the deposit-type files; an empty text means that none fits."""

EVIDENCE = ("direct", "pathfinder", "none")
"""The record names rare earths, only a companion of theirs, or neither."""

TEXT_COLUMNS = (
    "occurrence_id",
    "site",
    "name",
    "deposit_type",
    "deposit_type_source",
    "ree_evidence",
    "status",
    "age",
    "country_text",
    "country_by_polygon",
    "source",
    "record_id",
    "record_url",
    "note",
)
NUMBER_COLUMNS = ("lon", "lat", "uncertainty_km")
COLUMNS = (*TEXT_COLUMNS, *NUMBER_COLUMNS, "preferred")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Position:
    """The three numbers of a row; all NaN when the source gives no position."""

    lon: float
    lat: float
    uncertainty_km: float

    @property
    def known(self) -> bool:
        return not math.isnan(self.lon)


def parse_occurrences(content: bytes) -> geopandas.GeoDataFrame:
    """Read and check the occurrence table.

    Parameters
    ----------
    content : bytes
        CSV, UTF-8, with at least :data:`COLUMNS`; ``lon``, ``lat`` in degrees, WGS 84,
        both empty when no public record gives a position.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        One row per claim, in the order of the file; points, None without a position.
        ``lon``, ``lat`` and ``uncertainty_km`` are NaN there; ``preferred`` is bool.

    Raises
    ------
    LayerFormatError
        If a column is missing, a value is not allowed, an id occurs twice, or a
        located site has not exactly one preferred claim.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise LayerFormatError(
            f"The occurrence table is not CSV in UTF-8 ({error}). Restore "
            "occurrences.csv from version control."
        ) from error
    _require_columns(reader.fieldnames or ())
    for number, row in enumerate(rows, start=2):
        _require_values(row, number)
    positions = [_position(row, number) for number, row in enumerate(rows, start=2)]
    _require_one_preferred(rows, positions)
    columns: dict[str, object] = {
        name: [row[name] for row in rows] for name in TEXT_COLUMNS
    }
    for name in NUMBER_COLUMNS:
        columns[name] = np.array([getattr(place, name) for place in positions], float)
    columns["preferred"] = np.array([row["preferred"] == "true" for row in rows], bool)
    points = np.array(
        [
            shapely.Point(place.lon, place.lat) if place.known else None
            for place in positions
        ],
        dtype=np.object_,
    )
    return geopandas.GeoDataFrame(columns, geometry=points, crs="EPSG:4326")


def _require_columns(found: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise LayerFormatError(
            f"The occurrence table lacks the column {', '.join(missing)}; it has "
            f"{listed(found, nothing='none')}. Restore occurrences.csv from version "
            "control or add the column."
        )


def _require_values(row: Mapping[str, str], number: int) -> None:
    if None in row or None in row.values():
        _refuse(number, f"the same number of fields as the header, {len(COLUMNS)}", row)
    allowed = {
        "deposit_type": ("", *DEPOSIT_TYPES),
        "ree_evidence": EVIDENCE,
        "preferred": ("true", "false"),
    }
    for column, values in allowed.items():
        if row[column] not in values:
            choice = ", ".join(value or "nothing" for value in values)
            _refuse(number, f"{column} to be one of: {choice}", row[column])
    for column in ("occurrence_id", "site", "name", "source", "record_id"):
        if not row[column].strip():
            _refuse(number, f"a {column}", "nothing")


def _position(row: Mapping[str, str], number: int) -> _Position:
    """Read the three numbers of a row; all empty means no position."""
    texts = [row[column].strip() for column in NUMBER_COLUMNS]
    if not any(texts):
        return _Position(lon=math.nan, lat=math.nan, uncertainty_km=math.nan)
    try:
        place = _Position(**dict(zip(NUMBER_COLUMNS, map(float, texts), strict=True)))
    except ValueError:
        _refuse(number, "lon, lat and uncertainty_km as numbers, or none", texts)
    inside = (
        WINDOW.west <= place.lon <= WINDOW.east
        and WINDOW.south <= place.lat <= WINDOW.north
    )
    if not inside:
        box = (
            f"{WINDOW.west:g} to {WINDOW.east:g}, {WINDOW.south:g} to {WINDOW.north:g}"
        )
        _refuse(number, f"lon, lat in the region ({box} degrees)", texts[:2])
    if not 0 < place.uncertainty_km < math.inf:
        _refuse(number, "a positive uncertainty_km", texts[2])
    return place


def _require_one_preferred(
    rows: Sequence[Mapping[str, str]], places: Sequence[_Position]
) -> None:
    ids = Counter(row["occurrence_id"] for row in rows)
    twice = [name for name, count in ids.items() if count > 1]
    if twice:
        raise LayerFormatError(
            f"Each claim needs an id of its own; {listed(twice)} occurs more than "
            "once. Correct occurrences.csv."
        )
    marked: Counter[str] = Counter()
    with_position = set()
    for number, (row, place) in enumerate(zip(rows, places, strict=True), start=2):
        marked[row["site"]] += row["preferred"] == "true"
        if place.known:
            with_position.add(row["site"])
        elif row["preferred"] == "true":
            _refuse(number, "a preferred claim to have a position", "none")
    wrong = {site: n for site, n in marked.items() if n != (site in with_position)}
    if wrong:
        found = listed(f"{site} has {count}" for site, count in wrong.items())
        raise LayerFormatError(
            f"Each located site needs exactly one preferred claim; {found}. Mark one "
            "row of the site 'true' in occurrences.csv, the others 'false'."
        )


def _refuse(number: int, expected: str, found: object) -> NoReturn:
    raise LayerFormatError(
        f"Line {number} of the occurrence table: expected {expected}; found "
        f"{quoted(found)}. Correct occurrences.csv or restore it from version control."
    )
