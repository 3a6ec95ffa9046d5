"""Choose the opinion of each deposit type that a release shows first."""

from collections.abc import Iterable

from geodata.release.validation import ValidationReport
from geodata.scoring.default_opinion import DefaultOpinion, default_opinion
from geodata.scoring.validation.districts import DistrictFigure
from geodata.scoring.validation.map_tests import FEWEST_DISTRICTS
from geodata.scoring.validation.report import MapId


def default_opinions(
    deposit_types: Iterable[str], report: ValidationReport
) -> dict[str, DefaultOpinion]:
    """Choose for each deposit type, from what the tests gave.

    Expert models read layers of the region and have no world test, so known sites
    within like ground decide, by the ground in which a map does worse.

    Parameters
    ----------
    deposit_types : iterable of str
        Their ids.
    report : ValidationReport
        What the release says of its models.
    """
    return {
        name: default_opinion(
            world=(
                None,
                report.learned[name].regions.mean_rank
                if name in report.learned
                else None,
            ),
            like_ground=(
                hardest_ground(report, name, "expert"),
                hardest_ground(report, name, "learned"),
            ),
        )
        for name in deposit_types
    }


def hardest_ground(
    report: ValidationReport, deposit_type: str, opinion: MapId
) -> DistrictFigure | None:
    """Return the mean rank of a map within the like ground where it does worst.

    Returns
    -------
    DistrictFigure or None
        None where there is no such map, or too few districts tell.
    """
    test = report.map_tests.of_type(deposit_type)
    figures = test.figures(opinion) if test else None
    if figures is None or not figures.within:
        return None
    worst = max(figures.within.values(), key=lambda found: found.value)
    told = all(found.districts >= FEWEST_DISTRICTS for found in figures.within.values())
    return worst if told else None
