"""What a run found, in sentences and in tables of rounded numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.class_areas import class_name
from geodata.methods.weights_of_evidence.crowding import Crowd
from geodata.methods.weights_of_evidence.generalisation import Choice
from geodata.methods.weights_of_evidence.independence import Omnibus, PairTest
from geodata.methods.weights_of_evidence.map_weights import MapWeights
from geodata.methods.weights_of_evidence.posterior import Posterior
from geodata.methods.weights_of_evidence.weights import WeightsTable

_HEADINGS = ("class", "units", "points", "W+", "s", "W-", "s", "C", "stud. C", "patch")
MANY_CLASSES, MANY_ROWS = 1_000, 100_000
"""Rows from which a table of classes, and one of any kind, is cautioned against."""

_MOST_SHOWN = 20  # rows of a table told; the file has all


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A table for a screen: all cells are text, numbers stand to the right.

    Attributes
    ----------
    title : str
        One line above it.
    headings : tuple of str
        One a column.
    rows : tuple of tuple of str
        Cells.
    note : str
        What is left out or to be cautious of; may be empty.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def weights_in_rows(table: WeightsTable, name: str) -> TextTable:
    """Return the rows of a weights table, rounded; the best of many."""
    rows = np.arange(len(table.classes))
    if len(rows) > _MOST_SHOWN:
        rows = np.sort(np.argsort(-table.studentised_contrast)[:_MOST_SHOWN])
    numbers = (
        table.w_plus,
        table.s_w_plus,
        table.w_minus,
        table.s_w_minus,
        table.contrast,
        table.studentised_contrast,
    )
    left_out = f"best {len(rows)} of {len(table.classes)} rows"
    return TextTable(
        title=f"{name}, {table.kind}",
        headings=_HEADINGS,
        rows=tuple(
            (
                class_name(table.classes[row]),
                f"{table.area_units[row]:,.2f}",
                str(table.points[row]),
                *(f"{column[row]:.4f}" for column in numbers),
                "yes" if table.patched[row] else "",
            )
            for row in rows
        ),
        note=left_out if len(rows) < len(table.classes) else "",
    )


def choice_in_words(
    choice: Choice | None, table: WeightsTable, confidence: float
) -> str:
    """Say at which class a map would be cut, and what is wrong with it."""
    if choice is None:
        return "No class to cut at: every row touched a patch."
    words = (
        f"Cut at class {class_name(choice.class_value)}: studentised contrast "
        f"{choice.studentised_contrast:.4f}, W+ {table.w_plus[choice.row]:.4f}, "
        f"W- {table.w_minus[choice.row]:.4f}."
    )
    if not choice.confident:
        words += f" Caution: below {confidence:g}, it says little."
    if choice.patched:
        words += " Caution: a patch made these numbers."
    if choice.passed_over is not None:
        passed = class_name(choice.passed_over)
        words += f" Class {passed} is higher, but by a patch."
    return words


def groups_in_rows(
    one: MapWeights, name: str, *, kind: Kind, cut: float | None
) -> TextTable:
    """Return the weights with which a map is combined, and how it came by them."""
    where = "" if cut is None else f", cut at class {class_name(cut)}"
    notes = []
    if len(one.names) > _MOST_SHOWN:
        notes.append(f"first {_MOST_SHOWN} of {len(one.names)} groups")
    if one.patched:
        notes.append("Caution: a patch made one of the weights.")
    return TextTable(
        title=f"{name}, {kind}{where}",
        headings=("group", "share", "weight", "deviation"),
        rows=tuple(
            (
                group,
                f"{one.shares[number]:.4f}",
                f"{one.weights[number]:.4f}",
                f"{one.deviations[number]:.4f}",
            )
            for number, group in enumerate(one.names[:_MOST_SHOWN])
        ),
        note="; ".join(notes),
    )


def points_in_words(
    table: WeightsTable, *, beside: int, on_missing: int, without_position: int
) -> str:
    """Say which points took part and which did not.

    Parameters
    ----------
    table : WeightsTable
    beside, on_missing, without_position : int
        Points beside the map, on ground it does not know, and rows without a place.
    """
    return (
        f"{table.study_points} points on {table.study_units:,.6g} unit cells of "
        f"{table.unit_area_km2:g} km², prior {table.prior:.6g}. Took no part: "
        f"{beside} points beside the map, {on_missing} on missing cells "
        f"({table.missing_km2:,.2f} km²), {without_position} rows without position."
    )


def crowd_in_words(found: Crowd, unit_area_km2: float) -> str:
    """Caution against points that lie together in unit cells; empty if none do."""
    if not found.points:
        return ""
    return (
        f"Caution: {found.points} points share {found.cells} unit cells of "
        f"{unit_area_km2:g} km², {found.most} the fullest; each may hold one. Keep one "
        "point of those that lie together, or choose a smaller unit cell."
    )


def many_in_words(table: WeightsTable, name: str) -> str:
    """Caution against a table of so many rows that they say nothing; else empty."""
    rows, kind = len(table.classes), table.kind
    if rows < (MANY_ROWS if kind.cumulative else MANY_CLASSES):
        return ""
    words = f"Caution: {name} has {rows:,} different values, each a row of the table."
    if kind.cumulative:
        return f"{words} Group them into classes first."
    return (
        f"{words} For measured values choose --kind ascending or descending, or group "
        "them into classes first."
    )


def posterior_in_words(found: Posterior) -> str:
    """Say for what area the posterior is, and on what its prior rests."""
    area = found.unit_area_km2
    low, high = found.posterior.min(), found.posterior.max()
    return (
        f"Prior {found.prior:.6g} per {area:g} km²: {found.points} points on "
        f"{found.study_units:,.6g} unit cells ({found.study_units * area:,.2f} km²). "
        f"Posterior per {area:g} km²: {low:.4g} to {high:.4g}."
    )


def independence_in_words(test: Omnibus) -> str:
    """Say if all maps together are conditionally independent."""
    return (
        f"T {test.expected:.6g}, n {test.observed}, n/T {test.ratio:.4f}, "
        f"s(T) {test.deviation:.6g}, (T - n)/s(T) {test.statistic:.4f}, "
        f"p {test.p_value:.3g}, {test.conditions} unique conditions: {test.verdict}."
    )


def pair_in_words(test: PairTest, names: Sequence[str]) -> str:
    """Say if two maps go together on the points."""
    rough = ", few points: rough" if test.few else ""
    return (
        f"{names[test.first]} and {names[test.second]}: chi² {test.chi2:.4g} (Yates), "
        f"p {test.p_value:.3g}, {test.verdict}{rough}."
    )
