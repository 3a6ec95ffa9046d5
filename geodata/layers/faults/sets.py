"""The public sets of fault lines, each read into one form.

Folds, which some sets carry among the faults, are left out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import numpy.typing as npt

from geodata.errors import LayerFormatError
from geodata.layers.clip import MARGIN, lines_inside, margin_polygon
from geodata.layers.model import Files, Part
from geodata.layers.source_files import needed_column, reading, texts, texts_of
from geodata.layers.storage.table_file import CRS
from geodata.readers.vector import read_vector

_UNNAMED = "unnamed"  # CAFD writes "Unnamed Fault" where it knows no name
_DOUBTFUL = "D"  # lowest rank of confidence in AFEAD: perhaps no fault at all


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSource:
    """A published set of fault lines.

    Attributes
    ----------
    name : str
        What the column ``sets`` calls it.
    part : (source id, file name)
        Its file.
    read : callable
        From the file to rows of ``name`` (null where unknown), ``kind`` and
        LineStrings of EPSG:4326 inside the margin.
    all_kazakhstan : bool
        True when the set maps Kazakhstan throughout, so that absence of a line in
        the north and west of it means something.
    """

    name: str
    part: Part
    read: Callable[[Path], geopandas.GeoDataFrame]
    all_kazakhstan: bool


def _read_afead(path: Path) -> geopandas.GeoDataFrame:
    source = read_vector(path, driver="shapefile-zip", columns=("CONF",), window=MARGIN)
    sure = source["CONF"].astype(str).str.strip().str.upper() != _DOUBTFUL
    source = source[sure]
    return _uniform(
        source,
        names=texts_of(source, ("FAULT_NAME", "NAME", "FAULT", "ZONE_NAME")),
        kinds=texts_of(source, ("SENSE", "SENS", "KINEMATICS", "SLIP_TYPE", "TYPE")),
    )


def _read_himatibetmap(path: Path) -> geopandas.GeoDataFrame:
    source = read_vector(
        path, driver="geojson", columns=("Name", "Type"), window=MARGIN
    )
    return _uniform(source, names=texts(source["Name"]), kinds=texts(source["Type"]))


def _read_cafd(path: Path) -> geopandas.GeoDataFrame:
    source = read_vector(
        path, driver="shapefile-zip", columns=("Name", "Type"), window=MARGIN
    )
    return _uniform(source, names=texts(source["Name"]), kinds=texts(source["Type"]))


def _read_gem(path: Path) -> geopandas.GeoDataFrame:
    source = read_vector(path, driver="geojson-zip", columns=("name",), window=MARGIN)
    kind = needed_column(source, ("slip_type",), "the GEM faults")
    return _uniform(source, names=texts(source["name"]), kinds=texts(source[kind]))


SOURCES = (
    FaultSource(
        name="AFEAD",
        part=("afead", "AFEAD_v2022.zip"),
        read=_read_afead,
        all_kazakhstan=True,
    ),
    FaultSource(
        name="HimaTibetMap",
        part=("himatibetmap", "HimaTibetMap.geojson"),
        read=_read_himatibetmap,
        all_kazakhstan=False,
    ),
    FaultSource(
        name="CAFD",
        part=("cafd-faults", "GIS_shapefiles.zip"),
        read=_read_cafd,
        all_kazakhstan=False,
    ),
    FaultSource(
        name="GEM",
        part=("gem-active-faults", "gem_active_faults.geojson.zip"),
        read=_read_gem,
        all_kazakhstan=False,
    ),
)
"""In order of preference.  AFEAD is drawn at 1:1 million throughout and names its
confidence; HimaTibetMap has an open licence and its sources row by row; CAFD draws the
Tien Shan and Pamir more densely but states no licence for its data; GEM here is the
release of 2017, in the five states nearly all taken from HimaTibetMap."""


def read_sets(files: Files) -> list[tuple[FaultSource, geopandas.GeoDataFrame]]:
    """Read every set whose file is here, in order of preference.

    Raises
    ------
    LayerFormatError
        If a file cannot be read or holds no fault near the region; the error names
        it, and without it the others can be read.
    """
    sets = []
    for source in SOURCES:
        if source.part in files:
            with reading(source.part):
                sets.append((source, _read(source, files[source.part])))
    return sets


def _read(source: FaultSource, path: Path) -> geopandas.GeoDataFrame:
    lines = source.read(path)
    if lines.empty:
        raise LayerFormatError(
            f"{path.name} holds no fault in the region and its margin; expected some, "
            f"as {source.name} maps them. Check that it is the file the catalogue "
            "describes."
        )
    return lines


def _uniform(
    source: geopandas.GeoDataFrame,
    *,
    names: list[str | None],
    kinds: list[str | None],
) -> geopandas.GeoDataFrame:
    shapes = source.geometry.to_numpy()
    faults = np.flatnonzero([not is_fold(kind) for kind in kinds])
    lines, row = lines_inside(shapes[faults], margin_polygon())
    rows: npt.NDArray[np.int64] = faults[row]
    return geopandas.GeoDataFrame(
        {
            "name": [_known(names[at]) for at in rows],
            "kind": [fault_kind(kinds[at]) for at in rows],
        },
        geometry=lines,
        crs=CRS,
    )


def _known(name: str | None) -> str | None:
    return None if name is None or name.casefold().startswith(_UNNAMED) else name


_FOLD = re.compile(r"clin|fold")
_THRUST = re.compile(r"thr[us]{2}t|revers")
_NORMAL = re.compile(r"norm")
_LEFT = re.compile(r"l\w?ft|sinis")
_RIGHT = re.compile(r"right|dextr")
_STRIKE = re.compile(r"slip|rike|stri")

UNCLASSIFIED = "unclassified"


def is_fold(text: str | None) -> bool:
    """Tell whether a kind is that of a fold, which is no fault.

    >>> [is_fold(text) for text in ("anticline", "snycline", "fold", "thrust", None)]
    [True, True, True, False, False]
    """
    return text is not None and _FOLD.search(text.casefold()) is not None


def fault_kind(text: str | None) -> str:
    """Return the kind of a fault in words that are always spelt the same.

    Parameters
    ----------
    text : str or None
        As in the source, with all its misspellings.

    Returns
    -------
    str
        ``thrust`` (reverse included), ``normal``, ``left-slip``, ``right-slip``,
        ``strike-slip`` (sense unknown), one of the first two and one of the last
        three for oblique slip, or ``unclassified``.

    >>> fault_kind("left sli[p"), fault_kind("Reverse-Dextral"), fault_kind("")
    ('left-slip', 'thrust, right-slip', 'unclassified')
    """
    words = (text or "").casefold()
    dips = [
        kind
        for kind, pattern in (("thrust", _THRUST), ("normal", _NORMAL))
        if pattern.search(words)
    ]
    slips = [
        kind
        for kind, pattern in (("left-slip", _LEFT), ("right-slip", _RIGHT))
        if pattern.search(words)
    ]
    if not slips and _STRIKE.search(words):
        slips = ["strike-slip"]
    # Two contrary senses say as much as none.
    parts = [*(dips if len(dips) == 1 else []), *(slips if len(slips) == 1 else [])]
    return ", ".join(parts) or UNCLASSIFIED
