"""Deposit-type files read to the last value, and refused at the first wrong one."""

import pytest

from geodata.errors import DepositTypeError
from geodata.evidence.measurement import Measurement
from geodata.scoring.deposit_file import parse, parse_all
from geodata.scoring.deposit_type import Number, read_folder

HEAD = 'code = "test"\ntitle = " Test "\nsummary = "A model for a test."\n'


def number(value, low, high):
    basis = 'basis = "expert", reference = "ours"'
    return f"{{ value = {value}, low = {low}, high = {high}, {basis} }}"


def text(membership="near", /, *, weight=(0.2, 0.1, 0.3), more="", **parameters):
    """Write a file of one argument; parameters are (value, low, high)."""
    if membership == "near":
        parameters = {"half": (25, 10, 60), "error": (2, 1, 3), **parameters}
    rows = "".join(f"{key} = {number(*values)}\n" for key, values in parameters.items())
    return f"""{HEAD}
[[evidence]]
name = "boundary"
title = "Terrane boundary"
claim = "It lies near a boundary."
component = "pathway"
layer = "terranes"
measure = "distance"
membership = "{membership}"
weight = {number(*weight)}
{more}
[evidence.parameters]
{rows}"""


def refused(content, said):
    with pytest.raises(DepositTypeError, match=said) as caught:
        parse("test", content)
    assert "evidence 'boundary' of deposit type 'test' (test.toml)" in str(caught.value)


def test_a_file_reads_to_the_last_value():
    more = """unit = "km"
column = "kind"
only = ["suture", "fault"]
within = ["geology", "kind", "stable"]
window_km = 300
smooth_km = 12.5
disagreement = "apart"
"""
    model = parse("a-1", text(more=more))
    assert (model.id, model.code) == ("a-1", "test")
    assert (model.title, model.summary) == ("Test", "A model for a test.")
    (found,) = model.evidence
    assert (found.name, found.title) == ("boundary", "Terrane boundary")
    assert found.claim == "It lies near a boundary."
    assert (found.component, found.membership) == ("pathway", "near")
    assert found.measurement == Measurement(
        layer="terranes",
        measure="distance",
        unit="km",
        column="kind",
        only=("suture", "fault"),
        window_km=300.0,
        smooth_km=12.5,
        within=("geology", "kind", "stable"),
    )
    assert found.weight == Number(
        value=0.2, low=0.1, high=0.3, basis="expert", reference="ours"
    )
    assert found.parameters["half"] == Number(
        value=25.0, low=10.0, high=60.0, basis="expert", reference="ours"
    )
    assert list(found.parameters) == ["half", "error"]


def test_two_sources_are_read_at_the_same_places_in_the_same_unit():
    within = 'within = ["geology", "kind", "stable"]'
    more = f'unit = "km"\ncolumn = "mean"\n{within}\ndisagreement = "apart"'
    (found,) = parse("test", text(more=more)).evidence
    assert found.disagreement == Measurement(
        layer="terranes",
        measure="distance",
        unit="km",
        column="apart",
        within=("geology", "kind", "stable"),
    )
    (bare,) = parse("test", text(more='disagreement = "apart"')).evidence
    assert bare.disagreement == Measurement(
        layer="terranes", measure="distance", unit="", column="apart"
    )


def test_what_a_file_does_not_say_is_empty():
    (found,) = parse("test", text()).evidence
    assert found.disagreement is None
    assert found.measurement == Measurement(
        layer="terranes", measure="distance", unit=""
    )


def test_a_model_measures_its_arguments_and_their_disagreements_in_order():
    model = parse("test", text(more='column = "mean"\ndisagreement = "apart"'))
    (found,) = model.evidence
    assert model.measurements() == (found.measurement, found.disagreement)
    (alone,) = parse("test", text()).evidence
    assert parse("test", text()).measurements() == (alone.measurement,)


