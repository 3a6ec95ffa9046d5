"""What a reader can switch on in the map of one release."""

from typing import Any

from app.atlas import Atlas
from app.overlays import GAPS, OVERLAYS, layer_name

_CREDITS = 3  # sources named in the map key


def overlay_switches(atlas: Atlas) -> list[dict[str, Any]]:
    """Return the layers that can be switched on, with their source lines."""
    credit = {item["id"]: item["credit"] for item in atlas.release.manifest["layers"]}
    gaps = gap_ids(atlas)
    return [
        {
            "id": item.id,
            "form": item.form,
            "label": item.label,
            "credit": short_credit(credit.get(item.layer, "")),
            "layer": item.layer,
            "gap": item.layer if item.layer in gaps else "",
        }
        for item in OVERLAYS
        if item.id in atlas.collections
    ]


def short_credit(credit: str) -> str:
    """Shorten a source line for the map key; the page of layers has all of it.

    >>> short_credit("Faults: A; Faults: B")
    'Faults: A; B'
    >>> short_credit("Points: A; Points: B; Points: C; Points: D; Points: E")
    'Points: A; B; C and 2 more'
    """
    first, *others = credit.split("; ")
    prefix = first.partition(": ")[0] + ": "
    parts = [first, *(part.removeprefix(prefix) for part in others)]
    if len(parts) <= _CREDITS + 1:
        return "; ".join(parts)
    return f"{'; '.join(parts[:_CREDITS])} and {len(parts) - _CREDITS} more"


def gap_ids(atlas: Atlas) -> tuple[str, ...]:
    """Return the ids of the layers that leave out part of the five states."""
    return atlas.collections[GAPS].ids if GAPS in atlas.collections else ()


def gap_choices(atlas: Atlas) -> list[dict[str, str]]:
    """Name those layers, for the choice of what to hatch."""
    return [{"id": name, "label": layer_name(name)} for name in gap_ids(atlas)]
