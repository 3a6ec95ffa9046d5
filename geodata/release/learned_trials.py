"""Try every form of a learned model on the world's regions and the one kept back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from geodata.evidence.recipes import Reading
from geodata.layers.store import LayerStore
from geodata.raster import DegreeArray
from geodata.release.withheld_region import outside
from geodata.scoring.learned.argument import Argument, Float64Array, LearnedType
from geodata.scoring.learned.cross_validation import (
    CrossValidation,
    RegionsOut,
    region_capture,
    regions_out,
)
from geodata.scoring.learned.model import encode_all
from geodata.scoring.learned.training import RIDGES, choose_ridge, fit_to
from geodata.scoring.learned.training_set import (
    TrainingSet,
    assemble,
    prepare_arguments,
)
from geodata.scoring.learned.withheld import Region, figures_of
from geodata.scoring.validation.intervals import grouped_mean_interval
from geodata.scoring.validation.learned_trials import (
    LOOKS_BEFORE,
    Trials,
    TriedForm,
    TriedInRegion,
)

_TENTH, _FIFTH = 0.1, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a learned model.

    Attributes
    ----------
    name, title : str
        Empty where it adds up the arguments of the model.
    arguments : tuple of Argument
        What it adds up.
    ridge : float or None
        None: chosen by inner folds.
    """

    name: str = ""
    title: str = ""
    arguments: tuple[Argument, ...]
    ridge: float | None = None


def forms_of(learned_type: LearnedType) -> list[Form]:
    """Return the forms of a model: itself, with fixed penalties, and what was tried."""
    own = Form(arguments=learned_type.arguments)
    return [
        own,
        *(replace(own, ridge=ridge) for ridge in RIDGES),
        *(
            Form(
                name=tried.name,
                title=tried.title,
                arguments=tried.of(learned_type.arguments),
            )
            for tried in learned_type.tried
        ),
    ]


def try_forms(
    learned_type: LearnedType,
    store: LayerStore,
    region: Region,
    tell: Callable[[str], object],
) -> Trials:
    """Try every form of a learned model.

    Parameters
    ----------
    learned_type : LearnedType
        Its arguments, and what else was tried.
    store : LayerStore
        With the ingested layers.
    region : Region
        What was kept back; each form that is asked about it is one more look.
    tell : function of str
        Told what is being done.

    Raises
    ------
    MissingLayerError
        If a layer of an argument is not there.
    """
    forms = forms_of(learned_type)
    bench = _Bench.of(learned_type.deposit_type, forms, store)
    own: RegionsOut | None = None
    found = []
    for form in forms:
        tell(f"the form {form.name or 'of the model'} {form.ridge or ''}".strip())
        world = regions_out(bench.model(form))
        own = own or world
        tenth, fifth = region_capture(world, (_TENTH, _FIFTH))
        found.append(
            TriedForm(
                name=form.name,
                title=form.title,
                ridge=form.ridge,
                arguments=len(form.arguments),
                world=world.mean_rank,
                difference=grouped_mean_interval(world.ranks - own.ranks, own.region),
                captured=(tenth, fifth),
                region=bench.in_region(form, region),
            )
        )
    looks = sum(one.region is not None for one in found)
    return Trials(forms=tuple(found), looks=LOOKS_BEFORE + looks)


@dataclass(frozen=True, kw_only=True)
class _Bench:
    """All arguments of all forms, read once."""

    columns: dict[Argument, list[int]]
    readings: dict[str, Reading]
    places: TrainingSet
    eligible: npt.NDArray[np.bool_]
    read: dict[bytes, Float64Array] = field(default_factory=dict)

    @classmethod
    def of(
        cls, deposit_type: str, forms: Sequence[Form], store: LayerStore
    ) -> "_Bench":
        every = tuple(dict.fromkeys(item for one in forms for item in one.arguments))
        readings = prepare_arguments(every, store)
        places = assemble(deposit_type, every, readings, store)
        columns, first = {}, 0
        for item in every:
            columns[item] = list(range(first, first + len(item.columns)))
            first += len(item.columns)
        return cls(
            columns=columns,
            readings=readings,
            places=places,
            eligible=outside(places),
        )

    def _chosen(self, form: Form) -> list[int]:
        return [one for item in form.arguments for one in self.columns[item]]

    def model(self, form: Form) -> CrossValidation:
        """Return the form as a model that can be fitted again and again."""
        encoded = self.places.encoded[:, self._chosen(form)]
        return CrossValidation(
            places=replace(self.places, encoded=encoded),
            arguments=form.arguments,
            eligible=self.eligible,
            ridge=form.ridge,
        )

    def in_region(self, form: Form, region: Region) -> TriedInRegion | None:
        """Rank the known places of the region by the form, which never saw it."""
        model, chosen = self.model(form), self._chosen(form)
        ridge = form.ridge or choose_ridge(model.places, self.eligible, form.arguments)
        fitted = fit_to(model.places, self.eligible, form.arguments, ridge=ridge)
        figures = figures_of(
            lambda lon, lat: fitted.log_odds(self._encoded(lon, lat)[:, chosen]), region
        )
        if figures is None:
            return None
        sites = {one.area: one.sites for one in figures.capture}
        return TriedInRegion(
            mean_rank=figures.mean_rank,
            district_rank=figures.district_rank,
            captured=(sites[_TENTH], sites[_FIFTH]),
        )

    def _encoded(self, lon: DegreeArray, lat: DegreeArray) -> Float64Array:
        """Read all arguments at places, each set of places once for all forms."""
        key = lon.tobytes() + lat.tobytes()
        if key not in self.read:
            self.read[key] = encode_all(
                tuple(self.columns),
                {name: one.values(lon, lat) for name, one in self.readings.items()},
                {name: one.classes for name, one in self.readings.items()},
            )
        return self.read[key]
