"""The numbers of a small release in few, to notice when a change of code moves them.

Run it to renew ``fingerprint.json`` after the method was changed on purpose and
``METHOD_VERSION`` in geodata/release/inputs.py raised::

    PYTHONPATH=. python tests/geodata/release/fingerprint.py
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio

from geodata.checksums import checksum
from geodata.layers.store import LayerStore
from geodata.release.build import build_release
from geodata.release.inputs import METHOD_VERSION, Parameters, gather
from geodata.scoring.deposit_type import deposit_type_texts
from tests.geodata.release.learned_layers import write_learned_layers
from tests.geodata.release.small_layers import BUNDLE, write_small_layers

HERE = Path(__file__).parent
STORED = HERE / "fingerprint.json"
GOLDEN = 0.6180339887498949
"""Its multiples are spread evenly: values in other places have another mean then."""
RELATIVE, ABSOLUTE = 1e-4, 2e-4
"""How far libraries and processors may take a number of another machine."""


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """Of a release: its version of the method, what it was made of, its numbers."""

    method: str
    inputs: str
    numbers: dict[str, list[float]]

    @classmethod
    def stored(cls):
        return cls(**json.loads(STORED.read_text("utf-8")))

    @classmethod
    def of_small_release(cls, home):
        """Build a release of 50 km cells, of the bundle and of layers made by hand."""
        write_small_layers(home / "layers")
        write_learned_layers(home / "layers")
        store = LayerStore((home / "layers", BUNDLE))
        built = build_release(
            store,
            deposit_type_texts(),
            home / "releases",
            parameters=Parameters(cell_m=50_000),
        )
        inputs = gather(store, deposit_type_texts(), Parameters())
        made_of = inputs.entry.model_dump_json(
            include={"deposit_types", "learned", "examples"}
        )
        bundle = LayerStore((BUNDLE,))
        layers = [bundle.provenance(layer).sha256 for layer in bundle.ids()]
        return cls(
            method=METHOD_VERSION,
            inputs=checksum(f"{made_of}{layers}".encode()),
            numbers=dict(numbers_of(built.folder)),
        )

    def changes(self, stored):
        """Name what is not as stored, with both numbers."""
        names = sorted(self.numbers.keys() | stored.numbers.keys())
        pairs = {
            name: (stored.numbers.get(name, []), self.numbers.get(name, []))
            for name in names
        }
        return [
            f"{name}: stored {before}, found {now}"
            for name, (before, now) in pairs.items()
            if now != pytest.approx(before, rel=RELATIVE, abs=ABSOLUTE)
        ]

    def store(self):
        numbers = [
            f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in self.numbers.items()
        ]
        STORED.write_text(
            f'{{\n "method": "{self.method}",\n "inputs": "{self.inputs}",\n'
            ' "numbers": {\n' + ",\n".join(numbers) + "\n }\n}\n",
            "utf-8",
        )


def numbers_of(folder):
    """Describe every band and every column of numbers of a release, by its path."""
    for path in sorted(folder.rglob("*.tif")):
        with rasterio.open(path, driver="GTiff") as source:
            for number, band in enumerate(source.descriptions, start=1):
                values = source.read(number, masked=True) * source.scales[number - 1]
                name = f"{path.relative_to(folder).as_posix()} {band}"
                yield name, described(values.astype(np.float64).filled(np.nan))
    for path in sorted(folder.glob("*.parquet")):
        table = gpd.read_parquet(path)
        for name in table.select_dtypes("number"):
            yield f"{path.name} {name}", described(table[name].to_numpy(np.float64))


def described(values):
    """Count what is known and take quantiles and means of it."""
    values = np.ravel(values)
    known = ~np.isnan(values)
    if not known.any():
        return [0]
    place = (np.arange(len(values)) * GOLDEN) % 1.0
    numbers = [
        *np.quantile(values[known], [0, 0.1, 0.5, 0.9, 1]),
        values[known].mean(),
        (values * place)[known].mean(),
    ]
    return [int(known.sum()), *(float(f"{number:.6g}") for number in numbers)]


def main():
    """Store the numbers of this version of the method."""
    with tempfile.TemporaryDirectory() as folder:
        found = Fingerprint.of_small_release(Path(folder))
    if STORED.is_file():
        stored = Fingerprint.stored()
        same = (stored.method, stored.inputs) == (found.method, found.inputs)
        changes = found.changes(stored)
        if same and changes:
            sys.exit(
                f"{len(changes)} kinds of numbers changed, such as {changes[0]}. Raise "
                "METHOD_VERSION in geodata/release/inputs.py first."
            )
    found.store()


if __name__ == "__main__":
    main()
