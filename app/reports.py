"""What validation found of a learned model, and what that comes to in words."""

import math
from dataclasses import dataclass

from app.findings import Capture, Estimate, Model, Scheme, Site, Tried
from app.text.numbers import share
from geodata.scoring.ranking import BEST

SHOWN = (0.10, 0.20)
"""Parts of the area that are told of what was tried."""

_CHANCE = 0.5  # mean rank of places on a random map
_FEW = 30  # places; with fewer a curve of their frequency is mostly noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything found of one deposit type's learned model.

    Attributes
    ----------
    areas : tuple of float
        Shares of the area that captures are told for.
    models : tuple of Model
        The learned model first.
    land_share : float or None
        Share of land in the weight of the background, 0 to 1.
    regions_rank : float or None
        Mean rank of the known places of the world, its regions held back in turn.
    """

    deposit_type: str
    title: str
    n_world: int | None
    n_withheld: int | None
    region: str
    background: str
    land_share: float | None
    regions: str
    regions_rank: float | None
    area_km2: float | None
    areas: tuple[float, ...]
    models: tuple[Model, ...]
    schemes: tuple[Scheme, ...]
    sites: tuple[Site, ...]
    tried: tuple[Tried, ...]
    cannot_say: tuple[str, ...]

    @property
    def learned(self) -> Model | None:
        """The learned model's row, if it is there."""
        return next((model for model in self.models if model.kind == "learned"), None)

    @property
    def best(self) -> Capture | None:
        """What the learned model has in its best tenth."""
        return _at_best(self.learned.captures) if self.learned else None

    @property
    def headline(self) -> str:
        """The result in a sentence; empty where it is not in the report."""
        if self.n_withheld == 0:
            return (
                "The tables it learns from hold no known place of this type in "
                "Central Asia, so the model cannot be tested there and makes no map."
            )
        if self.best is None or not self.best.estimate.n:
            return ""
        n = self.best.estimate.n
        lie = "lies" if self.best.sites == 1 else "lie"
        return (
            f"Of the {n} known places of Central Asia that the model never saw, "
            f"{self.best.sites} {lie} in its best {share(BEST)} of the area; a random "
            f"map would have {chance(BEST, n)}.{self._neighbours()}"
        )

    def _neighbours(self) -> str:
        many = self.learned.districts if self.learned else None
        if not many or many == self.n_withheld:
            return ""
        return (
            f" The {self.n_withheld} places lie in {many} district{'s' * (many > 1)}; "
            "the intervals count districts, not places."
        )

    @property
    def inside(self) -> str:
        """Tell the same of the places in the five states, where some are not."""
        found = _at_best(self.learned.in_states) if self.learned else None
        total = self.best.estimate.n if self.best else None
        if found is None or not found.estimate.n or found.estimate.n == total:
            return ""
        n = found.estimate.n
        return (
            f"Of the {n} that lie in the five states themselves it has {found.sites} "
            f"there; chance {chance(BEST, n)}."
        )

    @property
    def verdict(self) -> str:
        """Whether that can be told from chance; empty where it is not known."""
        if self.best is None or self.best.estimate.low is None:
            return ""
        interval = f"{_interval(self.best.estimate)}, chance {share(BEST)}"
        if self.best.estimate.low > BEST:
            return f"That is more than chance gives ({interval})."
        return f"With so few places that cannot be told from chance ({interval})."

    @property
    def overall(self) -> str:
        """How all the places rank, beside the best single measurement."""
        mean = self.learned.mean_rank if self.learned else Estimate()
        if mean.value is None or mean.high is None:
            return ""
        told = (
            "Taken together they rank better than chance gives"
            if mean.high < _CHANCE
            else "Taken together their ranks cannot be told from chance"
        )
        return (
            f"{told}: mean rank {share(mean.value)} ({_interval(mean)}, 0 % is best, "
            f"chance {share(_CHANCE)}).{self._both_hold()}{self._beside()}"
        )

    def _both_hold(self) -> str:
        """Say why the best tenth may leave open what the mean rank does not."""
        low = self.best.estimate.low if self.best else None
        high = self.learned.mean_rank.high if self.learned else None
        if low is None or low > BEST or high is None or high >= _CHANCE:
            return ""
        return (
            " Both hold, as the first counts only the places past a threshold and the "
            "mean uses every rank."
        )

    @property
    def boyce_note(self) -> str:
        """Warn of a Boyce index of few places; empty where there is none."""
        n = self.n_withheld
        if not n or n >= _FEW or all(m.boyce.value is None for m in self.models):
            return ""
        return (
            f"The Boyce index rests on {n} place{'s' * (n > 1)} and is unstable: one "
            "place more or less can change it much, even its sign."
        )

    def _beside(self) -> str:
        """Name the single measurement that ranks the places best."""
        ranks = {
            model.name: model.mean_rank.value
            for model in self.models
            if model.kind == "baseline" and model.mean_rank.value is not None
        }
        if not ranks:
            return ""
        name = min(ranks, key=lambda one: ranks[one])
        return (
            " Of the single measurements chosen beforehand the best "
            f"({name[:1].lower()}{name[1:]}) has "
            f"{share(ranks[name])}."
        )


def _interval(found: Estimate) -> str:
    return f"95 % interval {share(found.low)} to {share(found.high)}"


def _at_best(captures: tuple[Capture | None, ...]) -> Capture | None:
    return next((c for c in captures if c and math.isclose(c.area, BEST)), None)


def chance(area: float, sites: int) -> str:
    """Say how many of some places a random map has in a part of the area.

    >>> chance(0.1, 10), chance(0.02, 10)
    ('1', '0.2')
    """
    return f"{area * sites:.1f}".removesuffix(".0")
