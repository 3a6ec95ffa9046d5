// The map page: puts the parts together. The address holds what is shown.
import { AnswerError, allFeatures, get } from "./api.js";
import { Areas, rankOf } from "./areas.js";
import { Favourability, drawBackdrop, makePanes } from "./base.js";
import { followState, layersShown, watchControls } from "./controls.js";
import { followOpinion, hasOpinions, watchOpinions } from "./opinions.js";
import { closeDetail, isOpen, showArea, showMissing, showPlace } from "./detail.js";
import { toast } from "./dom.js";
import { Labels } from "./labels.js";
import { drawList, focusRow, listFailed, revealRow } from "./list.js";
import { Overlays } from "./overlays.js";
import { setSheet, watchSheets } from "./sheets.js";
import { occurrenceLayer, toggle } from "./sites.js";
import { complaint, onChange, state, update } from "./state.js";
import { watchTheme } from "./theme.js";
import { freeBounds, keepInside, keepView, map, restoreView, show } from "./view.js";
import { say } from "./words.js";

makePanes();
const colours = new Favourability();
const labels = new Labels();
const overlays = new Overlays((latlng) => explainAt(latlng));
const layers = {};
let areas = null;
let features = [];
let pin = null;
let byKeyboard = false;

document.addEventListener("keydown", () => { byKeyboard = true; }, true);
document.addEventListener("pointerdown", () => { byKeyboard = false; }, true);

const choose = (id) => update({ selected: id, place: "" });
const explainAt = (latlng) => update({ selected: "", place: `${latlng.lng.toFixed(4)},${latlng.lat.toFixed(4)}` });

function matching() {
  const { deposit_type: type, state: code, min_coverage: least } = state();
  const fits = ({ properties: p }) => (!type || type.split(",").includes(p.deposit_type))
    && (!code || code.split(",").some((one) => p.state_codes.split(",").includes(one)))
    && p.coverage >= (Number(least) || 0);
  return features.filter(fits);
}

function drawAreas() {
  if (!areas) return;
  const fitting = matching();
  const { selected, deposit_type: type } = state();
  areas.show(new Set([...fitting.map((f) => f.id), selected]), selected, type);
  labels.set({
    chosen: selected,
    ranks: fitting.map(({ id, properties: p }) => ({ id, rank: rankOf(p), lon: p.lon, lat: p.lat })),
  });
  drawRows(fitting);
}

function drawRows(fitting = matching()) {
  if (!areas) return;
  const box = freeBounds();
  const all = state().in_view === "no" || matchMedia("print").matches; // paper has no view
  const listed = all ? fitting : fitting.filter((f) => areas.inView(f, box));
  const { selected, deposit_type: type, opinion } = state();
  const ordered = [...listed].sort((a, b) => a.properties.rank - b.properties.rank);
  drawList(ordered, fitting.length, { chosen: selected, type, opinion, choose, hover: (id, on) => areas.hover(id, on) });
}

function drawLayers() {
  const shown = layersShown();
  for (const [name, layer] of Object.entries(layers)) toggle(layer, shown.has(name));
  toggle(colours.layer, shown.has("favourability"));
  areas?.toggle(shown.has("prospects"));
  labels.set({ showTowns: shown.has("places"), showRanks: shown.has("prospects") });
  overlays.show(shown, state().unknown);
}

function close() {
  const { selected } = state();
  update({ selected: "", place: "" });
  if (byKeyboard) focusRow(selected);
}

function drawDetail({ move = true } = {}) {
  const { selected, place, deposit_type: type } = state();
  pin?.remove();
  const feature = selected && areas?.features.get(selected);
  if (feature) {
    setSheet("detail");
    showArea(feature, features.length, { close, focus: byKeyboard });
    revealRow(selected);
    if (move) show(areas.bounds(selected));
    return;
  }
  if (selected && areas) {
    setSheet("detail");
    showMissing(selected, { close, focus: byKeyboard });
    return;
  }
  const [lon, lat] = place.split(",").map(Number);
  if (place && Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) <= 85) {
    setSheet("detail");
    pin = L.circleMarker([lat, lon], { pane: "sites", radius: 8, className: "place-halo", interactive: false }).addTo(map);
    const nearest = () => areas?.nearest(matching(), [lat, lon]);
    showPlace(lon, lat, type, { close, focus: byKeyboard, nearest, choose });
    if (move) keepInside([lat, lon]);
    return;
  }
  if (isOpen()) {
    closeDetail();
    setSheet("");
  }
}

