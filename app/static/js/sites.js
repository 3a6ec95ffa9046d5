// Known occurrences with the error of their position.
import { h } from "./dom.js";
import { number } from "./format.js";
import { map } from "./view.js";
import { say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
let titles = {};

function diamond() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M12 5.500l6.500 6.500l-6.500 6.500l-6.500 -6.500z");
  svg.append(path);
  return svg;
}

const KINDS = { direct: say("panel.site-direct"), pathfinder: say("panel.site-pathfinder"), none: say("panel.site-none") };

function tip(properties) {
  return h("div", {},
    h("b", {}, properties.site || properties.name),
    h("span", {}, titles[properties.deposit_type] ?? say("panel.type-not-stated")),
    h("span", {}, say("panel.occurrence", { evidence: KINDS[properties.ree_evidence] ?? say("panel.evidence-not-stated") })),
    h("span", {}, say("panel.position", { km: number(properties.uncertainty_km) })));
}

/** The layer of known occurrences: a diamond, and a circle as large as its error. */
export function occurrenceLayer(features, typeTitles) {
  titles = typeTitles;
  const group = L.layerGroup();
  for (const feature of features) {
    const { geometry, properties } = feature;
    if (!geometry || !properties.preferred) continue;
    const at = [geometry.coordinates[1], geometry.coordinates[0]];
    const kind = properties.ree_evidence === "direct" ? "site-mark" : "site-mark pathfinder";
    L.circle(at, {
      pane: "sites", radius: 1000 * (properties.uncertainty_km ?? 0), className: "site-error", interactive: false,
    }).addTo(group);
    L.marker(at, {
      pane: "sites", keyboard: false, title: "", alt: "",
      icon: L.divIcon({ className: kind, iconSize: [24, 24], html: diamond() }),
    }).bindTooltip(() => tip(properties), { className: "tip", direction: "top", offset: [0, -8] }).addTo(group);
  }
  return group;
}

export const toggle = (layer, on) => (on ? layer.addTo(map) : layer.remove());
