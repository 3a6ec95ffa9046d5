"""Active faults from every public set that is here, each fault once.

Active is not ore-controlling: rare-earth systems of the region are mostly older.
"""

import geopandas
import numpy as np
import shapely

from geodata.display import Display, Style
from geodata.errors import MissingLayerError
from geodata.layers.clip import margin_polygon
from geodata.layers.faults.merge import (
    SHORTEST_M,
    STRIKE_DEG,
    TOLERANCE_M,
    from_plane,
    merged_faults,
    scale_at,
    to_plane,
)
from geodata.layers.faults.sets import SOURCES, FaultSource, read_sets
from geodata.layers.model import FileRecipe, Files, Layer, VectorProduct

REACH_KM = 100.0
"""A set says something this far from its lines; farther, nobody says he looked."""

UNMAPPED_KAZAKHSTAN = shapely.Polygon(
    [
        (67.0, 41.15), (66.69, 41.2), (66.51, 41.99), (66.01, 42.0), (66.1, 42.99),
        (65.8, 42.88), (64.92, 43.72), (64.43, 43.55), (62.01, 43.49), (61.04, 44.38),
        (58.53, 45.56), (55.98, 45.0), (55.98, 41.32), (55.45, 41.28), (54.91, 41.93),
        (54.12, 42.34), (52.98, 42.13), (52.44, 41.75), (50.0, 42.0), (46.0, 46.5),
        (46.0, 56.0), (87.5, 56.0), (87.5, 47.0), (85.2, 47.0), (85.2, 49.25),
        (67.0, 49.25),
    ]
)  # fmt: skip
"""Kazakhstan where HimaTibetMap, CAFD and GEM hold no line: west of 67.0 E, east of
85.2 E and north of 49.25 N.  The southern edge is drawn by hand along the border,
good to 20 km; beyond the other borders nothing is scored."""

_SIMPLE_DEG = 0.02
_SHORT_M = 1_000.0  # lines are simplified by this before a buffer 100 times as wide
_QUARTER = 16  # corners of a quarter circle: its edge is good to 0.2 km in 100


def build_faults(files: Files) -> VectorProduct:
    """Return the faults of the region and a margin, each once.

    Returns
    -------
    VectorProduct
        Columns ``name``, ``kind`` and ``sets``, as
        :func:`geodata.layers.fault_merge.merged_faults` gives them.  Coverage: see
        :func:`mapped_area`, of all sets together.

    Raises
    ------
    MissingLayerError
        If no set is here.
    """
    sets = read_sets(files)
    if not sets:
        raise MissingLayerError(
            "Faults need at least one of "
            f"{', '.join(source.part[1] for source in SOURCES)}; none is here. Run "
            "scripts/ingest.py."
        )
    table = merged_faults([(source.name, lines) for source, lines in sets])
    mapped = shapely.union_all([mapped_area(source, lines) for source, lines in sets])
    return VectorProduct(
        table=table,
        coverage=shapely.simplify(mapped, _SIMPLE_DEG),
        extra={
            "sets": [source.name for source, _ in sets],
            "merging": {
                "tolerance_km": TOLERANCE_M / 1000,
                "strike_deg": STRIKE_DEG,
                "shortest_km": SHORTEST_M / 1000,
            },
            "coverage_rule": (
                f"within {REACH_KM:g} km of a fault of a set; for every set but AFEAD "
                "without Kazakhstan west of 67.0 E, east of 85.2 E or north of 49.25 N"
            ),
        },
    )


def mapped_area(source: FaultSource, lines: geopandas.GeoDataFrame) -> shapely.Geometry:
    """Return where a set of faults says something.

    Parameters
    ----------
    source : FaultSource
        The set.
    lines : GeoDataFrame
        Its faults, EPSG:4326.

    Returns
    -------
    shapely geometry
        Within :data:`REACH_KM` of a line, on the ground, to 1 %; without
        :data:`UNMAPPED_KAZAKHSTAN` unless the set maps all of Kazakhstan.
        Longitude and latitude.
    """
    middles = shapely.line_interpolate_point(
        lines.geometry.to_numpy(), 0.5, normalized=True
    )
    scale = scale_at(shapely.get_x(middles), shapely.get_y(middles))
    wide = shapely.buffer(
        shapely.simplify(to_plane(lines.geometry.to_numpy()), _SHORT_M),
        1000.0 * REACH_KM * scale,
        quad_segs=_QUARTER,
    )
    reach = from_plane(np.array([shapely.union_all(wide)]))[0]
    area = shapely.intersection(reach, margin_polygon())
    if source.all_kazakhstan:
        return area
    return shapely.difference(area, UNMAPPED_KAZAKHSTAN)


LAYER = Layer(
    id="faults",
    title="Active faults",
    kind="lines",
    says="where faults were mapped",
    alternatives=(
        FileRecipe(
            optional=tuple(source.part for source in SOURCES),
            build=build_faults,
            resolution="not stated, about 1:1 million",
            resolution_km=5.0,
            uncertainty=(
                "Lines good to about 5 km; faults closer to each other than that, of "
                "one strike and from different sets, are taken for one. Active faults "
                "only. Unknown, not absent, farther than 100 km from any mapped fault, "
                "and in western, northern and easternmost Kazakhstan."
            ),
        ),
    ),
    display=Display(
        order=10,
        form="lines",
        label="Active faults",
        title="Active faults",
        description=(
            "Mapped faults; where none was mapped they are unknown. Clipped to the "
            "region and simplified for the screen."
        ),
        columns=("name", "kind", "sets"),
        tooltip=(
            ("{name}", "Fault without a name"),
            ("{kind}", "Fault, kind not stated"),
            ("mapped by {sets}",),
        ),
        style=Style(
            colour="#24457d",
            dark_colour="#a9c4f5",
            width=1.2,
            opacity=0.88,
            small_width=0.8,
        ),
    ),
)
