"""Why a place or an area scores as it does, in codes and numbers, for a release."""

from geodata.scoring.measured import Measured
from geodata.scoring.record import MaybeNaN, Record


class ParameterPart(Record):
    """One number of an argument, with its plausible range and where it stands."""

    name: str
    unit: str
    value: float
    low: float
    high: float
    basis: str
    reference: str


class ArgumentPart(Record):
    """What one geological argument says here.

    Attributes
    ----------
    known : bool
        Whether it is known at the place, or anywhere in the area.
    value : float
        Evidence, 0 to 1; NaN = unknown.
    part : float
        What it takes away from a perfect score, natural log.
    part_of_average : float
        How much of that is not known of this place: what land of like kind says.
    resolved : float
        Share of its weight that a layer of its resolution can speak for, 0 to 1.
    base, reach_km : float
        Where a record proves presence only: the evidence where none is near, 0 to 1,
        and how far off that is; NaN = another kind of argument.
    measured : Measured
        What was measured, in ``unit``.
    layer, layer_title, source, licence : str
        What it was read from; ``layer_title`` is empty when the release lacks it.
    weight, weight_range, basis, reference
        Its share of the model's weight, the plausible range, and where that stands.
    """

    name: str
    title: str
    claim: str
    component: str
    known: bool
    value: MaybeNaN
    part: float
    part_of_average: float
    resolved: float
    base: MaybeNaN
    reach_km: MaybeNaN
    measured: Measured
    unit: str
    layer: str
    layer_title: str
    source: str
    licence: str
    weight: float
    weight_range: tuple[float, float]
    basis: str
    reference: str
    parameters: tuple[ParameterPart, ...]


class ComponentPart(Record):
    """What one component of the mineral system says here.

    Attributes
    ----------
    score : float
        0 to 1; NaN where nothing of it is known.
    weight, coverage : float
        Weight of its arguments, and the share of it that is known, 0 to 1, of those
        that speak here.
    part : float
        Sum of the parts of its arguments.
    """

    name: str
    score: MaybeNaN
    weight: float
    coverage: float
    part: float
    evidence: tuple[ArgumentPart, ...]


class LearnedPart(Record):
    """What one argument of a learned model says here.

    Attributes
    ----------
    part : float
        How much it moves the log odds from an average place of the training.
    beyond : bool
        Outside all that the training had seen, on half of the cells or more; counts
        as its edge.
    direction : str
        What geology says of more of it; ``either``: a correlation only.
    importance : float
        Its share of what the model knows by.
    """

    name: str
    title: str
    claim: str
    direction: str
    reference: str
    known: bool
    part: float
    beyond: bool
    importance: float
    measured: Measured
    unit: str
    layer: str
    layer_title: str
    source: str
    licence: str


class TrainedOn(Record):
    """What a learned model was trained on; ``withheld`` says what took no part."""

    positives: int
    others: int
    land: int
    withheld: str


class LearnedExplanation(Record):
    """What a learned model says here: log odds = intercept + the sum of the parts.

    Attributes
    ----------
    score : float
        0 to 1, of use only for ranking; NaN where nothing is known.
    coverage : float
        Share of its arguments known, by importance, 0 to 1.
    rank, rank_p10, rank_p90 : float
        Area rank, 0 best to 1, and the same in eight of ten refits; NaN = unknown.
    """

    title: str
    log_odds: float
    score: MaybeNaN
    coverage: float
    rank: MaybeNaN
    rank_p10: MaybeNaN
    rank_p90: MaybeNaN
    intercept: float
    arguments: tuple[LearnedPart, ...]
    trained_on: TrainedOn


class Explanation(Record):
    """Why a place, or the average of the cells of an area, scores as it does.

    Attributes
    ----------
    lon, lat : float
        The place, or the best cell of the area, degrees, WGS 84.
    log_favourability : float
        Mean over the cells; the parts of all arguments sum to it.
    favourability, p10, p50, p90 : float
        0 to 1; NaN = unknown.
    coverage : float
        Share of the model's weight that is known, 0 to 1, of what speaks here.
    learned : LearnedExplanation or None
        What the learned model of the type says; None where there is none.
    """

    deposit_type: str
    lon: float
    lat: float
    log_favourability: MaybeNaN
    favourability: MaybeNaN
    p10: MaybeNaN
    p50: MaybeNaN
    p90: MaybeNaN
    coverage: float
    components: tuple[ComponentPart, ...]
    learned: LearnedExplanation | None = None


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
