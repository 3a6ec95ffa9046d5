"""The empty map page, built by Folium once from our own constants.

Folium and branca evaluate text as a template, so no data ever passes through
them: data comes to the page as JSON and is shown as plain text.
"""

from dataclasses import dataclass
from functools import cache

from geodata.region import WINDOW

MAP_NAME = "map_atlas"
"""Name of the map object in the page."""

LEAFLET_SCRIPT = "/static/vendor/leaflet/leaflet.js"
LEAFLET_STYLE = "/static/vendor/leaflet/leaflet.css"

# How far beyond the data the map may be pushed: enough that the region can stand
# beside the cards of any window.
_ROOM_LAT_DEG, _ROOM_LON_DEG = 60.0, 45.0
_MERCATOR_END_DEG = 85.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MapShell:
    """The parts of a Folium page that our own page is made around.

    Attributes
    ----------
    styles, scripts : tuple of str
        Addresses of the assets, all ours.
    html : str
        The element the map lives in.
    script : str
        The JavaScript that makes the map.
    """

    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    html: str
    script: str


@cache
def map_shell() -> MapShell:
    """Build the empty map of the region, once, when a page first asks for it.

    Returns
    -------
    MapShell
        Parts to be placed in our own page, which adds the nonce.
    """
    # Not needed before: a server starts sooner.
    import folium  # noqa: PLC0415
    from branca.element import Figure  # noqa: PLC0415

    # Folium shall name our Leaflet and nothing of other hosts.
    folium.Map.default_js = [("leaflet", LEAFLET_SCRIPT)]
    folium.Map.default_css = [("leaflet_css", LEAFLET_STYLE)]
    shell = folium.Map(
        location=(46.0, 67.0),
        zoom_start=5,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        minZoom=3,
        maxZoom=11,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        max_bounds=True,
        min_lat=WINDOW.south - _ROOM_LAT_DEG,
        max_lat=min(WINDOW.north + _ROOM_LAT_DEG, _MERCATOR_END_DEG),
        min_lon=WINDOW.west - _ROOM_LON_DEG,
        max_lon=WINDOW.east + _ROOM_LON_DEG,
    )
    shell._id = MAP_NAME.removeprefix("map_")  # noqa: SLF001  # a name we can rely on
    figure = shell.get_root()
    assert isinstance(figure, Figure)  # noqa: S101  # for the type checker
    figure.render()
    return MapShell(
        styles=tuple(address for _, address in shell.default_css),
        scripts=tuple(address for _, address in shell.default_js),
        html=figure.html.render().strip(),
        script=figure.script.render().strip(),
    )
