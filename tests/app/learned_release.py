"""Give a copy of a release a learned model whose figures are known, or take it away."""

import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio

from geodata.scoring.explanation import LearnedExplanation, LearnedPart, TrainedOn
from geodata.scoring.measured import Measured
from tests.app.learned_reports import LEARNED, reports
from tests.app.sealing import seal

BANDS = ("learned", "learned_rank", "learned_coverage")

TRAINED_ON = TrainedOn(positives=228, others=3412, land=5000, withheld="")


def folder_of(home: Path) -> Path:
    """Return the folder of the one release of a home."""
    return next(path for path in (home / "releases").iterdir() if path.is_dir())


def copy_release(release_home: Path, home: Path) -> Path:
    """Copy a home's release into another home; return the copy's folder."""
    shutil.copytree(release_home / "releases", home / "releases")
    return folder_of(home)


def forget_learned(folder: Path) -> None:
    """Make a release one in which no type has a learned model."""
    for path in (folder / "favourability").glob("*.tif"):
        bands, scales = read(path)
        kept = {name: band for name, band in bands.items() if name not in BANDS}
        if len(kept) < len(bands):
            write(path, kept, scales)
    table = gpd.read_parquet(folder / "prospects.parquet")
    table["learned_rank"], table["agreement"] = np.nan, "not known"
    table.to_parquet(folder / "prospects.parquet", index=False)
    change(
        folder / "explanations.json",
        lambda told: [one.update(learned=None) for one in told.values()],
    )
    change(folder / "validation.json", forget_reports)
    shutil.rmtree(folder / "learned", ignore_errors=True)
    change(folder / "manifest.json", _forget_files)
    seal(folder)


def _forget_files(manifest: dict[str, Any]) -> None:
    kept = ("figures/capture.png", "figures/prospects.png")
    for name in list(manifest["files"]):
        if name.startswith(("learned/", "figures/")) and name not in kept:
            del manifest["files"][name]


def forget_reports(content: dict[str, Any]) -> None:
    for key in (
        "learned",
        "agreement",
        "sensitivity",
        "without_learned",
        "missing_layers",
    ):
        content[key] = {}


