"""Prospect areas as CSV that spreadsheets and programs read without harm."""

import csv
import io
import re

import numpy as np
import shapely

from app.collection import Collection, Positions
from app.formats import Format
from app.geojson import DECIMALS, JsonValue, to_member
from app.schemas import Stamp

BOM = "\ufeff"
"""Makes spreadsheets read the file as UTF-8."""

_SEPARATORS = r";|\t\r\n"
"""What begins a new cell where a spreadsheet does not split at commas."""

_BEGINS_FORMULA = re.compile(
    rf'(^|[{_SEPARATORS}])((?:[^\S\t\r\n]|")*)(?=[-=+@－＝＋＠])'
)

HEADERS = {
    "favourability": "favourability_0_to_1",
    "p10": "favourability_p10_0_to_1",
    "p50": "favourability_p50_0_to_1",
    "p90": "favourability_p90_0_to_1",
    "coverage": "coverage_0_to_1",
    "top10_share": "share_of_draws_in_top_10_of_type_0_to_1",
    "learned_rank": "learned_rank_0_best_to_1",
    "rank_in_type_p10": "rank_in_type_p10_of_trial_runs",
    "rank_in_type_p90": "rank_in_type_p90_of_trial_runs",
    "lon": "lon_deg_wgs84",
    "lat": "lat_deg_wgs84",
}
"""Column → header, where the name alone does not tell the unit."""


def neutralise(text: str) -> str:
    """Keep a spreadsheet from taking text, or a part of it, for a formula.

    >>> neutralise("=1+1"), neutralise("K-43-XII")
    ("'=1+1", 'K-43-XII')

    Where the list separator is a semicolon, as in Russian or Kazakh settings, a text
    is split at it:

    >>> neutralise("Kutessay; =1+1")
    "Kutessay;' =1+1"
    """
    safe = _BEGINS_FORMULA.sub(r"\1'\2", text)
    return f"'{safe}" if safe.startswith(("\t", "\r", "\n")) else safe


def write(found: Collection, rows: Positions, stamp: Stamp, about: str) -> bytes:
    """Write prospects as CSV.

    Parameters
    ----------
    found : Collection
        The prospect areas.
    rows : array of int64
        Which of them, in this order.
    stamp : mapping
        Release and caution; the id and the first sentence stand in each row.
    about : str
        Address of the page with the whole caution, citations and licences; in each
        row too.

    Returns
    -------
    bytes
        UTF-8 with byte-order mark; the outline as WKT, degrees, six decimals.
    """
    table = found.table.iloc[rows]
    names = [name for name in table.columns if name != table.geometry.name]
    caution = f"{str(stamp['caution']).partition('. ')[0].rstrip('.')}."
    tail = [str(stamp["release"]), caution, about]
    outlines = shapely.to_wkt(
        shapely.transform(table.geometry.to_numpy(), lambda xy: np.round(xy, DECIMALS)),
        rounding_precision=DECIMALS,
    )
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        [
            *(HEADERS.get(name, name) for name in names),
            "outline_wkt_deg_wgs84",
            "release",
            "caution",
            "caution_credits_and_licences_at",
        ]
    )
    columns = [table[name].tolist() for name in names]
    for row, outline in enumerate(outlines):
        cells = [_cell(column[row]) for column in columns]
        writer.writerow([*cells, outline, *map(neutralise, tail)])
    return (BOM + text.getvalue()).encode()


def _cell(value: object) -> JsonValue:
    member = to_member(value)
    if isinstance(member, str):
        return neutralise(member)
    return "" if member is None else member


FORMAT = Format(
    ending="csv",
    title="CSV",
    media_type="text/csv; charset=utf-8",
    schema={"type": "string"},
    write=write,
    position=2,
)
