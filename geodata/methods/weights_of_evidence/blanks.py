"""Values that files use for "not known" without saying so.

A no-data value that its file does not declare is a class of its own, and with it the
smallest distance or the largest density of the map.  It is told by its size, which no
measurement has, or by being a number commonly used for it, far from all others.
"""

import numpy as np

from geodata.errors import LayerFormatError
from geodata.methods.weights_of_evidence.class_areas import Doubles, Values

BEYOND_MEASURE = 1e19
"""No quantity of a map is as large; fill values are, from 1e20 to 3.4e38."""

COMMON = (-9999.0, -99999.0, -999999.0, -32768.0, -32767.0)
"""Numbers that stand for "not known" where they are the least by far."""

_FAR = 0.5  # of its size: nearer to another value, it is one of them


def refuse_blanks(values: Values, classes: Doubles) -> None:
    """Refuse a map that has blanks it does not declare.

    Parameters
    ----------
    values : array of numbers, shape (rows, columns)
        Its cells, perhaps masked.
    classes : array of float64, shape (classes,)
        Values of its known cells, ascending; what is declared as missing is not one.

    Raises
    ------
    LayerFormatError
        Naming each value, how many cells have it, and the option that declares it.
    """
    blanks = undeclared_blanks(classes)
    if not len(blanks):
        return
    told = [np.asarray(blank).astype(values.dtype)[()] for blank in blanks]
    counts = [
        int(np.ma.filled(values == blank, fill_value=False).sum()) for blank in told
    ]
    found = " and ".join(
        f"{value!s} in {count:,} cells"
        for value, count in zip(told, counts, strict=True)
    )
    options = " ".join(f"--missing={value!s}" for value in told)
    raise LayerFormatError(
        f"The map has {found}: that looks like 'not known', but its file does not say "
        f"so. Declare it ({options}); if it is a true value, give its cells another."
    )


def undeclared_blanks(classes: Doubles) -> Doubles:
    """Return the classes that look like blanks.

    >>> import numpy as np
    >>> undeclared_blanks(np.array([-9999.0, 0.0, 250.0])).tolist()
    [-9999.0]
    >>> undeclared_blanks(np.array([-9999.0, -9998.5, 250.0])).tolist()
    []
    """
    beyond = np.abs(classes) >= BEYOND_MEASURE
    measured = classes[~beyond]
    blanks = classes[beyond]
    if len(measured) > 1 and measured[0] in COMMON:
        least, next_one = measured[:2]
        if next_one - least >= _FAR * abs(least):
            blanks = np.sort(np.append(blanks, least))
    return blanks
