"""Why a place scores as it does: the exact account, in codes and numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import COMPONENTS, DepositType, Evidence
from geodata.scoring.measured import Background, Measured, compare_with_region
from geodata.scoring.mineral_system import evidence_at, score, split_score
from geodata.scoring.record import MaybeNaN, Record


class ParameterPart(Record):
    """One number of an argument, with its plausible range and where it stands."""

    name: str
    unit: str
    value: float
    low: float
    high: float
    basis: str
    reference: str


class ArgumentPart(Record):
    """What one geological argument says here.

    Attributes
    ----------
    known : bool
        Whether it is known at the place, or anywhere in the area.
    value : float
        Evidence, 0 to 1; NaN = unknown.
    part : float
        What it takes away from a perfect score, natural log, <= 0; 0 where unknown.
    measured : Measured
        What was measured, in ``unit``.
    layer, layer_title, source, licence : str
        What it was read from; ``layer_title`` is empty when the release lacks it.
    weight, weight_range, basis, reference
        Its share of the model's weight, the plausible range, and where that stands.
    """

    name: str
    title: str
    claim: str
    component: str
    known: bool
    value: MaybeNaN
    part: float
    measured: Measured
    unit: str
    layer: str
    layer_title: str
    source: str
    licence: str
    weight: float
    weight_range: tuple[float, float]
    basis: str
    reference: str
    parameters: tuple[ParameterPart, ...]


class ComponentPart(Record):
    """What one component of the mineral system says here.

    Attributes
    ----------
    score : float
        0 to 1; NaN where nothing of it is known.
    weight, coverage : float
        Weight of its arguments, and the share of it that is known, 0 to 1.
    part : float
        Sum of the parts of its arguments.
    """

    name: str
    score: MaybeNaN
    weight: float
    coverage: float
    part: float
    evidence: tuple[ArgumentPart, ...]


class LearnedPart(Record):
    """What one argument of a learned model says here.

    Attributes
    ----------
    part : float
        How much it moves the log odds from an average place of the training.
    beyond : bool
        Outside all that the training had seen, on half of the cells or more; counts
        as its edge.
    direction : str
        What geology says of more of it; ``either``: a correlation only.
    importance : float
        Its share of what the model knows by.
    """

    name: str
    title: str
    claim: str
    direction: str
    reference: str
    known: bool
    part: float
    beyond: bool
    importance: float
    measured: Measured
    unit: str
    layer: str
    layer_title: str
    source: str
    licence: str


class TrainedOn(Record):
    """What a learned model was trained on; ``withheld`` says what took no part."""

    positives: int
    others: int
    land: int
    withheld: str


class LearnedExplanation(Record):
    """What a learned model says here: log odds = intercept + the sum of the parts.

    Attributes
    ----------
    score : float
        0 to 1, of use only for ranking; NaN where nothing is known.
    coverage : float
        Share of its arguments known, by importance, 0 to 1.
    rank, rank_p10, rank_p90 : float
        Area rank, 0 best to 1, and the same in eight of ten refits; NaN = unknown.
    """

    title: str
    log_odds: float
    score: MaybeNaN
    coverage: float
    rank: MaybeNaN
    rank_p10: MaybeNaN
    rank_p90: MaybeNaN
    intercept: float
    arguments: tuple[LearnedPart, ...]
    trained_on: TrainedOn


class Explanation(Record):
    """Why a place, or the average of the cells of an area, scores as it does.

    Attributes
    ----------
    lon, lat : float
        The place, or the best cell of the area, degrees, WGS 84.
    log_favourability : float
        Mean over the cells; the parts of all arguments sum to it.
    favourability, p10, p50, p90 : float
        0 to 1; NaN = unknown.
    coverage : float
        Share of the model's weight that is known, 0 to 1.
    learned : LearnedExplanation or None
        What the learned model of the type says; None where there is none.
    """

    deposit_type: str
    lon: float
    lat: float
    log_favourability: MaybeNaN
    favourability: MaybeNaN
    p10: MaybeNaN
    p50: MaybeNaN
    p90: MaybeNaN
    coverage: float
    components: tuple[ComponentPart, ...]
    learned: LearnedExplanation | None = None


def explain(
    deposit_type: DepositType,
    drawn: FloatArray,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    lon: float,
    lat: float,
) -> Explanation:
    """Explain a place, or the average of the cells of an area.

    Parameters
    ----------
    deposit_type : DepositType
        The model.
    drawn : array of float32, shape (draws,)
        Log favourability of the place or area under every Monte-Carlo draw.
    measured : mapping of measurement key to float32 array, shape (cells,)
        Measurements; one cell for a place.
    backgrounds : mapping of measurement key to Background
        The region to compare with.
    names : mapping of measurement key to str
        What was measured to, for example the name of the nearest boundary.
    lon, lat : float
        The place, degrees, WGS 84.

    Notes
    -----
    A part tells what an argument takes away from a perfect score; unknown
    evidence takes nothing away and adds nothing.
    """
    arguments = deposit_type.evidence
    values = [
        evidence_at(
            evidence,
            measured[evidence.measurement.key],
            backgrounds[evidence.measurement.key].classes,
        )
        for evidence in arguments
    ]
    found = score(deposit_type, [row.astype(np.float64) for row in values])
    parts = split_score(deposit_type, values)
    told = [
        _argument(evidence, value, measured, backgrounds, names, part=float(part))
        for evidence, value, part in zip(
            arguments, values, parts.evidence.mean(axis=1), strict=True
        )
    ]
    mean_log = float(found.log_favourability.mean())
    p10, p50, p90 = np.exp(np.percentile(drawn.astype(np.float64), (10, 50, 90)))
    return Explanation(
        deposit_type=deposit_type.id,
        lon=lon,
        lat=lat,
        log_favourability=mean_log,
        favourability=float(np.exp(mean_log)),
        p10=float(p10),
        p50=float(p50),
        p90=float(p90),
        coverage=float(found.coverage.mean()),
        components=tuple(
            _component(name, told, parts.component[name])
            for name in COMPONENTS
            if name in parts.component
        ),
    )


def _component(
    name: str, told: Sequence[ArgumentPart], scores: npt.NDArray[np.float64]
) -> ComponentPart:
    own = tuple(item for item in told if item.component == name)
    weight = sum(item.weight for item in own)
    with_score = scores[~np.isnan(scores)]
    return ComponentPart(
        name=name,
        score=float(with_score.mean()) if len(with_score) else np.nan,
        weight=weight,
        coverage=sum(item.weight for item in own if item.known) / weight,
        part=sum(item.part for item in own),
        evidence=own,
    )


def _argument(
    evidence: Evidence,
    values: FloatArray,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    part: float,
) -> ArgumentPart:
    key, unit = evidence.measurement.key, evidence.measurement.unit
    background = backgrounds[key]
    known = values[~np.isnan(values)]
    return ArgumentPart(
        name=evidence.name,
        title=evidence.title,
        claim=evidence.claim,
        component=evidence.component,
        known=len(known) > 0,
        value=float(known.mean()) if len(known) else np.nan,
        part=part,
        measured=compare_with_region(
            evidence.measurement,
            measured[key],
            background,
            nearest=names.get(key, ""),
            apart=(
                measured[evidence.disagreement.key] if evidence.disagreement else None
            ),
        ),
        unit=unit,
        layer=evidence.measurement.layer,
        layer_title=background.layer_title,
        source=background.source,
        licence=background.licence,
        weight=evidence.weight.value,
        weight_range=(evidence.weight.low, evidence.weight.high),
        basis=evidence.weight.basis,
        reference=evidence.weight.reference,
        parameters=tuple(
            ParameterPart(
                name=name,
                unit=unit,
                value=number.value,
                low=number.low,
                high=number.high,
                basis=number.basis,
                reference=number.reference,
            )
            for name, number in evidence.parameters.items()
        ),
    )
