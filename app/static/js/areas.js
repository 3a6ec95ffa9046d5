// Prospect areas on the map, and the choice among them.
import { h } from "./dom.js";
import { share, two } from "./format.js";
import { map } from "./view.js";
import { say } from "./words.js";

/** Number in the order of its own type: types are not compared. */
export const rankOf = (properties) => properties.rank_in_type;

export class Areas {
  constructor(features, { choose }) {
    this.features = new Map(features.map((feature) => [feature.id, feature]));
    this.layers = new Map();
    this.group = L.layerGroup();
    for (const feature of features) {
      const layer = L.geoJSON(feature, { pane: "areas", style: { className: "prospect", fillRule: "evenodd" } });
      layer.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        choose(feature.id);
      });
      layer.on("mouseover", () => this.hover(feature.id, true));
      layer.on("mouseout", () => this.hover(feature.id, false));
      layer.bindTooltip(() => this.tip(feature.properties), { className: "tip", sticky: true, direction: "top" });
      this.layers.set(feature.id, layer);
    }
  }

  tip(p) {
    const title = this.type ? say("panel.tip-of-type", { rank: rankOf(p), place: p.place })
      : say("panel.tip", { rank: rankOf(p), type: p.deposit_type_title, place: p.place });
    return h("div", {}, h("b", {}, title), this.type ? h("span", {}, p.deposit_type_title) : null,
      h("span", {}, say("panel.tip-figures", { favourability: two(p.favourability), coverage: share(p.coverage) })),
      p.unknown_components ? h("span", { class: "warn" }, say("table.no-data-for", { components: p.unknown_components })) : null);
  }

  classes(id, name, on) {
    this.layers.get(id)?.eachLayer((path) => path.getElement()?.classList.toggle(name, on));
  }

  hover(id, on) {
    this.classes(id, "hover", on);
  }

  /** Show only these, mark one; one type or all of them. */
  show(ids, chosen, type) {
    this.type = type;
    for (const [id, layer] of this.layers) {
      if (ids.has(id)) layer.addTo(this.group);
      else this.group.removeLayer(layer);
    }
    for (const id of this.layers.keys()) this.classes(id, "chosen", id === chosen);
    if (ids.has(chosen)) this.layers.get(chosen)?.bringToFront();
  }

  /** The area of a list that lies nearest to a place, and how far off its outline is, km. */
  nearest(features, at) {
    let best = null;
    for (const feature of features) {
      const outline = this.layers.get(feature.id).getLayers().flatMap((path) => path.getLatLngs().flat(2));
      for (const point of outline) {
        const km = map.distance(at, point) / 1000;
        if (!best || km < best.km) best = { feature, km };
      }
    }
    return best;
  }

  bounds(id) {
    return this.layers.get(id).getBounds();
  }

  inView(feature, box) {
    return box.intersects(this.bounds(feature.id));
  }

  toggle(on) {
    if (on) this.group.addTo(map);
    else this.group.remove();
  }
}
