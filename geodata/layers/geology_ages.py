"""What the age codes (column GLG) of the USGS maps of the former Soviet Union mean."""

from collections.abc import Mapping
from types import MappingProxyType

INTRUSIONS: Mapping[str, str] = MappingProxyType(
    {
        "PtA": "acid intrusive rocks, Archaean and Proterozoic",
        "PtAi": "acid intrusive rocks, Archaean and Proterozoic",
        "Pi": "intrusive rocks, Palaeozoic",
        "Mi": "acid intrusive rocks, Mesozoic",
        "TKi": "acid intrusive rocks, Cretaceous to Neogene",
        "ii": "basic, ultrabasic and alkaline intrusive rocks of unknown age",
    }
)
"""Codes of intrusive rocks."""

AGES: Mapping[str, str] = MappingProxyType(
    {
        "A": "Archaean",
        "Pt": "Proterozoic",
        "X": "Lower and Middle Proterozoic",
        "Y": "Middle and Upper Proterozoic",
        "Z": "Upper Proterozoic",
        "pC": "Precambrian",
        "CmPt": "Proterozoic and Cambrian",
        "Cm": "Cambrian",
        "OCm": "Cambrian and Ordovician",
        "O": "Ordovician",
        "SO": "Ordovician and Silurian",
        "S": "Silurian",
        "DS": "Silurian and Devonian",
        "D": "Devonian",
        "CD": "Devonian and Carboniferous",
        "C": "Carboniferous",
        "PC": "Carboniferous and Permian",
        "P": "Permian",
        "Pz": "Palaeozoic",
        "PZ": "Palaeozoic",
        "TrP": "Permian and Triassic",
        "Tr": "Triassic",
        "JTr": "Triassic and Jurassic",
        "J": "Jurassic",
        "KJ": "Jurassic and Cretaceous",
        "K": "Cretaceous",
        "PgK": "Cretaceous and Palaeogene",
        "Pg": "Palaeogene",
        "NPg": "Palaeogene and Neogene",
        "N": "Neogene",
        "QT": "Tertiary and Quaternary",
        "Q": "Quaternary",
        "Qv": "Pliocene and Quaternary extrusive rocks",
        "PtA": "Archaean and Proterozoic",
        "PtAi": "Archaean and Proterozoic",
        "Pi": "Palaeozoic",
        "Mi": "Mesozoic",
        "TKi": "Cretaceous to Neogene",
    }
)
"""Codes of rocks of known age."""

NOT_MAPPED = frozenset({"oth"})
"""Land outside the former Soviet Union."""
