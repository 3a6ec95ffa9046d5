"""What grids a release holds: every band of every raster, by id."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.grids.files import GridFile, describe_file
from app.grids.looks import Look, MapLook, NamedLook, RampLook, RankLook
from app.text import say
from geodata.release import OVERALL, Release

Kind = Literal["map", "model", "measurement", "hillshade"]

MEASUREMENTS = "evidence/measurements.tif"
HILLSHADE = "hillshade"
ELEVATION = "relief.value.elevation_m"
"""The measurement a hillshade is made of."""

_RANKS = ("area_rank", "learned_rank")
_LEADING = "leading_type"
_DESCRIBED = frozenset(
    {
        *_RANKS,
        _LEADING,
        *("favourability", "p10", "p50", "p90", "coverage"),
        *("learned", "learned_coverage"),
    }
)
_SHARE_UNIT = "1"
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_LOW, _HIGH = 2, 98  # percentiles that a scale runs between


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One map that can be read, drawn as tiles and downloaded.

    Attributes
    ----------
    id : str
        Name in addresses: that of its file, or that, a point, and that of its band.
    kind : {"map", "model", "measurement", "hillshade"}
        A whole map as the page shows it, a band of one, a measurement, or relief.
    title, description : str
        In words.
    unit : str
        Of its values; ``"1"`` = a share; empty = classes or a drawing.
    file : GridFile
        Where it is stored.
    bands : tuple of int
        Which bands of it; the first is 0.
    looks : mapping of str to Look
        How it is drawn, by opinion; the first is the usual one.
    classes : tuple of str
        Names of the classes; empty for quantities.
    layers : tuple of str
        Ids of the layers it was made from.
    """

    id: str
    kind: Kind
    title: str
    description: str
    unit: str
    file: GridFile
    bands: tuple[int, ...]
    looks: Mapping[str, Look]
    classes: tuple[str, ...] = ()
    layers: tuple[str, ...] = field(default=())


def list_grids(release: Release) -> dict[str, Grid]:
    """Return every grid of a release by id, those of the models first.

    Raises
    ------
    DamagedReleaseError
        If a raster cannot be read.
    """
    found: dict[str, Grid] = {}
    titles = {item.id: item.title for item in release.manifest.deposit_types}
    for name in (*titles, OVERALL):
        file = describe_file(release, f"favourability/{name}.tif")
        title = titles.get(name) or say("grid.overall")
        layers = _layers(release, name)
        for grid in (
            _map(file, title, layers),
            *_models(file, title, layers, tuple(titles.values())),
        ):
            found[grid.id] = grid
    if MEASUREMENTS in release.manifest.files:
        for grid in _measurements(release, describe_file(release, MEASUREMENTS)):
            found.setdefault(grid.id, grid)
    return found


def _layers(release: Release, deposit_type: str) -> tuple[str, ...]:
    """Return the layers that feed a deposit type, or any of them."""
    return tuple(
        layer.id
        for layer in release.manifest.layers
        if any(deposit_type in (use.deposit_type, OVERALL) for use in layer.uses)
        or (deposit_type == OVERALL and layer.uses)
    )


def _map(file: GridFile, title: str, layers: tuple[str, ...]) -> Grid:
    looks: dict[str, Look] = {
        look.opinion: look
        for look in (MapLook("expert"), MapLook("learned"), MapLook("agreement"))
        if set(look.bands) <= set(file.bands)
    }
    return Grid(
        id=file.id,
        kind="map",
        title=say("grid.map", type=title),
        description=say("grid.map-about"),
        unit="",
        file=file,
        bands=tuple(file.bands.index(band) for band in looks["expert"].bands),
        looks=looks,
        layers=layers,
    )


def _models(
    file: GridFile, title: str, layers: tuple[str, ...], types: tuple[str, ...]
) -> Iterator[Grid]:
    for position, band in enumerate(file.bands):
        leading = band == _LEADING
        words = band if band in _DESCRIBED else "band"
        look: Look = NamedLook(types) if leading else RampLook(0.0, 1.0)
        if band in _RANKS:
            look = RankLook()
        yield Grid(
            id=f"{file.id}.{_slug(band)}",
            kind="model",
            title=say(f"grid.{words}", type=title, band=band),
            description=say(f"grid.{words}-about"),
            unit="" if leading else _SHARE_UNIT,
            file=file,
            bands=(position,),
            looks={"expert": look},
            classes=types if leading else (),
            layers=layers,
        )


def _measurements(release: Release, file: GridFile) -> Iterator[Grid]:
    known = {item.key: item for item in release.manifest.measurements}
    taken: set[str] = set()
    for position, key in enumerate(file.bands):
        entry = known[key]
        background = entry.background
        name = _slug(key)
        while name in taken:
            name += "-2"
        taken.add(name)
        marks = background.percentiles
        look: Look = NamedLook(background.classes)
        if not background.classes:
            look = RampLook(marks[_LOW], marks[_HIGH]) if marks else RampLook(0.0, 1.0)
        of = key.removeprefix(f"{entry.layer}.{entry.measure}").strip(".")
        yield Grid(
            id=f"{file.id}.{name}",
            kind="measurement",
            title=_title(background.layer_title, entry.measure, of),
            description=say(f"grid.measure-{entry.measure}-about"),
            unit=entry.unit,
            file=file,
            bands=(position,),
            looks={"expert": look},
            classes=background.classes,
            layers=(entry.layer,),
        )
        if key == ELEVATION:
            yield Grid(
                id=HILLSHADE,
                kind="hillshade",
                title=say("grid.hillshade"),
                description=say("grid.hillshade-about"),
                unit="",
                file=file,
                bands=(position,),
                looks={"expert": RampLook(0.0, 255.0, "gray")},
                layers=(entry.layer,),
            )


def _title(layer: str, measure: str, of: str) -> str:
    words = say(f"grid.measure-{measure}")
    if not of:
        return say("grid.measured", layer=layer, measure=words)
    readable = of.replace(".", ", ").replace("_", " ")
    return say("grid.measured-of", layer=layer, measure=words, of=readable)


def _slug(name: str) -> str:
    """Write a name as part of an address.

    >>> _slug("lithology.share.class.water (wb)")
    'lithology-share-class-water-wb'
    """
    return _NOT_IN_ID.sub("-", name.lower()).strip("-")
