// Filters, layers and tools: each writes into the address, and follows it.
import { firstOpinion } from "./opinions.js";
import { filterQuery, state, update } from "./state.js";
import { here } from "./here.js";
import { goHome, map } from "./view.js";
import { place, share } from "./format.js";
import { say } from "./words.js";

const ALWAYS = ["favourability", "prospects", "occurrences", "states", "places"];
const boxes = [...document.querySelectorAll("[data-layer]")];
const gapChoice = document.querySelector('[name="unknown"]');
const inView = document.getElementById("in-view");

/** Names of the layers that are shown. */
export function layersShown() {
  const text = state().layers;
  const names = text === "" ? ALWAYS : text.split(",");
  return new Set(names);
}

/** Set a choice; a value from a link that the list lacks is added to it. */
function choose(select, value, text) {
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(text, value));
  select.value = value;
}

/** Bring the controls in line with the address. */
export function followState() {
  const { deposit_type: type, state: code, min_coverage: least } = state();
  const radio = document.querySelector(`input[name="deposit_type"][value="${CSS.escape(type)}"]`);
  for (const item of document.querySelectorAll('input[name="deposit_type"]')) item.checked = item === radio;
  choose(document.querySelector('[name="state"]'), code, code.replaceAll(",", ", "));
  choose(document.querySelector('[name="min_coverage"]'), String(Number(least)), say("map.coverage-or-more", { coverage: share(Number(least)) }));
  const shown = layersShown();
  for (const box of boxes) box.checked = shown.has(box.dataset.layer);
  if (gapChoice) gapChoice.value = state().unknown;
  inView.checked = state().in_view !== "no";
  const query = filterQuery();
  for (const link of document.querySelectorAll("[data-download]")) link.href = `${link.dataset.download}${link.dataset.download.includes("?") ? query.replace("?", "&") : query}`;
  document.querySelector("[data-follow]").href = here(`/table${query}`);
  document.getElementById("key-type").textContent = radio?.dataset.title?.toLowerCase() ?? say(type ? "panel.several-types" : "panel.all-types");
}

export function watchControls() {
  for (const radio of document.querySelectorAll('input[name="deposit_type"]')) {
    radio.addEventListener("change", () => update({ deposit_type: radio.value, opinion: firstOpinion(radio.value) }));
  }
  for (const name of ["state", "min_coverage"]) {
    const select = document.querySelector(`[name="${name}"]`);
    select.addEventListener("change", () => update({ [name]: select.value === "0" ? "" : select.value }));
  }
  for (const box of boxes) {
    box.addEventListener("change", () => {
      const names = boxes.filter((item) => item.checked).map((item) => item.dataset.layer);
      const same = names.length === ALWAYS.length && ALWAYS.every((name) => names.includes(name));
      update({ layers: same ? "" : names.join(",") || "none" });
    });
  }
  gapChoice?.addEventListener("change", () => update({ unknown: gapChoice.value }));
  inView.addEventListener("change", () => update({ in_view: inView.checked ? "" : "no" }));
  const tools = { in: () => map.zoomIn(), out: () => map.zoomOut(), home: () => goHome() };
  for (const button of document.querySelectorAll("[data-tool]")) {
    button.addEventListener("click", tools[button.dataset.tool]);
  }
  const scale = L.control.scale({ imperial: false, maxWidth: 110 });
  document.getElementById("scale").append(scale.addTo(map).getContainer());
  const position = document.getElementById("position");
  map.on("mousemove", ({ latlng }) => { position.textContent = place(latlng.lng, latlng.lat, 3); });
  map.on("mouseout", () => { position.textContent = ""; });
}
