"""Two opinions in a real browser: the choice, the key, the accounts, the page."""

import re

import pytest
from playwright.sync_api import expect

from tests.app.learned_reports import LEARNED, UNTAUGHT
from tests.browser.conftest import Opener
from tests.browser.test_map import ROWS, SIZES, assert_apart
from tests.thorough import THEMES

CHOICE = 'input[name="opinion"][value="{}"]'
EXPERT, SECOND, AGREEMENT = map(CHOICE.format, ("", "learned", "agreement"))


def test_a_second_opinion_needs_one_deposit_type_that_has_one(
    open_browser: Opener, learned_address: str
) -> None:
    page = open_browser(learned_address).open("/")
    expect(page.locator(EXPERT)).to_be_checked()
    for choice in (SECOND, AGREEMENT):
        expect(page.locator(choice)).to_be_disabled()
    expect(page.locator("#no-opinion")).to_have_text(
        "Choose one deposit type for a second opinion."
    )
    page.check(f"input[value={UNTAUGHT}]")
    expect(page.locator(SECOND)).to_be_disabled()
    expect(page.locator("#no-opinion")).to_have_text(
        "No learned model: 7 known examples in the world are too few."
    )
    page.check(f"input[value={LEARNED}]")
    expect(page.locator(SECOND)).to_be_enabled()
    expect(page.locator("#no-opinion")).to_be_hidden()


def test_the_opinion_changes_picture_key_list_and_address(
    open_browser: Opener, learned_address: str
) -> None:
    window = open_browser(learned_address)
    page = window.open(f"/?deposit_type={LEARNED}")
    expect(page.locator(".ramp")).to_be_visible()
    expect(page.locator(".classes")).to_be_hidden()
    page.check(SECOND)
    expect(page).to_have_url(re.compile(rf"deposit_type={LEARNED}&opinion=learned$"))
    expect(page.locator("#key-title")).to_contain_text("Learned model’s rank")
    expect(page.locator(".ramp")).to_be_visible()
    expect(page.locator(".leaflet-colours-pane")).to_have_attribute(
        "aria-label", "Ranking by the learned model"
    )
    page.check(AGREEMENT)
    expect(page.locator(".ramp")).to_be_hidden()
    expect(page.locator(".classes li")).to_have_text(
        [
            "both models",
            "expert model only",
            "learned model only",
            "neither model",
            "no data for one of them",
        ]
    )
    expect(page.locator(ROWS).nth(0)).to_contain_text("both models; learned 4 %")
    expect(page.locator(ROWS).nth(1)).to_contain_text("expert only; learned 34 %")
    page.wait_for_load_state("networkidle")
    for opinion in ("learned", "agreement"):
        asked = [url for url in window.requests if f"&opinion={opinion}" in url]
        assert len(asked) > 1
        assert all(f"/tiles/{LEARNED}/" in url for url in asked)
    page.go_back()
    expect(page.locator(SECOND)).to_be_checked()
    page.check(f"input[value={UNTAUGHT}]")
    expect(page.locator(EXPERT)).to_be_checked()
    assert "opinion" not in page.url


def test_the_choice_works_by_keyboard(
    open_browser: Opener, learned_address: str
) -> None:
    page = open_browser(learned_address).open(f"/?deposit_type={LEARNED}")
    page.locator(EXPERT).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(SECOND)).to_be_focused()
    expect(page.locator(SECOND)).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(page.locator(AGREEMENT)).to_be_focused()
    expect(page).to_have_url(re.compile("opinion=agreement"))


def test_a_link_restores_the_opinion_and_one_that_cannot_be_had_is_said(
    open_browser: Opener, learned_address: str
) -> None:
    page = open_browser(learned_address).open(
        f"/?deposit_type={LEARNED}&opinion=agreement"
    )
    expect(page.locator(AGREEMENT)).to_be_checked()
    expect(page.locator("#toast")).to_be_hidden()
    for query in (f"deposit_type={UNTAUGHT}&opinion=learned", "opinion=agreement"):
        page = open_browser(learned_address).open(f"/?{query}")
        expect(page.locator("#toast")).to_contain_text(
            "learned model has no map for this choice"
        )
        expect(page.locator(EXPERT)).to_be_checked()
        assert "opinion" not in page.url
    page = open_browser(learned_address).open(f"/?deposit_type={LEARNED}&opinion=mine")
    expect(page.locator("#toast")).to_contain_text("left out of this link: opinion")


def test_the_panel_gives_both_accounts_of_an_area(
    open_browser: Opener, learned_address: str
) -> None:
    page = open_browser(learned_address).open(
        f"/?deposit_type={LEARNED}&opinion=learned"
    )
    page.locator(ROWS).nth(1).click()
    panel = page.locator("#detail")
    expect(panel.locator(".agreement")).to_contain_text(
        "Only the expert model puts this area in its best 10 %; the learned model has "
        "it at 34 %"
    )
    expect(panel.locator(".opinion")).to_have_count(2)
    expect(panel.locator(".second .ev")).to_have_count(3)
    first = panel.locator(".second .ev").first
    expect(first.locator(".for")).to_have_count(1)
    expect(panel.locator(".second .against")).to_have_count(1)
    first.locator("summary").click()
    expect(first).to_contain_text("8.0 km from the boundary Stepnyak | Chu-Ili")
    expect(first).to_contain_text("+0.750 (speaks for)")
    expect(panel.locator(".second .ev.unknown")).to_contain_text("layer missing")
    expect(panel.locator(".second")).to_contain_text(
        "Central Asia took no part in the training of the tested model"
    )
    expect(panel).to_contain_text("in 8 of 10 trial runs")
    panel.locator(".jump").click()
    expect(panel.locator(".second .opinion")).to_be_focused()


