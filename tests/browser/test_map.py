"""The map page in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.templating import TYPEFACE
from tests.app.learned_reports import LEARNED
from tests.browser.conftest import Opener
from tests.thorough import THEMES, budget

SIZES = ((1400, 900), (1024, 768), (390, 844))
CARDS = (
    ".head",
    ".list",
    ".tools",
    ".key",
    ".reading",
    ".detail",
    ".phone-bar",
    ".strip",
)
ROWS = "#rows button"


def boxes(page: Page) -> dict[str, dict[str, float]]:
    found = {}
    for name in CARDS:
        item = page.locator(name).first
        if item.is_visible():
            box = item.bounding_box()
            assert box is not None
            found[name] = dict(box)
    return found


def assert_apart(page: Page) -> None:
    """Every card lies inside the window and over no other card, as far as it shows."""
    size = page.viewport_size
    assert size is not None
    shown = boxes(page)
    column = page.locator(".left").bounding_box()  # it scrolls where it must
    for box in (shown[".head"], shown[".list"]) if column else ():
        top = max(box["y"], column["y"])
        bottom = min(box["y"] + box["height"], column["y"] + column["height"])
        box.update(y=top, height=bottom - top)
    for name, box in shown.items():
        assert box["x"] >= -0.5, name
        assert box["y"] >= -0.5, name
        assert box["x"] + box["width"] <= size["width"] + 0.5, name
        assert box["y"] + box["height"] <= size["height"] + 0.5, name
    names = list(shown)
    for position, name in enumerate(names):
        for other in names[position + 1 :]:
            a, b = shown[name], shown[other]
            apart = (
                a["x"] + a["width"] <= b["x"] + 0.5
                or b["x"] + b["width"] <= a["x"] + 0.5
                or a["y"] + a["height"] <= b["y"] + 0.5
                or b["y"] + b["height"] <= a["y"] + 0.5
            )
            assert apart, (name, other, a, b)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_no_card_lies_over_another(
    open_browser: Opener, address: str, width: int, height: int, theme: str
) -> None:
    window = open_browser(address, width=width, height=height, theme=theme)
    page = window.open("/")
    assert_apart(page)
    if width < 700:
        page.click("[data-open-list]")
        assert_apart(page)
    page.locator(ROWS).first.click()
    expect(page.locator("#detail .component").first).to_be_visible()
    assert_apart(page)
    if width >= 700:
        if width <= 1100:
            expect(page.locator("#key")).to_be_hidden()
            page.click(".key-opener")
            assert_apart(page)
        page.click(".key summary")
        assert_apart(page)
    page.click(".strip summary")
    assert_apart(page)


LEAST_LIST_PX = 112
"""Two areas and their states, whatever stands above them."""


@pytest.mark.parametrize("typeface", ["wide", "ours"][: budget(1, 2)])
@pytest.mark.parametrize(
    ("width", "height"), [(1024, 768), (1280, 720), (1366, 768), (1100, 600)]
)
def test_the_list_keeps_its_room(
    open_browser: Opener, lacking_address: str, width: int, height: int, typeface: str
) -> None:
    window = open_browser(lacking_address, width=width, height=height)
    if typeface == "wide":  # wider than Noto Sans; on every Debian
        face = '@font-face { font-family: "Noto Sans"; src: local("DejaVu Sans"); }'
        window.page.route(
            "**/typeface.css",
            lambda route: route.fulfill(content_type="text/css", body=face),
        )
    for path in ("/", f"/?deposit_type={LEARNED}&opinion=learned"):
        page = window.open(path)
        expect(page.locator(ROWS).nth(1)).to_be_attached()
        rows = page.locator("#rows").bounding_box()
        assert rows is not None
        assert rows["height"] >= LEAST_LIST_PX - 0.5
        page.locator(".list-foot").scroll_into_view_if_needed()
        page.locator(".downloads a").last.click(trial=True)
        page.locator(ROWS).first.click(trial=True)
        assert_apart(page)


def test_pages_are_set_in_the_typeface_that_comes_with_them(
    open_browser: Opener, address: str
) -> None:
    if not TYPEFACE.is_file():
        pytest.skip("waits for Noto Sans, which scripts/setup brings where npm is")
    window = open_browser(address)
    page = window.open("/")
    assert page.evaluate("[...document.fonts].filter(f => f.status == 'loaded').length")
    assert any("noto-sans-latin-wght" in url for url in window.requests)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_text_and_targets_are_large_enough(
    open_browser: Opener, address: str, width: int, height: int
) -> None:
    page = open_browser(address, width=width, height=height).open("/")
    if width < 700:
        page.click("[data-open-list]")
    page.locator(ROWS).first.click()
    expect(page.locator("#detail .component").first).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((e) => e.checkVisibility({visibilityProperty: true})
                && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
                && parseFloat(getComputedStyle(e).fontSize) < 12.5)
            .map((e) => e.outerHTML.slice(0, 90))"""
    )
    assert small == []
    low = page.evaluate(
        """() => [...document.querySelectorAll("button, select, summary, label, nav a")]
            .filter((e) => e.checkVisibility({visibilityProperty: true}))
            .filter((e) => e.getBoundingClientRect().height < 31.5
                && !e.closest(".unseen") && !e.querySelector("select"))
            .map((e) => e.outerHTML.slice(0, 90))"""
    )
    assert low == []