@pytest.mark.parametrize(
    ("membership", "parameters", "said"),
    [
        ("near", {"error": (0, -0.5, 1)}, "'error' .* zero or more; got low -0.5"),
        ("near", {"half": (5, 0, 9)}, "'half' .* is a width .* got low 0"),
        ("band", {"centre": (0, -1, 1), "half_width": (5, 0, 9)}, "'half_width'"),
        ("rise", {"midpoint": (0, -1, 1), "spread": (5, 0, 9)}, "'spread' .* width"),
        ("rise", {"midpoint": (0, -1, 1), "spread": (5, -1, 9)}, "got low -1"),
        ("small", {"midpoint": (5, 0, 9), "exponent": (2, 1, 3)}, "'midpoint' .* pos"),
        ("small", {"midpoint": (5, 1, 9), "exponent": (2, 0, 3)}, "'exponent' .* pos"),
        ("large", {"midpoint": (5, 0, 9), "exponent": (2, 1, 3)}, "'large'; got low 0"),
        ("logistic", {"midpoint": (0, 0, 0), "slope": (1, 0, 2)}, "never 0; got 0 to"),
        ("logistic", {"midpoint": (0, 0, 0), "slope": (-1, -2, 0)}, "got -2 to 0"),
        ("logistic", {"midpoint": (0, 0, 0), "slope": (1, -1, 2)}, "got -1 to 2"),
        ("linear", {"zero": (1, 0, 2), "one": (3, 2, 4)}, "not touch.* 0 to 2 and 2"),
        ("linear", {"zero": (3, 2, 4), "one": (1, 0, 2)}, "not touch.* 2 to 4 and 0"),
        ("linear", {"zero": (1, 0, 5), "one": (3, 2, 4)}, "not touch"),
        ("class", {"stable": (0.5, -0.1, 1)}, r"'stable' .* 0\.\.1; got -0.1 to 1"),
        ("class", {"stable": (0.5, 0, 1.1)}, r"'stable' .* 0\.\.1; got 0 to 1.1"),
    ],
)
def test_a_range_that_a_membership_cannot_take_is_refused(membership, parameters, said):
    refused(text(membership, **parameters), said)


@pytest.mark.parametrize(
    ("membership", "parameters"),
    [
        ("near", {"error": (0, 0, 0)}),
        ("near", {"half": (1, 0.1, 1)}),
        ("band", {"centre": (0, -1, 1), "half_width": (1, 0.1, 9)}),
        ("rise", {"midpoint": (-1, -2, 0), "spread": (1, 0.1, 9)}),
        ("fall", {"midpoint": (0, 0, 0), "spread": (1, 0.1, 9)}),
        ("small", {"midpoint": (1, 0.1, 9), "exponent": (1, 0.1, 9)}),
        ("large", {"midpoint": (1, 0.1, 9), "exponent": (1, 0.1, 9)}),
        ("logistic", {"midpoint": (0, -1, 1), "slope": (0.5, 0.1, 1)}),
        ("logistic", {"midpoint": (0, -1, 1), "slope": (-0.5, -1, -0.1)}),
        ("linear", {"zero": (0, -1, 1), "one": (2, 1.1, 3)}),
        ("linear", {"zero": (2, 1.1, 3), "one": (0, -1, 1)}),
        ("class", {"stable": (0, 0, 1), "active": (1, 0, 1)}),
    ],
)
def test_a_range_up_to_the_limit_is_taken(membership, parameters):
    (found,) = parse("test", text(membership, **parameters)).evidence
    for key, (value, low, high) in parameters.items():
        taken = found.parameters[key]
        assert (taken.value, taken.low, taken.high) == (value, low, high)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ((0, 0, 1), "its value is 0"),
        ((1, 0, 1), "its low is 0"),
        ((1, -2, 1), "its low is -2"),
        (('"1"', 0, 1), "its low is 0"),
        (('"heavy"', 1, 1), "one of the numbers value"),
        ((1, 0.5, 1e7), "from 1e-06 to 1e\\+06"),
        ((1, 1e-7, 1), "from 1e-06 to 1e\\+06"),
    ],
)
def test_a_weight_is_positive_over_its_whole_range(weight, said):
    refused(text(weight=weight), said)


def test_a_small_weight_is_taken():
    (found,) = parse("test", text(weight=(1, 0.5, 1))).evidence
    assert found.weight.low == 0.5


