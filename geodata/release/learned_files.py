"""The files of the learned models: shipped with the package, kept in a release."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from geodata.errors import LearnedModelError
from geodata.scoring.learned.argument import LearnedType, parse_learned
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.learned.model_file import from_json, shipped
from geodata.scoring.validation.report import LearnedReport

FOLDER = "learned"
MODEL, REPORT = ".json", "-validation.json"
FEWEST_TESTED = 5
"""Known examples of the region below which a model is told of, but makes no map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedFiles:
    """The files of one learned model.

    Attributes
    ----------
    arguments : LearnedType
        What it adds up, from the file of its deposit type.
    model, report : str
        Texts of its coefficients, and of what the tests gave (JSON); the report is
        empty when none was shipped.
    """

    arguments: LearnedType
    model: str
    report: str

    def read(self) -> LearnedModel:
        """Return the model."""
        return from_json(self.model, self.arguments)

    @property
    def tested(self) -> LearnedReport | None:
        """What the tests gave.

        Raises
        ------
        LearnedModelError
            If the text is not such a report.
        """
        if not self.report:
            return None
        try:
            return LearnedReport.model_validate_json(self.report)
        except ValidationError as error:
            first = " ".join(str(error).split())[:200]
            raise LearnedModelError(
                "The report of the learned model of "
                f"'{self.arguments.deposit_type}' is not one that this version writes: "
                f"{first}. Run scripts/validate.py."
            ) from error

    @property
    def tested_on(self) -> int:
        """How many known examples of the region it never saw it was tested on."""
        return 0 if (found := self.tested) is None else found.n_withheld


def shipped_files(deposit_types: Mapping[str, str]) -> dict[str, LearnedFiles]:
    """Return the learned models of the package for some deposit types.

    Parameters
    ----------
    deposit_types : mapping of str to str
        Id → text of its file; one without a table ``[learned]`` has no such model.
    """
    reports = shipped(REPORT)
    return {
        name: LearnedFiles(
            arguments=arguments, model=model, report=reports.get(name, "")
        )
        for name, model in shipped(MODEL).items()
        if name in deposit_types
        and (arguments := parse_learned(name, deposit_types[name]))
    }


def bearing_maps(files: Mapping[str, LearnedFiles]) -> dict[str, LearnedFiles]:
    """Return the models that were tested in the region: only these make maps."""
    return {
        name: item for name, item in files.items() if item.tested_on >= FEWEST_TESTED
    }


def write_files(folder: Path, files: Mapping[str, LearnedFiles]) -> None:
    """Put the coefficients into a release, so that it explains itself for ever."""
    folder.mkdir()
    for name, texts in files.items():
        (folder / f"{name}{MODEL}").write_text(texts.model, encoding="utf-8")


def read_files(
    folder: Path, deposit_types: Mapping[str, str]
) -> dict[str, LearnedModel]:
    """Read the learned models of a release.

    Parameters
    ----------
    folder : Path
        Where their coefficients are.
    deposit_types : mapping of str to str
        Id → text of its file, which names the arguments.
    """
    return {
        path.stem: from_json(path.read_text(encoding="utf-8"), arguments)
        for path in sorted(folder.glob(f"*{MODEL}"))
        if (arguments := parse_learned(path.stem, deposit_types[path.stem]))
    }
