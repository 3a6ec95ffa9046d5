"""Everything a release depends on, and the id that follows from it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from importlib import metadata

import pyproj
import rasterio
import shapely

from geodata.checksums import checksum
from geodata.errors import DepositTypeError
from geodata.layers.registry import all_layers
from geodata.layers.store import LayerStore
from geodata.prospects.delineate import Delineation
from geodata.raster import DEFAULT_CELL_M, check_cell_size
from geodata.region import BORDER_PROFILE
from geodata.release.learned_files import LearnedFiles, shipped_files
from geodata.release.model import InputsEntry, ParametersEntry
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.draws import DRAWS, SEED
from geodata.scoring.land import shipped_text
from geodata.scoring.learned.model_file import shipped_counts
from geodata.scoring.validation.argument_records import (
    ArgumentRecords,
    shipped_records,
)

METHOD_VERSION = "11"
"""Version of the method: raise it with every change of the code that changes a
number, a table or a file of a release.  A test holds the numbers of a small release
against those stored with this version; see tests/geodata/release/fingerprint.py."""

_LIBRARIES = (
    "geopandas",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "pyproj",
    "rasterio",
    "scipy",
    "shapely",
)
_ID_DIGITS = 16
REQUIRED = (
    "gravity",
    "lakes",
    "neighbours",
    "occurrences",
    "places",
    "relief",
    "states",
    "tectonic-regime",
)
"""Layers of the repository: without one of them nothing is built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What a user may choose.

    Attributes
    ----------
    cell_m : float
        Side of a cell, metres, 30 to 50 000.
    draws : int
        Monte-Carlo draws.
    seed : int
        Fixes them.
    delineation : Delineation
        How areas are cut out.
    border_profile : str
        Which boundaries are drawn.
    """

    cell_m: float = DEFAULT_CELL_M
    draws: int = DRAWS
    seed: int = SEED
    delineation: Delineation = field(default_factory=Delineation)
    border_profile: str = BORDER_PROFILE

    def __post_init__(self) -> None:
        check_cell_size(self.cell_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Every input of a release.

    Attributes
    ----------
    layers : dict of str to str
        Layer id → checksum of its data file, of its record and of how it is shown,
        together.
    deposit_types : dict of str to str
        Deposit type id → text of its file.
    learned : dict of str to LearnedFiles
        Deposit type id → texts of its learned model, where there is one.
    examples : dict of str to int
        Deposit type id → how many known examples the world has.
    records : ArgumentRecords
        What the world says of each argument of the expert models.
    land : str
        Checksum of what is shipped of the land.
    parameters : Parameters
        What the user chose.
    method : str
        Version of the method.
    libraries : dict of str to str
        Versions that shape the bytes of the result.
    predecessor : str
        Id of the release whose areas lend their ids; empty when there is none.
    """

    layers: dict[str, str]
    deposit_types: dict[str, str]
    learned: dict[str, LearnedFiles]
    examples: dict[str, int]
    records: ArgumentRecords
    land: str
    parameters: Parameters
    method: str
    libraries: dict[str, str]
    predecessor: str = ""

    @property
    def release_id(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 over inputs and predecessor.

        Without a predecessor it is :attr:`inputs_id`.
        """
        if not self.predecessor:
            return self.inputs_id
        return checksum(f"{self.inputs_id} {self.predecessor}".encode())[:_ID_DIGITS]

    @property
    def inputs_id(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 over all but the predecessor."""
        text = json.dumps(
            self.entry.model_dump(mode="json"), sort_keys=True, ensure_ascii=False
        )
        return checksum(text.encode())[:_ID_DIGITS]

    @property
    def entry(self) -> InputsEntry:
        """The inputs as the manifest lists them: texts by their checksums."""
        return InputsEntry(
            layers=self.layers,
            deposit_types={
                name: checksum(text.encode())
                for name, text in self.deposit_types.items()
            },
            learned={
                name: checksum(json.dumps(asdict(texts), sort_keys=True).encode())
                for name, texts in self.learned.items()
            },
            examples=self.examples,
            records=checksum(self.records.model_dump_json().encode()),
            land=self.land,
            parameters=ParametersEntry.model_validate(asdict(self.parameters)),
            method=self.method,
            libraries=self.libraries,
        )


def require_known_layers(models: Mapping[str, DepositType], store: LayerStore) -> None:
    """Refuse models that read a layer nobody knows: its id is mostly misspelt.

    Raises
    ------
    DepositTypeError
        Naming the file, the argument and the nearest known id.
    """
    known = sorted({*all_layers(), *store.ids()})
    for name, model in models.items():
        for evidence in model.evidence:
            read = evidence.measurement
            for layer in (read.layer, *read.within[:1]):
                if layer not in known:
                    near = get_close_matches(layer, known, 1)
                    advice = f"Is '{near[0]}' meant?" if near else "Correct its id."
                    raise DepositTypeError(
                        f"The evidence '{evidence.name}' of {name}.toml reads the "
                        f"layer '{layer}', which the atlas does not know. {advice}"
                    )


def gather(
    store: LayerStore, deposit_types: dict[str, str], parameters: Parameters
) -> Inputs:
    """Collect the inputs of a release.

    Raises
    ------
    TamperedLayerError
        If a layer's bytes are not those it was written with.
    MissingLayerError
        If a layer of the repository is not there; those made at setup may lack.
    """
    layers = {}
    for layer in store.ids():
        record = store.provenance(layer)
        store.content(layer)  # refuses a changed file before any work is done
        known = all_layers().get(layer)
        shown = repr((known.says, known.display)) if known else ""
        layers[layer] = checksum(f"{record.sha256}{record.to_json()}{shown}".encode())
    for layer in REQUIRED:
        store.provenance(layer)
    return Inputs(
        layers=layers,
        deposit_types=deposit_types,
        learned=shipped_files(deposit_types),
        examples=shipped_counts(),
        records=shipped_records(),
        land=checksum(shipped_text().encode()),
        parameters=parameters,
        method=METHOD_VERSION,
        libraries={
            **{name: metadata.version(name) for name in _LIBRARIES},
            "GDAL": rasterio.__gdal_version__,
            "GEOS": shapely.geos_version_string,
            "PROJ": pyproj.proj_version_str,
        },
    )
