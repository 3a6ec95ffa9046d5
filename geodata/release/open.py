"""Open a finished release, check it, and answer questions from it.

A release is read-only.  Everything a page, an export or an explanation needs is
inside its folder; nothing here looks at the layer store or at other releases.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from geodata.errors import (
    DamagedReleaseError,
    NoReleaseError,
    UnknownDepositTypeError,
)
from geodata.evidence.proximity import Proximity
from geodata.provenance import file_checksum
from geodata.raster import Grid
from geodata.release.learned_files import FOLDER as LEARNED_FOLDER
from geodata.release.learned_files import read_files
from geodata.release.model import NAMES
from geodata.release.place import (
    OVERALL,
    KnownArea,
    LearnedMap,
    Place,
    known_area,
    learned_map,
    place_at,
)
from geodata.release.publish import CURRENT, MANIFEST
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.explanation import explain
from geodata.scoring.facts import Background
from geodata.scoring.learned.account import account_for
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.uncertainty import Draws, draw, log_scores


@dataclass(frozen=True)
class Release:
    """One immutable release.

    Attributes
    ----------
    folder : Path
        Its folder; the name is the id.
    manifest : dict
        Content of ``manifest.json``.
    """

    folder: Path
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        """Id: a hash of every input."""
        return str(self.manifest["id"])

    @cached_property
    def grid(self) -> Grid:
        """The equal-area grid of its maps."""
        shape = self.manifest["grid"]
        return Grid(
            **{key: shape[key] for key in ("cell_m", "west_m", "north_m")},
            rows=shape["rows"],
            columns=shape["columns"],
        )

    @cached_property
    def deposit_types(self) -> dict[str, DepositType]:
        """The models it was made with, by id."""
        return {
            item["id"]: parse(
                item["id"],
                (self.folder / "deposit_types" / f"{item['id']}.toml").read_text(
                    encoding="utf-8"
                ),
            )
            for item in self.manifest["deposit_types"]
        }

    @cached_property
    def learned_models(self) -> dict[str, LearnedModel]:
        """The learned models it was made with, by deposit type."""
        return read_files(self.folder / LEARNED_FOLDER)

    @cached_property
    def prospects(self) -> gpd.GeoDataFrame:
        """Ranked prospect areas, best first, EPSG:4326."""
        return self.table("prospects")

    @cached_property
    def explanations(self) -> dict[str, dict[str, Any]]:
        """The exact explanation of each prospect area, by id."""
        text = (self.folder / "explanations.json").read_text(encoding="utf-8")
        return dict(json.loads(text))

    @cached_property
    def validation(self) -> dict[str, Any]:
        """Where the known occurrences fall."""
        text = (self.folder / "validation.json").read_text(encoding="utf-8")
        return dict(json.loads(text))

    def table(self, name: str) -> gpd.GeoDataFrame:
        """Read one of the release's tables, for example ``"terranes"``."""
        return gpd.read_parquet(self.folder / f"{name}.parquet")

    def has_table(self, name: str) -> bool:
        """Say whether the release holds a table; some layers may be absent."""
        return f"{name}.parquet" in self.manifest["files"]

    def favourability_path(self, deposit_type: str) -> Path:
        """Return the raster of a deposit type, or of ``"overall"``.

        Raises
        ------
        UnknownDepositTypeError
            If the release has no such type.
        """
        if deposit_type != OVERALL:
            self.model(deposit_type)
        return self.folder / "favourability" / f"{deposit_type}.tif"

    def at(self, lon: float, lat: float) -> Place:
        """Return the cell that holds a place; it answers every question about it.

        Parameters
        ----------
        lon, lat : float
            Degrees, WGS 84.

        Raises
        ------
        OutsideRegionError
            If the place is not on land in the five states.
        """
        return place_at(
            self.folder,
            self.grid,
            tuple(self._backgrounds),
            tuple(self.deposit_types),
            lon=lon,
            lat=lat,
        )

    def explain(self, place: Place, deposit_type: str) -> dict[str, Any]:
        """Explain a place by both models.

        Parameters
        ----------
        place : Place
            From :meth:`at`.
        deposit_type : str
            Id of a deposit type.

        Raises
        ------
        UnknownDepositTypeError
            If the release has no such type.
        """
        model = self.model(deposit_type)
        drawn = log_scores(
            model,
            self._draws[deposit_type],
            place.measured,
            {key: item.classes for key, item in self._backgrounds.items()},
        )[0]
        names = {
            item.key: self._name_at(item.key, place)
            for item in model.measurements()
            if not np.isnan(place.measured[item.key][0])
        }
        return {
            "release": self.id,
            "lon": place.lon,
            "lat": place.lat,
            **explain(model, drawn, place.measured, self._backgrounds, names),
            "learned": self._learned(deposit_type, place),
        }

    def better_share(self, deposit_type: str, cautious: float) -> float:
        """Return the share of a type's known area that is strictly better, 0 to 1.

        Parameters
        ----------
        deposit_type : str
            Id of a deposit type.
        cautious : float
            p10 × coverage, 0 to 1; NaN = unknown, and stays NaN.
        """
        if deposit_type not in self._known_areas:
            path = self.favourability_path(deposit_type)
            self._known_areas[deposit_type] = known_area(path)
        return self._known_areas[deposit_type].better_share(cautious)

    def learned_map(self, deposit_type: str) -> LearnedMap:
        """Tell whether the release holds a map by a learned model of a type."""
        if deposit_type not in self._learned_maps:
            path = self.favourability_path(deposit_type)
            self._learned_maps[deposit_type] = learned_map(path)
        return self._learned_maps[deposit_type]

    @cached_property
    def _known_areas(self) -> dict[str, KnownArea]:
        return {}

    @cached_property
    def _learned_maps(self) -> dict[str, LearnedMap]:
        return {}

    def _learned(self, name: str, place: Place) -> dict[str, Any] | None:
        """Explain a place by the learned model of a type; None when there is none."""
        model = self.learned_models.get(name)
        if model is None:
            return None
        return account_for(
            model,
            place.measured,
            self._backgrounds,
            {item.key: self._name_at(item.key, place) for item in model.read},
            rank=place.learned_rank(name),
        )

    def model(self, deposit_type: str) -> DepositType:
        """Return the model of a deposit type.

        Raises
        ------
        UnknownDepositTypeError
            If the release has no such type.
        """
        if deposit_type not in self.deposit_types:
            raise UnknownDepositTypeError(
                f"There is no deposit type '{deposit_type}'. Known are: "
                f"{', '.join(self.deposit_types)}."
            )
        return self.deposit_types[deposit_type]

    @cached_property
    def _draws(self) -> dict[str, Draws]:
        parameters = self.manifest["parameters"]
        return {
            name: draw(model, count=parameters["draws"], seed=parameters["seed"])
            for name, model in self.deposit_types.items()
        }

    @cached_property
    def _backgrounds(self) -> dict[str, Background]:
        return {
            item["key"]: Background(
                **{key: item[key] for key in ("layer_title", "source", "licence")},
                classes=tuple(item["classes"]),
                percentiles=tuple(item["percentiles"]),
            )
            for item in self.manifest["measurements"]
        }

    @cached_property
    def _proximity(self) -> dict[str, Proximity]:
        """Indexes over the named lines that distances were measured to."""
        return {
            item["key"]: Proximity(self._names(item["layer"]), None)
            for item in self.manifest["measurements"]
            if item["named"]
        }

    def _names(self, layer: str) -> gpd.GeoDataFrame:
        """Read the lines of a layer, whole; older releases keep them elsewhere."""
        inner = f"{NAMES}/{layer}"
        return self.table(inner if self.has_table(inner) else layer)

    def _name_at(self, key: str, place: Place) -> str:
        if key not in self._proximity:
            return ""
        proximity = self._proximity[key]
        row = proximity.nearest_row(place.lon, place.lat)
        return str(proximity.table["name"].iloc[row])


