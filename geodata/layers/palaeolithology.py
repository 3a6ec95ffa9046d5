"""Old climates written in rocks: coal, bauxite, kaolinite, after Boucot et al."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas
import numpy as np
import pyproj
import shapely

from geodata.display import Display, Style
from geodata.errors import LayerFormatError
from geodata.layers.clip import window_polygon
from geodata.layers.model import Layer, Members, PackageRecipe, VectorProduct
from geodata.layers.storage.table_file import CRS

POINTS = "gprm/Data/boucot_paleolithology.gpkg"
COVERAGE_KM = 300.0
"""Beyond this from any record nothing is known; an expert's choice."""

_QUERY = (
    "SELECT LithCode, Period, LMU, Stage, FROMAGE, TOAGE, Formation, geom "
    "FROM boucot_paleolithology"
)
_REACH_DEG = 6.0  # records this far beyond the window still cover parts of it
_LITHOLOGIES = {
    "B": "bauxite",
    "C": "coal",
    "CA": "calcrete",
    "CR": "crocodilian",
    "E": "evaporite",
    "K": "kaolinite",
    "L": "laterite",
    "O": "oolitic ironstone",
    "PA": "palm",
    "T": "tillite",
}
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)  # GeoPackage 1.3, table 6
_EARTH = pyproj.Geod(ellps="WGS84")
_CIRCLE_POINTS = 72


def build_palaeolithology(members: Members) -> VectorProduct:
    """Return the records of the window and the area within 300 km of any record.

    Returns
    -------
    VectorProduct
        Columns ``lithology``, ``age`` (text), ``from_ma`` and ``to_ma`` (millions
        of years before present), ``formation``.  Positions are good to a degree.
    """
    window = window_polygon()
    reach = shapely.buffer(window, _REACH_DEG)
    records = sorted(
        (
            record
            for record in _records(members[POINTS])
            if reach.contains(record.place)
        ),
        key=lambda record: (record.place.x, record.place.y, record.order()),
    )
    coverage = shapely.intersection(
        _around([record.place for record in records]), window
    )
    inside = [record for record in records if window.contains(record.place)]
    table = geopandas.GeoDataFrame(
        {
            "lithology": [record.lithology for record in inside],
            "age": [record.age for record in inside],
            "from_ma": [record.from_ma for record in inside],
            "to_ma": [record.to_ma for record in inside],
            "formation": [record.formation for record in inside],
        },
        geometry=[record.place for record in inside],
        crs=CRS,
    )
    return VectorProduct(table=table, coverage=coverage)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    lithology: str
    age: str
    from_ma: float
    to_ma: float
    formation: str | None
    place: shapely.Point

    def order(self) -> tuple[float, str, str, str]:
        """Return what puts records of one place into a fixed order."""
        return -self.from_ma, self.lithology, self.age, self.formation or ""


def _records(content: bytes) -> Iterator[_Record]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(content)
        rows = connection.execute(_QUERY).fetchall()
    except sqlite3.Error as error:
        raise LayerFormatError(
            f"The palaeolithology is not the expected GeoPackage ({error}). Check "
            "the catalogue."
        ) from error
    finally:
        connection.close()
    for code, period, part, stage, from_ma, to_ma, formation, blob in rows:
        yield _Record(
            lithology=_LITHOLOGIES.get(code, str(code)),
            age=_age(period, part, stage),
            from_ma=float(from_ma),
            to_ma=float(to_ma),
            formation=_known(formation),
            place=_point(blob),
        )


def _age(period: str | None, part: str | None, stage: str | None) -> str:
    words = dict.fromkeys(filter(None, map(_known, (part, period, stage))))
    return " ".join(words)


def _known(text: str | None) -> str | None:
    return None if text is None or text.strip() in ("", "nan") else text.strip()


def _point(blob: bytes) -> shapely.Point:
    header = 8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111]
    return shapely.from_wkb(blob[header:])


def _around(points: list[shapely.Point]) -> shapely.Geometry:
    azimuths = np.linspace(0.0, 360.0, _CIRCLE_POINTS, endpoint=False)
    circles = []
    for lon, lat in sorted({(round(p.x, 3), round(p.y, 3)) for p in points}):
        size = np.ones(_CIRCLE_POINTS)
        lons, lats, _ = _EARTH.fwd(
            lon * size, lat * size, azimuths, 1000.0 * COVERAGE_KM * size
        )
        circles.append(shapely.Polygon(np.column_stack([lons, lats])))
    return shapely.simplify(shapely.union_all(circles), 0.02)


LAYER = Layer(
    id="palaeolithology",
    title="Rocks that tell of old climates",
    kind="points",
    says="sediments by age and kind, at points",
    alternatives=(
        PackageRecipe(
            parts=(("boucot", POINTS),),
            build=build_palaeolithology,
            resolution="points rounded to about one degree",
            resolution_km=111.0,
            uncertainty=(
                "Positions about 50 km; presence only: no point means nothing is known."
            ),
        ),
    ),
    display=Display(
        order=88,
        form="points",
        label="Rocks of old climates",
        title="Rocks that tell of old climates",
        description=(
            "Coal, bauxite, kaolinite, evaporite and other sediments that formed in "
            "one climate only, by age. Positions are rounded to about a degree."
        ),
        columns=("lithology", "age", "from_ma", "to_ma", "formation"),
        tooltip=(
            ("{lithology}",),
            ("{age}, {from_ma:number} to {to_ma:number} million years",),
            ("{formation}",),
            ("Position good to about 50 km",),
        ),
        style=Style(
            colour="#3d6b5a", dark_colour="#9fd0bb", width=1.5, fill_opacity=0.9
        ),
    ),
)
