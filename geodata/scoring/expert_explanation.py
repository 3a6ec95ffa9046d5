"""Why the expert model says what it says: its exact account."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import COMPONENTS, DepositType, Evidence
from geodata.scoring.explanation import (
    ArgumentPart,
    ComponentPart,
    Explanation,
    ParameterPart,
)
from geodata.scoring.measured import Background, compare_with_region
from geodata.scoring.mineral_system import evidence_at, score, split_score


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
