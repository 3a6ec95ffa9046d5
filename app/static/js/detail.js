// The panel that answers: why here, how sure, what is near, whose data.
import { AnswerError, get } from "./api.js";
import { h, toast } from "./dom.js";
import { dms, number, place, share, two } from "./format.js";
import { compared, components, keyFigures, unknownLine } from "./explanation.js";
import { agreementLine, learnedSection, steadiness } from "./learned.js";

const panel = document.getElementById("detail");
const body = document.getElementById("detail-body");
let running = null;

export const isOpen = () => !panel.hidden;

function heading(over, title, under, close) {
  return [
    h("div", { class: "detail-top" }, h("p", { class: "sub" }, over),
      h("button", { type: "button", class: "quiet", "aria-label": "Close the explanation", onclick: close }, "✕")),
    h("h2", { id: "detail-title", tabindex: "-1" }, title),
    ...under.map((line) => h("p", { class: "sub" }, line)),
  ];
}

function facts(list) {
  return h("dl", { class: "pairs foot" }, list.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function near(list) {
  if (!list?.length) return "no known occurrence within 250 km";
  return h("ul", {}, list.map((item) => h("li", {}, `${item.name}, ${item.text}`)));
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    toast("The link is copied. It shows this map with these choices.");
  } catch {
    toast("Copy the address from the address bar: it shows this map with these choices.");
  }
}

const copyButton = () => h("button", { type: "button", class: "button", onclick: copyLink }, "Copy link");

/** Both accounts, each with its name over it. */
function accounts(e) {
  return [
    agreementLine(e),
    h("h3", { class: "opinion" }, h("span", {}, "First opinion: expert model"), h("em", {}, `${two(e.favourability)}`)),
    ...components(e),
    learnedSection(e),
  ];
}

function aboutArea(p, e, total) {
  return [
    ...accounts(e),
    facts([
      ["Nearest known", near(e.nearest_occurrences)],
      ["Compared", compared(e)],
      ["In the top ten", `${share(p.top10_share)} of the trial runs`],
      ["Best cell", h("span", {}, place(p.lon, p.lat), h("br"), dms(p.lon, p.lat))],
      ["Sheets", (e.sheets ?? []).join(", ")],
      ["Licence blocks", e.blocks ? `${e.blocks.count.toLocaleString("en-GB")} of 1′ × 1′` : ""],
      ["Rank", `${p.rank} of ${total}; ${p.rank_in_type} of its type`],
      ["How steady", steadiness(p)],
    ]),
    h("div", { class: "actions" },
      h("a", { class: "button primary", href: `/prospects/${encodeURIComponent(p.id)}` }, "Full sheet"),
      copyButton(),
      h("a", { class: "button", href: `/api/collections/prospects/items/${encodeURIComponent(p.id)}`, download: `${p.id}.geojson` }, "Outline")),
  ];
}

async function fill(head, url, make, focus) {
  running?.abort();
  running = new AbortController();
  const mine = running;
  body.replaceChildren(...head, h("p", { class: "loading", role: "status" }, "Reading the explanation…"));
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
    const text = error instanceof AnswerError ? error.message : "This could not be shown. Try again.";
    body.querySelector(".loading").replaceWith(h("p", { class: "problem", role: "alert" }, text));
    return null;
  }
}

/** Show a prospect area. */
export function showArea(feature, total, { close, focus }) {
  const p = feature.properties;
  const head = heading(`Rank ${p.rank} · ${p.deposit_type_title}`, p.place,
    [`${p.label} · ${p.states} · ${number(p.area_km2)} km²`], close);
  const url = `/api/prospects/${encodeURIComponent(p.id)}/explanation`;
  return fill(head, url, (e) => [keyFigures(p), unknownLine(p, e), ...aboutArea(p, e, total)].filter(Boolean), focus);
}

/** Show the cell at a place. */
export function showPlace(lon, lat, type, { close, focus, nearest, choose }) {
  const head = heading("The cell at this place", place(lon, lat), [dms(lon, lat)], close);
  const query = new URLSearchParams({ lon: lon.toFixed(4), lat: lat.toFixed(4) });
  if (type) query.set("deposit_type", type);
  return fill(head, `/api/explain?${query}`, (e) => [
    h("p", { class: "sub" }, e.leading ? `Scored best of all types here: ${e.deposit_type_title}` : e.deposit_type_title),
    keyFigures(e), unknownLine({}, e), ...accounts(e),
    facts([["Compared", compared(e)], ["Nearest area", areaLink(nearest(), choose)]]),
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
    found.km < 1 ? ", less than 1 km off" : `, ${number(found.km)} km off`);
}

/** Say that a link names an area that is not there. */
export function showMissing(id, { close, focus }) {
  running?.abort();
  running = null;
  body.replaceChildren(
    ...heading("Not found", "This area is not in this release", [], close),
    h("p", { class: "problem", role: "alert" }, `No prospect area is called “${id.slice(0, 64)}” here. In a later release an area may have another name; the list and the table hold all there are.`),
    h("div", { class: "actions" }, h("a", { class: "button", href: "/table" }, "Open the table")));
  panel.hidden = false;
  if (focus) document.getElementById("detail-title").focus({ preventScroll: true });
}

export function closeDetail() {
  running?.abort();
  running = null;
  panel.hidden = true;
  body.replaceChildren();
}
