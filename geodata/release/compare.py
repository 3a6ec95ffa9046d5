"""Compare two releases number by number: what changed, what came, what went.

Files are read as they lie in the folders, so that a release of an older version can be
compared too.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
import shapely

_IDENTITY = re.compile(r"[a-z]+-[a-z]\d\d-\d+(-\d+)?")  # of a prospect area
_SHAPE_ONLY = frozenset({"manifest.json"})
"""Files whose numbers are sizes and checksums of the others."""

_FEW = 3  # examples named of each kind of difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """How a release differs from another.

    Attributes
    ----------
    changed : tuple of str
        Numbers, words of tables, or geometries that are not the same.
    came, went : tuple of str
        Tables, columns, bands and entries that one of the two lacks.
    same : int
        How many values were compared and found the same.
    """

    changed: tuple[str, ...]
    came: tuple[str, ...]
    went: tuple[str, ...]
    same: int


@dataclass(slots=True)
class _Notes:
    changed: list[str] = field(default_factory=list)
    came: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)
    same: int = 0

    def names(
        self, what: str, old: Mapping[str, object], new: Mapping[str, object]
    ) -> list[str]:
        """Note what one of two lacks; return the names that both have."""
        self.went += [f"{what}{name}" for name in old if name not in new]
        self.came += [f"{what}{name}" for name in new if name not in old]
        return [name for name in old if name in new]


def compare_releases(old: Path, new: Path) -> Differences:
    """Compare the tables, rasters and JSON files of two release folders.

    Parameters
    ----------
    old, new : Path
        Folders of finished releases.

    Returns
    -------
    Differences
        Values must be equal to the last bit; NaN equals NaN.
    """
    notes = _Notes()
    both = notes.names("", _files(old), _files(new))
    for name in both:
        if name.endswith(".parquet"):
            _compare_tables(name, old / name, new / name, notes)
        elif name.endswith(".tif"):
            _compare_rasters(name, old / name, new / name, notes)
        elif name.endswith(".json") and name not in _SHAPE_ONLY:
            _compare_documents(name, old / name, new / name, notes)
    return Differences(
        changed=tuple(notes.changed),
        came=tuple(notes.came),
        went=tuple(notes.went),
        same=notes.same,
    )


def by_file(lines: Sequence[str], *, most: int = 20) -> list[str]:
    """Shorten differences of one kind: a line for each file that has several.

    >>> by_file(["a.json: x", "a.json: y", "b.tif: band p10"], most=2)
    ['a.json: 2 entries, such as x', 'b.tif: band p10']
    """
    if len(lines) <= most:
        return list(lines)
    grouped: dict[str, list[str]] = {}
    for line in lines:
        file, _, what = line.partition(": ")
        grouped.setdefault(file, []).append(what)
    shorter = [
        f"{file}: {len(entries):,} entries, such as {entries[0]}"
        if len(entries) > 1
        else ": ".join(filter(None, (file, *entries)))
        for file, entries in grouped.items()
    ]
    if len(shorter) > most:
        rest = len(shorter) - most + 1
        shorter[most - 1 :] = [f"and {rest:,} files more"]
    return shorter


def _files(folder: Path) -> dict[str, Path]:
    """Return the files of a release by their path inside it."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _compare_tables(name: str, old: Path, new: Path, notes: _Notes) -> None:
    pair = first, second = gpd.read_parquet(old), gpd.read_parquet(new)
    if len(first) != len(second):
        notes.changed.append(f"{name}: {len(first):,} rows, now {len(second):,}")
        return
    both = notes.names(
        f"{name}: column ", dict.fromkeys(first.columns), dict.fromkeys(second.columns)
    )
    for column in both:
        if column == first.geometry.name:
            equal = _equal(*(pd.Series(shapely.to_wkb(one[column])) for one in pair))
        else:
            equal = _equal(*(one[column] for one in pair))
        _note_rows(f"{name}: {column}", equal, notes)


def _equal(old: pd.Series, new: pd.Series) -> npt.NDArray[np.bool_]:
    """Return where two columns hold the same; unknown equals unknown."""
    pairs = zip(old.tolist(), new.tolist(), strict=True)
    return np.array([repr(a) == repr(b) for a, b in pairs], np.bool_)


def _compare_rasters(name: str, old: Path, new: Path, notes: _Notes) -> None:
    with (
        rasterio.open(old, driver="GTiff") as first,
        rasterio.open(new, driver="GTiff") as second,
    ):
        if (first.shape, first.transform) != (second.shape, second.transform):
            notes.changed.append(f"{name}: the grid is another")
            return
        bands = [
            {band: number for number, band in enumerate(one.descriptions, start=1)}
            for one in (first, second)
        ]
        for band in notes.names(f"{name}: band ", *bands):
            values = first.read(bands[0][band], masked=True)
            others = second.read(bands[1][band], masked=True)
            equal = np.array_equal(values.mask, others.mask) and np.array_equal(
                values.filled(0), others.filled(0)
            )
            if equal:
                notes.same += values.size
            else:
                apart = np.abs(values.astype(np.float64) - others).compressed()
                most = f"by up to {apart.max():g}" if apart.size else "everywhere"
                notes.changed.append(f"{name}: band {band}, {most}")


def _compare_documents(name: str, old: Path, new: Path, notes: _Notes) -> None:
    first, second = (
        dict(_numbers(json.loads(path.read_text(encoding="utf-8"))))
        for path in (old, new)
    )
    shapes = [dict.fromkeys(map(_general, numbers)) for numbers in (first, second)]
    notes.names(f"{name}: ", *shapes)
    shared = [path for path in first if path in second]
    equal = np.array([first[path] == second[path] for path in shared], np.bool_)
    examples = [path for path, same in zip(shared, equal, strict=True) if not same]
    notes.same += int(equal.sum())
    if examples:
        told = "; ".join(
            f"{path}: {first[path]:g}, now {second[path]:g}" for path in examples[:_FEW]
        )
        notes.changed.append(f"{name}: {len(examples):,} numbers, such as {told}")


def _numbers(content: object, path: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number of a document with the path that leads to it.

    Items of a list are known by their name or id where they have one.

    >>> dict(_numbers({"a": [{"name": "b", "c": 1}, 2], "d": None}))
    {'a/b/c': 1.0, 'a/1': 2.0}
    """
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _numbers(value, f"{path}/{key}" if path else str(key))
    elif isinstance(content, list):
        for position, value in enumerate(content):
            named = value if isinstance(value, dict) else {}
            key = named.get("name", named.get("id", position))
            yield from _numbers(value, f"{path}/{key}")
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield path, float(content)


def _general(path: str) -> str:
    """Name the kind of an entry: without ids and positions.

    >>> _general("perg-m44-12/components/0/score")
    '…/components/…/score'
    """
    parts = path.split("/")
    return "/".join(
        "…" if _IDENTITY.fullmatch(part) or part.isdigit() else part for part in parts
    )


def _note_rows(what: str, equal: npt.NDArray[np.bool_], notes: _Notes) -> None:
    notes.same += int(equal.sum())
    if not equal.all():
        rows = np.flatnonzero(~equal)
        listed = ", ".join(map(str, rows[:_FEW]))
        notes.changed.append(f"{what}: {len(rows):,} rows, such as {listed}")