const FILTERS = ["deposit_type", "state", "min_coverage"];

/** Whether the chosen area is one that the filters leave out. */
function isLeftOut() {
  const { selected } = state();
  return areas?.features.has(selected) && !matching().some(({ id }) => id === selected);
}

/** A link may choose an area and leave it out: then its own type is shown. */
function agree() {
  if (!isLeftOut()) return;
  const own = areas.features.get(state().selected).properties.deposit_type;
  const type = state().deposit_type && own;
  update({ deposit_type: type }, { replace: true });
  if (isLeftOut()) update({ state: "", min_coverage: "" }, { replace: true });
}

/** A type without a learned model has one opinion: then that is shown. */
function onlyWhatThereIs() {
  if (!state().opinion || hasOpinions(state().deposit_type)) return false;
  update({ opinion: "" }, { replace: true });
  return true;
}

function react(_, changed) {
  if (changed.has("deposit_type")) onlyWhatThereIs();
  if (!changed.has("selected") && FILTERS.some((name) => changed.has(name)) && isLeftOut()) {
    update({ selected: "" }, { replace: true }); // the reader chose to see others
  }
  followState();
  followOpinion();
  if (changed.has("deposit_type") || changed.has("opinion")) colours.show(state());
  if (changed.has("layers") || changed.has("unknown")) drawLayers();
  if (["selected", "place"].some((name) => changed.has(name)) || (changed.has("deposit_type") && state().place)) drawDetail();
  if (["deposit_type", "opinion", "state", "min_coverage", "selected"].some((name) => changed.has(name))) drawAreas();
  else if (changed.has("in_view")) drawRows();
}

async function loadAreas() {
  try {
    features = await allFeatures("prospects");
  } catch (error) {
    const text = error instanceof AnswerError ? error.message : say("panel.no-areas");
    listFailed(text, loadAreas);
    return;
  }
  areas = new Areas(features, { choose });
  agree();
  drawLayers();
  drawDetail({ move: !state().map }); // a link that says where the map stands is kept
  drawAreas();
}

async function loadBackdrop() {
  const backdrop = await get("/api/maps/backdrop.json");
  const { ground, borders } = drawBackdrop(backdrop);
  ground.on("click", ({ latlng }) => explainAt(latlng));
  layers.states = borders;
  labels.set({ towns: backdrop.places });
  drawLayers();
}

async function loadSites() {
  const titles = Object.fromEntries([...document.querySelectorAll("input[data-title]")].map((r) => [r.value, r.dataset.title]));
  layers.occurrences = occurrenceLayer(await allFeatures("occurrences"), titles);
  drawLayers();
}

const orSay = (text) => (error) => {
  toast(error instanceof AnswerError ? error.message : text);
};

watchSheets({ closedList: () => {} });
watchControls();
watchOpinions();
watchTheme(() => colours.show(state()));
restoreView();
keepView();
const oneOpinion = onlyWhatThereIs();
followState();
followOpinion();
colours.show(state());
drawLayers();
onChange(react);
map.on("moveend", () => drawRows());
map.getContainer().setAttribute("aria-label", say("panel.map-help"));
map.getContainer().addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === map.getContainer()) explainAt(freeBounds().getCenter());
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen()) close();
  else if (event.key === "Escape") setSheet("");
});
loadBackdrop().catch(orSay(say("panel.no-outlines")));
loadSites().catch(orSay(say("panel.no-occurrences")));
loadAreas();
if (complaint()) toast(complaint());
else if (oneOpinion) toast(say("panel.one-opinion"));
