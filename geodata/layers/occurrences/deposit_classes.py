"""Classes of deposits of the public tables, to ask maps about deposits of other kinds.

A class is what the tables say, no judgement of ours: a whole table of one kind, or its
rows of certain words or commodities.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas
import numpy as np
import numpy.typing as npt

from geodata.layers.occurrences.samples import usable


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of one table.

    Attributes
    ----------
    source : str
        The table; empty for all of them.
    said : str
        Word that the table's own deposit type must hold; empty for any.
    commodities : frozenset of str
        Our codes, of which a record must name one; empty for any.
    """

    source: str = ""
    said: str = ""
    commodities: frozenset[str] = frozenset()

    def of(self, table: geopandas.GeoDataFrame) -> npt.NDArray[np.bool_]:
        """Tell which records are such rows, shape (records,)."""
        found = np.ones(len(table), np.bool_)
        if self.source:
            found &= (table["source_id"] == self.source).to_numpy(np.bool_)
        if self.said:
            words = table["deposit_type_source"].str.casefold()
            found &= words.str.contains(self.said, regex=False).to_numpy(np.bool_)
        if self.commodities:
            named = table["commodities"].str.split(",")
            found &= np.array(
                [not self.commodities.isdisjoint(codes) for codes in named], np.bool_
            )
        return found


def _of(source: str = "", said: str = "", *commodities: str) -> Rows:
    return Rows(source=source, said=said, commodities=frozenset(commodities))


_MAJOR = "usgs-major-deposits"

CLASSES: Mapping[str, tuple[Rows, ...]] = MappingProxyType(
    {
        "rare-metals": (_of("", "", "Nb", "Ta", "Be", "Li", "Cs", "Rb"),),
        "tungsten-tin": (_of("gsc-tin-tungsten"), _of(_MAJOR, "", "W", "Sn")),
        "porphyry-copper": (
            _of("usgs-porcu"),
            _of("usgs-sir20105090z", "porphyry"),
        ),
        "massive-sulphide": (_of("usgs-vms"),),
        "gold": (_of("usgs-sedau"), _of(_MAJOR, "", "Au")),
        "chromite": (_of("usgs-podchrome"), _of(_MAJOR, "", "Cr")),
        "nickel-laterite": (_of("usgs-laterite"),),
        "lead-zinc": (_of("usgs-sedznpb"), _of("usgs-sedexmvt")),
        "sediment-copper": (
            _of("usgs-sedcu"),
            _of("usgs-sir20105090z", "sediment"),
        ),
        "phosphate": (
            _of("usgs-phosphate"),
            _of("usgs-ofr20151121"),
            _of(_MAJOR, "sedimentary", "P"),
        ),
        "potash": (_of("usgs-potash"),),
        "titanium-zirconium": (_of(_MAJOR, "surficial", "Ti", "Zr"),),
    }
)
"""From hard rock to sediment; a record of rare earths is in none of them."""

IGNEOUS_RARE_EARTHS = "igneous-rare-earths"
"""Class of the known rare-earth sites in igneous rock, of whichever type."""

IGNEOUS = ("alkaline", "carbonatite", "peralkaline")
"""How ids of igneous deposit types begin."""

KIN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        IGNEOUS_RARE_EARTHS: ("",),
        "rare-metals": ("",),
        "phosphate": ("phosphor", "black-shale"),
        "titanium-zirconium": ("placer",),
    }
)
"""Class → how ids of the deposit types begin to which it is no other kind.

Rare earths and rare metals are so to every type; the others lie in the same rocks.
"""

_OWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        IGNEOUS_RARE_EARTHS: IGNEOUS,
        "phosphate": ("phosphor",),
        "titanium-zirconium": ("placer",),
    }
)


def kin_of(deposit_type: str) -> tuple[str, ...]:
    """Return the classes that are no other kind to a deposit type.

    >>> kin_of("clay-hosted")
    ('igneous-rare-earths', 'rare-metals')
    """
    return _fitting(deposit_type, KIN)


def own_classes(deposit_type: str) -> tuple[str, ...]:
    """Return the classes that may stand for a type that has too few known sites.

    >>> own_classes("peralkaline"), own_classes("clay-hosted")
    (('igneous-rare-earths',), ())
    """
    return _fitting(deposit_type, _OWN)


def _fitting(
    deposit_type: str, classes: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    return tuple(
        name for name, starts in classes.items() if deposit_type.startswith(starts)
    )


def class_places(
    occurrences: geopandas.GeoDataFrame, name: str
) -> geopandas.GeoDataFrame:
    """Return the places of a class, the world over.

    Parameters
    ----------
    occurrences : GeoDataFrame, EPSG:4326
        The layer ``mineral-occurrences``.
    name : str
        One of :data:`CLASSES`.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        Usable records that name no rare earth, one for each place: its preferred one
        where that is of the class.
    """
    rows = usable(occurrences)
    rows = rows[(rows["ree_evidence"] != "direct").to_numpy(np.bool_)]
    chosen = np.zeros(len(rows), np.bool_)
    for part in CLASSES[name]:
        chosen |= part.of(rows)
    ordered = rows[chosen].sort_values("preferred", ascending=False, kind="stable")
    return ordered.drop_duplicates("cluster_id").sort_index()
