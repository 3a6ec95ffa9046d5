// The heart: component → argument → bar → what was measured → on demand its source.
import { bar, h } from "./dom.js";
import { NO_DATA, NO_LAYER, isNumber, number, share, two } from "./format.js";

const layerName = (item) => item.layer.replaceAll("-", " ");

function measured(item) {
  if (!item.known) return item.layer_title ? NO_DATA : NO_LAYER;
  if (item.unit && isNumber(item.measured)) return `${number(item.measured)} ${item.unit}`;
  return item.fact || two(item.value);
}

/** Why an argument is unknown: its layer leaves out this place, or is not there at all. */
function whyUnknown(item) {
  return item.layer_title
    ? `The layer “${item.layer_title}” is in this release and says nothing about this here: unknown, not absent.`
    : `The layer “${layerName(item)}” is not in this release, so this is unknown everywhere.`;
}

/** The arguments without data, apart: those not known here and those known nowhere. */
function missingLine(items) {
  const unknown = items.filter((item) => !item.known);
  if (!unknown.length) return "";
  const list = (some) => [...new Set(some.map(layerName))].join(", ");
  const here = unknown.filter((item) => item.layer_title);
  const nowhere = unknown.filter((item) => !item.layer_title);
  return [
    `${unknown.length} ${unknown.length === 1 ? "argument has" : "arguments have"} no data here; unknown never counts as low.`,
    here.length ? `Unknown here: ${list(here)}.` : "",
    nowhere.length ? `Not in this release: ${list(nowhere)}.` : "",
  ].filter(Boolean).join(" ");
}

/** Over an area: the median, and how far its cells spread. */
function range10to90(item) {
  if (!item.known || !isNumber(item.measured_low) || !isNumber(item.measured)) return "";
  const unit = item.unit ? ` ${item.unit}` : "";
  return `median ${number(item.measured)}${unit}; most cells ${number(item.measured_low)} to ${number(item.measured_high)}${unit} (10th to 90th percentile)`;
}

function pairs(list) {
  const rows = list.filter(([, text]) => text).flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]);
  return h("dl", { class: "pairs" }, rows);
}

function parameter(p) {
  const unit = p.unit ? ` ${p.unit}` : "";
  return `${p.name.replaceAll("_", " ")} ${p.value}${unit} (${p.low}–${p.high})`;
}

function evidence(item) {
  const range = item.weight_range ?? [];
  const away = item.known ? `${(-item.part).toFixed(3)} off the logarithm of the score` : "nothing: unknown never counts as low";
  return h("details", { class: item.known ? "ev" : "ev unknown" },
    h("summary", {},
      h("span", {}, item.title),
      bar("track", item.known ? item.value : null),
      h("span", {}, measured(item))),
    h("div", { class: "ev-more" },
      h("p", {}, item.claim),
      item.known ? item.fact && h("p", {}, item.fact) : h("p", { class: "warn" }, whyUnknown(item)),
      pairs([
        ["Score", item.known ? two(item.value) : ""],
        ["Measured", range10to90(item)],
        ["Takes away", away],
        ["Weight", isNumber(item.weight) ? `${two(item.weight)}, plausible ${range.map(two).join("–")}` : ""],
        ["Parameters", (item.parameters ?? []).map(parameter).join("; ")],
        ["Argument", item.reference],
        ["Layer", item.layer_title],
        ["Source", item.source],
      ])));
}

function component(part) {
  const score = isNumber(part.score) ? h("em", {}, two(part.score)) : h("em", { class: "none" }, NO_DATA);
  return h("section", { class: "component" }, h("h3", {}, h("span", {}, part.title), score), part.evidence.map(evidence));
}

export function keyFigures(e) {
  const one = (value, name) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  return h("dl", { class: "kpi" },
    one(two(e.favourability), "favourability"),
    one(isNumber(e.p10) ? `${two(e.p10)}–${two(e.p90)}` : "–", "spread of what is known"),
    one(share(e.coverage), "coverage"));
}

/** Which of the four components nothing is known of; null when none lacks. */
export function unknownLine(p, e) {
  const names = p.unknown_components ?? e.components.filter((c) => c.score === null).map((c) => c.name).join(", ");
  return names ? h("p", { class: "warn" }, `No data for ${names}.`) : null;
}

export function components(e) {
  const items = e.components.flatMap((c) => c.evidence);
  const overArea = items.some((item) => isNumber(item.measured_low));
  const log = isNumber(e.log_favourability) ? e.log_favourability.toFixed(3) : null;
  return [
    overArea ? h("p", { class: "measured-note" }, "Measured: median over the area. Open an argument for its range.") : "",
    ...e.components.map(component),
    h("p", { class: "sum" },
      log === null ? "Too little is known here for a score." : `What the arguments take away adds up exactly: the parts sum to ${log.replace("-", "−")}, and e to that power is ${two(e.favourability)}. `,
      missingLine(items)),
  ];
}

/** How the place compares, in a sentence. */
export function compared(e) {
  if (!isNumber(e.better_share)) return NO_DATA;
  return e.better_share < 0.001 ? "among the very best of its type" : `${share(e.better_share)} of the known area scores better`;
}
