"""Names of prospect areas: an id for addresses, a label for readers."""

from collections.abc import Collection, Sequence

from geodata.prospects.describe import ProspectArea
from geodata.raster.sheets import ROMAN_NUMERALS


def name_areas(
    areas: Sequence[ProspectArea],
    kept: Sequence[str | None] = (),
    *,
    used: Collection[str] = (),
) -> list[str]:
    """Give an id to each area that has none.

    A new id names the deposit type and the 1:200 000 sheet of the best cell; further
    areas of the same type on a sheet get a 2, 3 … from west to east, whatever their
    rank.

    Parameters
    ----------
    areas : sequence of ProspectArea
        All areas of a release.
    kept : sequence of str or None
        The id that each area keeps from earlier releases, None for a new one; empty
        when there are no earlier releases.
    used : collection of str
        Ids that are never given again.

    Returns
    -------
    list of str
        For example ``"carb-k43-12"``, in the order of the areas; no two are the same.
    """
    ids = list(kept) or [None] * len(areas)
    taken = {*used, *ids}
    for position in sorted(
        range(len(areas)), key=lambda n: (areas[n].lon, areas[n].lat)
    ):
        if ids[position] is None:
            ids[position] = _unused(_first_id(areas[position]), taken)
            taken.add(ids[position])
    return [str(identity) for identity in ids]


def label_of(identity: str) -> str:
    """Write an id as a label for readers.

    >>> label_of("carb-k43-12"), label_of("carb-k43-12-2")
    ('CARB K-43-XII', 'CARB K-43-XII (2)')
    """
    code, sheet, number, *again = identity.split("-")
    name = f"{sheet[0].upper()}-{sheet[1:]}-{ROMAN_NUMERALS[int(number) - 1]}"
    return " ".join((code.upper(), name, *(f"({count})" for count in again)))


def _first_id(area: ProspectArea) -> str:
    letter, zone, roman = area.sheet.split("-")
    number = ROMAN_NUMERALS.index(roman) + 1
    return f"{area.deposit_type.code}-{letter}{zone}-{number:02d}".lower()


def _unused(identity: str, taken: Collection[str | None]) -> str:
    """Add the first number, from 2, that makes an id a new one, if need be."""
    again, found = 1, identity
    while found in taken:
        again += 1
        found = f"{identity}-{again}"
    return found
