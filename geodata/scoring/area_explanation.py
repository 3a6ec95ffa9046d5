"""Why a prospect area scores as it does, and what is nearby: as a release keeps it."""

from geodata.scoring.explanation import Explanation
from geodata.scoring.record import Record


class StateShare(Record):
    """The part of an area that lies in one state, 0 to 1."""

    iso3: str
    name: str
    share: float


class NearestOccurrence(Record):
    """A known occurrence near a place, stated no more exactly than it is known.

    Attributes
    ----------
    name, site : str
        Name in the record and name of the site.
    distance_km : float
        Geodesic distance to the place's edge, km, rounded to what is known; 0 inside.
    uncertainty_km : float
        How far the occurrence's position may be wrong, km.
    within_error : bool
        Whether it is no farther away than its position may be wrong.
    deposit_type : str
        Slug of the deposit type; empty when none fits.
    record : str
        Id of the record the position is taken from.
    """

    name: str
    site: str
    distance_km: float
    uncertainty_km: float
    within_error: bool
    deposit_type: str
    record: str


class BlockBox(Record):
    """The box of 1′ × 1′ licence blocks that holds an area, degrees."""

    count: int
    west: float
    south: float
    east: float
    north: float


class AreaExplanation(Explanation):
    """Why a prospect area scores as it does, and what is nearby.

    Attributes
    ----------
    states : tuple of StateShare
        Largest share first.
    nearest_occurrences : tuple of NearestOccurrence
        Within 250 km, nearest first.
    sheets : tuple of str
        All 1:200 000 sheets the area meets.
    blocks : BlockBox
        The box of licence blocks that holds it.
    """

    states: tuple[StateShare, ...]
    nearest_occurrences: tuple[NearestOccurrence, ...]
    sheets: tuple[str, ...]
    blocks: BlockBox
