import dataclasses

import numpy as np
import shapely

from geodata.prospects.describe import ProspectArea
from geodata.prospects.names import name_areas
from geodata.prospects.rank import COLUMNS, rank, ranks_drawn, standings
from geodata.prospects.rank import to_table as table_of
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.explanation import (
    AreaExplanation,
    BlockBox,
    ComponentPart,
    LearnedExplanation,
    TrainedOn,
)

TEXTS = deposit_type_texts()


def component(name, score):
    return ComponentPart(
        name=name, score=score, weight=1.0, coverage=1.0, part=-1.0, evidence=()
    )


def area(
    kind="carbonatite",
    *,
    favourability=0.5,
    coverage=0.5,
    sheet="K-43-XII",
    drawn=(-1.0,),
    lon=75.5,
):
    return ProspectArea(
        deposit_type=parse(kind, TEXTS[kind]),
        geometry=shapely.box(75, 42, 76, 43),
        lon=lon,
        lat=42.5,
        area_km2=1_000.0,
        members=np.arange(40),
        drawn=np.float32(drawn),
        explanation=AreaExplanation(
            deposit_type=kind,
            lon=lon,
            lat=42.5,
            log_favourability=np.log(favourability),
            favourability=favourability,
            p10=favourability,
            p50=favourability,
            p90=favourability,
            coverage=coverage,
            components=(component("source", 0.5), component("trap", np.nan)),
            states=(),
            nearest_occurrences=(),
            sheets=(sheet,),
            blocks=BlockBox(count=1, west=75.0, south=42.0, east=76.0, north=43.0),
        ),
        nearest=(),
        place="at Balykchy",
        sheet=sheet,
        sheets=(sheet,),
        shares=(("KGZ", 0.75), ("KAZ", 0.25)),
    )


def to_table(ranked):
    return table_of(ranked, name_areas(ranked))


def test_areas_are_ranked_by_favourability_whatever_is_known():
    well_known = area(favourability=0.6, coverage=0.6)
    little_known = area(favourability=0.9, coverage=0.2)
    assert rank([well_known, little_known]) == [little_known, well_known]


def test_types_take_equal_turns_and_are_never_compared():
    low = [area("clay-hosted", favourability=value) for value in (0.3, 0.2)]
    high = [area("placer", favourability=value) for value in (0.9, 0.8, 0.7)]
    found = rank([*reversed(low), *high])
    assert found == [low[0], high[0], low[1], high[1], high[2]]
    assert rank([]) == []


def test_ties_are_always_broken_the_same_way():
    first, second = area(sheet="K-42-I"), area(sheet="K-43-I")
    assert rank([second, first]) == rank([first, second]) == [first, second]


def test_top_share_counts_the_draws_that_put_an_area_among_the_best_of_its_type():
    always = area(drawn=(-0.1, -0.1, -0.1, -0.1))
    once = area(drawn=(-0.5, -0.5, -0.5, -0.01))
    never = area(drawn=(-2.0, -2.0, -2.0, -2.0))
    other = area("placer", drawn=(-3.0, -3.0, -3.0, -3.0))
    found = standings([always, other, once, never], top=1)
    assert [one.top_share for one in found] == [0.75, 1.0, 0.25, 0.0]
    assert [one.rank for one in found] == [1, 1, 2, 3]
    assert standings([]) == []


def test_the_table_tells_states_by_share_and_ranks_within_a_type():
    table = to_table([area(), area("placer"), area(sheet="K-43-I")])
    assert table["rank"].tolist() == [1, 2, 3]
    assert table["rank_in_type"].tolist() == [1, 1, 2]
    assert table["states"][0] == "Kyrgyzstan 75 %, Kazakhstan 25 %"
    assert table["state_codes"][0] == "KGZ,KAZ"
    assert table["unknown_components"][0] == "trap"


def test_an_empty_table_has_every_column():
    assert [*COLUMNS, "geometry"] == to_table([]).columns.tolist()


def test_places_are_counted_from_1_in_every_draw():
    first = area(drawn=(-0.1, -2.0, -0.3))
    second = area(drawn=(-0.5, -0.5, -0.2))
    third = area(drawn=(-1.0, -0.4, -0.25), coverage=0.9)
    found = ranks_drawn([first, second, third])
    assert found.tolist() == [[1, 3, 3], [2, 2, 1], [3, 1, 2]]


def test_equal_areas_keep_their_order_in_a_draw():
    twins = [area(drawn=(-1.0, -1.0)) for _ in range(40)]
    assert ranks_drawn(twins)[:, 1].tolist() == list(range(1, 41))


def test_the_range_of_places_leaves_out_a_tenth_of_the_draws_at_either_end():
    draws = np.full(100, -1.0)
    draws[:15] = -0.1  # above the other in 15 draws of 100
    rare = np.full(100, -1.0)
    rare[:8] = -0.1
    steady = np.full(100, -0.5)

    def ranges(*drawn):
        found = standings([area(drawn=one) for one in drawn])
        return [(one.p10, one.p90) for one in found]

    assert ranges(draws, steady) == [(1, 2), (1, 2)]
    assert ranges(rare, steady) == [(2, 2), (1, 1)]
    assert ranges(-steady, draws) == [(1, 1), (2, 2)]


def learned(rank):
    found = LearnedExplanation(
        title="",
        log_odds=0.0,
        score=0.5,
        coverage=1.0,
        rank=rank,
        rank_p10=rank,
        rank_p90=rank,
        intercept=0.0,
        arguments=(),
        trained_on=TrainedOn(positives=1, others=1, land=1, withheld=""),
    )
    one = area()
    why = one.explanation.model_copy(update={"learned": found})
    return dataclasses.replace(one, explanation=why)


def test_the_table_says_whether_the_learned_model_agrees():
    table = to_table([learned(0.04), learned(0.5), learned(np.nan), area()])
    table = table.set_index("rank")
    assert table["learned_rank"].tolist()[:2] == [0.04, 0.5]
    assert np.isnan(table["learned_rank"].tolist()[2:]).all()
    assert table["agreement"].tolist() == [
        "both",
        "expert only",
        "not known",
        "not known",
    ]
    unknown = to_table([learned(float("nan")), learned(0.1)])
    assert unknown["agreement"][1] == "both"


def test_the_range_of_places_is_told_among_its_own_type():
    swinging = [
        area("carbonatite", drawn=(-0.1, -0.4)),
        area("clay-hosted", drawn=(-0.2, -0.2)),
        area("carbonatite", drawn=(-0.3, -0.3)),
    ]
    table = to_table(swinging)
    assert table["rank_in_type_p10"].tolist() == [1, 1, 1]
    assert table["rank_in_type_p90"].tolist() == [2, 1, 2]
