"""The layers a reader can switch on, and what each layer of a release says."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

GAPS = "layer-coverage"
"""The collection of areas that layers leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """One layer of a release that is a collection and can be drawn on the map.

    Attributes
    ----------
    id : str
        Name of the collection, of the switch and of the style.
    layer : str
        Id of the layer in the manifest.
    form : str
        ``lines``, ``outlines``, ``fills`` or ``points``: how it is drawn.
    label : str
        Beside its switch.
    title, description : str
        As the API names it.
    """

    id: str
    layer: str
    form: str
    label: str
    title: str
    description: str


_DRAWN = " Clipped to the region and simplified for the screen."

OVERLAYS = (
    Overlay(
        id="faults",
        layer="faults",
        form="lines",
        label="Active faults",
        title="Active faults",
        description="Mapped faults; where none was mapped they are unknown." + _DRAWN,
    ),
    Overlay(
        id="sutures",
        layer="sutures",
        form="lines",
        label="Sutures (Tibet–Pamir)",
        title="Sutures of Tibet, the Himalaya and the Pamir",
        description="Lines along which continents or arcs were joined." + _DRAWN,
    ),
    Overlay(
        id="terranes",
        layer="terranes",
        form="outlines",
        label="Terranes",
        title="Terranes",
        description="Crustal blocks of a plate model; ages in million years.",
    ),
    Overlay(
        id="provinces",
        layer="provinces",
        form="outlines",
        label="Geological provinces",
        title="Geological provinces",
        description="Provinces by type, last orogeny and crust." + _DRAWN,
    ),
    Overlay(
        id="intrusions",
        layer="intrusions",
        form="fills",
        label="Intrusions",
        title="Intrusions",
        description="Bodies of intrusive rock as mapped." + _DRAWN,
    ),
    Overlay(
        id="magmatic-belts",
        layer="magmatic-belts",
        form="fills",
        label="Magmatic belts",
        title="Magmatic belts",
        description="Tracts of a copper assessment, drawn by its authors." + _DRAWN,
    ),
    Overlay(
        id="railways",
        layer="railways",
        form="lines",
        label="Railways",
        title="Railways",
        description="Railways, for access; no part of any score." + _DRAWN,
    ),
    Overlay(
        id="roads",
        layer="roads",
        form="lines",
        label="Roads",
        title="Roads",
        description="Roads, for access; no part of any score." + _DRAWN,
    ),
    Overlay(
        id="context-occurrences",
        layer="mineral-occurrences",
        form="points",
        label="Other mineral occurrences",
        title="Other mineral occurrences",
        description=(
            "Places where public tables record other minerals, one feature a place; "
            "uncertainty_km is the error of the position."
        ),
    ),
)
"""In the order of their switches."""

WHAT: Mapping[str, str] = MappingProxyType(
    {
        "black-shales": "where black shales crop out",
        "climate": "temperature and runoff of today",
        "climate-classes": "climate classes of today",
        "cratons": "old, stable cores of continents",
        "crust": "how thick crust and sediment are, and how deep the lithosphere goes",
        "crust-world": "crust and lithosphere of the whole world, coarse",
        "crust1": "how thick crust and sediment are",
        "crustal-magnetics": "magnetic field of the crust, long wavelengths only",
        "faults": "where faults were mapped",
        "geology": "age of the rock at the surface, and whether it is intrusive",
        "gravity": "gravity of the crust",
        "gravity-eigen6c4": "gravity of the crust, satellite model",
        "gravity-wgm2012": "gravity of the crust, world map",
        "intrusions": "where bodies of intrusive rock were mapped",
        "lakes": "lakes and inland seas, left out of every score",
        "lithology": "main kind of rock, in coarse cells",
        "lithology-fractions": "shares of kinds of rock, in coarse cells",
        "lithology-polygons": "kind of rock at the surface",
        "magmatic-belts": "belts of old arcs, drawn for a copper assessment",
        "magnetics": "magnetic field of the crust",
        "mineral-occurrences": "known places of other minerals",
        "neighbours": "land around the five states, without boundaries",
        "occurrences": "known rare-earth sites",
        "palaeo-shorelines": "where old shorelines ran",
        "palaeolithology": "sediments by age and kind, at points",
        "phosphatic-rocks": "places where phosphatic rock is on record",
        "places": "towns",
        "provinces": "geological provinces by type and last orogeny",
        "radiometrics": "thorium, uranium and potassium at the surface",
        "railways": "railways",
        "relief": "height of the land",
        "relief-10m": "height of the land, coarse",
        "relief-gebco": "height of the land, fine",
        "roads": "roads",
        "sediment-classes": "kind of loose sediment",
        "sediment-thickness": "how thick the sediment is",
        "slope": "slope of the land",
        "states": "the five states",
        "sutures": "lines along which continents or arcs were joined",
        "tectonic-regime": "stable, extended or folded crust",
        "terrane-boundaries": "boundaries between crustal blocks",
        "terranes": "crustal blocks",
        "uranium-occurrences": "known places of uranium",
        "weathering-intensity": "how deep the land is weathered",
    }
)
"""What a layer says, in words; a layer that is not here is told by its title."""


def layer_name(layer: str) -> str:
    """Write the id of a layer as words.

    >>> layer_name("magmatic-belts")
    'magmatic belts'
    """
    return layer.replace("-", " ")
