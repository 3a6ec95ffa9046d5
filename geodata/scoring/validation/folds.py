"""Who may learn from whom: folds that keep neighbours on one side.

Places near each other share geology, so a model that has seen the one half knows the
other.  There are no random folds here: every figure reported comes from these.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.raster import DegreeArray
from geodata.scoring.validation.blocks import BoolArray, require_places


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One division of the places; a place may be in neither part.

    Attributes
    ----------
    train, test : array of bool, shape (places,)
        What the model is fitted on, and what it is asked afterwards.
    name : str
        The group or the place that is tested.
    """

    train: BoolArray
    test: BoolArray
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A positive and a negative that are tested together.

    Attributes
    ----------
    positive, negative : int
        Their positions.
    train : array of bool, shape (places,)
        Places farther from both than the buffer.
    """

    positive: int
    negative: int
    train: BoolArray


def groups_out(
    groups: npt.NDArray[np.generic],
    lon: DegreeArray,
    lat: DegreeArray,
    *,
    buffer_km: float = 0.0,
) -> Iterator[Fold]:
    """Test each group in turn by what lies outside it and its surroundings.

    Parameters
    ----------
    groups : array, shape (places,)
        Fold (:func:`geodata.scoring.validation.blocks.block_folds`), country, region
        or deposit type of each place.
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84.
    buffer_km : float
        Places as near as this to any place of the group do not train; 0 still keeps
        out those at the very same spot.

    Yields
    ------
    Fold
        In the order of the groups' names.

    Raises
    ------
    ValueError
        If there are fewer than two groups, or nothing is left to train on.

    >>> lon, lat = np.array([60.0, 60.1, 70.0]), np.array([45.0, 45.0, 45.0])
    >>> fold = next(groups_out(np.array(["a", "b", "b"]), lon, lat, buffer_km=10))
    >>> fold.name, fold.train.tolist(), fold.test.tolist()
    ('a', [False, False, True], [True, False, False])
    """
    require_places(lon, lat)
    names = np.unique(groups)
    if groups.shape != lon.shape or len(names) < 2:
        raise ValueError(
            f"Need a group for each of {len(lon)} places and two different ones at "
            f"least; got {len(groups)} and {len(names)}."
        )
    spots = earth_centred(lon, lat)

    def without(name: np.generic) -> Fold:
        test = groups == name
        chord, _ = cKDTree(spots[test]).query(spots)
        far = arc_km(np.asarray(chord)) > buffer_km
        return Fold(train=_some(far & ~test, str(name)), test=test, name=str(name))

    return (without(name) for name in names)


def buffered_leave_one_out(
    lon: DegreeArray, lat: DegreeArray, *, of: BoolArray, buffer_km: float
) -> Iterator[Fold]:
    """Test one place at a time by all that lies farther than a buffer.

    Parameters
    ----------
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84.
    of : array of bool, shape (places,)
        Places to test, usually the positives.
    buffer_km : float
        Places as near as this, of either kind, do not train.

    Yields
    ------
    Fold
        Named by the position of the place.

    Raises
    ------
    ValueError
        If nothing is left to train on.

    >>> lon, lat = np.array([60.0, 60.1, 70.0]), np.array([45.0, 45.0, 45.0])
    >>> of = np.array([True, False, False])
    >>> [fold.train.tolist() for fold in buffered_leave_one_out(
    ...     lon, lat, of=of, buffer_km=10)]
    [[False, False, True]]
    """
    require_places(lon, lat)
    spots = earth_centred(lon, lat)

    def without(place: int) -> Fold:
        test = np.arange(len(lon)) == place
        far = _farther(spots, place, buffer_km)
        return Fold(train=_some(far & ~test, str(place)), test=test, name=str(place))

    return (without(int(place)) for place in np.flatnonzero(of))


def leave_pair_out(
    lon: DegreeArray,
    lat: DegreeArray,
    *,
    positives: BoolArray,
    buffer_km: float,
    negatives: BoolArray | None = None,
    negatives_each: int | None = None,
    seed: int = 0,
) -> Iterator[Pair]:
    """Test pairs of a positive and a negative by all that is far from both.

    Parameters
    ----------
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84.
    positives : array of bool, shape (places,)
        One of each pair.
    buffer_km : float
        Places as near as this to either, of any kind, do not train.
    negatives : array of bool, shape (places,), optional
        The other of each pair; all that are not positive when not given.  Places that
        are neither only train.
    negatives_each : int, optional
        How many negatives each positive meets, drawn without replacement; all of them
        when not given or when there are no more.
    seed : int
        Of the drawing.

    Yields
    ------
    Pair
        For :func:`geodata.scoring.validation.metrics.leave_pair_out_auc`.

    Raises
    ------
    ValueError
        If there is no positive or no negative, a place is both, or nothing is left to
        train on.

    References
    ----------
    Airola et al. (2018), Data Mining and Knowledge Discovery,
    doi:10.1007/s10618-018-00607-x.

    >>> lon, lat = np.array([60.0, 70.0, 80.0, 90.0]), np.full(4, 45.0)
    >>> positives = np.array([True, True, False, False])
    >>> pairs = leave_pair_out(lon, lat, positives=positives, buffer_km=100)
    >>> [(pair.positive, pair.negative) for pair in pairs]
    [(0, 2), (0, 3), (1, 2), (1, 3)]
    """
    require_places(lon, lat)
    others = ~positives if negatives is None else negatives
    here, there = np.flatnonzero(positives), np.flatnonzero(others)
    count = len(there) if negatives_each is None else min(negatives_each, len(there))
    if not len(here) or count < 1 or (positives & others).any():
        raise ValueError(
            f"Pairs need a positive and a negative; got {len(here)} and {len(there)}, "
            f"{negatives_each} negatives each, {int((positives & others).sum())} both."
        )
    spots = earth_centred(lon, lat)
    chance = np.random.default_rng(seed)

    def meet(one: int) -> Iterator[Pair]:
        far = _farther(spots, one, buffer_km)
        for other in np.sort(chance.choice(there, size=count, replace=False)):
            train = far & _farther(spots, int(other), buffer_km)
            name = f"{one} and {other}"
            yield Pair(positive=one, negative=int(other), train=_some(train, name))

    return (pair for one in here for pair in meet(int(one)))


def gap_km(fold: Fold, lon: DegreeArray, lat: DegreeArray) -> float:
    """Return the least distance from a tested place to one that trains, km."""
    spots = earth_centred(lon, lat)
    chord, _ = cKDTree(spots[fold.train]).query(spots[fold.test])
    return float(arc_km(np.asarray(chord)).min())


def _farther(spots: DegreeArray, place: int, buffer_km: float) -> BoolArray:
    """Say which places are farther from one than the buffer; itself never is."""
    chord = np.linalg.norm(spots - spots[place], axis=1)
    return np.asarray(arc_km(chord) > buffer_km)


def _some(train: BoolArray, name: str) -> BoolArray:
    if not train.any():
        raise ValueError(
            f"Nothing is left to train on when {name} is tested: the buffer covers "
            "all other places.  Use a smaller buffer."
        )
    return train
