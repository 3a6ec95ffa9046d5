"""Layers that deposit types ask for and for which no public source is known.

Whoever holds such data for the region writes the layer's own module, with a recipe.
"""

from geodata.layers.model import Layer

LAYERS = (
    Layer(
        id="black-shales",
        title="Black shales",
        kind="polygons",
        says="where black shales crop out",
    ),
    Layer(
        id="palaeo-shorelines",
        title="Old shorelines",
        kind="lines",
        says="where old shorelines ran",
    ),
    Layer(
        id="radiometrics",
        title="Radiometrics",
        kind="raster",
        says="thorium, uranium and potassium at the surface",
    ),
    Layer(
        id="uranium-occurrences",
        title="Uranium occurrences",
        kind="points",
        says="known places of uranium",
    ),
    Layer(
        id="weathering-intensity",
        title="Weathering intensity",
        kind="raster",
        says="how deep the land is weathered",
    ),
)
