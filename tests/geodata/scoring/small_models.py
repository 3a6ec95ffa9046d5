"""Small made-up models whose scores can be worked out by hand, and land for them."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geodata.evidence.measurement import MOSTLY, Measurement
from geodata.scoring.additions import QUANTILES
from geodata.scoring.deposit_type import DepositType, Evidence, Number
from geodata.scoring.draws import best_values
from geodata.scoring.land import KINDS, RELIEF, kinds_of_land
from geodata.scoring.like_land import Average, LikeLand, RegionalModel
from geodata.scoring.mineral_system import applies_at, evidence_at, split_score
from geodata.scoring.uncertainty import DrawnModel

nan = np.nan
STABLE = ("regime", "kind", "stable")
SETTING = "regime.share.kind.stable"
MOUNTAINS_M = 2_000.0


def number(value, low=None, high=None):
    """A number with a plausible range; without one it never varies."""
    return Number(
        value=value,
        low=value if low is None else low,
        high=value if high is None else high,
        basis="expert",
        reference="test",
    )


def numbered(value):
    return value if isinstance(value, Number) else number(value)


def argument(
    name,
    component="source",
    *,
    weight=1.0,
    membership="linear",
    base=None,
    reach_km=0.0,
    within=(),
    apart=False,
    **parameters,
):
    """An argument; unless another curve is named its evidence is what is measured."""
    how = {"near": "distance", "class": "class"}.get(membership, "value")
    given = parameters or {"zero": 0.0, "one": 1.0}
    return Evidence(
        name=name,
        title=name.capitalize(),
        claim="It is so.",
        component=component,
        measurement=Measurement(
            layer=name, measure=how, unit="m", window_km=reach_km, within=within
        ),
        membership=membership,
        parameters={key: numbered(value) for key, value in given.items()},
        weight=numbered(weight),
        base=None if base is None else numbered(base),
        disagreement=(
            Measurement(layer=name, measure="value", unit="m", column="apart")
            if apart
            else None
        ),
    )


def host(weight=1.0, base=0.2, half=10.0):
    """Records that prove presence only, told as far as 30 km."""
    curve = {"half": half, "error": 0.0}
    return argument(
        "host", weight=weight, membership="near", base=base, reach_km=30.0, **curve
    )


def model(*arguments, name="test"):
    return DepositType(
        id=name, code="test", title="Test", summary="A test.", evidence=arguments
    )


def average(mean, *, resolved=1.0, present=True, half_range=0.0):
    """What an argument adds on land of any kind, spread evenly about its mean."""
    row = tuple(np.linspace(mean - half_range, mean + half_range, QUANTILES).tolist())
    return Average(
        resolved=resolved,
        present=present,
        told=True,
        mean=(mean,) * len(KINDS),
        quantiles=(row,) * len(KINDS),
    )


def on_land(kind, *averages, mean_offset=0.0, product_offset=0.0):
    """Join a model with what the land says, in the order of its arguments."""
    land = LikeLand(
        arguments=averages, mean_offset=mean_offset, product_offset=product_offset
    )
    return RegionalModel(deposit_type=kind, land=land)


def survey(kind, *columns, relief_m=MOUNTAINS_M, **more):
    """Name what was measured of each argument of a model; ``more`` by key."""
    rows = [np.float32(column) for column in columns]
    found = {
        item.measurement.key: row for item, row in zip(kind.evidence, rows, strict=True)
    }
    found |= {key.replace("__", "."): np.float32(row) for key, row in more.items()}
    found[RELIEF.key] = np.broadcast_to(np.float32(relief_m), rows[0].shape).copy()
    return found


def any_survey(kind, count, *, seed=1, unknown=0.2):
    """Measure anything anywhere, a share of it unknown, as layers would be read."""
    chance = np.random.default_rng(seed)
    found = {
        item.key: chance.random(count, dtype=np.float32) * 100
        for item in kind.measurements()
    }
    found[RELIEF.key] = np.float32(10) ** chance.uniform(0.5, 3.5, count)
    found[RELIEF.key] = found[RELIEF.key].astype(np.float32)
    for item in kind.evidence:
        for setting in filter(None, [item.measurement.setting]):
            found[setting.key] = chance.random(count, dtype=np.float32)
    for item in kind.evidence:
        key, setting = item.measurement.key, item.measurement.setting
        gone = chance.random(count) < unknown
        if setting is not None:
            gone |= found[setting.key] < MOSTLY
        shares = chance.dirichlet(np.ones(len(item.shares) + 1), count)
        found[key][gone] = nan
        for position, share in enumerate(item.shares.values()):
            found[share.key] = np.where(gone, nan, shares[:, position])
            found[share.key] = found[share.key].astype(np.float32)
    return found


def best_logs(regional, measured):
    """Score by the best values, as a map does."""
    drawn = DrawnModel.of(regional, best_values(regional.deposit_type))
    return drawn.log_scores(measured)[:, 0]


def account(regional, measured):
    """Split a score among the arguments, as an explanation does."""
    items = regional.deposit_type.evidence
    return split_score(
        regional.deposit_type,
        [evidence_at(item, measured) for item in items],
        near=[~np.isnan(measured[item.measurement.key]) for item in items],
        applies=[applies_at(item, measured) for item in items],
        resolved=regional.resolved,
        averages=regional.land.averages(kinds_of_land(measured[RELIEF.key])),
    )


@st.composite
def situations(draw):
    """Any model of four arguments at five places where anything may be unknown.

    The second speaks within a setting only; the last proves presence only.
    """
    share = st.floats(0, 1, width=32)
    maybe = st.one_of(share, st.just(nan))
    component = st.sampled_from(("source", "pathway", "trap"))
    weight = st.floats(0.125, 4, width=32)
    kind = model(
        argument("one", draw(component), weight=draw(weight)),
        argument("masked", draw(component), weight=draw(weight), within=STABLE),
        argument("three", draw(component), weight=draw(weight)),
        host(draw(weight), base=draw(st.floats(0.0078125, 0.75, width=32))),
    )
    regional = on_land(
        kind,
        *(
            average(draw(st.floats(-3, 1)), resolved=draw(st.floats(0.25, 1)))
            for _ in kind.evidence
        ),
    )
    rows = draw(hnp.arrays(np.float32, (4, 5), elements=maybe))
    setting = draw(hnp.arrays(np.float32, 5, elements=st.sampled_from((0.0, 1.0, nan))))
    rows[1, setting < MOSTLY] = nan
    rows[3] *= 30
    measured = survey(kind, *rows, relief_m=draw(st.sampled_from((5.0, 400.0))))
    return regional, measured | {SETTING: setting}
