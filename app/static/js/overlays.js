// Layers that can be switched on, and the hatch where such a layer knows nothing.
import { AnswerError, allFeatures, get } from "./api.js";
import { h, toast } from "./dom.js";
import { isNumber, number } from "./format.js";
import { map } from "./view.js";
import { say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const HATCH = "hatch-unknown";
const PANES = { lines: "lines", outlines: "lines", fills: "bodies", points: "others" };
const switches = new Map([...document.querySelectorAll("[data-overlay]")].map((box) => [box.dataset.layer, box]));
const names = new Map([...document.querySelectorAll('[name="unknown"] option')].map((o) => [o.value, o.text]));

/** A name in a text of a display, and how its value is written. */
const FIELD = /\{(\w+)(?::(list|number))?\}/g;
const WRITTEN = { list: (value) => String(value).replaceAll(",", ", "), number: (value) => (isNumber(value) ? number(value) : ""), plain: String };

/** A text with what a record says; null when something it names is not known. */
function filled(text, properties) {
  const words = [...text.matchAll(FIELD)].map(([, name, how]) => (properties[name] ? WRITTEN[how ?? "plain"](properties[name]) : ""));
  return words.every(Boolean) ? text.replace(FIELD, () => words.shift()) : null;
}

/** What a pointer resting on a thing is told; every word of a record becomes text. */
function tip(display, properties) {
  const lines = display.tooltip.map((texts) => texts.map((text) => filled(text, properties)).find((line) => line !== null));
  const [title, ...rest] = lines.filter(Boolean);
  return h("div", {}, h("b", {}, title), rest.map((line) => h("span", {}, line)));
}

/** Give every layer its look, as a few values that the style sheet draws with. */
function dress(displays) {
  const sheet = new CSSStyleSheet();
  const rule = (selector, values) => {
    const { style } = sheet.cssRules[sheet.insertRule(`${selector} {}`, sheet.cssRules.length)];
    for (const [name, value] of Object.entries(values)) style.setProperty(`--o-${name}`, value);
  };
  for (const [id, { form, style }] of displays) {
    const name = CSS.escape(id);
    const own = `path.overlay.${name}, .o-${name}`;
    const [dash, gap] = style.dash.split(" ").map(Number);
    rule(own, {
      colour: style.colour,
      width: style.width,
      "small-width": style.small_width ?? style.width,
      opacity: style.opacity,
      dash: style.dash || "none",
      cap: style.butt ? "butt" : "round",
      area: { fills: "var(--o-colour)", points: "var(--card)" }[form] ?? "none",
      fill: style.fill_opacity,
      share: `${100 * style.fill_opacity}%`,
      kind: !style.dash ? "solid" : dash < gap ? "dotted" : "dashed",
      sign: `${form === "fills" ? Math.max(1, style.width) : Math.max(style.dash ? 2 : 1.5, style.width)}px`,
    });
    rule(own.replaceAll(/(^|, )/g, '$1:root[data-theme="dark"] '), { colour: style.dark_colour });
  }
  document.adoptedStyleSheets.push(sheet);
}

let asked = null;

/** How each layer is shown, by id, as its collection says; asked again if that failed. */
function displays() {
  asked ??= get("/api/collections").then(({ collections }) => {
    const found = new Map(collections.filter(({ display }) => display).map(({ id, display }) => [id, display]));
    dress(found);
    return found;
  }).catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
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
function drawing(id, display, features, explain) {
  const { form } = display;
  const pane = PANES[form];
  const style = { className: `overlay ${id}`, fill: form === "fills" || form === "points", pane };
  const placed = features.filter((f) => f.geometry);
  return L.geoJSON({ type: "FeatureCollection", features: form === "outlines" ? outlines(placed) : placed }, {
    pane, style, smoothFactor: 1,
    pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 3.4 }),
    onEachFeature: ({ properties }, layer) => {
      layer.bindTooltip(() => tip(display, properties), { className: "tip", sticky: true });
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
    if (switches.size) displays().catch(() => {}); // said when a layer is wanted
  }

  /** Show these layers, and hatch where they or one more know nothing. */
  show(shown, more) {
    const on = [...switches].filter(([id]) => shown.has(id));
    const gaps = new Set([...on.map(([, box]) => box.dataset.gap), more].filter(Boolean));
    this.wanted = new Set([...on.map(([id]) => id), ...[...gaps].map((id) => `gap:${id}`)]);
    for (const [id] of on) this.load(id, async () => drawing(id, (await displays()).get(id), await allFeatures(id), this.explain));
    for (const id of gaps) {
      this.load(`gap:${id}`, async () => hatch(id, await get(`/api/collections/layer-coverage/items/${encodeURIComponent(id)}`), this.explain));
    }
    this.draw();
    legend(on);
    explainHatch([...gaps]);
  }

  async load(key, make) {
    if (this.layers.has(key)) return;
    this.layers.set(key, null); // on its way
    try {
      this.layers.set(key, await make());
    } catch (error) {
      this.layers.delete(key);
      toast(error instanceof AnswerError ? error.message : say("panel.no-overlay"));
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
function explainHatch(gaps) {
  document.getElementById("gap-note").hidden = gaps.length === 0;
  const words = gaps.map(inWords).join(", ");
  document.getElementById("gap-text").textContent = gaps.length ? say("panel.hatched", { layers: words }) : "";
}

/** The legend of what is on: sign, name, and whose data it is. */
function legend(on) {
  document.getElementById("shown").replaceChildren(...on.map(([id, { dataset }]) => h("li", {},
    h("i", { class: `sw o-${id}`, "data-form": dataset.overlay }), h("span", {}, dataset.label, h("small", {}, `${dataset.credit} `, h("a", { href: dataset.source }, say("panel.source-link")))))));
}