def test_the_list_shows_what_the_map_shows(open_browser: Opener, address: str) -> None:
    page = open_browser(address).open("/")
    everything = len(
        page.request.get(f"{address}/prospects.geojson").json()["features"]
    )
    assert everything > 5
    expect(page.locator(ROWS)).to_have_count(everything)
    page.check("#in-view")
    for _ in range(4):
        page.click("[data-tool=in]")
        page.wait_for_timeout(350)
    near = page.locator(ROWS).count()
    assert near < everything
    page.uncheck("#in-view")
    expect(page.locator(ROWS)).to_have_count(everything)


def test_a_choice_of_type_filters_list_map_and_downloads(
    open_browser: Opener, address: str
) -> None:
    window = open_browser(address)
    page = window.open("/")
    page.check("input[value=clay-hosted]")
    expect(page).to_have_url(re.compile(r"\?deposit_type=clay-hosted$"))
    expect(page.locator("[data-download='/prospects.geojson']")).to_have_attribute(
        "href", "/prospects.geojson?deposit_type=clay-hosted"
    )
    first = page.locator("#rows .rk").all_text_contents()
    assert first[0] == "1"
    assert any("/tiles/clay-hosted/" in url for url in window.requests)
    page.select_option("[name=state]", "KGZ")
    page.select_option("[name=min_coverage]", "0.7")
    expect(page.locator("#list-notice")).to_contain_text("No prospect area fits")