def open_release(releases: Path, release_id: str | None = None) -> Release:
    """Open a release and check every file of it.

    Parameters
    ----------
    releases : Path
        Folder that holds the releases.
    release_id : str, optional
        Which one; by default the current one.

    Raises
    ------
    NoReleaseError
        If there is none, or not this one.
    DamagedReleaseError
        If a file is missing or changed; says which.
    """
    if release_id is None:
        pointer = releases / CURRENT
        if not pointer.exists():
            raise NoReleaseError(
                f"There is no release in {releases}. Run scripts/rank_prospects.py, "
                "or scripts/serve, which does it for you."
            )
        release_id = pointer.read_bytes().decode("ascii", errors="replace").strip()
    folder = releases / release_id
    if not release_id.isalnum() or not folder.is_dir():
        raise NoReleaseError(
            f"There is no release '{release_id}' in {releases}; there are: "
            f"{', '.join(known_releases(releases)) or 'none'}. Run "
            "scripts/rank_prospects.py to build one."
        )
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        release = Release(folder, json.loads(text))
        files = dict(release.manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, f"its {MANIFEST} cannot be read ({error})") from error
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            raise _damaged(folder, f"the file {name} is missing")
        if path.stat().st_size != expected["bytes"] or (
            file_checksum(path) != expected["sha256"]
        ):
            raise _damaged(folder, f"the file {name} is not the one it was built with")
    return release


def known_releases(releases: Path) -> list[str]:
    """Return the ids of the finished releases of a folder, newest first."""
    found = [path.parent for path in releases.glob(f"*/{MANIFEST}")]
    found.sort(key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
    return [folder.name for folder in found if not folder.name.startswith(".")]


def _damaged(folder: Path, what: str) -> DamagedReleaseError:
    return DamagedReleaseError(
        f"Release {folder.name} is damaged: {what}. A release is never repaired: run "
        "scripts/rank_prospects.py, which builds the same one again from the same "
        "inputs. Other releases are not affected."
    )
