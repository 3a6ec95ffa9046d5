"""A home whose release also holds the polygons that peers are tried on."""

import hashlib
import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.release import pointed_release

NAME = "benchmark"
"""Id of the collection."""

_STYLE = {
    "colour": "#884400",
    "dark_colour": "#ffaa66",
    "width": 1.0,
    "opacity": 1.0,
    "dash": "",
    "butt": False,
    "fill_opacity": 0.0,
    "small_width": None,
}


def make_home(source: Path, home: Path, polygons: Path, *, copies: int = 1) -> Path:
    """Copy the current release of a home and add a table of polygons to it.

    Parameters
    ----------
    source : Path
        Home of a release.
    home : Path
        Folder to make; emptied first.
    polygons : Path
        GeoParquet with a column ``fid``.
    copies : int
        How often each polygon is taken.
    """
    shutil.rmtree(home, ignore_errors=True)
    name = pointed_release(source / "releases")
    folder = home / "releases" / name
    shutil.copytree(source / "releases" / name, folder)
    table = gpd.read_parquet(polygons).drop(columns="bbox", errors="ignore")
    table = pd.concat([table] * copies, ignore_index=True)
    table["fid"] = [str(number) for number in range(1, len(table) + 1)]
    gpd.GeoDataFrame(table, crs=4326).to_parquet(folder / f"{NAME}.parquet")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    like = next(item for item in manifest["layers"] if item["display"])
    display = like["display"] | {
        "order": 999,
        "form": "points",
        "label": NAME,
        "title": NAME,
        "description": NAME,
        "columns": ["name"],
        "tooltip": [["{name}"]],
        "style": _STYLE,
        "id_column": "fid",
        "collection": NAME,
    }
    manifest["layers"].append({**like, "id": NAME, "display": display})
    content = (folder / f"{NAME}.parquet").read_bytes()
    manifest["files"][f"{NAME}.parquet"] = {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    path.write_text(json.dumps(manifest), encoding="utf-8")
    (home / "releases" / "current").write_text(f"{name}\n", encoding="ascii")
    return home
