"""The five states, and the few facts about their region that everything shares."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One of the five states.

    Attributes
    ----------
    iso3 : str
        ISO 3166-1 alpha-3 code.
    name : str
        Short English name.
    """

    iso3: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LonLat:
    """A place: longitude and latitude, degrees, WGS 84."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A box of longitudes and latitudes, degrees, WGS 84."""

    west: float
    south: float
    east: float
    north: float


STATES = (
    State(iso3="KAZ", name="Kazakhstan"),
    State(iso3="KGZ", name="Kyrgyzstan"),
    State(iso3="TJK", name="Tajikistan"),
    State(iso3="TKM", name="Turkmenistan"),
    State(iso3="UZB", name="Uzbekistan"),
)
"""The five states in English alphabetical order."""

WINDOW = Bounds(west=44.0, south=33.0, east=90.0, north=58.0)
"""Part of the world the bundle's layers are clipped to: the states and a margin."""

BORDER_PROFILE = "none"
"""No boundary is drawn outside the five states; theirs are Natural Earth 1:10 M."""

BORDER_NOTE = (
    "Borders of the five states after Natural Earth 1:10 million; none is drawn "
    "elsewhere. The designations used do not imply any opinion on the legal status "
    "of any territory or on the course of any border."
)

CAUTION = (
    "Exploration aid, not a resource estimate. This ranks areas by favourable "
    "public evidence. It is not an Exploration Result, Exploration Target, Mineral "
    "Resource or Ore Reserve under any reporting code, nor a classification under "
    "UNFC. It states no tonnage and no grade. Areas may prove barren. Not for "
    "investment decisions."
)
"""The caution that stands inside every artefact; one string, kept here only."""
