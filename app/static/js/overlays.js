// Layers that can be switched on, and the hatch where such a layer knows nothing.
import { AnswerError, allFeatures, get } from "./api.js";
import { h, toast } from "./dom.js";
import { isNumber, number } from "./format.js";
import { map } from "./view.js";

const SVG = "http://www.w3.org/2000/svg";
const HATCH = "hatch-unknown";
const PANES = { lines: "lines", outlines: "lines", fills: "bodies", points: "others" };
const switches = new Map([...document.querySelectorAll("[data-overlay]")].map((box) => [box.dataset.layer, box]));
const names = new Map([...document.querySelectorAll('[name="unknown"] option')].map((o) => [o.value, o.text]));

/** What a pointer resting on a thing is told; every word of a record becomes text. */
const WORDS = {
  faults: (p) => [p.name || "Fault without a name", p.kind || "Fault, kind not stated", p.sets ? `mapped by ${p.sets}` : ""],
  sutures: (p) => [p.name || "Suture without a name", "Suture"],
  terranes: (p) => [p.name || "Terrane without a name", "Terrane"],
  provinces: (p) => [p.name || "Province without a name", p.type || "Province", p.orogen ? `last orogeny: ${p.orogen}` : ""],
  intrusions: (p) => [p.name || "Intrusion", p.kind || "", p.age || p.age_code || ""],
  "magmatic-belts": (p) => [p.name || "Magmatic belt", `Tract ${p.tract ?? ""} of a copper assessment`],
  railways: (p) => [p.name || "Railway"],
  roads: (p) => [p.name || "Road"],
  "context-occurrences": (p) => [
    p.name || "Place without a name", [p.commodity_group, p.commodities?.replaceAll(",", ", ")].filter(Boolean).join(": "),
    [p.status, p.deposit_type_source].filter(Boolean).join(" · "), "Other mineral occurrence",
    isNumber(p.uncertainty_km) ? `Position good to ${number(p.uncertainty_km)} km` : "",
  ],
};

function tip(id, properties) {
  const [title, ...lines] = WORDS[id](properties);
  return h("div", {}, h("b", {}, title), lines.filter(Boolean).map((line) => h("span", {}, line)));
}

/** The outlines of polygons as lines, without the straight edges where the data were cut off. */
function outlines(features) {
  const rings = ({ geometry: g }) => (g.type === "Polygon" ? g.coordinates : g.type === "MultiPolygon" ? g.coordinates.flat() : []);
  const ends = [0, 1].map((axis) => {
    const all = features.flatMap((f) => rings(f).flat().map((corner) => corner[axis]));
    return all.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
  });
  const isCut = (a, b) => [0, 1].some((axis) => a[axis] === b[axis] && ends[axis].includes(a[axis]));
  const lines = (ring) => {
    const found = [[ring[0]]];
    ring.slice(1).forEach((corner, at) => {
      if (isCut(ring[at], corner)) found.push([corner]);
      else found.at(-1).push(corner);
    });
    return found.filter((line) => line.length > 1);
  };
  return features.map((f) => ({ ...f, geometry: { type: "MultiLineString", coordinates: rings(f).flatMap(lines) } }));
}

/** One layer as paths that take their look from the style sheet. */
function drawing(id, form, features, explain) {
  const pane = PANES[form];
  const style = { className: `overlay ${id}`, fill: form === "fills" || form === "points", pane };
  const placed = features.filter((f) => f.geometry);
  return L.geoJSON({ type: "FeatureCollection", features: form === "outlines" ? outlines(placed) : placed }, {
    pane, style, smoothFactor: 1,
    pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 3.4 }),
    onEachFeature: ({ properties }, layer) => {
      layer.bindTooltip(() => tip(id, properties), { className: "tip", sticky: true });
      layer.on("click", ({ latlng }) => explain(latlng));
    },
  });
}

/** The pattern all hatches share, drawn once into the page. */
function makeHatch() {
  const make = (name, attributes, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const line = make("path", { class: "hatch-line", d: "M0 0V7" });
  const pattern = make("pattern", { id: HATCH, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, line);
  document.body.append(make("svg", { class: "hatch-defs", "aria-hidden": "true", focusable: "false" }, make("defs", {}, pattern)));
}

const inWords = (id) => names.get(id) ?? "";
const noData = (id) => `no ${inWords(id).replace(/s$/, "")} data here`;

function hatch(id, feature, explain) {
  const area = L.geoJSON(feature, {
    pane: "gaps", style: { className: "gap", fillColor: `url(#${HATCH})`, fillOpacity: 1, fillRule: "evenodd" },
  });
  area.bindTooltip(() => h("div", {}, h("b", {}, noData(id)), h("span", {}, "not mapped: unknown, not absent")), { className: "tip", sticky: true });
  return area.on("click", ({ latlng }) => explain(latlng));
}

export class Overlays {
  /** @param explain told the place a reader clicks on */
  constructor(explain) {
    this.explain = explain;
    this.layers = new Map();
    this.wanted = new Set();
    makeHatch();
  }

  /** Show these layers, and hatch where they or one more know nothing. */
  show(shown, more) {
    const on = [...switches].filter(([id]) => shown.has(id));
    const gaps = new Set([...on.map(([, box]) => box.dataset.gap), more].filter(Boolean));
    this.wanted = new Set([...on.map(([id]) => id), ...[...gaps].map((id) => `gap:${id}`)]);
    for (const [id, box] of on) this.load(id, async () => drawing(id, box.dataset.overlay, await allFeatures(id), this.explain));
    for (const id of gaps) {
      this.load(`gap:${id}`, async () => hatch(id, await get(`/api/collections/layer-coverage/items/${encodeURIComponent(id)}`), this.explain));
    }
    this.draw();
    legend(on);
    say([...gaps]);
  }

  async load(key, make) {
    if (this.layers.has(key)) return;
    this.layers.set(key, null); // on its way
    try {
      this.layers.set(key, await make());
    } catch (error) {
      this.layers.delete(key);
      toast(error instanceof AnswerError ? error.message : "This layer could not be drawn.");
    }
    this.draw();
  }

  draw() {
    for (const [key, layer] of this.layers) {
      if (layer && this.wanted.has(key)) layer.addTo(map);
      else layer?.remove();
    }
  }
}

/** The legend of the hatch: which layers, and what it means. */
function say(gaps) {
  document.getElementById("gap-note").hidden = gaps.length === 0;
  const words = gaps.map(inWords).join(", ");
  document.getElementById("gap-text").textContent = gaps.length ? `Not in these public layers (${words}): unknown, not absent` : "";
}

/** The legend of what is on: sign, name, and whose data it is. */
function legend(on) {
  document.getElementById("shown").replaceChildren(...on.map(([id, { dataset }]) => h("li", {},
    h("i", { class: `sw o-${id}` }), h("span", {}, dataset.label, h("small", {}, `${dataset.credit} `, h("a", { href: dataset.source }, "source"))))));
}
