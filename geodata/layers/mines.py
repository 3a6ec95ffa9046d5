"""Mines, smelters and refineries: power, rails and people that work ore.

For people who plan a visit or a plant.  Never scored.
"""

import re
from collections.abc import Sequence

import geopandas
import numpy as np
import pandas as pd

from geodata.display import Display, Style
from geodata.errors import LayerFormatError
from geodata.layers.clip import MARGIN
from geodata.layers.model import FileRecipe, Files, Layer, Part, VectorProduct
from geodata.layers.occurrences.countries import FARTHEST_KM, load_countries
from geodata.layers.occurrences.positions import inside, read_positions
from geodata.layers.source_files import texts
from geodata.layers.storage.table_file import CRS
from geodata.readers.checks import require_columns
from geodata.readers.table import read_workbook

MINES: Part = ("icmm-mining", "global-mining-dataset.xlsx")
SHEET = "External"

UNCERTAINTY_KM = {"High": 1.0, "Moderate": 5.0, "Very Low": 25.0}
"""How far a position may be wrong, by the confidence of the source; our judgement."""

_NAME, _KIND, _CONFIDENCE = "Mine Name", "Asset Type", "Confidence Factor"
_COMMODITIES = ("Primary Commodity", "Secondary Commodity", "Other Commodities")
_ANGLES = ("Longitude", "Latitude")
_COUNTRY = "Country"

# The typographic minus of some coordinates.
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})

# "Kyrgy12" is a number of the source, not a name.
_NUMBERED = re.compile(r"[A-Z][a-z]+\d+")


def build_mines(files: Files) -> VectorProduct:
    """Return mines and plants of the region and a margin.

    Returns
    -------
    VectorProduct
        Points; ``name``, null where the source has a number only; ``kind`` (mine,
        smelter …) and ``commodities``, joined by commas; ``uncertainty_km``; ``id``,
        the source's own.  Rows without a usable position, or far from the country
        they name, are left out and counted in ``left_out``.

    Raises
    ------
    LayerFormatError
        If a column is missing, or a word for confidence is new.
    """
    source = read_workbook(files[MINES], sheet=SHEET)
    needed = ("ICMMID", _NAME, _KIND, _CONFIDENCE, _COUNTRY, *_COMMODITIES, *_ANGLES)
    require_columns(source, needed, MINES[1])
    strange = set(source[_CONFIDENCE]) - {*UNCERTAINTY_KM}
    if strange:
        raise LayerFormatError(
            f"The mines were expected to have the confidence "
            f"{', '.join(UNCERTAINTY_KM)}; some have {', '.join(sorted(strange))}. "
            "Check the file, or add the word to geodata/layers/mines.py."
        )
    written = {
        name: source[column].str.translate(_MINUS)
        for name, column in zip(("lon", "lat"), _ANGLES, strict=True)
    }
    places = read_positions(pd.DataFrame(written))
    lon, lat = places["lon"].to_numpy(float), places["lat"].to_numpy(float)
    near = inside(MARGIN, lon, lat)
    astray = np.zeros(len(source), dtype=np.bool_)
    astray[near] = _astray(source.loc[near, _COUNTRY].tolist(), lon[near], lat[near])
    kept = near & ~astray
    rows = source[kept]
    table = geopandas.GeoDataFrame(
        {
            "id": rows["ICMMID"].to_numpy(),
            "name": names(rows[_NAME]),
            "kind": [_listed([text]) for text in rows[_KIND]],
            "commodities": [
                _listed(cells) for cells in rows[list(_COMMODITIES)].to_numpy()
            ],
            "uncertainty_km": rows[_CONFIDENCE].map(UNCERTAINTY_KM).to_numpy(float),
        },
        geometry=geopandas.points_from_xy(lon[kept], lat[kept]),
        crs=CRS,
    )
    left_out = {
        "without a position": int(np.isnan(lon).sum()),
        "far from their country": int(astray.sum()),
    }
    return VectorProduct(table=table, extra={"left_out": left_out})


def names(column: Sequence[str]) -> list[str | None]:
    """Return names as text; null for a blank, and for a number of the source.

    >>> names(["Kumtor", "Kyrgy12", " "])
    ['Kumtor', None, None]
    """
    return [
        None if text is None or _NUMBERED.fullmatch(text) else text
        for text in texts(column)
    ]


def _astray(countries: list[str], lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    away_km = load_countries().distances_km(countries, lon, lat)
    return np.asarray(away_km > FARTHEST_KM)  # unknown names are NaN: not astray


def _listed(cells: Sequence[str]) -> str | None:
    """Join what semicolons part, in small letters, each once; null for nothing."""
    words = [word.strip().casefold() for cell in cells for word in cell.split(";")]
    return ",".join(dict.fromkeys(word for word in words if word)) or None


LAYER = Layer(
    id="mines",
    title="Mines, smelters and refineries",
    kind="points",
    says="mines and plants at work or once at work",
    alternatives=(
        FileRecipe(
            parts=(MINES,),
            build=build_mines,
            resolution="points",
            resolution_km=1.0,
            uncertainty=(
                "Positions good to 1, 5 or 25 km by the confidence of the source. "
                "Never scored."
            ),
        ),
    ),
    display=Display(
        order=85,
        form="points",
        label="Mines and plants",
        title="Mines, smelters and refineries",
        description=(
            "Mines and plants with what they work, for access and power; no part of "
            "any score. Names and commodities are the source's."
        ),
        columns=("name", "kind", "commodities", "uncertainty_km"),
        tooltip=(
            ("{name}", "Site without a name"),
            ("{kind:list}: {commodities:list}", "{kind:list}"),
            ("Position good to {uncertainty_km:number} km",),
        ),
        style=Style(
            colour="#7a5a1e", dark_colour="#e0c27e", width=1.5, fill_opacity=0.9
        ),
    ),
)
