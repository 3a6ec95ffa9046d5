"""Synthetic layers of the whole world for learned models: everything is made up.

Carbonatites, and nothing else, lie where the made-up felsic share is high, so that a
model has something to find; no figure that comes of these layers says anything about
the Earth.
"""

from pathlib import Path

import numpy as np
import shapely

from geodata.layers.lithology_shares import BANDS
from geodata.layers.occurrences.tables import TABLES
from geodata.raster import Raster
from tests.geodata.layers.layer_files import write_raster, write_vector
from tests.geodata.release.small_layers import draft, occurrence, occurrences, table

LEARNED = "carbonatite"
LAYERS = (
    "crust-world",
    "lithology-fractions",
    "lithology-shares",
    "terrane-boundaries",
)
"""What the learned model of that type reads."""

EXAMPLES, OTHERS = 60, 150
IN_THE_STATES = ((66.0, 44.0), (72.0, 47.0), (60.5, 40.5), (75.5, 41.8))
"""Examples that are kept back: longitude and latitude, degrees."""

CRUSTS = ("archean", "early_proterozoic", "late_proterozoic", "rift", "thick_orogen")
OUTSIDE = ((10.0, 1.0), (-130.0, 1.0), (20.0, 1.0), (66.1, 44.0))
"""Examples of a table that trains nothing; the last lies beside one that does,
the one before it is of another kind."""

_OUTSIDE = next(one.source for one in TABLES if not one.gives_labels)
_SURVEY = next(one.source for one in TABLES if one.background)


def felsic_at(lon, lat):  # type: ignore[no-untyped-def]
    """Return the made-up felsic share, 0 to 1, in waves of some 40 degrees."""
    waves = np.sin(np.radians(9 * np.asarray(lon))) * np.cos(np.radians(7 * lat))
    return 0.5 + 0.5 * waves


def write_learned_layers(folder: Path) -> None:
    """Write what the learned model reads, and made-up occurrences."""
    lon, lat = np.meshgrid(np.arange(-179.5, 180), np.arange(89.5, -90, -1.0))
    felsic = felsic_at(lon, lat).astype(np.float32)
    felsic[:, lon[0] < -150] = np.nan
    others = ("metamorphic", "siliciclastic", "carbonate", "intermediate", "mafic")
    rest = {name: (1 - felsic) / len(others) for name in others}
    _write(folder, "lithology-fractions", {"felsic": felsic, **rest})
    bare = 0.5 + 0.5 * np.sin(np.radians(3 * lon))
    share = {name: (1 - bare) / (len(BANDS) - 1) for name in BANDS}
    _write(folder, "lithology-shares", {**share, "metamorphic": bare})
    # What other forms of the model read.
    high = (500 + 400 * np.sin(np.radians(3 * lon))).astype(np.float32)
    _write(folder, "relief-10m", {"elevation_m": high})
    moho = (35 + lat / 9).astype(np.float32)
    _write(folder, "crust1", {"moho_km": moho, "sediment_km": np.abs(lat) / 30})
    _write(folder, "crust-age", {"age_ma": 1_000 + 10 * lat})
    north = 45 + 40 * np.sin(np.radians(2 * lon))
    _write(
        folder,
        "crust-world",
        {
            "lithosphere_base_km": 120 + 60 * np.sin(np.radians(4 * lon + 3 * lat)),
            **{
                f"{name}_share": np.clip(1 - np.abs(lat - north + shift) / 30, 0, 1)
                for shift, name in enumerate(CRUSTS)
            },
        },
    )
    write_vector(folder, _made_up(), draft("mineral-occurrences", "points"))
    lines = [
        shapely.LineString([(50.0, 45.0), (80.0, 45.0)]),
        shapely.LineString([(50.0, 52.0), (80.0, 52.0)]),
    ]
    settings = ["between younger blocks", "edge of an old block"]
    write_vector(
        folder,
        table(lines, name=["West | East", "South | North"], setting=settings),
        draft("terrane-boundaries", "lines"),
    )


def _write(folder, layer, bands):  # type: ignore[no-untyped-def]
    image = Raster.of_degrees(
        bands={
            name: np.asarray(band, dtype=np.float32) for name, band in bands.items()
        },
        west=-180.0,
        north=90.0,
        step_lon_deg=1.0,
        step_lat_deg=1.0,
    )
    write_raster(folder, image, draft(layer, "raster"))


def _made_up():  # type: ignore[no-untyped-def]
    chance = np.random.default_rng(7)
    lon, lat = chance.uniform(-145, 175, 4_000), chance.uniform(-50, 65, 4_000)
    rich = felsic_at(lon, lat) > 0.7
    examples = [*IN_THE_STATES, *zip(lon[rich], lat[rich], strict=True)][:EXAMPLES]
    others = list(zip(lon[2_000:], lat[2_000:], strict=True))[:OTHERS]
    rows = [
        occurrence(
            *("usgs-ree" if ours else _SURVEY, f"{number}", f"Made up {number}"),
            lon=float(east),
            lat=float(north),
            deposit_type=LEARNED if ours else "",
            ree_evidence="direct" if ours else "none",
            country_text=f"Country {int(east) // 60}",
            table="Made up" if ours else f"Survey {number % 3}",
            deposit_type_source="carb" if ours else "",
        )
        for ours, group in ((True, examples), (False, others))
        for number, (east, north) in enumerate(group)
    ]
    outside = [
        occurrence(
            *(_OUTSIDE, f"{number}", f"Outside {number}"),
            lon=east,
            lat=north,
            deposit_type="placer" if number == 2 else LEARNED,
            ree_evidence="direct",
            country_text="",
            table="Outside",
            deposit_type_source="Carbonatite",
        )
        for number, (east, north) in enumerate(OUTSIDE)
    ]
    return occurrences(*rows, *outside)