@pytest.mark.parametrize("key", ["window_km", "smooth_km"])
def test_a_length_lies_within_0_to_1000_km(key):
    for length in (0, 999.5, 1000):
        (found,) = parse("test", text(more=f"{key} = {length}")).evidence
        assert getattr(found.measurement, key) == length
    for length in (-0.1, 1000.5, '"far"', "nan"):
        refused(text(more=f"{key} = {length}"), f"'{key}' .* from 0 to 1000 km")


def test_a_share_names_its_column_and_its_classes():
    shared = text(more='column = "kind"\nonly = ["suture"]').replace(
        'measure = "distance"', 'measure = "share"'
    )
    (found,) = parse("test", shared).evidence
    assert found.measurement.only == ("suture",)
    for missing in ('column = "kind"', 'only = ["suture"]'):
        refused(shared.replace(missing, ""), "the classes whose share is taken")


@pytest.mark.parametrize("within", ['["geology"]', '["geology", "kind"]'])
def test_a_setting_names_a_layer_a_column_and_a_class(within):
    refused(text(more=f"within = {within}"), "a layer, its column and one class")


@pytest.mark.parametrize("key", ["only", "within"])
@pytest.mark.parametrize("wrong", ['"suture"', "[1]", '["suture", 2]'])
def test_words_come_as_a_list(key, wrong):
    refused(text(more=f"{key} = {wrong}"), f"'{key}' .* list of words")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value = 0.2", "value = 0.31", "low <= value <= high; got 0.1, 0.31, 0.3"),
        ("value = 0.2", "value = 0.09", "low <= value <= high; got 0.1, 0.09, 0.3"),
        ("low = 0.1", "low = nan", "finite"),
        ("low = 0.1, ", "", "numbers value, low and high"),
        ("high = 0.3, ", "", "numbers value, low and high"),
        ("value = 0.2, ", "", "numbers value, low and high"),
        ('layer = "terranes"', "layer = 5", "needs a 'layer'"),
        ('title = "Terrane boundary"', 'title = "  "', "needs a 'title'"),
        ('measure = "distance"', "", "'measure' .* must be one of"),
        ("error = {", "fault = {", r"needs the parameters \['half', 'error'\]; got"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(old, new, said):
    assert old in text()
    refused(text().replace(old, new), said)


def test_a_value_may_lie_at_either_end_of_its_range():
    for value in (0.1, 0.3):
        (found,) = parse("test", text(weight=(value, 0.1, 0.3))).evidence
        assert found.weight.value == value


@pytest.mark.parametrize("code", ["ab", "abcdefg", "ABC", "ab1", "abc def"])
def test_a_code_has_3_to_6_small_letters(code):
    with pytest.raises(DepositTypeError, match=f"got code '{code}'"):
        parse("test", text().replace('"test"', f'"{code}"'))


@pytest.mark.parametrize("code", ["abc", "abcdef"])
def test_the_shortest_and_the_longest_code_are_taken(code):
    assert parse("test", text().replace('"test"', f'"{code}"')).code == code


@pytest.mark.parametrize("name", ["", "A", "a_b", "../x", "a" * 41])
def test_a_file_name_has_small_letters_digits_and_hyphens(name):
    with pytest.raises(DepositTypeError, match="a file name of small letters"):
        parse(name, text())


def test_a_long_file_name_is_taken():
    assert parse("a" * 40, text()).id == "a" * 40


@pytest.mark.parametrize("key", ["code", "title", "summary"])
def test_a_file_needs_its_head(key):
    lines = text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{key} ="))
    with pytest.raises(DepositTypeError, match=f"needs a '{key}'"):
        parse("test", "\n".join(lines[:at] + lines[at + 1 :]))


def test_a_file_without_evidence_is_refused():
    with pytest.raises(DepositTypeError, match=r"at least one .* got \[\]"):
        parse("test", HEAD)


def test_files_with_different_codes_are_read_by_their_names():
    other = text().replace('code = "test"', 'code = "other"')
    found = parse_all({"one": text(), "two": other})
    assert {name: model.code for name, model in found.items()} == {
        "one": "test",
        "two": "other",
    }
    assert found["two"].id == "two"


def test_which_two_files_share_a_code_is_told():
    other = text().replace('code = "test"', 'code = "other"')
    with pytest.raises(DepositTypeError, match="'one' and 'three' have the same code"):
        parse_all({"one": text(), "two": other, "three": text()})


@pytest.mark.parametrize("value", ["7", "true", '""', '["apart"]'])
def test_a_disagreement_that_names_no_column_is_refused(value):
    with pytest.raises(DepositTypeError, match="needs a 'disagreement'"):
        parse("test", text(more=f"disagreement = {value}"))


NOT_TEXT = {
    "windows-1251": text().replace(" Test ", "Карбонатит").encode("windows-1251"),
    "utf-16": text().encode("utf-16"),
    "utf-16 without a mark": text().encode("utf-16-le"),
    "latin-1": text().replace(" Test ", "Gr\xfcn").encode("latin-1"),
    "cut in a letter": text().replace(" Test ", "Карбонатит").encode()[:25],
    "nothing": b"",
    "zeros": bytes(200),
    "an archive": b"PK\x03\x04" + bytes(range(256)),
}


@pytest.mark.parametrize("name", sorted(NOT_TEXT))
def test_a_file_that_is_no_utf_8_text_or_no_model_is_refused_in_a_line(tmp_path, name):
    (tmp_path / "test.toml").write_bytes(NOT_TEXT[name])
    with pytest.raises(DepositTypeError, match=r"test\.toml") as caught:
        parse_all(read_folder(tmp_path))
    assert one_harmless_line(str(caught.value))


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "test.toml").write_bytes(b"\xef\xbb\xbf" + text().encode())
    (model,) = parse_all(read_folder(tmp_path)).values()
    assert model == parse("test", "\ufeff" + text()) == parse("test", text())