def test_a_prospect_chosen_in_the_list_is_explained(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/")
    row = page.locator(ROWS).nth(2)
    place = row.locator("strong").text_content()
    row.click()
    expect(page.locator("#detail-title")).to_have_text(place or "")
    expect(page.locator("#detail .kpi dd")).to_have_count(3)
    expect(page.locator("#detail")).to_contain_text("Nearest known")
    unknown = page.locator("#detail .ev.unknown").first
    expect(unknown).to_contain_text(re.compile("no data here|layer missing"))
    unknown.locator("summary").click()
    expect(unknown).to_contain_text("counts as such land does on average")
    assert page.locator("path.prospect.chosen").count() == 1


def test_a_prospect_chosen_on_the_map_is_explained(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/")
    at = page.evaluate(
        """async () => {
            const answer = await fetch("/api/collections/prospects/items?limit=1000");
            const size = ({ properties: p }) => p.area_km2;
            const all = (await answer.json()).features;
            const one = all.sort((a, b) => size(b) - size(a))[0].properties;
            map_atlas.setView([one.lat, one.lon], 7, { animate: false });
            const p = map_atlas.latLngToContainerPoint([one.lat, one.lon]);
            return [p.x, p.y];
        }"""
    )
    page.mouse.click(*at)
    expect(page.locator("#detail .component").first).to_be_visible()
    expect(page).to_have_url(re.compile("selected="))


def test_a_click_on_other_land_explains_that_cell(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/?deposit_type=placer")
    at = page.evaluate(
        """() => {
            map_atlas.setView([39.2, 58.5], 7, { animate: false });
            const p = map_atlas.latLngToContainerPoint([39.2, 58.5]);
            return [p.x, p.y];
        }"""
    )
    page.mouse.click(*at)
    expect(page.locator("#detail-title")).to_contain_text("° N")
    expect(page.locator("#detail .component").first).to_be_visible()
    expect(page).to_have_url(re.compile("place=58"))


def test_a_link_restores_the_view_and_back_and_forward_work(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/")
    page.locator(ROWS).nth(1).click()
    expect(page.locator("#detail .component").first).to_be_visible()
    title = page.locator("#detail-title").text_content() or ""
    page.click(".key summary")
    page.uncheck("[data-layer=places]")
    page.mouse.move(600, 400)
    page.mouse.wheel(0, -300)
    expect(page).to_have_url(re.compile("map="))
    page.wait_for_timeout(600)
    link, centre = page.url, page.evaluate("map_atlas.getCenter().lat.toFixed(2)")

    other = open_browser(address)
    again = other.open(link.removeprefix(address))
    expect(again.locator("#detail-title")).to_have_text(title)
    expect(again.locator("[data-layer=places]")).not_to_be_checked(timeout=1000)
    assert again.locator(".label.town").count() == 0
    assert again.evaluate("map_atlas.getCenter().lat.toFixed(2)") == centre

    page.go_back()
    page.go_back()
    expect(page.locator("#detail")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#detail-title")).to_have_text(title)


def test_the_page_can_be_used_by_keyboard(open_browser: Opener, address: str) -> None:
    page = open_browser(address).open("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#list-title")).to_be_focused()
    page.locator(ROWS).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    second = page.locator(ROWS).nth(1)
    expect(second).to_be_focused()
    name = second.get_attribute("data-id")
    page.keyboard.press("Enter")
    expect(page.locator("#detail-title")).to_be_focused()
    expect(page.locator("#detail .component").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator(f'{ROWS}[data-id="{name}"]')).to_be_focused()


def test_enter_on_the_map_explains_its_middle(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/")
    page.locator("#map_atlas").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#detail-title")).to_contain_text("° N")


def test_the_theme_follows_the_system_and_can_be_changed(
    open_browser: Opener, address: str
) -> None:
    window = open_browser(address, theme="dark")
    page = window.open("/")
    ground = "getComputedStyle(document.querySelector('.card')).backgroundColor"
    dark = page.evaluate(ground)
    assert any("theme=dark" in url for url in window.requests)
    page.locator(".tools [data-theme-toggle]").click()
    assert page.evaluate(ground) != dark
    page.wait_for_load_state("networkidle")
    assert any("theme=light" in url for url in window.requests)
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_on_a_telephone_the_sheet_grows_by_its_button(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address, width=390, height=844).open("/")
    page.click("[data-open-list]")
    page.locator(ROWS).first.click()
    sheet = page.locator("#detail")
    expect(sheet.locator(".component").first).to_be_visible()
    before = sheet.bounding_box()
    page.locator("[data-grip]").click()
    after = sheet.bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] > before["height"] + 100
    assert_apart(page)


def test_an_unanswered_question_is_said_in_words(
    open_browser: Opener, address: str
) -> None:
    window = open_browser(address)
    page = window.page
    page.route("**/explanation", lambda route: route.abort())
    window.open("/")
    page.locator(ROWS).first.click()
    expect(page.locator("#detail .problem")).to_contain_text("does not answer")
    window.complaints.clear()  # the browser notes the broken connection


def test_hostile_names_run_nothing_and_are_shown(
    open_browser: Opener, hostile_address: str
) -> None:
    page = open_browser(hostile_address).open("/")
    page.locator(".site-mark").first.hover(force=True)
    page.locator("path.prospect").first.hover(force=True)
    page.locator(ROWS).first.click()
    expect(page.locator("#detail .component").first).to_be_visible()
    expect(page.locator("#detail-title")).to_contain_text("{{ 7*7 }} <img src=x")
    page.locator("#detail .ev summary").first.click()
    page.click(".key summary")
    page.check("[data-layer=terranes]")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.hit") is None
    assert page.locator("#detail img").count() == 0


def test_a_link_to_an_area_of_another_release_is_explained_and_the_map_works(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/?selected=nope")
    expect(page.locator("#detail-title")).to_have_text(
        "This area is not in this release"
    )
    own = page.locator("#detail .actions a", has_text="Its page")
    expect(own).to_have_attribute("href", "/prospects/nope")
    assert page.locator(ROWS).count() > 0
    page.locator(ROWS).first.click()
    expect(page.locator("#detail .component").first).to_be_visible()


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("deposit_type=gold", "deposit type"),
        ("state=Narnia", "state"),
        ("min_coverage=lots", "coverage"),
        ("min_coverage=7", "coverage"),
        ("map=far/away", "map position"),
        ("layers=gold", "layers"),
        ("place=here", "place"),
    ],
)
def test_a_value_that_cannot_be_used_is_dropped_and_said(
    open_browser: Opener, address: str, query: str, word: str
) -> None:
    window = open_browser(address)
    page = window.open(f"/?{query}")
    expect(page.locator("#toast")).to_have_text(
        f"Not known here, so left out of this link: {word}."
    )
    everything = len(
        page.request.get(f"{address}/prospects.geojson").json()["features"]
    )
    expect(page.locator(ROWS)).to_have_count(everything)
    expect(page.locator("input[name=deposit_type]").first).to_be_checked()
    assert not any("gold" in url for url in window.requests[1:])


def test_a_link_with_more_than_the_choices_offer_is_followed(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open(
        "/?deposit_type=placer,carbonatite&state=KAZ,KGZ&min_coverage=0.35"
    )
    expect(page.locator("#toast")).to_be_hidden()
    assert page.locator("[name=state]").input_value() == "KAZ,KGZ"
    assert page.locator("[name=min_coverage]").input_value() == "0.35"
    assert page.locator("input[name=deposit_type]:checked").count() == 0


def test_list_and_panel_agree_on_the_deposit_type(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/")
    name = page.locator(ROWS).first.get_attribute("data-id")
    own, other = page.evaluate(
        """async (id) => {
            const answer = await fetch("/api/collections/prospects/items/" + id);
            const own = (await answer.json()).properties.deposit_type;
            return [own, own === "placer" ? "carbonatite" : "placer"];
        }""",
        name,
    )
    page = open_browser(address).open(f"/?selected={name}&deposit_type={other}")
    expect(page.locator(f"input[value={own}]")).to_be_checked()
    expect(page.locator(f'{ROWS}[data-id="{name}"]')).to_have_attribute(
        "aria-current", "true"
    )
    page.check(f"input[value={other}]")
    expect(page.locator("#detail")).to_be_hidden()
    assert "selected" not in page.url


def test_a_cell_leads_to_the_nearest_area(open_browser: Opener, address: str) -> None:
    page = open_browser(address).open("/?place=58.5,39.2")
    link = page.locator("#detail dd a")
    expect(link).to_have_count(1)
    link.click()
    expect(page).to_have_url(re.compile("selected="))
    expect(page.locator("#detail .component").first).to_be_visible()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_first_view_shows_all_five_states_beside_the_cards(
    open_browser: Opener, address: str, width: int, height: int
) -> None:
    page = open_browser(address, width=width, height=height).open("/")
    box = page.evaluate(
        """() => {
            const [w, s, e, n] = document.body.dataset.home.split(",").map(Number);
            const a = map_atlas.latLngToContainerPoint([n, w]);
            const b = map_atlas.latLngToContainerPoint([s, e]);
            const free = document.querySelector(".middle").getBoundingClientRect();
            return [a.x - free.left, a.y - free.top, free.right - b.x,
                free.bottom - b.y];
        }"""
    )
    assert min(box) >= -1
    towns = page.locator(".label.town").all_text_contents()
    assert {"Astana", "Bishkek", "Tashkent", "Dushanbe", "Ashgabat"} <= set(towns)


def test_a_verdict_stays_in_the_list_whatever_the_type(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/")
    expect(page.locator("#verdict")).to_contain_text("known sites")
    expect(page.locator("#skill")).to_be_hidden()
    page.check("input[value=placer]")
    expect(page.locator("#skill")).to_contain_text("like ground")
    expect(page.locator("#verdict")).to_be_hidden()


def test_the_map_page_prints_as_a_list_with_the_caution(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/")
    page.emulate_media(media="print")
    assert page.locator(ROWS).first.is_visible()
    assert page.locator(".print-only").is_visible()
    for name in (".map", ".key", ".tools", ".filters .button", ".list-foot"):
        assert not page.locator(name).first.is_visible(), name


def test_the_map_is_made_of_tiles_that_leave_no_gap(
    open_browser: Opener, address: str
) -> None:
    window = open_browser(address)
    page = window.open("/?map=6.25/46/67")
    tiles = page.locator(".favourability img.leaflet-tile-loaded")
    assert tiles.count() > 3
    gaps = page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll(".favourability img")]
                .map((tile) => tile.getBoundingClientRect());
            return boxes.filter((a) => boxes.some((b) => Math.abs(a.top - b.top) < 1
                && b.left > a.left && b.left < a.right + 5 && b.left >= a.right));
        }"""
    )
    assert gaps == []
    assert all("WebMercatorQuad/6/" in url for url in window.requests if "tiles" in url)


def test_the_last_tiles_lie_there_until_the_next_have_come(
    open_browser: Opener, address: str
) -> None:
    window = open_browser(address)
    page = window.open("/")
    page.route("**/tiles/placer/**", lambda route: None)  # never answered
    page.check("input[value=placer]")
    expect(page.locator(".favourability")).to_have_count(2)
    assert page.locator(".favourability").first.locator("img").count() > 3
    page.unroute("**/tiles/placer/**")
    page.check("input[value=clay-hosted]")
    expect(page.locator(".favourability")).to_have_count(1)
    page.wait_for_load_state("networkidle")
