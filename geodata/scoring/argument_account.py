"""What the arguments and components of an expert model say of a place or an area."""

from collections.abc import Mapping, Sequence

import numpy as np

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import Evidence
from geodata.scoring.explanation import ArgumentPart, ComponentPart, ParameterPart
from geodata.scoring.measured import Background, compare_with_region
from geodata.scoring.mineral_system import Doubles


def component_part(
    name: str,
    accounts: Sequence[ArgumentPart],
    scores: Doubles | None,
    coverage: float,
) -> ComponentPart:
    """Account for one component, by the accounts of its arguments.

    Parameters
    ----------
    name : str
        Of the component.
    accounts : sequence of ArgumentPart
        Of all arguments of the model.
    scores : array of float64, shape (cells,), or None
        Its score, 0 to 1; NaN = unknown.  None where the model has none.
    coverage : float
        Share of its weight that is known, 0 to 1.
    """
    own = tuple(item for item in accounts if item.component == name)
    with_score = np.array([]) if scores is None else scores[~np.isnan(scores)]
    return ComponentPart(
        name=name,
        score=float(with_score.mean()) if len(with_score) else _of_records(own),
        weight=sum(item.weight for item in own),
        coverage=coverage,
        part=sum(item.part for item in own),
        evidence=own,
    )


def _of_records(own: Sequence[ArgumentPart]) -> float:
    """Return what records say of a component of which nothing else is known."""
    near = [item for item in own if item.known and not np.isnan(item.base)]
    if not near:
        return np.nan
    weights = [item.weight for item in near]
    return float(np.average([item.value for item in near], weights=weights))


def argument_part(
    evidence: Evidence,
    values: FloatArray,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    applies: bool,
    resolved: float,
    parts: tuple[float, float],
) -> ArgumentPart:
    """Account for one argument at a place or over the cells of an area.

    Parameters
    ----------
    evidence : Evidence
        The argument.
    values : array of float32, shape (cells,)
        Its evidence, 0 to 1; NaN = unknown.
    measured : mapping of measurement key to float32 array, shape (cells,)
        Measurements.
    backgrounds : mapping of measurement key to Background
        The region to compare with.
    names : mapping of measurement key to str
        What was measured to.
    applies : bool
        Whether it speaks at any of the cells.
    resolved : float
        Share of its weight that its layer can speak for, 0 to 1.
    parts : tuple of float
        What its known part takes away, natural log, and its unknown part.
    """
    key, unit = evidence.measurement.key, evidence.measurement.unit
    background = backgrounds[key]
    known = values[~np.isnan(values)]
    return ArgumentPart(
        name=evidence.name,
        title=evidence.title,
        claim=evidence.claim,
        component=evidence.component,
        known=applies and not bool(np.isnan(measured[key]).all()),
        value=float(known.mean()) if len(known) else np.nan,
        part=sum(parts),
        part_of_average=parts[1],
        resolved=resolved,
        base=evidence.base.value if evidence.base else np.nan,
        reach_km=evidence.measurement.window_km if evidence.base else np.nan,
        measured=compare_with_region(
            evidence.measurement,
            measured[key],
            background,
            applies=applies,
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
