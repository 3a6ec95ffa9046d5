"""Take the map library and the typeface out of pinned packages, to be served by us.

Third-party JavaScript and fonts are never committed: they come at setup, by version and
checksum, and no page of the atlas calls another host for it.
"""

from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from rich.console import Console

from geodata.checksums import write_atomically
from geodata.errors import GeodataError
from geodata.folders import HOME
from geodata.sources import PackageSource, fetch_package, load_catalogue, read_member

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "app" / "static" / "vendor"
MAIN_FILES = {
    "leaflet": "leaflet.js",
    "noto-sans": "noto-sans-latin-wght-normal.woff2",
}
"""Source → the file whose folder in the package is served."""

NEEDED = ("leaflet",)
"""Without these there is no map; the others are of help."""


def vendor(source: PackageSource, *, packages: Path, destination: Path) -> int:
    """Write the files of an asset package into a folder that the app serves.

    Parameters
    ----------
    source : PackageSource
        The package; every member is verified before it is written.
    packages : Path
        Cache of downloaded archives.
    destination : Path
        Folder to fill; made when absent.

    Returns
    -------
    int
        Bytes written.
    """
    archive = fetch_package(source, packages)
    top = next(
        path.parent
        for path in map(PurePosixPath, source.members)
        if path.name == MAIN_FILES[source.id]
    )
    written = 0
    for member, sha256 in source.members.items():
        content = read_member(archive, member, sha256)
        path = destination / served_name(PurePosixPath(member), top)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
        written += len(content)
    return written


def served_name(member: PurePosixPath, top: PurePosixPath) -> PurePosixPath:
    """Return the path under which a member is served, relative to its folder.

    Files beside or below the main file keep their place, for the style sheet
    names its images by it; others, such as the licence, come to the top.

    >>> top = PurePosixPath("package/static")
    >>> str(served_name(top / "images" / "layers.png", top))
    'images/layers.png'
    >>> str(served_name(PurePosixPath("package.dist-info/LICENSE"), top))
    'LICENSE'
    """
    if member.is_relative_to(top):
        return member.relative_to(top)
    return PurePosixPath(member.name)


def main(
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder for downloaded packages.")
    ] = HOME,
) -> None:
    """Prepare the third-party assets of the pages."""
    console = Console(stderr=True, soft_wrap=True, markup=False)
    catalogue = load_catalogue()
    for name in MAIN_FILES:
        source = catalogue.package(name)
        try:
            written = vendor(
                source, packages=home / "packages", destination=VENDOR / name
            )
        except GeodataError as error:
            console.print(str(error), style="red")
            if name in NEEDED:
                raise typer.Exit(1) from error
            console.print(f"  Going on without {source.title}.")
            continue
        console.print(f"  {source.title}: {written / 1000:,.0f} kB, checksums right")


if __name__ == "__main__":
    typer.run(main)
