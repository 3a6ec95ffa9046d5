"""What a learned model reached in the world: regions left out, forms, places outside.

All that was tried is told, also what was not taken: a figure means little to one who
does not know how many others were looked at.
"""

from geodata.scoring.record import MaybeNaN, Record
from geodata.scoring.validation.capture import Capture
from geodata.scoring.validation.intervals import Estimate

LOOKS_BEFORE = 7
"""Times the region that was kept back had been looked at before looks were counted."""


class RegionRank(Record):
    """Known places of one region of the world, by a model that never saw it.

    Attributes
    ----------
    lon, lat : float
        Middle of the places, degrees.
    n : int
        Known places.
    rank, world_rank : float
        Their mean rank among the land of the region, and among all land: 0 best.
    """

    lon: float
    lat: float
    n: int
    rank: float
    world_rank: float


class WorldRegions(Record):
    """Known places ranked in regions of the world held back in turn.

    Attributes
    ----------
    mean_rank, world_rank : Estimate
        Among the land of their own region, and among all land outside the one that was
        kept back; intervals draw whole regions.
    capture : tuple of Capture
        Of ranks in their own regions.
    each : tuple of RegionRank
        Region by region.
    """

    n: int
    regions: int
    mean_rank: Estimate
    world_rank: Estimate
    capture: tuple[Capture, ...]
    each: tuple[RegionRank, ...]


class TriedInRegion(Record):
    """What a form reached on the region that was kept back.

    Attributes
    ----------
    mean_rank : Estimate
        The interval draws whole districts.
    district_rank : float
        Mean of the districts' mean ranks.
    captured : tuple of int
        Places in the best tenth and fifth.
    """

    mean_rank: Estimate
    district_rank: MaybeNaN
    captured: tuple[int, int]


class TriedForm(Record):
    """One form of a learned model.

    Attributes
    ----------
    name, title : str
        Id and short name from the file of the deposit type; empty: that of the model.
    ridge : float or None
        The penalty, where it was held fixed; None: chosen by inner folds.
    arguments : int
        How many are added up.
    world : Estimate
        Mean rank of known places in regions left out; the interval draws regions.
    difference : Estimate
        That, less the same of the model, place by place; below 0 the form is better.
    captured : tuple of float
        Share of known places in the best tenth and fifth of their regions.
    region : TriedInRegion or None
        None where no known place was kept back.
    """

    name: str
    title: str
    ridge: float | None
    arguments: int
    world: Estimate
    difference: Estimate
    captured: tuple[MaybeNaN, MaybeNaN]
    region: TriedInRegion | None


class Trials(Record):
    """Every form that was tried.

    Attributes
    ----------
    forms : tuple of TriedForm
        The model first, with its penalty chosen; then fixed penalties; then the rest.
    looks : int
        How often the region that was kept back has been looked at, these included.
    """

    forms: tuple[TriedForm, ...]
    looks: int


class OutsideSite(Record):
    """A place of rare earths in a table that no model was trained on.

    Attributes
    ----------
    name, said : str
        Its name, and what its table calls its type.
    record : str
        Its table and number.
    akin : bool
        Whether its type is one that the model is for.
    lon, lat : float
        Degrees.
    rank : float
        Area rank among the land of its region of the world, by the model; 0 best.
    unseen_rank : float
        The same by a model that never saw the region.
    """

    name: str
    said: str
    record: str
    akin: bool
    lon: float
    lat: float
    rank: MaybeNaN
    unseen_rank: MaybeNaN


class OutsideTest(Record):
    """Places of rare earths that are in no table it was trained on.

    Attributes
    ----------
    apart_km : float
        How far they lie from every place of rare earths in other tables.
    sites : tuple of OutsideSite
        Those of the model's kind first, then by name.
    regions : int
        Regions of the world that those of its kind lie in.
    mean_rank, mean_unseen_rank : Estimate
        Of those of its kind; intervals draw whole regions.
    every : Estimate
        Mean rank of all of them, by the model.
    """

    apart_km: float
    sites: tuple[OutsideSite, ...]
    regions: int
    mean_rank: Estimate
    mean_unseen_rank: Estimate
    every: Estimate
