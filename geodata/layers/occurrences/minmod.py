"""MinMod's data of 2024: a copy of public tables that kept the minerals.

It is a copy, so it adds no record and corrects no position; positions, countries and
types, some of them its own guesses, are left alone.  What it says beyond the table it
was made from is which minerals a record names.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.quoting import reason

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; the files known have 2.5 MB and less."""


def read_minerals(path: Path) -> dict[str, str]:
    """Read which commodities and minerals each record names.

    Returns
    -------
    dict of str to str
        By record id, in the order of the file; names as observed, joined by semicolons.

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
        sites = json.loads(path.read_text(encoding="utf-8-sig"))["MineralSite"]
        return {str(site["record_id"]): _minerals(site) for site in sites}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LayerFormatError(
            f"{path.name} is not as expected ({type(error).__name__}: "
            f"{reason(error)}): JSON with a list 'MineralSite' of records "
            "with record_id and mineral_inventory. Check the file or the catalogue."
        ) from error


def _minerals(site: Mapping[str, Any]) -> str:
    entries = [entry.get("commodity") for entry in site.get("mineral_inventory") or ()]
    names = [
        str(entry.get("observed_name") or "")
        for entry in entries
        if isinstance(entry, dict)
    ]
    return "; ".join(dict.fromkeys(name for name in names if name))
