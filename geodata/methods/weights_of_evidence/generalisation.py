"""Where to cut a map in two: by default at the largest studentised contrast."""

from dataclasses import dataclass

import numpy as np

from geodata.methods.weights_of_evidence.choices import CAUTION
from geodata.methods.weights_of_evidence.class_areas import class_name
from geodata.methods.weights_of_evidence.weights import WeightsTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A row of a table at which its map is cut in two.

    Attributes
    ----------
    row : int
        Row of the table, from 0.
    class_value : float
        Its class.
    studentised_contrast : float
    confident : bool
        True when its size reaches the level that was asked for.
    patched : bool
        True when a patch made its numbers; only where it was asked for by name.
    passed_over : float or None
        Class with a larger studentised contrast that was left because a patch made
        it; None when there is none.
    """

    row: int
    class_value: float
    studentised_contrast: float
    confident: bool
    patched: bool
    passed_over: float | None


def choose(
    table: WeightsTable,
    *,
    class_value: float | None = None,
    confidence: float = CAUTION,
    required: bool = False,
) -> Choice | None:
    """Choose the row at which a map is cut in two.

    Parameters
    ----------
    table : WeightsTable
        Of any kind; where it is not cumulative, one class is set against the rest.
    class_value : float, optional
        Class to cut at.  Without it, the row with the largest studentised contrast
        of those that no patch touched.
    confidence : float
        Least size of the studentised contrast, not negative.
    required : bool
        Choose only rows that reach it; otherwise the choice says whether it does.

    Returns
    -------
    Choice or None
        None when no row fits.

    Raises
    ------
    ValueError
        If the map has no such class, or the confidence is negative.

    Notes
    -----
    The largest *contrast* would follow the patches: in Geoscience Australia's table
    of fault density it lies at a class whose contrast of 3.6 is made by a patch.
    """
    if not confidence >= 0.0:
        raise ValueError(f"Expected a confidence of 0 or more; got {confidence}.")
    strength = table.studentised_contrast
    if class_value is not None:
        found = np.flatnonzero(table.classes == class_value)
        if not len(found):
            near = table.classes[np.argmin(np.abs(table.classes - class_value))]
            raise ValueError(
                f"The map has no class {class_name(class_value)}; it has "
                f"{len(table.classes)}, from {class_name(table.classes.min())} to "
                f"{class_name(table.classes.max())}; the nearest is "
                f"{repr(float(near)).removesuffix('.0')}."
            )
        row = int(found[0])
        sure = bool(abs(strength[row]) >= confidence)
        return _choice(table, row, sure, None) if sure or not required else None
    use = ~table.patched
    if required:
        use &= np.abs(strength) >= confidence
    if not use.any():
        return None
    row = int(np.argmax(np.where(use, strength, -np.inf)))
    above = np.where(table.patched, strength, -np.inf)
    better = int(np.argmax(above))
    passed = float(table.classes[better]) if above[better] > strength[row] else None
    return _choice(table, row, bool(abs(strength[row]) >= confidence), passed)


def _choice(
    table: WeightsTable, row: int, sure: bool, passed_over: float | None
) -> Choice:
    return Choice(
        row=row,
        class_value=float(table.classes[row]),
        studentised_contrast=float(table.studentised_contrast[row]),
        confident=sure,
        patched=bool(table.patched[row]),
        passed_over=passed_over,
    )
