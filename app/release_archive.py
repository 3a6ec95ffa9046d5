"""A whole release in one file: collections, grids, manifest, licences."""

import io
import zipfile
from collections.abc import Callable

from app.atlas import Atlas
from app.collection import Collection
from app.excerpt import Source, whole
from app.formats import gpkg
from app.text import say

_FIXED = (2000, 1, 1, 0, 0, 0)
"""Stands for every time of writing: the same release gives the same bytes."""

_PACKED_ALREADY = (".tif", ".parquet", ".png", ".webp")
_READABLE = 0o644 << 16  # rights of a file, where a zip keeps them


def release_archive(atlas: Atlas, source_of: Callable[[Collection], Source]) -> bytes:
    """Write a release as a zip file.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    source_of : function
        Returns what the file of a collection says of where it comes from.

    Returns
    -------
    bytes
        ``README.txt`` with caution, credits and licences; ``collections`` with a
        GeoPackage each; ``release`` with every file of the release as it lies on the
        disk, its manifest with their checksums among them.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        _add(package, "README.txt", _readme(atlas).encode())
        for found in atlas.collections.values():
            content = gpkg.write(whole(found, source_of(found)))
            _add(package, f"collections/{found.id}.gpkg", content)
        for name in ("manifest.json", *sorted(atlas.release.manifest.files)):
            content = (atlas.release.folder / name).read_bytes()
            _add(package, f"release/{name}", content)
    return made.getvalue()


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _FIXED)
    stored = name.endswith(_PACKED_ALREADY)
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    entry.external_attr = _READABLE
    package.writestr(entry, content)


def _readme(atlas: Atlas) -> str:
    told = [
        "\n".join((item["layer"], item["credit"], item["licence"], item["citation"]))
        for item in atlas.credits
    ]
    head = (f"{say('page.atlas')}, {say('file.release')} {atlas.release.id}",)
    return "\n\n".join((*head, atlas.caution, say("file.credits"), *told)) + "\n"
