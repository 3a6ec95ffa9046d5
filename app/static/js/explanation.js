// The heart: component → argument → bar → what was measured → on demand its source.
import { bar, h } from "./dom.js";
import { NO_DATA, NO_LAYER, isNumber, number, share, two } from "./format.js";
import { say, sayMany } from "./words.js";

const layerName = (item) => item.layer.replaceAll("-", " ");

function measured(item) {
  if (item.state === "not-applicable") return say("panel.not-here");
  if (item.state !== "known") return item.layer_title ? NO_DATA : NO_LAYER;
  if (item.unit && isNumber(item.measured)) return `${number(item.measured)} ${item.unit}`;
  return item.fact || two(item.value);
}

/** Why an argument is not known here, and what counts instead. */
function whyUnknown(item) {
  if (item.state === "not-applicable") return say("panel.not-applicable");
  if (isNumber(item.base) && item.layer_title) return say("panel.no-record", { km: number(item.reach_km), base: two(item.base) });
  return item.layer_title
    ? say("panel.not-mapped", { layer: item.layer_title })
    : say("panel.layer-missing", { layer: layerName(item) });
}

/** The arguments without data, apart: those not known here and those known nowhere. */
function missingLine(items) {
  const unknown = items.filter((item) => item.state === "not-mapped" || item.state === "layer-missing");
  if (!unknown.length) return "";
  const list = (some) => [...new Set(some.map(layerName))].join(", ");
  const here = unknown.filter((item) => item.layer_title);
  const nowhere = unknown.filter((item) => !item.layer_title);
  return [
    sayMany("panel.arguments-unknown", unknown.length),
    here.length ? say("panel.unknown-here", { layers: list(here) }) : "",
    nowhere.length ? say("panel.unknown-nowhere", { layers: list(nowhere) }) : "",
  ].filter(Boolean).join(" ");
}

/** Over an area: the median, and how far its cells spread. */
function range10to90(item) {
  if (item.state !== "known" || !isNumber(item.measured_low) || !isNumber(item.measured)) return "";
  const unit = item.unit ? ` ${item.unit}` : "";
  return say("panel.spread", {
    median: `${number(item.measured)}${unit}`, low: number(item.measured_low), high: `${number(item.measured_high)}${unit}`,
  });
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
  const known = item.state === "known";
  const away = item.part > 0 ? say("panel.adds-log", { log: item.part.toFixed(3) })
    : item.part ? say("panel.takes-away-log", { log: (-item.part).toFixed(3) }) : say("panel.takes-nothing");
  const average = known && item.part_of_average ? say("panel.average-part", { log: (-item.part_of_average).toFixed(3) }) : "";
  return h("details", { class: known ? "ev" : "ev unknown" },
    h("summary", {},
      h("span", {}, item.title),
      bar("track", known ? item.value : null),
      h("span", {}, measured(item))),
    h("div", { class: "ev-more" },
      h("p", {}, item.claim),
      known ? item.fact && h("p", {}, item.fact) : h("p", { class: "warn" }, whyUnknown(item)),
      pairs([
        [say("panel.score"), known ? two(item.value) : ""],
        [say("panel.measured"), range10to90(item)],
        [say("panel.takes-away"), `${away}${average}`],
        [say("panel.resolution"), known && isNumber(item.resolved) && item.resolved < 0.99 ? say("panel.resolved", { share: share(item.resolved) }) : ""],
        [say("panel.weight"), isNumber(item.weight) ? say("panel.plausible", { weight: two(item.weight), range: range.map(two).join("–") }) : ""],
        [say("panel.parameters"), (item.parameters ?? []).map(parameter).join("; ")],
        [say("panel.argument"), item.reference],
        [say("panel.layer"), item.layer_title],
        [say("panel.source"), item.source],
      ])));
}

function component(part) {
  const score = isNumber(part.score) ? h("em", {}, two(part.score)) : h("em", { class: "none" }, NO_DATA);
  return h("section", { class: "component" }, h("h3", {}, h("span", {}, part.title), score), part.evidence.map(evidence));
}

export function keyFigures(e) {
  const one = (value, name) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  return h("dl", { class: "kpi" },
    one(two(e.favourability), say("panel.favourability")),
    one(isNumber(e.p10) ? `${two(e.p10)}–${two(e.p90)}` : "–", say("panel.spread-short")),
    one(share(e.coverage), say("panel.coverage")));
}

/** Which of the four components nothing is known of; null when none lacks. */
export function unknownLine(p, e) {
  const names = p.unknown_components ?? e.components.filter((c) => c.score === null).map((c) => c.name).join(", ");
  return names ? h("p", { class: "warn" }, say("area.unknown-components", { components: names })) : null;
}

export function components(e) {
  const items = e.components.flatMap((c) => c.evidence);
  const overArea = items.some((item) => isNumber(item.measured_low));
  const log = isNumber(e.log_favourability) ? e.log_favourability.toFixed(3) : null;
  return [
    overArea ? h("p", { class: "measured-note" }, say("panel.measured-over")) : "",
    ...e.components.map(component),
    h("p", { class: "sum" },
      log === null ? say("panel.no-score") : `${say("panel.adds-up", { log: log.replace("-", "−"), favourability: two(e.favourability) })} `,
      missingLine(items)),
  ];
}

/** How the place compares, in a sentence. */
export function compared(e) {
  if (!isNumber(e.better_share)) return NO_DATA;
  return e.better_share < 0.001 ? say("panel.very-best-of-type") : say("panel.better", { share: share(e.better_share) });
}
