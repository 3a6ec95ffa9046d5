"""Why a place scores as it does: the exact account, in a geologist's words."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import COMPONENTS, DepositType, Evidence
from geodata.scoring.facts import Background, measured_fact, number, summarise
from geodata.scoring.mineral_system import Score, account, evidence_at, score


def explain(
    deposit_type: DepositType,
    drawn: FloatArray,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
) -> dict[str, object]:
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

    Returns
    -------
    dict
        JSON-ready.  The parts of all evidence sum to ``log_favourability``,
        which is the mean over the cells of log favourability.

    Notes
    -----
    A part tells what an argument takes away from a perfect score; unknown
    evidence takes nothing away and adds nothing.
    """
    keys = [evidence.measurement.key for evidence in deposit_type.evidence]
    rows = [measured[key] for key in keys]
    classes = [backgrounds[key].classes for key in keys]
    values = [
        evidence_at(evidence, row, list_of)
        for evidence, row, list_of in zip(
            deposit_type.evidence, rows, classes, strict=True
        )
    ]
    found = score(deposit_type, [row.astype(np.float64) for row in values])
    parts = account(deposit_type, values)
    part_of = dict(
        zip(
            (item.name for item in deposit_type.evidence),
            parts.evidence.mean(axis=1).tolist(),
            strict=True,
        )
    )
    told = [
        _evidence(
            evidence,
            values=value,
            measured=row,
            part=part_of[evidence.name],
            background=backgrounds[evidence.measurement.key],
            name=names.get(evidence.measurement.key, ""),
            apart=(
                measured[evidence.disagreement.key] if evidence.disagreement else None
            ),
        )
        for evidence, value, row in zip(
            deposit_type.evidence, values, rows, strict=True
        )
    ]
    return {
        "deposit_type": deposit_type.id,
        **_summary(found, drawn),
        "components": [
            _component(name, told, parts.component[name])
            for name in COMPONENTS
            if name in parts.component
        ],
    }


def _summary(found: Score, drawn: FloatArray) -> dict[str, float | None]:
    mean_log = float(found.log_favourability.mean())
    p10, p50, p90 = np.exp(np.percentile(drawn.astype(np.float64), (10, 50, 90)))
    return {
        "log_favourability": number(mean_log),
        "favourability": number(float(np.exp(mean_log))),
        "p10": number(float(p10)),
        "p50": number(float(p50)),
        "p90": number(float(p90)),
        "coverage": number(float(found.coverage.mean())),
    }


def _component(
    name: str,
    told: Sequence[dict[str, object]],
    scores: npt.NDArray[np.float64],
) -> dict[str, object]:
    own = [item for item in told if item["component"] == name]
    weight = sum(float(str(item["weight"])) for item in own)
    known = sum(float(str(item["weight"])) for item in own if item["known"])
    with_score = scores[~np.isnan(scores)]
    return {
        "name": name,
        "title": name.capitalize(),
        "score": float(with_score.mean()) if len(with_score) else None,
        "weight": weight,
        "coverage": known / weight,
        "part": sum(float(str(item["part"])) for item in own),
        "evidence": own,
    }


def _evidence(
    evidence: Evidence,
    *,
    values: FloatArray,
    measured: FloatArray,
    part: float,
    background: Background,
    name: str,
    apart: FloatArray | None,
) -> dict[str, object]:
    amount = summarise(measured, is_class=bool(background.classes))
    known = values[~np.isnan(values)]
    return {
        "name": evidence.name,
        "title": evidence.title,
        "claim": evidence.claim,
        "component": evidence.component,
        "known": len(known) > 0,
        "value": float(known.mean()) if len(known) else None,
        "part": part,
        "measured": number(amount.typical),
        **(
            {"measured_low": number(amount.low), "measured_high": number(amount.high)}
            if len(measured) > 1 and not background.classes
            else {}
        ),
        "unit": evidence.measurement.unit,
        "fact": measured_fact(
            evidence.measurement,
            amount,
            background,
            name,
            apart=(
                np.nan
                if apart is None
                else summarise(np.abs(apart), is_class=False).typical
            ),
        ),
        "layer": evidence.measurement.layer,
        "layer_title": background.layer_title,
        "source": background.source,
        "licence": background.licence,
        "weight": evidence.weight.value,
        "weight_range": [evidence.weight.low, evidence.weight.high],
        "basis": evidence.weight.basis,
        "reference": evidence.weight.reference,
        "parameters": [
            {"name": key, "unit": evidence.measurement.unit, **asdict(value)}
            for key, value in evidence.parameters.items()
        ],
    }
