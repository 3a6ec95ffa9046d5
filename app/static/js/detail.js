// The panel that answers: why here, how sure, what is near, whose data.
import { AnswerError, get } from "./api.js";
import { h, toast } from "./dom.js";
import { count, dms, number, place, share, two } from "./format.js";
import { compared, components, keyFigures, unknownLine } from "./explanation.js";
import { agreementLine, learnedSection, steadiness } from "./learned.js";
import { say } from "./words.js";

const panel = document.getElementById("detail");
const body = document.getElementById("detail-body");
let running = null;

export const isOpen = () => !panel.hidden;

function heading(over, title, under, close) {
  return [
    h("div", { class: "detail-top" }, h("p", { class: "sub" }, over),
      h("button", { type: "button", class: "quiet", "aria-label": say("panel.close"), onclick: close }, "✕")),
    h("h2", { id: "detail-title", tabindex: "-1" }, title),
    ...under.map((line) => h("p", { class: "sub" }, line)),
  ];
}

function facts(list) {
  return h("dl", { class: "pairs foot" }, list.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function near(list) {
  if (!list?.length) return say("panel.none-near");
  return h("ul", {}, list.map((item) => h("li", {}, say("panel.near", { name: item.name, distance: item.text }))));
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    toast(say("panel.link-copied"));
  } catch {
    toast(say("panel.copy-address"));
  }
}

const copyButton = () => h("button", { type: "button", class: "button", onclick: copyLink }, say("panel.copy-link"));

/** Both accounts, each with its name over it. */
function accounts(e) {
  return [
    agreementLine(e),
    h("h3", { class: "opinion" }, h("span", {}, say("panel.first-opinion")), h("em", {}, `${two(e.favourability)}`)),
    ...components(e),
    learnedSection(e),
  ];
}

function aboutArea(p, e, total) {
  return [
    ...accounts(e),
    facts([
      [say("panel.nearest-known"), near(e.nearest_occurrences)],
      [say("panel.compared"), compared(e)],
      [say("panel.top-ten"), p.top10_share < 1 ? say("panel.trial-runs", { share: share(p.top10_share) }) : ""],
      [say("panel.best-cell"), h("span", {}, place(p.lon, p.lat), h("br"), dms(p.lon, p.lat))],
      [say("panel.sheets"), (e.sheets ?? []).join(", ")],
      [say("panel.blocks"), e.blocks ? say("panel.block-count", { count: count(e.blocks.count) }) : ""],
      [say("panel.rank"), say("panel.rank-of", { in_type: p.rank_in_type })],
      [say("panel.steady"), steadiness(p)],
    ]),
    h("div", { class: "actions" },
      h("a", { class: "button primary", href: `/prospects/${encodeURIComponent(p.id)}` }, say("panel.full-sheet")),
      copyButton(),
      h("a", { class: "button", href: `/api/collections/prospects/items/${encodeURIComponent(p.id)}`, download: `${p.id}.geojson` }, say("panel.outline"))),
  ];
}

async function fill(head, url, make, focus) {
  running?.abort();
  running = new AbortController();
  const mine = running;
  body.replaceChildren(...head, h("p", { class: "loading", role: "status" }, say("panel.reading")));
  panel.hidden = false;
  body.scrollTop = 0;
  if (focus) document.getElementById("detail-title").focus({ preventScroll: true });
  try {
    const answer = await get(url, mine.signal);
    if (mine !== running) return null;
    body.replaceChild(h("div", {}, ...make(answer)), body.querySelector(".loading"));
    return answer;
  } catch (error) {
    if (error.name === "AbortError" || mine !== running) return null;
    const text = error instanceof AnswerError ? error.message : say("panel.not-shown");
    body.querySelector(".loading").replaceWith(h("p", { class: "problem", role: "alert" }, text));
    return null;
  }
}

/** Show a prospect area. */
export function showArea(feature, total, { close, focus }) {
  const p = feature.properties;
  const head = heading(say("panel.area-over", { in_type: p.rank_in_type, type: p.deposit_type_title }), p.place,
    [`${p.label} · ${p.states} · ${number(p.area_km2)} km²`], close);
  const url = `/api/prospects/${encodeURIComponent(p.id)}/explanation`;
  return fill(head, url, (e) => [keyFigures(p), unknownLine(p, e), ...aboutArea(p, e, total)].filter(Boolean), focus);
}

/** Show the cell at a place. */
export function showPlace(lon, lat, type, { close, focus, nearest, choose }) {
  const head = heading(say("panel.cell"), place(lon, lat), [dms(lon, lat)], close);
  const query = new URLSearchParams({ lon: lon.toFixed(4), lat: lat.toFixed(4) });
  if (type) query.set("deposit_type", type);
  return fill(head, `/api/explain?${query}`, (e) => [
    h("p", { class: "sub" }, e.leading ? say("panel.leading", { type: e.deposit_type_title }) : e.deposit_type_title),
    keyFigures(e), e.ranked ? null : h("p", { class: "warn" }, say("panel.not-ranked")), unknownLine({}, e), ...accounts(e),
    facts([[say("panel.compared"), compared(e)], [say("panel.nearest-area"), areaLink(nearest(), choose)]]),
    h("div", { class: "actions" }, copyButton()),
  ].filter(Boolean), focus);
}

function areaLink(found, choose) {
  if (!found) return "";
  const { id, properties: p } = found.feature;
  const open = (event) => {
    event.preventDefault();
    choose(id);
  };
  return h("span", {}, h("a", { href: `/?selected=${encodeURIComponent(id)}`, onclick: open }, `${p.place} (${p.deposit_type_title})`),
    found.km < 1 ? say("panel.near-by") : say("panel.km-off", { km: number(found.km) }));
}

/** Say that a link names an area that is not there. */
export function showMissing(id, { close, focus }) {
  running?.abort();
  running = null;
  body.replaceChildren(
    ...heading(say("panel.not-found"), say("panel.not-in-release"), [], close),
    h("p", { class: "problem", role: "alert" }, say("panel.no-such-area", { name: id.slice(0, 64) })),
    h("div", { class: "actions" },
      h("a", { class: "button", href: `/prospects/${encodeURIComponent(id)}` }, say("panel.its-page")),
      h("a", { class: "button", href: "/table" }, say("panel.open-table"))));
  panel.hidden = false;
  if (focus) document.getElementById("detail-title").focus({ preventScroll: true });
}

export function closeDetail() {
  running?.abort();
  running = null;
  panel.hidden = true;
  body.replaceChildren();
}
