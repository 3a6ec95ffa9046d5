"""Evaluate a learned model by every scheme, on the region kept back, and in parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from geodata.evidence.recipes import Reading
from geodata.layers.store import LayerStore
from geodata.raster import DegreeArray
from geodata.release.learned_trials import try_forms
from geodata.release.outside_places import outside_test
from geodata.release.withheld_region import (
    CELL_M,
    Trained,
    train_type,
    withheld_region,
)
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.learned.argument import Float64Array, LearnedType
from geodata.scoring.learned.baselines import (
    baselines,
    encoded_at,
    models,
    tree_models,
)
from geodata.scoring.learned.breakdown import (
    alone,
    arguments_alone,
    by_label,
    by_table,
    directed,
)
from geodata.scoring.learned.cross_validation import (
    BLOCKS_DEG,
    BUFFER_KM,
    BoolArray,
    CrossValidation,
    by_blocks,
    rank_by_region,
    region_capture,
    regions_out,
    resubstitution,
)
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.learned.schemes import (
    block_schemes,
    calibrate,
    country_scheme,
    one_out_schemes,
)
from geodata.scoring.learned.training import LAND_SHARE, fit_to
from geodata.scoring.learned.training_set import CENTRAL_ASIA, TrainingSet
from geodata.scoring.learned.withheld import SHARES, Region, compare_map, figures_of
from geodata.scoring.validation.capture import capture_curve, captures
from geodata.scoring.validation.intervals import grouped_mean_interval
from geodata.scoring.validation.learned_trials import WorldRegions
from geodata.scoring.validation.report import (
    ArgumentAlone,
    BaselineAlone,
    LandShareTest,
    LearnedReport,
    Scheme,
    TrainingBackground,
    WithheldSite,
    WithheldTest,
)

LAND_SHARES = (0.0, 0.25, 0.75, 1.0)
"""Other shares of land in the background that were tried."""

Tell = Callable[[str], object]


@dataclass(frozen=True, kw_only=True)
class _Evaluated:
    """A learned model with all that it is tested by.

    Attributes
    ----------
    trained : Trained
        The model with the places it was trained on.
    again : CrossValidation
        To be fitted again and again, its penalty chosen anew in every fold.
    fixed : CrossValidation
        The same with the model's own penalty, where there are hundreds of fits.
    """

    trained: Trained
    again: CrossValidation
    fixed: CrossValidation
    region: Region
    store: LayerStore
    tell: Tell

    @property
    def model(self) -> LearnedModel:
        """The model, trained on the eligible places."""
        return self.trained.model

    @property
    def readings(self) -> Mapping[str, Reading]:
        """What its arguments are read from."""
        return self.trained.readings

    @property
    def places(self) -> TrainingSet:
        """All places, those that were kept back too."""
        return self.trained.places

    @property
    def eligible(self) -> BoolArray:
        """Those that took part."""
        return self.trained.eligible

    def encoded(self, lon: DegreeArray, lat: DegreeArray) -> Float64Array:
        """Read the arguments at some places."""
        return encoded_at(self.model, self.readings, lon, lat)


def evaluate(
    learned_type: LearnedType, expert: DepositType | None, store: LayerStore, tell: Tell
) -> LearnedReport:
    """Evaluate the learned model of one deposit type by every scheme.

    Parameters
    ----------
    learned_type : LearnedType
        Its arguments.
    expert : DepositType or None
        The expert model of the same type, compared with it.
    store : LayerStore
        With the ingested layers.
    tell : function of str
        Told what is being done.

    Raises
    ------
    MissingLayerError, TrainingError
        If a layer is not there or there are too few examples.
    """
    one = _trained(learned_type, store, tell)
    places, training = one.places, one.model.training
    schemes = _schemes(one)
    held_out = by_blocks(one.again, BLOCKS_DEG[-1])
    return LearnedReport(
        deposit_type=learned_type.deposit_type,
        title=learned_type.title,
        n_world=int((places.positive & one.eligible).sum()),
        n_withheld=len(one.region.sites),
        region=CENTRAL_ASIA,
        buffer_km=BUFFER_KM,
        background=TrainingBackground(
            others=training.others, land=training.land, land_share=LAND_SHARE
        ),
        ridge=training.ridge,
        schemes=schemes,
        arguments=_arguments(one),
        baselines=_baselines(one),
        tables=by_table(places, held_out),
        labels=by_label(places, held_out),
        regions=_world(one),
        withheld=_withheld(one, expert),
        calibration=calibrate(one.again, held_out[0]),
        trials=try_forms(learned_type, store, one.region, tell),
        outside=outside_test(learned_type, one.trained, store),
        land_shares=tuple(_land_share(one, share) for share in LAND_SHARES),
        layers=dict(sorted(training.layers.items())),
        arguments_sha256=learned_type.sha256,
    )


def _trained(learned_type: LearnedType, store: LayerStore, tell: Tell) -> _Evaluated:
    trained = train_type(learned_type, store, tell=tell)
    again = CrossValidation(
        places=trained.places,
        arguments=learned_type.arguments,
        eligible=trained.eligible,
    )
    return _Evaluated(
        trained=trained,
        again=again,
        fixed=replace(again, ridge=trained.model.training.ridge),
        region=withheld_region(trained.places, store),
        store=store,
        tell=tell,
    )


def _schemes(one: _Evaluated) -> tuple[Scheme, ...]:
    learned = resubstitution(one.again)
    found: list[Scheme] = []
    for block_deg in BLOCKS_DEG:
        one.tell(f"blocks of {block_deg:g}°")
        found += block_schemes(one.again, block_deg, learned)
    one.tell("countries")
    found.append(country_scheme(one.again, learned))
    one.tell("one example and one pair at a time")
    return (*found, *one_out_schemes(one.fixed, learned))


def _arguments(one: _Evaluated) -> tuple[ArgumentAlone, ...]:
    """Test each argument by itself; those with a sign are maps of the region, too."""
    one.tell("single measurements")
    signs = directed(one.model.arguments)

    def with_map(row: ArgumentAlone) -> ArgumentAlone:
        if row.name not in signs:
            return row
        column, sign = signs[row.name]
        withheld = figures_of(
            lambda lon, lat: sign * one.encoded(lon, lat)[:, column],
            one.region,
            ties_halved=True,
        )
        return row.model_copy(update={"withheld": withheld})

    return tuple(map(with_map, arguments_alone(one.model, one.places, one.eligible)))


def _baselines(one: _Evaluated) -> tuple[BaselineAlone, ...]:
    found = []
    for map_ in baselines(one.store):
        scores = np.asarray(map_.score(one.places.lon, one.places.lat), np.float64)
        auc, regions = alone(
            one.places, one.eligible, scores, knows_others=map_.knows_others
        )
        found.append(BaselineAlone(map=map_.id, auc=auc, regions=regions))
    return tuple(found)


def _world(one: _Evaluated) -> WorldRegions:
    one.tell("regions")
    found = regions_out(one.again)
    return WorldRegions(
        n=found.mean_rank.n,
        regions=found.regions,
        mean_rank=found.mean_rank,
        world_rank=grouped_mean_interval(found.world_ranks, found.region),
        capture=captures(capture_curve(found.ranks, SHARES)),
        each=rank_by_region(one.places, found),
    )


def _withheld(one: _Evaluated, expert: DepositType | None) -> WithheldTest:
    one.tell("the withheld region")
    region = one.region
    compared = [
        *models(one.model, one.readings, expert, one.store, region),
        *tree_models(one.model, one.readings, one.places, one.eligible),
    ]
    return WithheldTest(
        cells=len(region.lon),
        cell_km2=CELL_M**2 / 1e6,
        sites=tuple(
            WithheldSite.model_validate(row) for row in region.sites.to_dict("records")
        ),
        maps=tuple(compare_map(map_, region) for map_ in compared)
        if len(region.sites)
        else (),
    )


def _land_share(one: _Evaluated, share: float) -> LandShareTest:
    """Train with another share of land; none was chosen by the region."""
    one.tell(f"share of land {share:g}")
    other = replace(one.fixed, land_share=share)
    blocks = block_schemes(other, BLOCKS_DEG[-1], resubstitution(other))
    auc = {scheme.against: scheme.auc.value for scheme in blocks}
    regions = regions_out(other)
    fitted = fit_to(
        one.places,
        one.eligible,
        other.arguments,
        ridge=one.model.training.ridge,
        land_share=share,
    )
    tenth, fifth = region_capture(regions, (0.1, 0.2))
    return LandShareTest(
        land_share=share,
        auc_others=auc["other-deposits"],
        auc_land=auc["land"],
        mean_rank=regions.mean_rank.value,
        captured=(tenth, fifth),
        withheld=figures_of(
            lambda lon, lat: fitted.log_odds(one.encoded(lon, lat)), one.region
        ),
    )
