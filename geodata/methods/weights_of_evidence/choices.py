"""What a person chooses of a weights-of-evidence run; loads nothing heavy."""

from enum import StrEnum

CAUTION = 1.5  # |studentised contrast| below which a weight says little; our choice


class Kind(StrEnum):
    """Which cells one row of a table compares with the rest of the map.

    ``ascending`` (distances): all cells up to and with a class.  ``descending``
    (densities): all cells from a class upward.  ``categorical`` and ``unique``: the
    cells of the class alone.  These two have the same table, as in the toolkits
    that know both; they differ in what is made of it: ``categorical`` puts classes
    that say little together, ``unique`` leaves each class its own weight.
    """

    ASCENDING = "ascending"
    DESCENDING = "descending"
    CATEGORICAL = "categorical"
    UNIQUE = "unique"

    @property
    def cumulative(self) -> bool:
        """True when a row stands for all classes up to it."""
        return self in {Kind.ASCENDING, Kind.DESCENDING}