def test_a_click_on_the_map_explains_both_opinions(
    open_browser: Opener, learned_address: str
) -> None:
    page = open_browser(learned_address).open(
        f"/?deposit_type={LEARNED}&opinion=agreement&place=73.1,49.8"
    )
    panel = page.locator("#detail")
    expect(panel.locator(".component").first).to_be_visible()
    expect(panel.locator(".agreement")).to_contain_text("model")
    expect(panel.locator(".second")).to_be_attached()
    page.check(f"input[value={UNTAUGHT}]")
    expect(panel.locator(".second")).to_contain_text("are too few")


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_no_card_lies_over_another_with_two_opinions(
    open_browser: Opener, learned_address: str, width: int, height: int, theme: str
) -> None:
    window = open_browser(learned_address, width=width, height=height, theme=theme)
    page = window.open(f"/?deposit_type={LEARNED}&opinion=agreement")
    assert_apart(page)
    if width < 700:
        page.click("[data-open-list]")
    page.locator(ROWS).first.click()
    expect(page.locator("#detail .second")).to_be_attached()
    assert_apart(page)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", THEMES)
def test_the_page_of_validation_reads_on_every_screen(
    open_browser: Opener, learned_address: str, width: int, theme: str
) -> None:
    page = open_browser(learned_address, width=width, theme=theme).open("/validation")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator(".verdict").first).to_contain_text("that the model never saw")
    drawn = "[...document.images].every((i) => i.complete && i.naturalWidth > 0)"
    assert page.evaluate(drawn)
    frame = page.locator(".table-frame").first
    frame.focus()
    expect(frame).to_be_focused()
    if width == 390:
        wide = frame.evaluate("(e) => e.scrollWidth > e.clientWidth")
        assert wide
        page.keyboard.press("End")


def test_every_page_leads_to_validation_and_validation_back_to_the_map(
    open_browser: Opener, learned_address: str
) -> None:
    page = open_browser(learned_address).open("/")
    page.locator("nav a", has_text="Validation").click()
    expect(page.locator("h1")).to_have_text("How well does it work?")
    expect(page.locator('nav a[aria-current="page"]')).to_have_text("Validation")
    page.locator("a", has_text="On the map").first.click()
    expect(page.locator(AGREEMENT)).to_be_checked()


def test_validation_prints_whole(open_browser: Opener, learned_address: str) -> None:
    page = open_browser(learned_address, theme="dark").open("/validation")
    page.emulate_media(media="print")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert not page.locator(".page-tools").is_visible()
    assert page.locator(".verdict").first.is_visible()
    assert page.pdf().count(b"/Type /Page\n") <= 9


def test_the_learned_column_sorts_the_unknown_last(
    open_browser: Opener, learned_address: str
) -> None:
    page = open_browser(learned_address).open("/table")
    heading = page.locator("th", has_text="Learned %")
    place = heading.evaluate("(th) => [...th.parentElement.children].indexOf(th) + 1")
    read = f"""[...document.querySelectorAll("tbody tr td:nth-child({place})")]
        .map((cell) => parseFloat(cell.dataset.value))"""
    for sign in (1, -1):
        heading.locator("button").click()
        values = page.evaluate(read)
        known = [value for value in values if value == value]  # noqa: PLR0124  # NaN
        assert known == sorted(known, reverse=sign < 0)
        assert 0 < len(known) < len(values)
        assert values[: len(known)] == known


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_under_the_choice_stands_what_the_learned_map_lacks(
    open_browser: Opener, lacking_address: str, width: int, height: int
) -> None:
    window = open_browser(lacking_address, width=width, height=height)
    page = window.open("/")
    expect(page.locator("#lacks")).to_be_hidden()
    page = window.open(f"/?deposit_type={LEARNED}&opinion=learned")
    expect(page.locator(SECOND)).to_be_checked()
    expect(page.locator("#lacks")).to_be_visible()
    expect(page.locator("#lacks")).to_contain_text(
        "Tested with layers that this release lacks: Crustal thickness, terrane"
    )
    assert_apart(page)
    if width < 700:
        page.click("[data-open-list]")
    page.locator(ROWS).first.click()
    expect(page.locator("#detail .second > .warn")).to_contain_text("Its map here")


def test_an_empty_learned_map_cannot_be_chosen_and_the_reason_is_said(
    open_browser: Opener, empty_address: str
) -> None:
    page = open_browser(empty_address).open(f"/?deposit_type={LEARNED}&opinion=learned")
    expect(page.locator(EXPERT)).to_be_checked()
    for choice in (SECOND, AGREEMENT):
        expect(page.locator(choice)).to_be_disabled()
    expect(page.locator("#no-opinion")).to_have_text(
        "No map by the learned model: the layers it reads are not in this release; run "
        "scripts/ingest.py."
    )
    expect(page.locator("#lacks")).to_be_hidden()
