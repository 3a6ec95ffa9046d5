"""What a release consists of: its files, and its manifest, written and read here.

A release holds codes and numbers; :mod:`app.text` says them.  Whoever changes what is
written raises :data:`SCHEMA_VERSION`: a release of another version is refused, never
guessed at.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, TypeAdapter

from geodata.display import Display
from geodata.provenance import Member
from geodata.scoring.default_opinion import DefaultOpinion
from geodata.scoring.explanation import AreaExplanation
from geodata.scoring.measured import Background
from geodata.scoring.record import Record

SCHEMA_VERSION: Final = 4
MANIFEST = "manifest.json"
EXPLANATIONS = "explanations.json"
CURRENT = "current"  # names the release to be served
NAMES = "names"  # folder of the lines that distances refer to
COVERAGE = "coverage"  # table of the areas that layers leave out
RETIRED = "retired"  # table of the ids that no area has any more
EARLIER = "earlier_outlines"  # table of the outlines that ids had before


class FileEntry(Record):
    """Size and checksum of one file of the release."""

    bytes: int
    sha256: str


class GridEntry(Record):
    """The grid of its maps; ``cells`` of them are land."""

    crs: str
    cell_m: float
    west_m: float
    north_m: float
    rows: int
    columns: int
    cells: int
    area_km2: float


class DepositTypeEntry(Record):
    """One deposit type, its prospect areas, and which opinion is shown first.

    ``ranked_share`` is the share of the land of which enough is known to rank it.
    """

    id: str
    code: str
    title: str
    summary: str
    prospects: int
    ranked_share: float
    default_opinion: DefaultOpinion


class LayerUse(Record):
    """One argument of one deposit type that a layer feeds.

    ``weight_share`` is its share of the model's weight, 0 to 1.
    """

    deposit_type: str
    evidence: str
    weight_share: float


class LayerEntry(Record):
    """One layer: whose it is, how good, where it is known, and what it feeds.

    Attributes
    ----------
    says : str
        What it tells, in words; empty when nobody has described it.
    display : Display or None
        How it is shown; None when it is not.
    coverage_by_state : mapping of str to float, or None
        Share of each state it says something about; None where the question does not
        apply.
    unknown_share : float or None
        Share of the region it says nothing about.
    """

    id: str
    says: str
    display: Display | None
    title: str
    kind: str
    credit: str
    citation: str
    licence: str
    open: bool
    resolution: str
    resolution_km: float | None
    uncertainty: str
    members: tuple[Member, ...]
    sha256: str
    command: str
    coverage_by_state: Mapping[str, float] | None
    unknown_share: float | None
    uses: tuple[LayerUse, ...]


class MissingLayer(Record):
    """A layer that models ask for and the release lacks: what it says and costs."""

    layer: str
    says: str
    costs: tuple[LayerUse, ...]


class MeasurementEntry(Record):
    """One measurement; ``named``: its distances have names to tell."""

    key: str
    layer: str
    measure: str
    unit: str
    named: bool
    background: Background


class DelineationEntry(Record):
    """How areas were cut out: see :class:`geodata.prospects.delineate.Delineation`."""

    core_share: float
    grown_share: float
    min_area_km2: float
    max_area_km2: float


class ParametersEntry(Record):
    """What the user chose."""

    cell_m: float
    draws: int
    seed: int
    delineation: DelineationEntry
    border_profile: str


class InputsEntry(Record):
    """Everything the id was made from, by checksum or version."""

    layers: Mapping[str, str]
    deposit_types: Mapping[str, str]
    learned: Mapping[str, str]
    examples: Mapping[str, int]
    records: str
    land: str
    parameters: ParametersEntry
    method: str
    libraries: Mapping[str, str]


class IdChanges(Record):
    """How many ids of areas were kept since the predecessor, are new, were retired."""

    kept: int
    new: int
    retired: int


class Manifest(Record):
    """What a release is, what it was made from, what it lacks.

    Attributes
    ----------
    inputs_id : str
        Hash of the inputs alone; releases of the same inputs share it.
    predecessor : str
        Id of the release whose areas lent their ids; empty when there was none.
    id_changes : IdChanges or None
        What became of those ids; None when there was no predecessor.
    caution, border_note : str
        Stand here for a reader of the folder alone.
    files : mapping of str to FileEntry
        Every other file by its path inside the release.
    """

    schema_version: Literal[4] = SCHEMA_VERSION
    id: str
    inputs_id: str
    predecessor: str
    id_changes: IdChanges | None
    inputs: InputsEntry
    caution: str
    border_profile: str
    border_note: str
    grid: GridEntry
    deposit_types: tuple[DepositTypeEntry, ...]
    layers: tuple[LayerEntry, ...]
    missing_layers: tuple[MissingLayer, ...]
    measurements: tuple[MeasurementEntry, ...]
    files: Mapping[str, FileEntry] = {}

    @property
    def parameters(self) -> ParametersEntry:
        """What the user chose."""
        return self.inputs.parameters


Explanations = TypeAdapter(dict[str, AreaExplanation])
"""Reads the explanations of the prospect areas, by id."""


def to_json(content: BaseModel | Mapping[str, BaseModel]) -> bytes:
    """Encode records with sorted keys; NaN is null."""
    plain = (
        content.model_dump(mode="json")
        if isinstance(content, BaseModel)
        else {key: item.model_dump(mode="json") for key, item in content.items()}
    )
    text = json.dumps(
        plain, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False
    )
    return f"{text}\n".encode()


def schema_version_of(text: str) -> object:
    """Return the version a manifest states; None when it states none.

    Raises
    ------
    ValueError
        If the text is not a JSON object.
    """
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("a manifest is a JSON object")
    return content.get("schema_version")


def explanations_of(folder: Path) -> dict[str, AreaExplanation]:
    """Read the explanation of every prospect area of a release, by id."""
    return Explanations.validate_json((folder / EXPLANATIONS).read_bytes())