def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "test.toml").mkdir()
    with pytest.raises(DepositTypeError, match="cannot be read"):
        read_folder(tmp_path)


def one_harmless_line(message):
    return message.isprintable() and len(message) < 1_000


WEIGHT = f"weight = {number(0.2, 0.1, 0.3)}"
HALF = f"half = {number(25, 10, 60)}"
ROW = text()[text().index("[[evidence]]") :]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[evidence.parameters]", "[[evidence.parameters]]"),
        (ROW, 'evidence = "x"'),
        (ROW, "evidence = {a = 1}"),
        (ROW, "evidence = [1, 2]"),
        (ROW, "evidence = [[], []]"),
        (ROW, "evidence = true"),
        (ROW, "evidence = 1979-05-27T07:32:00Z"),
        (ROW, "[evidence]"),
        (ROW, "[[evidence]]"),
        (HEAD, f"x = {'[' * 5_000}{']' * 5_000}\n{HEAD}"),
        (HEAD, f"x = {'{a=' * 5_000}1{'}' * 5_000}\n{HEAD}"),
        (HEAD, f"{'a.' * 3_000}b = 1\n{HEAD}"),
        (WEIGHT, f"weight = {number('9' * 10_000, 1, 2)}"),
        (WEIGHT, f"weight = {number('0x' + 'f' * 10_000, 1, 2)}"),
        (WEIGHT, f"weight = {number('1' + '0' * 400, 1, 2)}"),
        (WEIGHT, f"weight = {number('1e308', '1e308', '1e308')}"),
        (WEIGHT, f"weight = {number('1e-320', '1e-320', '1e-320')}"),
        (WEIGHT, f"weight = {number('true', 'true', 'true')}"),
        (WEIGHT, f"weight = {number('[1]', 1, 1)}"),
        (WEIGHT, f"weight = {number('1979-05-27', 1, 1)}"),
        (WEIGHT, "weight = [0.1, 0.2, 0.3]"),
        (WEIGHT, WEIGHT.replace("reference", "refrence")),
        (WEIGHT, WEIGHT.replace('"ours"', '"\\u0000"')),
        (WEIGHT, WEIGHT.replace('"ours"', f'"{"a" * 3_000}"')),
        (WEIGHT, WEIGHT.replace('"expert"', "7")),
        (HALF, f"half = {number('1e300', 1, '1e301')}"),
        (HALF, "half = 25"),
        (HALF, f'"ha\\u001blf" = {number(1, 1, 1)}'),
        (HALF, f'"{"h" * 300}" = {number(1, 1, 1)}'),
        ('layer = "terranes"', f'layer = "{"a" * 300}"'),
        ('layer = "terranes"', 'layer = "../../etc/passwd"'),
        ('layer = "terranes"', 'layer = "a\\u0000b"'),
        ('layer = "terranes"', 'layer = ["terranes"]'),
        ('layer = "terranes"', 'layer = "terranes"\nunit = "k\\u0000m"'),
        ('layer = "terranes"', 'layer = "terranes"\nunit = "k\\u001b[31mm"'),
        ('layer = "terranes"', 'layer = "terranes"\nunit = "k\\nm"'),
        ('layer = "terranes"', 'layer = "terranes"\nunit = 7'),
        ('layer = "terranes"', f'layer = "terranes"\nunit = "{"k" * 500}"'),
        ('layer = "terranes"', 'layer = "terranes"\ncolumn = "a\\u0085b"'),
        ('layer = "terranes"', 'layer = "terranes"\ncolumn = {}'),
        ('layer = "terranes"', 'layer = "terranes"\nonly = ["a\\rb"]'),
        ('layer = "terranes"', 'layer = "terranes"\nwithin = [["a"], "b"]'),
        ('layer = "terranes"', 'layer = "terranes"\nsmoth_km = 5'),
        ('membership = "near"', 'membership = ["near"]'),
        ('membership = "near"', "membership = {}"),
        ('membership = "near"', 'membership = "class"\nmembership = "near"'),
        ('name = "boundary"', f'name = "{"n" * 100}"'),
        ('name = "boundary"', 'name = "a\\nb"'),
        ('title = "Terrane boundary"', f'title = "{"T" * 10_000}"'),
        ('title = " Test "', f'title = "{"T" * 10_000}"'),
        ('title = " Test "', 'title = """a\nb"""'),
        ('title = " Test "', 'title = ["a"]'),
        ('code = "test"', "code = ['test']"),
        ('code = "test"', 'code = "te\\u0007"'),
        ('summary = "A model for a test."', "summary = 0"),
        ('summary = "A model for a test."', 'sumary = "A model for a test."'),
    ],
)
def test_a_malformed_file_is_refused_in_a_line_that_names_the_file(old, new):
    assert old in text()
    with pytest.raises(DepositTypeError, match=r"test\.toml") as caught:
        parse("test", text().replace(old, new, 1))
    assert one_harmless_line(str(caught.value))


