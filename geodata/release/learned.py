"""The learned opinion in a release: its files, its maps, its agreement."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.prospects.describe import ProspectArea, Survey
from geodata.raster import FloatArray
from geodata.scoring.agreement import compare
from geodata.scoring.favourability import area_rank
from geodata.scoring.learned.account import account_for
from geodata.scoring.learned.argument_file import learned_type_texts
from geodata.scoring.learned.model import Judgement, LearnedModel, judge
from geodata.scoring.learned.model_file import from_json, shipped
from geodata.scoring.learned.refits import ladder, rank_spread, some_of
from geodata.scoring.learned.withheld import plain

FOLDER = "learned"
MODEL, ARGUMENTS, REPORT = ".json", ".toml", "-validation.json"
FEWEST_TESTED = 5
"""Known examples of the region below which a model is told of, but makes no map."""

LEARNED, LEARNED_RANK, LEARNED_COVERAGE = "learned", "learned_rank", "learned_coverage"
"""Bands of a type that has a learned model."""


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


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What a learned model says of the land cells.

    Attributes
    ----------
    model : LearnedModel
        The model.
    judgement : Judgement
        Score and coverage of every cell.
    rank : array of float32, shape (cells,)
        Area rank by its score, 0 best; NaN = unknown.
    ladder : array of float32, shape (some cells, refits)
        Scores of cells all over the area by the refits of the model.
    """

    model: LearnedModel
    judgement: Judgement
    rank: FloatArray
    ladder: FloatArray

    def bands(self) -> dict[str, FloatArray]:
        """Return its maps by the names of their bands."""
        return {
            LEARNED: self.judgement.score,
            LEARNED_RANK: self.rank,
            LEARNED_COVERAGE: self.judgement.coverage,
        }


def opinions(models: Mapping[str, LearnedModel], survey: Survey) -> dict[str, Opinion]:
    """Let every learned model judge the cells of a survey."""
    found = {}
    for name, model in models.items():
        judgement = judge(
            model, survey.measured, _classes(survey), workers=os.cpu_count() or 1
        )
        found[name] = Opinion(
            model=model,
            judgement=judgement,
            rank=area_rank(judgement.score),
            ladder=_ladder(model, survey, some_of(len(judgement.score))),
        )
    return found


def _classes(survey: Survey) -> dict[str, Sequence[str]]:
    return {key: item.classes for key, item in survey.backgrounds.items()}


def _ladder(
    model: LearnedModel, survey: Survey, cells: npt.NDArray[np.int64]
) -> FloatArray:
    measured = {item.key: survey.measured[item.key][cells] for item in model.read}
    return ladder(model, model.encode(measured, _classes(survey)))


def account_of(
    area: ProspectArea, opinion: Opinion | None, survey: Survey
) -> dict[str, Any] | None:
    """Explain an area by the learned model of its type; None when there is none."""
    if opinion is None:
        return None
    keys = {item.measurement.key for item in opinion.model.arguments}
    known = opinion.rank[area.members]
    known = known[~np.isnan(known)]
    return account_for(
        opinion.model,
        {key: survey.measured[key][area.members] for key in keys},
        survey.backgrounds,
        {key: survey.names[key](area.lon, area.lat) for key in keys},
        rank=float(known.mean(dtype=np.float64)) if len(known) else np.nan,
        spread=rank_spread(
            _ladder(opinion.model, survey, area.members), opinion.ladder
        ),
    )


def agreement_report(
    ranks: Mapping[str, FloatArray], learned: Mapping[str, Opinion]
) -> dict[str, Any]:
    """Compare the two orders of the area, by deposit type; JSON-ready."""
    return {
        name: plain(asdict(compare(ranks[name], opinion.rank)))
        for name, opinion in learned.items()
    }
