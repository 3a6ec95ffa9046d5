"""The table of known rare-earth sites: what public records say of each, kept apart.

A row is an *occurrence*: what one public record says of a site, with a name, perhaps a
position, perhaps an age.  Records disagree by 5 to 45 km, so nothing is averaged away:
each row keeps its own position and how far that may be wrong, and exactly one of a
located site is ``preferred`` as its position on maps.  A site that is known by name
only has no geometry; it is a gap, not a zero.

The rows are written by hand in ``known_sites.csv`` beside this module, and what the
record of their layer says in ``known_sites.toml``; the layer is made from both.
"""

import csv
import io
import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import geopandas
import numpy as np
import pandas as pd

from geodata.errors import LayerFormatError
from geodata.layers.model import TableProduct
from geodata.layers.occurrences.vocabulary import EVIDENCE, deposit_types
from geodata.layers.storage.publication import stage
from geodata.layers.store import LayerStore
from geodata.provenance import Member, Provenance
from geodata.readers.quoting import listed, quoted
from geodata.region import WINDOW

LAYER = "occurrences"
TABLE_PATH = Path(__file__).with_name("known_sites.csv")
RECORD_PATH = Path(__file__).with_name("known_sites.toml")

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


def stage_known_sites(folder: Path) -> Provenance:
    """Check the table written by hand and stage it as a layer.

    Parameters
    ----------
    folder : Path
        The layer folder; see :func:`geodata.layers.storage.publication.stage`.

    Raises
    ------
    LayerFormatError
        If the table is wrong; nothing is written then.
    """
    said = tomllib.loads(RECORD_PATH.read_text(encoding="utf-8"))
    rows = parse_known_sites(TABLE_PATH.read_bytes())
    sources = sorted(said["facts"]["sources"])
    draft = Provenance(
        layer=LAYER,
        title=said["title"],
        kind="table",
        file="",
        sha256="",
        bytes=0,
        members=tuple(Member(source=source) for source in sources),
        citation=said["citation"],
        licence=said["licence"],
        credit=said["credit"],
        open=True,
        resolution=said["resolution"],
        resolution_km=said["resolution_km"],
        uncertainty=said["uncertainty"],
        command=f"python scripts/build_bundle.py --layer {LAYER}",
        extra=said["facts"],
    )
    return stage(folder, TableProduct(table=rows[list(COLUMNS)]), draft)


def read_known_sites(store: LayerStore) -> geopandas.GeoDataFrame:
    """Read the layer of known sites from the store.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        As :func:`parse_known_sites`.

    Raises
    ------
    MissingLayerError, TamperedLayerError, LayerFormatError
        If the layer is absent, changed or wrong.
    """
    rows = store.table(LAYER)
    _require_columns(list(rows.columns))
    return _with_points(rows[list(COLUMNS)])


def parse_known_sites(content: bytes) -> geopandas.GeoDataFrame:
    """Read and check the table of known sites.

    Parameters
    ----------
    content : bytes
        CSV, UTF-8, with at least :data:`COLUMNS`; ``lon``, ``lat`` in degrees, WGS 84,
        both empty when no public record gives a position.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        One row per record, in the order of the file; points, None without a position.
        ``lon``, ``lat`` and ``uncertainty_km`` are NaN there; ``preferred`` is bool.

    Raises
    ------
    LayerFormatError
        If a column is missing, a value is not allowed, an id occurs twice, or a
        located site has not exactly one preferred row.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise LayerFormatError(
            f"The table of known sites is not CSV in UTF-8 ({error}). Restore "
            "known_sites.csv from version control."
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
    return _with_points(pd.DataFrame(columns)[list(COLUMNS)])


def located(occurrences: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the records that have a position, all of them."""
    return occurrences[occurrences.geometry.notna()]


def preferred(occurrences: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return one record per located site: the one used as its position."""
    return occurrences[occurrences["preferred"]]


def _with_points(rows: pd.DataFrame) -> geopandas.GeoDataFrame:
    lon, lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    points = np.where(np.isnan(lon), None, geopandas.points_from_xy(lon, lat))
    return geopandas.GeoDataFrame(rows, geometry=points, crs="EPSG:4326")


def _require_columns(found: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise LayerFormatError(
            f"The table of known sites lacks the column {', '.join(missing)}; it has "
            f"{listed(found, nothing='none')}. Restore known_sites.csv from version "
            "control or add the column."
        )


def _require_values(row: Mapping[str, str], number: int) -> None:
    if None in row or None in row.values():
        _refuse(number, f"the same number of fields as the header, {len(COLUMNS)}", row)
    allowed = {
        "deposit_type": ("", *deposit_types()),
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
            f"Each row needs an id of its own; {listed(twice)} occurs more than "
            "once. Correct known_sites.csv."
        )
    marked: Counter[str] = Counter()
    with_position = set()
    for number, (row, place) in enumerate(zip(rows, places, strict=True), start=2):
        marked[row["site"]] += row["preferred"] == "true"
        if place.known:
            with_position.add(row["site"])
        elif row["preferred"] == "true":
            _refuse(number, "a preferred row to have a position", "none")
    wrong = {site: n for site, n in marked.items() if n != (site in with_position)}
    if wrong:
        found = listed(f"{site} has {count}" for site, count in wrong.items())
        raise LayerFormatError(
            f"Each located site needs exactly one preferred row; {found}. Mark one "
            "row of the site 'true' in known_sites.csv, the others 'false'."
        )


def _refuse(number: int, expected: str, found: object) -> NoReturn:
    raise LayerFormatError(
        f"Line {number} of the table of known sites: expected {expected}; found "
        f"{quoted(found)}. Correct known_sites.csv or restore it from version control."
    )
