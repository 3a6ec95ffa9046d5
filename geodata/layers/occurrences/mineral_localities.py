"""Rare-earth minerals on record at named localities: mineralogy, not ore.

The source has no positions.  A locality takes that of a record of a public table, or
of a known site, of the same name in the same state; one that has no such record is
left out, and so is one whose records lie far apart.  Never scored.
"""

import re

import geopandas
import pandas as pd

from geodata.display import Display, Style
from geodata.layers.model import FileRecipe, Files, Layer, Part, VectorProduct
from geodata.layers.occurrences.countries import load_countries
from geodata.layers.occurrences.locality_positions import (
    find_position,
    position_records,
)
from geodata.layers.occurrences.tables import all_parts
from geodata.layers.source_files import reading
from geodata.layers.storage.table_file import CRS
from geodata.readers.table import read_csv
from geodata.region import STATES

SOURCE = "rruff-med"
LISTS: tuple[Part, ...] = tuple(
    (SOURCE, f"rruff_locality{number}.csv.zip") for number in (1, 2)
)
NAMES: Part = (SOURCE, "locality_longnames.csv.zip")
FORMULAS: Part = (SOURCE, "rruff_chemistry.csv")

_LANTHANIDES = ("La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er")
_RARE_EARTHS = {*_LANTHANIDES, "Tm", "Yb", "Lu", "Y", "Sc", "REE", "Ln"}
_FORMULA = ("ima_chemistry", "rruff_chemistry")
_ELEMENT = re.compile(r"REE|Ln|[A-Z][a-z]?")
_NO_ELEMENT = re.compile(r"<[^>]*>|\^[^^]*\^|_[^_]*_")  # marks, charges, counts

_NOT_OF_THE_EARTH = re.compile(r"\bmeteorite\b", re.IGNORECASE)


def build_mineral_localities(files: Files) -> VectorProduct:
    """Return the localities of the five states with minerals of rare earths.

    Returns
    -------
    VectorProduct
        Points; ``name``, ``minerals`` joined by commas, ``mineral_count`` of all
        minerals on record there, ``uncertainty_km`` of the position,
        ``position_record``, whose it is, and ``locality_id``, the source's number.
        Coverage is unknown: where no locality is listed nobody may have looked.
    """
    localities = rare_earth_localities(files)
    records = position_records(files)
    placed = {
        row.mindat_id: position
        for row in localities.itertuples()
        if (position := find_position(str(row.locality_longname), records))
    }
    here = localities[localities["mindat_id"].isin(placed)]
    found = [placed[number] for number in here["mindat_id"]]
    table = geopandas.GeoDataFrame(
        {
            "name": [text.split(",")[0] for text in here["locality_longname"]],
            "minerals": here["minerals"].to_numpy(),
            "mineral_count": here["mineral_count"].to_numpy(),
            "uncertainty_km": [position.uncertainty_km for position in found],
            "position_record": [position.record for position in found],
            "locality_id": here["mindat_id"].to_numpy(),
        },
        geometry=geopandas.points_from_xy(
            [position.lon for position in found], [position.lat for position in found]
        ),
        crs=CRS,
    )
    lost = sorted(set(localities["locality_longname"]) - set(here["locality_longname"]))
    return VectorProduct(table=table, extra={"without_position": lost})


def rare_earth_localities(files: Files) -> pd.DataFrame:
    """Return localities of the five states with a mineral of rare earths.

    Returns
    -------
    DataFrame
        ``mindat_id``, ``locality_longname``, ``minerals`` (those of rare earths,
        sorted, joined by commas) and ``mineral_count``; meteorites and whole states
        are left out.
    """
    listed = pd.concat(
        [_read(files, part, ("mineral_name", "mindat_id")) for part in LISTS]
    )
    named = _read(files, NAMES, ("mindat_id", "locality_longname"))
    formulas = _read(files, FORMULAS, ("mineral_name", *_FORMULA))
    ours = {
        name
        for name, *texts in formulas[["mineral_name", *_FORMULA]].to_numpy()
        if any(has_rare_earths(text) for text in texts)
    }
    named = named[[_is_place(text) for text in named["locality_longname"]]]
    listed = listed.drop_duplicates().merge(named, on="mindat_id")
    grouped = listed.groupby(["mindat_id", "locality_longname"])["mineral_name"]
    table = grouped.agg(
        minerals=lambda names: ",".join(sorted(set(names) & ours)),
        mineral_count="nunique",
    ).reset_index()
    return table[table["minerals"] != ""].reset_index(drop=True)


def has_rare_earths(formula: str) -> bool:
    """Tell whether a formula names a rare earth, scandium and yttrium included.

    >>> has_rare_earths("Y^3+^F_3_"), has_rare_earths("Na<sub>2</sub>SO<sub>4</sub>")
    (True, False)
    """
    elements = _ELEMENT.findall(_NO_ELEMENT.sub(" ", formula))
    return not _RARE_EARTHS.isdisjoint(elements)


def _is_place(longname: str) -> bool:
    """Tell whether a long name is a place on the ground of one of the five states."""
    parts = longname.split(",")
    ours = {name for state in STATES for name in load_countries().of(state.name)}
    return (
        len(parts) > 1
        and bool(load_countries().of(parts[-1]) & ours)
        and not _NOT_OF_THE_EARTH.search(longname)
    )


def _read(files: Files, part: Part, columns: tuple[str, ...]) -> pd.DataFrame:
    with reading(part):
        return read_csv(files[part], columns=columns)


LAYER = Layer(
    id="mineral-localities",
    title="Localities with minerals of rare earths",
    kind="points",
    says="where minerals of rare earths are on record",
    alternatives=(
        FileRecipe(
            parts=(*LISTS, NAMES, FORMULAS),
            optional=all_parts(),
            build=build_mineral_localities,
            resolution="points, by the name of another table's record",
            resolution_km=10.0,
            uncertainty=(
                "The source gives no position: each is that of a record of the same "
                "name, good to 5 to 50 km. Minerals, not ore. Never scored."
            ),
        ),
    ),
    display=Display(
        order=95,
        form="points",
        label="Rare-earth minerals",
        title="Localities with minerals of rare earths",
        description=(
            "Localities with minerals that hold rare earths: mineralogy, not ore, and "
            "no part of any score. Each position is that of a record of the same name; "
            "uncertainty_km is its error."
        ),
        columns=(
            "name",
            "minerals",
            "mineral_count",
            "uncertainty_km",
            "position_record",
            "locality_id",
        ),
        tooltip=(
            ("{name}",),
            ("{minerals:list}",),
            ("Minerals, not ore",),
            ("Position good to {uncertainty_km:number} km",),
        ),
        style=Style(
            colour="#6b2f7a", dark_colour="#d8a6e6", width=1.5, fill_opacity=0.9
        ),
    ),
)
