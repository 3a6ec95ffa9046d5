"""What a release says of its models: one definition, written here and read by app."""

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from geodata.errors import DamagedReleaseError
from geodata.scoring.agreement import Agreement
from geodata.scoring.record import Record
from geodata.scoring.sensitivity import Sensitivity
from geodata.scoring.validation.argument_records import ArgumentRecord
from geodata.scoring.validation.known_sites import KnownSites
from geodata.scoring.validation.map_tests import MapTests
from geodata.scoring.validation.report import LearnedReport
from geodata.scoring.validation.spread_test import SpreadTest

FILE = "validation.json"


class Untested(Record):
    """Why a deposit type has no map by a learned model.

    Attributes
    ----------
    n_world, fewest : int
        Known examples of the world, and how many a model needs to be trained.
    n_tested, fewest_tested : int
        Known examples that a model was tested on in the region it never saw, and how
        many it needs to make a map.
    """

    n_world: int
    fewest: int
    n_tested: int
    fewest_tested: int


class MissingLayer(Record):
    """A layer that a learned model was tested with and the release does not have."""

    layer: str
    title: str


class ValidationReport(Record):
    """Everything a release says of how far its maps can be trusted.

    Attributes
    ----------
    known_sites : KnownSites
        The maps of the expert models, checked against the known sites.
    learned : mapping of str to LearnedReport
        Tests of the learned models, by deposit type.
    without_learned : mapping of str to Untested
        Types without a map of a learned model.
    missing_layers : mapping of str to tuple of MissingLayer
        By deposit type that has such a map.
    agreement : mapping of str to Agreement
        Expert beside learned, by deposit type.
    sensitivity : mapping of str to Sensitivity
        What each number of an expert model does to its map.
    spread : mapping of str to SpreadTest
        Whether the ranges of an expert model's scores hold what they say.
    map_tests : MapTests
        The maps of both opinions beside plain measurements, within like ground, and
        on deposits of other kinds.
    arguments : mapping of str to tuple of ArgumentRecord
        What the world says of each argument of an expert model, by deposit type.
    """

    schema_version: Literal[3] = 3
    known_sites: KnownSites
    learned: dict[str, LearnedReport]
    without_learned: dict[str, Untested]
    missing_layers: dict[str, tuple[MissingLayer, ...]]
    agreement: dict[str, Agreement]
    sensitivity: dict[str, Sensitivity]
    spread: dict[str, SpreadTest]
    map_tests: MapTests
    arguments: dict[str, tuple[ArgumentRecord, ...]]


def write_validation(folder: Path, report: ValidationReport) -> None:
    """Write the report into the folder of a release."""
    content = report.model_dump_json(indent=1) + "\n"
    (folder / FILE).write_text(content, encoding="utf-8")


def read_validation(folder: Path) -> ValidationReport:
    """Read the report of a release.

    Raises
    ------
    DamagedReleaseError
        If it is not such a report, or one of another version.
    """
    try:
        return ValidationReport.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError) as error:
        first = str(error).partition("\n")[0]
        raise DamagedReleaseError(
            f"The {FILE} of release {folder.name} is not one that this version writes "
            f"({first}). Build the release again: scripts/setup, or "
            "scripts/rank_prospects.py."
        ) from error
