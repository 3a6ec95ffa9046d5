"""The table of layers: what each is made from, by what, and how good it is."""

from geodata.errors import LayerError
from geodata.layers import (
    borders,
    crust,
    crust_world,
    gravity,
    lakes,
    litho1,
    palaeolithology,
    places,
    regime,
    relief,
    terranes,
)
from geodata.layers.plan import LayerPlan

_STATES_PART = ("natural-earth-borders", borders.COUNTRIES_10M)
_ETOPO1_PART = ("etopo1", crust.ETOPO1)
_TERRANE_PARTS = (
    ("zahirovic-2022", terranes.POLYGONS),
    ("zahirovic-2022", terranes.ATTRIBUTES),
)
_LITHO1_PARTS = (
    ("litho1", litho1.LITHO1),
    ("litho1", crust.CRUST_TYPES),
    ("litho1", crust.CRUST_TYPE_NAMES),
)

PLANS = (
    LayerPlan(
        id="states",
        title="The five states",
        kind="polygons",
        parts=(_STATES_PART,),
        build=borders.build_states,
        resolution="1:10 million",
        resolution_km=0.5,
        uncertainty="Outlines are generalised and quantised to about 0.3 km.",
    ),
    LayerPlan(
        id="neighbours",
        title="Neighbouring countries",
        kind="polygons",
        parts=(("natural-earth-borders", borders.COUNTRIES_50M),),
        build=borders.build_neighbours,
        resolution="1:50 million",
        resolution_km=3.0,
        uncertainty="For orientation only; outlines are strongly generalised.",
    ),
    LayerPlan(
        id="lakes",
        title="Lakes and the Caspian Sea",
        kind="polygons",
        parts=(
            ("natural-earth-lakes", lakes.LAKES_10M),
            ("natural-earth-lakes", lakes.OCEAN_10M),
        ),
        build=lakes.build_lakes,
        resolution="1:10 million",
        resolution_km=0.5,
        uncertainty="Shores change: the Aral Sea is drawn larger than it is today.",
    ),
    LayerPlan(
        id="places",
        title="Cities, towns and villages",
        kind="points",
        parts=(("geonames", places.CITIES),),
        build=places.build_places,
        resolution="points; places with about 500 people and more",
        resolution_km=1.0,
        uncertainty="Populations are of different years; small places are missing.",
    ),
    LayerPlan(
        id="relief",
        title="Relief",
        kind="raster",
        parts=(
            ("globe", relief.GLOBE),
            ("gebco", relief.GEBCO),
            _ETOPO1_PART,
            _STATES_PART,
            ("natural-earth-lakes", lakes.OCEAN_10M),
        ),
        build=relief.build_relief,
        resolution=(
            "cells of 1 minute: means of 15-second GEBCO in the Tien Shan and Pamir, "
            "of 30-second GLOBE elsewhere south of 50 N; ETOPO1 points every 6 "
            "minutes, interpolated, north of 50 N and below sea level"
        ),
        resolution_km=1.9,
        uncertainty=(
            "South of 50 N about 30 m, more in the mountains; north of 50 N about 11 "
            "km of true detail, tens of metres in the steppe, over 100 m in the Altai. "
            "Highest minus lowest within 20 km reads about a quarter too low north of "
            "50 N in the steppe and a sixth in the Altai."
        ),
    ),
    LayerPlan(
        id="gravity",
        title="Gravity anomalies to degree 360",
        kind="raster",
        parts=(("egm2008", gravity.GEOID), _ETOPO1_PART),
        build=gravity.build_gravity,
        resolution="about 55 km half wavelength, sampled every 5 minutes",
        resolution_km=55.0,
        uncertainty=(
            "5 mGal, up to 30 mGal in high mountains. Derived by us from the geoid in "
            "spherical approximation; the Bouguer anomaly is a simple plate without "
            "terrain correction, and under the Caspian Sea the water is not corrected."
        ),
        needs_extra=True,
    ),
    LayerPlan(
        id="tectonic-regime",
        title="Tectonic regime",
        kind="polygons",
        parts=tuple(("strec", f"strec/data/{name}.geojson") for name in regime.REGIMES),
        build=regime.build_regime,
        resolution="not stated; drawn for the globe",
        resolution_km=50.0,
        uncertainty="Present earthquake regimes; edges good to tens of kilometres.",
    ),
    LayerPlan(
        id="terranes",
        title="Terranes",
        kind="polygons",
        parts=_TERRANE_PARTS,
        build=terranes.build_terranes,
        resolution="about 1:10–20 million",
        resolution_km=20.0,
        uncertainty="Edges good to about 20 km; drawn for plate reconstructions.",
    ),
    LayerPlan(
        id="terrane-boundaries",
        title="Terrane boundaries",
        kind="lines",
        parts=_TERRANE_PARTS,
        build=terranes.build_terrane_boundaries,
        resolution="about 1:10–20 million",
        resolution_km=20.0,
        uncertainty="Lines good to about 20 km; where the terranes differ in name.",
        edition=2,  # with the column "setting"
    ),
    LayerPlan(
        id="crust",
        title="Crust and lithosphere, two models",
        kind="raster",
        parts=(
            *_LITHO1_PARTS,
            ("crust1-thickness", crust.CRUST1_THICKNESS),
            _ETOPO1_PART,
        ),
        build=crust.build_crust,
        resolution="about 1 degree, interpolated to 0.25 degrees",
        resolution_km=111.0,
        uncertainty=(
            "Moho 7 km (the two models differ by 6.8 km rms); sediment a few "
            "kilometres; base of the lithosphere doubtful by tens of kilometres."
        ),
    ),
    LayerPlan(
        id="crust-world",
        title="Crust and lithosphere of the world",
        kind="raster",
        parts=_LITHO1_PARTS,
        build=crust_world.build_crust_world,
        resolution="about 1 degree, interpolated to 0.5 degrees",
        resolution_km=111.0,
        uncertainty=(
            "Moho 7 km in Central Asia, where it is compared with a second model; "
            "sediment a few kilometres; base of the lithosphere doubtful by tens of "
            "kilometres."
        ),
    ),
    LayerPlan(
        id="palaeolithology",
        title="Rocks that tell of old climates",
        kind="points",
        parts=(("boucot", palaeolithology.POINTS),),
        build=palaeolithology.build_palaeolithology,
        resolution="points rounded to about one degree",
        resolution_km=111.0,
        uncertainty=(
            "Positions about 50 km; presence only: no point means nothing is known."
        ),
    ),
)
"""Every layer that is built from packages, in the order they are built."""


def plan(layer: str) -> LayerPlan:
    """Return the plan of a layer.

    Raises
    ------
    LayerError
        If no layer of this id is built from packages.
    """
    for entry in PLANS:
        if entry.id == layer:
            return entry
    raise LayerError(
        f"No layer '{layer}' is built from packages. There are "
        f"{', '.join(entry.id for entry in PLANS)}."
    )
