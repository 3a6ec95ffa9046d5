"""Column maps: what a publisher calls our columns, and what is left over.

Some tables nobody here has opened.  For each of our names the catalogue lists the
names their publisher may use; the first that is there counts.  So putting the real
names in is an edit of the catalogue, and of nothing else.
"""

import json
from collections.abc import Mapping, Sequence

import pandas as pd

from geodata.errors import LayerFormatError
from geodata.readers.quoting import listed

TARGETS = (
    "record_id",
    "name",
    "aliases",
    "lon",
    "lat",
    "lon_dms",
    "lat_dms",
    "country_text",
    "state_text",
    "commodities",
    "deposit_group",
    "deposit_type",
    "status",
    "age",
    "host_rock",
    "location_source",
    "reference",
)
"""Every column a map may name."""

# Windows quotation marks read as control signs come back; other controls go.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ") | {
    0x91: "\u2018",
    0x92: "\u2019",
    0x93: "\u201c",
    0x94: "\u201d",
    0x96: "-",
    0x97: "-",
}

_ONLY_EXTRA = ("state_text", "host_rock", "location_source", "reference")

EXTRA = "extra"
"""Column of what no target took: JSON text of an object, or empty."""


def map_columns(
    frame: pd.DataFrame,
    columns: Mapping[str, Sequence[str]],
    *,
    required: Sequence[str],
    name: str,
    keep_rest: bool = False,
) -> pd.DataFrame:
    """Rename the columns of a table to ours.

    Parameters
    ----------
    frame : DataFrame
        As published; any cell type.
    columns : mapping of str to sequence of str
        Our name to the publisher's candidates in order of preference; case and outer
        blanks do not count.  Names that are no target are left aside.
    required : sequence of str
        Targets without which the table is of no use.
    name : str
        What the table is called in messages.
    keep_rest : bool
        Keep as JSON text in the column ``extra`` what no target took, and the targets
        that have no column of their own in the uniform table.

    Returns
    -------
    DataFrame
        All :data:`TARGETS` as text and :data:`EXTRA`; a target without a column is
        empty everywhere.

    Raises
    ------
    LayerFormatError
        If a required target has no column; the message lists what came.

    Examples
    --------
    >>> table = pd.DataFrame({"Dep_Name ": ["Espe"], "ID": [7], "Depth": ["9"]})
    >>> maps = {"record_id": ("id",), "name": ("site", "dep_name")}
    >>> row = map_columns(
    ...     table, maps, required=("name",), name="a table", keep_rest=True
    ... ).loc[0]
    >>> row["record_id"], row["name"], row["extra"]
    ('7', 'Espe', '{"Depth": "9"}')
    """
    by_key = {
        str(column).strip().casefold(): column for column in reversed(frame.columns)
    }
    taken = {
        target: by_key[key]
        for target in TARGETS
        for key in _first_found(columns.get(target, ()), by_key)
    }
    missing = [target for target in required if target not in taken]
    if missing:
        wanted = "; ".join(
            f"{target} from {', '.join(columns.get(target, ())) or 'no candidate'}"
            for target in missing
        )
        raise LayerFormatError(
            f"{name} lacks a column for {wanted}. It has the columns "
            f"{listed(map(str, frame.columns), nothing='none')}. Add the right name to "
            "[columns] of its file in geodata/sources/catalogue."
        )
    mapped = pd.DataFrame(
        {
            target: _texts(frame[taken[target]]) if target in taken else ""
            for target in TARGETS
        },
        index=frame.index,
    )
    rest = [column for column in frame.columns if column not in taken.values()]
    mapped[EXTRA] = ""
    if keep_rest:
        mapped[EXTRA] = _as_json(
            {str(column).strip(): _texts(frame[column]) for column in rest}
            | {target: mapped[target] for target in _ONLY_EXTRA}
        )
    return mapped


def _first_found(candidates: Sequence[str], by_key: Mapping[str, str]) -> list[str]:
    keys = [candidate.strip().casefold() for candidate in candidates]
    return [key for key in keys if key in by_key][:1]


def _texts(column: pd.Series) -> pd.Series:
    """Return a column as text; what is missing is empty, whole floats lose the .0."""
    if pd.api.types.is_float_dtype(column):
        texts = column.map(lambda value: "" if pd.isna(value) else f"{value:.15g}")
    else:
        texts = column.map(lambda value: "" if pd.isna(value) else _clean(str(value)))
    return texts.astype(object)


def _clean(text: str) -> str:
    return text.translate(_CONTROLS).strip()


def _as_json(columns: Mapping[str, pd.Series]) -> list[str]:
    """Return each row as JSON without its empty cells; nothing when all are empty."""
    rows = (
        {name: text for name, text in zip(columns, cells, strict=True) if text}
        for cells in zip(*columns.values(), strict=True)
    )
    return [
        json.dumps(row, ensure_ascii=False, sort_keys=True) if row else ""
        for row in rows
    ]
