"""Sites of MinMod's data of 2024: a copy of public tables that kept the minerals.

It is a copy, so it adds no record and corrects no position.  What it says beyond the
table it was made from is which minerals a record names.  Its list of fifteen
rare earths stands for the group, its ``POINT`` is longitude before latitude whatever
its own README says, and a type it has guessed itself is left out.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.quoting import reason
from geodata.region import LonLat

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; the files known have 2.5 MB and less."""

_NUMBER = r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
_POINT = re.compile(rf"\s*POINT\s*\(\s*{_NUMBER}\s+{_NUMBER}\s*\)\s*")
_GUESSED = "sri"


@dataclass(frozen=True, slots=True, kw_only=True)
class MinmodSite:
    """One record.

    Attributes
    ----------
    record_id, name : str
        As in the table it was copied from.
    position : LonLat or None
        None for ``POINT EMPTY``, for no location, and for what is not a point.
    country : str
        Name as observed; empty when only an identifier is given.
    deposit_type : str
        Code of the table; a guess of MinMod's own is left out.
    commodities : str
        Names as observed, joined by semicolons.
    """

    record_id: str
    name: str
    position: LonLat | None
    country: str
    deposit_type: str
    commodities: str


def read_sites(path: Path) -> dict[str, MinmodSite]:
    """Read a file of sites.

    Returns
    -------
    dict of str to MinmodSite
        By record id, in the order of the file.

    Raises
    ------
    UnsafeFileError
        If the file is larger than any known one could be.
    LayerFormatError
        If it is not JSON in the layout of 2024.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise UnsafeFileError(
            f"{path.name} has {size:,} bytes; a file of sites has at most "
            f"{LARGEST_FILE:,}. It was not read; fetch it again."
        )
    try:
        records = json.loads(path.read_text(encoding="utf-8-sig"))["MineralSite"]
        sites = [_site(record) for record in records]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LayerFormatError(
            f"{path.name} is not as expected ({type(error).__name__}: "
            f"{reason(error)}): JSON with a list 'MineralSite' of records "
            "with record_id, name, location_info and mineral_inventory. Check the "
            "file or the catalogue."
        ) from error
    return {site.record_id: site for site in sites}


def parse_point(text: str) -> LonLat | None:
    """Read a point of well-known text; what is empty or not a point is None.

    Examples
    --------
    >>> parse_point("POINT(76.1667 42.6667)")
    LonLat(lon=76.1667, lat=42.6667)
    >>> parse_point("POINT EMPTY") is None
    True
    """
    found = _POINT.fullmatch(text)
    if found is None:
        return None
    lon, lat = float(found[1]), float(found[2])
    within = math.isfinite(lon) and abs(lon) <= 180 and abs(lat) <= 90
    return LonLat(lon=lon, lat=lat) if within else None


def _site(record: Mapping[str, Any]) -> MinmodSite:
    place = record.get("location_info") or {}
    types = record.get("deposit_type_candidate") or ()
    observed = (
        _observed(entry.get("commodity"))
        for entry in record.get("mineral_inventory") or ()
    )
    return MinmodSite(
        record_id=str(record["record_id"]),
        name=str(record.get("name") or ""),
        position=parse_point(str(place.get("location") or "")),
        country=_country(place.get("country")),
        deposit_type=next(
            (
                _observed(candidate)
                for candidate in types
                if not str(candidate.get("source", "")).casefold().startswith(_GUESSED)
            ),
            "",
        ),
        commodities="; ".join(dict.fromkeys(name for name in observed if name)),
    )


def _country(value: object) -> str:
    """Return the country of a record: one object here, a list of them in later data."""
    entries = value if isinstance(value, list) else [value]
    return next((name for name in map(_observed, entries) if name), "")


def _observed(value: object) -> str:
    return str(value.get("observed_name") or "") if isinstance(value, dict) else ""
