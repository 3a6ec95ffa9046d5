"""The learned opinion in a release: its maps and its explanation."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.prospects.describe import ProspectArea, Survey
from geodata.raster import FloatArray
from geodata.release.rasters import LEARNED, LEARNED_COVERAGE, LEARNED_RANK
from geodata.scoring.explanation import LearnedExplanation
from geodata.scoring.favourability import area_rank
from geodata.scoring.learned.explanation import explain_learned
from geodata.scoring.learned.model import Judgement, LearnedModel, judge
from geodata.scoring.learned.refits import ladder, rank_spread, some_of


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
        judgement = judge(model, survey.measured, _classes(survey))
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


def with_learned(
    areas: Sequence[ProspectArea], learned: Mapping[str, Opinion], survey: Survey
) -> list[ProspectArea]:
    """Add to the explanation of every area what the learned model of its type says."""
    return [
        dataclasses.replace(
            area,
            explanation=area.explanation.model_copy(
                update={"learned": explain_area(area, opinion, survey)}
            ),
        )
        if (opinion := learned.get(area.deposit_type.id))
        else area
        for area in areas
    ]


def explain_area(
    area: ProspectArea, opinion: Opinion, survey: Survey
) -> LearnedExplanation:
    """Explain an area by the learned model of its type."""
    keys = {item.measurement.key for item in opinion.model.arguments}
    known = opinion.rank[area.members]
    known = known[~np.isnan(known)]
    return explain_learned(
        opinion.model,
        {key: survey.measured[key][area.members] for key in keys},
        survey.backgrounds,
        {key: survey.names[key](area.lon, area.lat) for key in keys},
        rank=float(known.mean(dtype=np.float64)) if len(known) else np.nan,
        spread=rank_spread(
            _ladder(opinion.model, survey, area.members), opinion.ladder
        ),
    )
