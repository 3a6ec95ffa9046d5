"""What a learned model was tested with and a release does not have, in words."""

from collections.abc import Mapping
from typing import Any

from app.atlas import Atlas
from app.report_reader import rows

BELOW = "the figures below are not of this map"
OF_ITS_TEST = "the figures of its test are not of this map"


def what_it_lacks(atlas: Atlas, deposit_type: str, not_of: str = OF_ITS_TEST) -> str:
    """Say which layers of its test a learned model lacks here; empty where none.

    Parameters
    ----------
    atlas : Atlas
        The open release; older ones do not tell.
    deposit_type : str
        Id of a deposit type.
    not_of : {BELOW, OF_ITS_TEST}
        Which figures the reader must not take for those of the map.
    """
    found = atlas.release.validation.get("learned_lacks")
    lacks = found.get(deposit_type) if isinstance(found, Mapping) else None
    return in_words(lacks, not_of)


def in_words(lacks: object, not_of: str) -> str:
    """Tell a list of layers that are absent, or other than those of the test.

    >>> lacks = [{"layer": "crust1", "title": "Crust", "why": "absent"}]
    >>> in_words(lacks, BELOW)[:58]
    'Tested with layers that this release lacks: Crust. Its map'
    >>> in_words([], BELOW)
    ''
    """
    listed = rows(lacks)
    other = [_title(item) for item in listed if item.get("why") == "other"]
    absent = [_title(item) for item in listed if item.get("why") != "other"]
    told = []
    if absent:
        told.append(f"Tested with layers that this release lacks: {', '.join(absent)}.")
    if other:
        told.append(
            "Tested with layers whose content is another in this release: "
            f"{', '.join(other)}."
        )
    if told:
        differs = "knows less" if absent else "differs"
        told.append(f"Its map here {differs}; {not_of}.")
    return " ".join(told)


def _title(item: Mapping[str, Any]) -> str:
    """Name a layer; one that is not there may be known by its id alone."""
    layer = str(item.get("layer", ""))
    title = str(item.get("title") or layer)
    return layer.replace("-", " ") if title == layer else title
