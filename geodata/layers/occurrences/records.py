"""Read every occurrence table that is here, as text under one set of column names."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geodata.checksums import file_checksum
from geodata.layers.model import Files, Part
from geodata.layers.occurrences.column_map import EXTRA, TARGETS, map_columns
from geodata.layers.occurrences.minmod import read_minerals
from geodata.layers.occurrences.public_table import Columns, Keyed, OccurrenceTable
from geodata.layers.occurrences.tables import TABLES
from geodata.layers.source_files import reading
from geodata.readers.archive import archive_members
from geodata.readers.table import read_csv, read_spreadsheet
from geodata.readers.vector import read_geodatabase_table, read_vector
from geodata.sources import Catalogue, PublishedSource

_REQUIRED = ("record_id", "name", "lon", "lat")
_NAMED = ("record_id", "name")
_GEODATABASE = ".gdb.zip"
_SHAPEFILE = "-shp.zip"
_LON, _LAT = "longitude of the geometry", "latitude of the geometry"

# Number of a row in its file, from 1: what records are called by when no column does.
_ROW = "fid"

# Keys of a column map in the catalogue that name layers, not columns.
_LAYER, _NAMES_LAYER = "layer", "names_layer"


def read_records(files: Files, catalogue: Catalogue) -> pd.DataFrame:
    """Read all records of all tables whose files are here.

    Parameters
    ----------
    files : mapping of (source id, file name) to Path
        Verified files.  Of several files of one table the first of its list is read.
    catalogue : Catalogue
        Column maps, and the checksums of reconstructions.

    Returns
    -------
    DataFrame
        One row per record in the order of the tables, all cells text: the targets of
        a column map, ``extra``, ``source_id`` and ``minerals_text``; and ``rebuilt``,
        bool.

    Raises
    ------
    LayerFormatError
        If a file cannot be read, or lacks a column without which it is of no use; the
        error names the file, and without it the others can be read.
    """
    frames = []
    for table in TABLES:
        parts = table.chosen(files)
        if parts:
            frames.append(_read_table(table, parts, files, catalogue))
    if not frames:
        names = [*TARGETS, EXTRA, "source_id", "minerals_text", "rebuilt"]
        return pd.DataFrame({name: pd.Series(dtype=object) for name in names})
    return pd.concat(frames, ignore_index=True)


def parts_used(files: Files) -> tuple[Part, ...]:
    """Return the files :func:`read_records` reads of those that are here."""
    chosen = [(table, table.chosen(files)) for table in TABLES]
    copies = [table.minerals for table, parts in chosen if parts and table.minerals]
    used = [*(part for _, parts in chosen for part in parts), *copies]
    return tuple(part for part in used if part in files)


def _read_table(
    table: OccurrenceTable,
    parts: Sequence[Part],
    files: Files,
    catalogue: Catalogue,
) -> pd.DataFrame:
    source = catalogue.published(table.source)
    columns = _columns(table, source)
    if parts[0] in table.loose_parts():
        frames = _from_members(table, {part: files[part] for part in parts}, columns)
    else:
        with reading(parts[0]):
            frames = _from_one_file(table, files[parts[0]], columns, parts[0][1])
    records = pd.concat(frames, ignore_index=True)
    records["source_id"] = table.source
    records["minerals_text"] = _minerals(table, files, records)
    records["rebuilt"] = any(_is_rebuilt(source, part, files[part]) for part in parts)
    return records


def _columns(table: OccurrenceTable, source: PublishedSource) -> Columns:
    """Join what the code knows of a table with the map of its catalogue entry."""
    known = table.columns or {}
    return {
        target: (*known.get(target, ()), *source.columns.get(target, ()))
        for target in dict.fromkeys((*known, *source.columns))
    }


def _from_one_file(
    table: OccurrenceTable, path: Path, columns: Columns, name: str
) -> list[pd.DataFrame]:
    """Read an archive, or a table that is one file."""
    if name.endswith((_GEODATABASE, _SHAPEFILE)):
        return _from_geometries(table, path, columns, name)
    more = pd.Series(dtype=object)
    if table.keyed is not None and _has_member(path, table.keyed.member):
        more = _keyed(table.keyed, path)
    frames = [
        _mapped(table, _with_lists(table, path, member, more), columns)
        for member in table.members
    ]
    frames += [
        _names_only(table, read_csv(path, member_suffix=member), columns)
        for member in table.name_lists
        if _has_member(path, member)
    ]
    return frames


def _from_members(
    table: OccurrenceTable, paths: Mapping[Part, Path], columns: Columns
) -> list[pd.DataFrame]:
    """Read members that lie beside each other as files of their own."""
    more = pd.Series(dtype=object)
    keyed = table.keyed
    if keyed is not None and (part := (table.source, keyed.member)) in paths:
        with reading(part):
            more = _keyed(keyed, paths[part])
    frames = []
    for part, path in paths.items():
        if part[1] in table.members:
            with reading(part):
                frame = _with_lists(table, path, part[1], more)
                frames.append(_mapped(table, frame, columns))
    return frames


def _with_lists(
    table: OccurrenceTable, path: Path, member: str, more: pd.Series
) -> pd.DataFrame:
    """Read one member, with its commodities from other columns and members."""
    needed = () if table.keyed is None else (table.keyed.key,)
    frame = (
        read_csv(path, member_suffix=member, columns=needed)
        if table.columns
        else read_spreadsheet(path, member_suffix=member)
    )
    if table.numbered:
        frame[_ROW] = np.arange(1, len(frame) + 1)
    joined = [column for column in table.joined if column in frame]
    if joined:
        frame["commodities"] = ["; ".join(row) for row in frame[joined].to_numpy()]
    if table.keyed is not None:
        own = frame.get("commodity", pd.Series("", index=frame.index, dtype=object))
        listed = frame[table.keyed.key].map(more).astype(object)
        frame["commodity"] = listed.fillna(own)
    return frame


def _keyed(keyed: Keyed, path: Path) -> pd.Series:
    """Return the commodities of each record that another table lists, joined."""
    wanted = (keyed.key, keyed.value)
    rows = read_csv(path, member_suffix=keyed.member, columns=wanted)
    return rows.groupby(keyed.key, sort=False)[keyed.value].agg("; ".join)


def _from_geometries(
    table: OccurrenceTable, path: Path, columns: Columns, name: str
) -> list[pd.DataFrame]:
    """Read points; their geometry counts, not columns that repeat it."""
    geodatabase = name.endswith(_GEODATABASE)
    frame = read_vector(
        path,
        driver="filegdb-zip" if geodatabase else "shapefile-zip",
        layer=next(iter(columns.get(_LAYER, ())), table.layer) or None,
    )
    points = shapely.centroid(frame.geometry.to_numpy())
    frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    frame[_LON], frame[_LAT] = shapely.get_x(points), shapely.get_y(points)
    if _ROW not in map(str.casefold, frame.columns):
        frame[_ROW] = np.arange(1, len(frame) + 1)
    frames = [_mapped(table, frame, {**columns, "lon": (_LON,), "lat": (_LAT,)})]
    if geodatabase:
        frames += [
            _names_only(table, read_geodatabase_table(path, layer), columns)
            for layer in columns.get(_NAMES_LAYER, table.name_lists)
        ]
    return frames


def _mapped(
    table: OccurrenceTable, frame: pd.DataFrame, columns: Columns
) -> pd.DataFrame:
    return map_columns(
        frame,
        columns,
        required=_REQUIRED,
        name=table.title,
        keep_rest=table.columns is None,
    )


def _names_only(
    table: OccurrenceTable, frame: pd.DataFrame, columns: Columns
) -> pd.DataFrame:
    """Read records that have names, or only aliases, and no position."""
    named = {**columns, "name": (*columns["name"], *columns.get("aliases", ()))}
    mapped = map_columns(
        frame,
        named,
        required=_NAMED,
        name=table.title,
        keep_rest=table.columns is None,
    )
    mapped["name"] = mapped["name"].str.split(";").str[0].str.strip()
    return mapped.assign(lon="", lat="", lon_dms="", lat_dms="")


def _minerals(table: OccurrenceTable, files: Files, records: pd.DataFrame) -> pd.Series:
    """Return what a copy of the table says of minerals; the copy adds no record."""
    if table.minerals is None or table.minerals not in files:
        return pd.Series("", index=records.index, dtype=object)
    with reading(table.minerals):
        texts = read_minerals(files[table.minerals])
    return records["record_id"].map(texts).fillna("").astype(object)


def _is_rebuilt(source: PublishedSource, part: Part, path: Path) -> bool:
    rebuilt = source.file(part[1]).rebuilt_sha256
    return bool(rebuilt) and file_checksum(path) == rebuilt


def _has_member(path: Path, ending: str) -> bool:
    """Tell whether the archive of a table has another member."""
    return any(name.endswith(ending) for name in archive_members(path))
