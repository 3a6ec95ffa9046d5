"""A chain of three small releases, in which areas stay, come, go and change."""

from pathlib import Path

from geodata.layers.store import LayerStore
from geodata.release import known_releases, read_manifest
from geodata.release.build import build_release
from geodata.release.inputs import Parameters
from geodata.scoring.deposit_type import deposit_type_texts
from tests.geodata.release.small_layers import BUNDLE

COARSE = Parameters(cell_m=50_000)
TEXT = deposit_type_texts()["placer"]
WEIGHT = "weight = { value = 0.08, low = 0.04, high = 0.13"


def model(weight: str) -> dict[str, str]:
    """Give one argument of placers another weight."""
    assert WEIGHT in TEXT
    other = f"weight = {{ value = {weight}, low = 0.01, high = 9"
    return {"placer": TEXT.replace(WEIGHT, other)}


ONE, TWO, THREE = model("0.08"), model("0.5"), model("8")


def build_chain(home: Path) -> None:
    """Build three releases, each of another weight, into a home folder."""
    for texts in (ONE, TWO, THREE):
        build_release(
            LayerStore((BUNDLE,)), texts, home / "releases", parameters=COARSE
        )


def ids_in_order(releases: Path) -> list[str]:
    """Return the ids of the releases of one chain, the oldest first."""
    follows = {
        read_manifest(releases / name).predecessor: name
        for name in known_releases(releases)
    }
    ids = [follows[""]]
    while ids[-1] in follows:
        ids.append(follows[ids[-1]])
    return ids