def teach(folder: Path) -> None:
    """Give the type :data:`LEARNED`, and no other, a learned model.

    The learned rank falls from 1 in the west to 0 in the east of the land; nothing is
    known in the southern fifth; coverage is 1 in the north and 0.4 in the south.
    """
    forget_learned(folder)
    path = folder / "favourability" / f"{LEARNED}.tif"
    bands, scales = read(path)
    known = bands["area_rank"] != 65_535
    rows, columns = known.shape
    land = np.flatnonzero(known.any(axis=0))
    from_east = (land[-1] - np.arange(columns)) / (land[-1] - land[0]) * 10_000
    rank = np.broadcast_to(from_east.clip(0, 10_000), known.shape).round()
    unknown = ~known | (np.arange(rows)[:, np.newaxis] >= rows * 4 // 5)
    north = np.arange(rows)[:, np.newaxis] < rows // 2
    coverage = np.broadcast_to(np.where(north, 10_000, 4_000), known.shape)
    for name, values in zip(BANDS, (10_000 - rank, rank, coverage), strict=True):
        bands[name] = np.where(unknown, 65_535, values).astype(np.uint16)
    write(path, bands, {**scales, **dict.fromkeys(BANDS, 1e-4)})
    ids = _teach_table(folder)
    change(folder / "explanations.json", lambda told: _teach_explanations(told, ids))
    change(folder / "validation.json", lambda content: content.update(reports()))
    _draw_figures(folder)
    seal(folder)


MISSING = {
    LEARNED: [
        {"layer": "crust1", "title": "Crustal thickness"},
        {"layer": "terrane-boundaries", "title": "terrane-boundaries"},
    ]
}
"""As validation.json tells of a release without layers of the test."""


def empty_learned_map(folder: Path) -> None:
    """Make a taught release one in which the learned model knows nothing."""
    path = folder / "favourability" / f"{LEARNED}.tif"
    bands, scales = read(path)
    for name in BANDS:
        bands[name] = np.full_like(bands[name], 65_535)
    write(path, bands, scales)
    seal(folder)


def _teach_table(folder: Path) -> dict[str, float]:
    """Fill the columns; return the learned rank of the areas that have one."""
    table = gpd.read_parquet(folder / "prospects.parquet")
    own = (table["deposit_type"] == LEARNED).to_numpy()
    order = np.cumsum(own) - 1
    rank = np.where(own, np.where(order % 2 == 0, 0.04, 0.34), np.nan)
    table["learned_rank"] = rank
    kinds = np.where(rank <= 0.1, "both", "expert only")
    table["agreement"] = np.where(np.isnan(rank), "not known", kinds)
    table["rank_in_type_p10"] = np.maximum(table["rank_in_type"] - 2, 1)
    table["rank_in_type_p90"] = table["rank_in_type"] + 5
    table.to_parquet(folder / "prospects.parquet", index=False)
    return dict(zip(table["id"][own], rank[own].tolist(), strict=True))


def _teach_explanations(told: dict[str, Any], ranks: dict[str, float]) -> None:
    for name, explanation in told.items():
        learned = explained(ranks[name]) if name in ranks else None
        explanation["learned"] = learned and learned.model_dump(mode="json")


def explained(rank: float) -> LearnedExplanation:
    """Return what a learned model says of an area of which it knows two arguments."""

    def argument(
        name: str, title: str, part: float, measured: Measured, **more: str
    ) -> LearnedPart:
        return LearnedPart(
            name=name,
            title=title,
            claim=f"Claim of {name}.",
            known=measured.state == "known",
            measured=measured,
            unit="km",
            part=part,
            beyond=False,
            direction="up",
            reference="Hand 2026, p. 1",
            importance=0.4,
            layer=more.get("layer", "terrane-boundaries"),
            layer_title=more.get("layer_title", "Terrane boundaries"),
            source="Hand 2026",
            licence="CC0-1.0",
        )

    def distance(km: float, nearest: str) -> Measured:
        return Measured(
            state="known", kind="distance", typical=km, below=60, nearest=nearest
        )

    boundary = distance(8.0, "the boundary Stepnyak | Chu-Ili")
    missing = Measured(state="layer-missing", kind="distance")
    crossings = {"layer": "crossings", "layer_title": ""}
    return LearnedExplanation(
        title="Carbonatite and alkaline igneous",
        log_odds=-1.5,
        score=0.18,
        coverage=0.8,
        rank=rank,
        rank_p10=np.nan,
        rank_p90=np.nan,
        intercept=-2.0,
        arguments=(
            argument("far-fault", "Faults", -0.25, distance(61.0, "a fault")),
            argument("terrane-boundary", "Terrane boundary", 0.75, boundary),
            argument("faults", "Fault crossings", 0.0, missing, **crossings),
        ),
        trained_on=TRAINED_ON,
    )


def _draw_figures(folder: Path) -> None:
    """Give the release more figures, listed in its manifest; all show the capture."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for kind in ("tornado", "withheld", "calibration", "agreement"):
        name = f"figures/{kind}-{LEARNED}.png"
        shutil.copyfile(folder / "figures" / "capture.png", folder / name)
        manifest["files"][name] = {"bytes": 0, "sha256": ""}
    path.write_text(json.dumps(manifest), encoding="utf-8")


def change(path: Path, edit: Any) -> None:
    """Change the content of a JSON file in place."""
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content), encoding="utf-8")


Stored = npt.NDArray[np.uint16]


def read(path: Path) -> tuple[dict[str, Stored], dict[str, float]]:
    """Return the stored bands of a map and their scales, by name."""
    with rasterio.open(path, driver="GTiff") as source:
        names, stored = source.descriptions, source.read()
        bands = dict(zip(names, stored, strict=True))
        return bands, dict(zip(names, source.scales, strict=True))


def write(path: Path, bands: dict[str, Stored], scales: dict[str, float]) -> None:
    """Write a map anew with other bands."""
    with rasterio.open(path, driver="GTiff") as source:
        keys = ("dtype", "nodata", "crs", "transform", "height", "width")
        profile = {key: source.profile[key] for key in keys}
    path.unlink()
    with rasterio.open(
        path, "w", driver="GTiff", count=len(bands), **profile
    ) as target:
        target.write(np.stack(list(bands.values())))
        target.descriptions = tuple(bands)
        target.scales = tuple(scales[name] for name in bands)
