"""The files of the learned models: shipped with the package, kept in a release."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from geodata.scoring.learned.argument_file import learned_type_texts
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.learned.model_file import from_json, shipped

FOLDER = "learned"
MODEL, ARGUMENTS, REPORT = ".json", ".toml", "-validation.json"
FEWEST_TESTED = 5
"""Known examples of the region below which a model is told of, but makes no map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedFiles:
    """The texts of one learned model.

    Attributes
    ----------
    model, arguments : str
        Coefficients (JSON) and what they are coefficients of (TOML).
    report : str
        What the tests gave (JSON); empty when none was shipped.
    """

    model: str
    arguments: str
    report: str

    def read(self) -> LearnedModel:
        """Return the model."""
        return from_json(self.model, self.arguments)

    @property
    def tested_on(self) -> int:
        """How many known examples of the region it never saw it was tested on."""
        return int(json.loads(self.report)["n_withheld"]) if self.report else 0


def shipped_files(deposit_types: Collection[str]) -> dict[str, LearnedFiles]:
    """Return the learned models of the package for some deposit types."""
    arguments, reports = learned_type_texts(), shipped(REPORT)
    return {
        name: LearnedFiles(
            model=model, arguments=arguments[name], report=reports.get(name, "")
        )
        for name, model in shipped(MODEL).items()
        if name in deposit_types and name in arguments
    }


def bearing_maps(files: Mapping[str, LearnedFiles]) -> dict[str, LearnedFiles]:
    """Return the models that were tested in the region: only these make maps."""
    return {
        name: item for name, item in files.items() if item.tested_on >= FEWEST_TESTED
    }


def write_files(folder: Path, files: Mapping[str, LearnedFiles]) -> None:
    """Put the texts into a release, so that it explains itself for ever."""
    folder.mkdir()
    for name, texts in files.items():
        (folder / f"{name}{MODEL}").write_text(texts.model, encoding="utf-8")
        (folder / f"{name}{ARGUMENTS}").write_text(texts.arguments, encoding="utf-8")


def read_files(folder: Path) -> dict[str, LearnedModel]:
    """Read the learned models of a release; releases made before have none."""
    return {
        path.stem: from_json(
            path.read_text(encoding="utf-8"),
            path.with_suffix(ARGUMENTS).read_text(encoding="utf-8"),
        )
        for path in sorted(folder.glob(f"*{MODEL}"))
    }
