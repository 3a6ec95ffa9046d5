"""What else was tried beside the learned model that is shipped."""

from app.findings import Estimate, Tried
from app.reports import SHOWN, Report

HALF = (
    "The share of land was fixed at one half before Central Asia was looked at: to be "
    "told from other deposits counts as much as to be told from land."
)
_EQUAL = 0.5
BLOCKS = "blocks of 15"
"""How the scheme begins whose AUC every way of training and measurement has."""


def what_was_tried(report: Report) -> tuple[Tried, ...]:
    """Return what was tried, the shipped model first; nothing where nothing was."""
    shipped = _shipped(report)
    return (*([shipped] if shipped else []), *report.tried) if report.tried else ()


def how_it_was_chosen(report: Report) -> str:
    """Say what chose the shipped model, and that what was tried did not."""
    which = "The other rows" if _shipped(report) else "Rows"
    after = f"{which} below were computed afterwards and chose nothing."
    return f"{HALF} {after}" if report.land_share == _EQUAL else after


def _shipped(report: Report) -> Tried | None:
    """Take the figures of the shipped model from its report, if they are there."""
    aucs = {
        scheme.against: scheme.auc.value
        for scheme in report.schemes
        if scheme.name.lower().startswith(BLOCKS)
    }
    learned = report.learned
    if not aucs and learned is None and report.regions_rank is None:
        return None
    share = report.land_share
    named = "" if share is None else f": share of land in the background {share:g}"
    captured = {c.area: c for c in learned.captures if c} if learned else {}
    return Tried(
        what=f"The shipped model{named}",
        auc_others=aucs.get("other deposits"),
        auc_land=aucs.get("land"),
        regions_rank=report.regions_rank,
        withheld_rank=learned.mean_rank if learned else Estimate(),
        captures=tuple(captured.get(area) for area in SHOWN),
        shipped=True,
    )
