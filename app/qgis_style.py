"""The look of a collection as a style of QGIS (QML)."""

from markupsafe import escape

from app.collection import Collection
from app.looks import look_of, red_green_blue

_MM_PER_PIXEL = 25.4 / 96


def qml(collection: Collection) -> str:
    """Write the look of a collection as QGIS reads it: one symbol for all features.

    Parameters
    ----------
    collection : Collection
        One with a geometry.
    """
    kind = collection.geometry_type.removeprefix("Multi")
    look = look_of(collection)
    red, green, blue = red_green_blue(look.colour)
    opaque, filled = round(255 * look.opacity), round(255 * look.fill_opacity)
    line, fill = (f"{red},{green},{blue},{part}" for part in (opaque, filled))
    width = f"{look.width * _MM_PER_PIXEL:.3f}"
    dash = [f"{float(part) * _MM_PER_PIXEL:.3f}" for part in look.dash.split()]
    dashed = {
        "use_custom_dash": "1" if dash else "0",
        "customdash": ";".join(dash or ["5", "2"]),
        "customdash_unit": "MM",
    }
    if kind == "Point":
        options = {
            "name": "circle",
            "color": fill,
            "outline_color": line,
            "outline_width": width,
            "outline_width_unit": "MM",
            "size": "2.4",
            "size_unit": "MM",
        }
        return _document("marker", [("SimpleMarker", options)])
    stroke = {"line_color": line, "line_width": width, "line_width_unit": "MM"} | dashed
    if kind == "LineString":
        return _document("line", [("SimpleLine", stroke)])
    area = {"color": fill, "style": "solid", "outline_style": "no"}
    return _document("fill", [("SimpleFill", area), ("SimpleLine", stroke)])


def _document(symbol: str, layers: list[tuple[str, dict[str, str]]]) -> str:
    drawn = "".join(
        f'<layer class="{name}" enabled="1" locked="0" pass="0">{_options(options)}'
        f"</layer>"
        for name, options in layers
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.22" styleCategories="Symbology">'
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" '
        'forceraster="0"><symbols>'
        f'<symbol type="{symbol}" name="0" alpha="1" clip_to_extent="1" '
        f'force_rhr="0">{drawn}</symbol>'
        "</symbols></renderer-v2></qgis>"
    )


def _options(options: dict[str, str]) -> str:
    """Write options twice: as QGIS reads them since 3.22, and as before."""
    now = "".join(
        f'<Option type="QString" name="{escape(name)}" value="{escape(value)}"/>'
        for name, value in options.items()
    )
    before = "".join(
        f'<prop k="{escape(name)}" v="{escape(value)}"/>'
        for name, value in options.items()
    )
    return f'<Option type="Map">{now}</Option>{before}'
