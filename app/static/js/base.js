// What lies under and over the colours: the five states, water, borders, towns.
import { here } from "./here.js";
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

const FINEST = 11; // the map goes no further

/** Let a tile lie a pixel over the next: between zooms there would be gaps. */
function lapOver(tile, { x, y }) {
  tile.style.width = `${x + 1}px`;
  tile.style.height = `${y + 1}px`;
}

/** What a model says of a deposit type, as tiles; the last lie there until the next do. */
export class Favourability {
  constructor() {
    const box = document.body.dataset;
    this.bounds = [[+box.south, +box.west], [+box.north, +box.east]];
    this.layer = L.layerGroup();
    this.url = "";
    const picture = map.getPane("colours");
    picture.setAttribute("role", "img");
    this.say = (opinion) => picture.setAttribute("aria-label", ALTS[opinion]);
  }

  static url(type, opinion) {
    const query = new URLSearchParams({ theme: theme(), ...(opinion && { opinion }) });
    const one = type && !type.includes(",") ? type : "overall"; // there is no picture of some types
    const release = `/api/releases/${document.body.dataset.release}`; // kept for good
    return here(`${release}/tiles/${encodeURIComponent(one)}/WebMercatorQuad/{z}/{x}/{y}.png?${query}`);
  }

  show({ deposit_type: type, opinion }) {
    this.say(opinion);
    const url = Favourability.url(type, opinion);
    if (url === this.url) return;
    this.url = url;
    const next = L.tileLayer(url, {
      pane: "colours", className: "favourability", bounds: this.bounds, maxNativeZoom: FINEST, detectRetina: true, keepBuffer: 4,
    });
    next.on("tileloadstart", ({ tile }) => lapOver(tile, next.getTileSize()));
    next.once("load", () => this.layer.eachLayer((other) => {
      if (other !== next && this.url === url) this.layer.removeLayer(other);
    }));
    this.layer.addLayer(next);
  }
}