@pytest.mark.parametrize("title", ["US$ 5 to US$ 9", "[red]$\\frac{$[/]", "{{ 7*7 }}"])
def test_signs_that_other_programs_would_read_are_letters_here(title):
    found = parse("test", text().replace('" Test "', f"'{title}'"))
    assert found.title == title


def test_a_record_of_presence_has_a_base_rate():
    more = f"window_km = 150\nbase = {number(0.05, 0.02, 0.1)}"
    (found,) = parse("test", text(more=more)).evidence
    assert (found.base.value, found.base.low, found.base.high) == (0.05, 0.02, 0.1)
    (without,) = parse("test", text()).evidence
    assert without.base is None


@pytest.mark.parametrize(
    ("membership", "window", "base"),
    [
        ("near", 150, (0, 0, 0.1)),
        ("near", 150, (0.5, 0.2, 1.0)),
        ("near", 0, (0.05, 0.02, 0.1)),
        ("fall", 150, (0.05, 0.02, 0.1)),
    ],
)
def test_a_base_rate_needs_a_reach_and_lies_between_0_and_1(membership, window, base):
    more = f"window_km = {window}\nbase = {number(*base)}"
    numbers = {"midpoint": (1, 0, 2), "spread": (1, 0.5, 2)}
    refused(
        text(membership, more=more, **numbers if membership == "fall" else {}), "base"
    )
