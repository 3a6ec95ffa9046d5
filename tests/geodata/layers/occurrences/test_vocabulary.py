import pytest

from geodata.layers.occurrences.vocabulary import (
    EVIDENCE,
    STATUSES,
    deposit_types,
    load_vocabulary,
)

RARE_EARTHS = {
    *("La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm"),
    *("Yb", "Lu", "Y", "Sc"),
}
CRITICAL = {
    *("U", "Th", "Nb", "Ta", "Zr", "Hf", "Li", "Be", "W", "Sn", "Mo", "Co", "Ni", "Cu"),
    *("PGE", "Cr", "V", "Ti", "P", "F", "graphite", "B", "Ga", "Ge", "In", "Te", "Sb"),
    *("Bi", "Re", "Mn", "K"),
}


@pytest.fixture(scope="module")
def words():
    return load_vocabulary()


def codes(words, text, **rest):
    return sorted(words.content(text, **rest).commodities)


def test_all_rare_earths_and_critical_minerals_have_a_code(words):
    assert set(words.groups) >= RARE_EARTHS | CRITICAL | {"REE"}
    assert {words.groups[code] for code in RARE_EARTHS} == {"rare earths"}


def test_every_group_has_its_place_in_the_order_and_every_word_one_meaning(words):
    assert set(words.groups.values()) == set(words.group_order)
    assert words.pathfinders <= set(words.groups)
    assert set(words.minerals.values()) <= set(words.groups)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ti; Zr; REE", ["REE", "Ti", "Zr"]),
        ("WO3; SnO2", ["Sn", "W"]),
        ("phosphate, fluorspar", ["F", "P"]),
        ("K; HAL; HAL  K", ["K", "salt"]),
        ("K(; ); HAL  K(", ["K", "salt"]),
        ("K B", ["B", "K"]),
        ("Platinum; Rhodium; Pd", ["PGE"]),
        ("Niobium (Columbium), Tantalum", ["Nb", "Ta"]),
        ("Titanium, Heavy Minerals", ["Ti"]),
        ("Phosphorus-Phosphates; Fluorine-Fluorite", ["F", "P"]),
        ("unobtainium", []),
        ("", []),
    ],
)
def test_commodities_are_read_in_every_way_tables_write_them(words, text, expected):
    assert codes(words, text) == expected


def test_the_list_of_fifteen_is_the_group_and_no_assay_of_each(words):
    text = (
        "Lanthanum; Praseodymium; Samarium; Gadolinium; Thulium; Holmium; Cerium; "
        "Europium; Yttrium; Ytterbium; Erbium; Neodymium; Terbium; Dysprosium; "
        "Lutetium; Niobium"
    )
    assert codes(words, text) == ["Nb", "REE"]
    assert codes(words, "Cerium; Neodymium") == ["Ce", "Nd"]


def test_two_commodities_joined_by_and_are_two(words):
    assert codes(words, "Niobium and Tantalum; Barite") == ["Ba", "Nb", "Ta"]
    assert codes(words, "sand and gravel") == codes(words, "and") == []


def test_a_mineral_stands_for_a_commodity_only_in_a_list_of_commodities(words):
    assert codes(words, "wolframite; fluorite") == ["F", "W"]
    mixed = words.content("P; fluorite; monazite; quartz", lists_minerals=True)
    assert mixed.commodities == {"P"}
    assert mixed.minerals == {"fluorite", "monazite", "quartz"}


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (["Cu", "REE"], "direct"),
        (["Sc"], "direct"),
        (["Y", "P"], "direct"),
        (["P"], "pathfinder"),
        (["Au", "Th"], "pathfinder"),
        (["Cu"], "none"),
        ([], "none"),
    ],
)
def test_evidence_says_rare_earths_a_companion_or_neither(words, held, expected):
    assert words.evidence(held) == expected
    assert expected in EVIDENCE


def test_a_record_takes_the_group_nearest_to_rare_earths(words):
    assert words.group(["Cu", "REE", "U"]) == "rare earths"
    assert words.group(["Cu", "Sn"]) == "tin and tungsten"
    assert words.group([]) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "unknown"),
        ("Occurrence?", "occurrence"),
        ("Past Nb producer; Potential REE resource", "past producer"),
        ("Closed 1997", "past producer"),
        ("Active mine (1998)", "producer"),
        ("Byproduct producer of Eu (1995)", "producer"),
        ("Nb producer; Potential REE resource", "producer"),
        ("Potential producer", "prospect"),
        ("Potential resource", "prospect"),
        ("Active exploration (1999)", "prospect"),
        ("Active P prospect", "prospect"),
        ("Under development (1989)", "prospect"),
        ("Nb resource; P-REE occurrence", "prospect"),
        ("Past Producer", "past producer"),
        ("Producer", "producer"),
        ("Unknown", "unknown"),
    ],
)
def test_free_text_becomes_one_of_five_states(words, text, expected):
    assert words.status(text) == expected
    assert expected in STATUSES


@pytest.mark.parametrize(
    ("name", "status", "expected"),
    [
        ("(Facility) Irtysh Copper Smelter", "", True),
        ("Irtysh Copper Smelter", "Producer", True),
        ("Chimkent lead plant", "", True),
        ("Anything", "Plant", True),
        ("Smelter", "", False),
        ("Smelter Mine (Pyron Prospect)", "", False),
        ("Mill City District", "", False),
        ("Mesabi Range - National Steel Pellet Plant Mine", "Producer", False),
        ("Plantation", "Prospect", False),
    ],
)
def test_works_are_told_from_places_named_after_them(words, name, status, expected):
    assert words.is_facility(name=name, status=status) is expected


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("usgs-ree", "carb", "carbonatite"),
        ("usgs-ree", "carb-re", "carbonatite"),
        ("usgs-ree", "alk-ig", "carbonatite"),
        ("usgs-ree", "placer-sh", "placer"),
        ("usgs-ree", "phos", "phosphorite"),
        ("usgs-ree", "ion-ad", "clay-hosted"),
        ("usgs-ree", "met", ""),
        ("usgs-ree", "oth-u", ""),
        ("usgs-carbonatite", "10", "carbonatite"),
        ("usgs-porcu", "17", ""),
        (
            "usgs-phosphate",
            "Marine chemical sediment; residual enrichment",
            "phosphorite",
        ),
        ("usgs-phosphate", "Magmatic; carbonatite; alkalic", "carbonatite"),
        ("usgs-phosphate", "Magmatic; carbonatitic; alkalic", ""),
        ("usgs-mrds", "Placer", ""),
        ("usgs-tien-shan-ree", "Carbonatite and alkaline rocks", "carbonatite"),
        ("usgs-tien-shan-ree", "Weathered crust", "clay-hosted"),
        ("usgs-tien-shan-ree", "Pegmatite and skarn/greisen", ""),
    ],
)
def test_a_deposit_type_is_given_only_where_the_source_says_so(
    words, source, text, expected
):
    assert words.deposit_type(source, text) == expected
    assert expected in ("", *deposit_types())


def test_russian_words_mean_what_english_ones_do():
    words = load_vocabulary()
    assert words.content("РЗЭ, ниобий").commodities == {"REE", "Nb"}
    assert words.evidence({"REE", "Nb"}) == "direct"
    assert words.status("Проявление") == "occurrence"
    assert words.status("Месторождение") == "prospect"
    assert words.status("Рудник") == "producer"
