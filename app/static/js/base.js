// What lies under and over the colours: the five states, water, borders, towns.
import { theme } from "./theme.js";
import { map } from "./view.js";
import { say } from "./words.js";

const PANES = {
  ground: 200, colours: 250, gaps: 260, water: 300, borders: 380, bodies: 385, lines: 390, areas: 400, others: 430, sites: 450, labels: 620,
};

const PASSIVE = new Set(["colours", "water", "borders", "labels"]);

export function makePanes() {
  for (const [name, depth] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = depth;
    if (PASSIVE.has(name)) pane.style.pointerEvents = "none";
  }
}

const outline = (data, className, pane, interactive = false) =>
  L.geoJSON(data, { pane, interactive, smoothFactor: 0.6, style: { className } });

/** Draw what does not change; returns the ground that can be clicked, and borders. */
export function drawBackdrop(backdrop) {
  const ground = outline(backdrop.states, "state-ground", "ground", true).addTo(map);
  outline(backdrop.water, "water", "water").addTo(map);
  const borders = outline(backdrop.states, "state-border", "borders");
  return { ground, borders };
}

const ALTS = {
  "": say("panel.picture-expert"), learned: say("panel.picture-learned"), agreement: say("panel.picture-agreement"),
};

/** What a model says of a deposit type, as one picture. */
export class Favourability {
  constructor() {
    const box = document.body.dataset;
    this.bounds = [[+box.south, +box.west], [+box.north, +box.east]];
    this.layer = L.imageOverlay(Favourability.url("", ""), this.bounds, {
      pane: "colours", className: "favourability", alt: ALTS[""],
    });
  }

  static url(type, opinion) {
    const query = new URLSearchParams({ theme: theme(), ...(opinion && { opinion }) });
    const one = type && !type.includes(",") ? type : "overall"; // there is no picture of some types
    return `/api/maps/${encodeURIComponent(one)}.png?${query}`;
  }

  show({ deposit_type: type, opinion }) {
    this.layer.options.alt = ALTS[opinion];
    this.layer.getElement()?.setAttribute("alt", ALTS[opinion]);
    this.layer.setUrl(Favourability.url(type, opinion));
  }
}
