// Names and ranks on the map, the more important first, none over another.
import { map } from "./view.js";

const ROOM = 3; // pixels between labels
const LEAST_PEOPLE = [[4.5, 600000], [5.5, 250000], [6.5, 90000], [7.5, 30000], [8.5, 8000], [99, 0]];
const CAPITALS = new Set(["Astana", "Ashgabat", "Bishkek", "Dushanbe", "Tashkent"]);
const LARGEST = 1000000; // people; such towns help to find one's way at the first view
const pencil = document.createElement("canvas").getContext("2d");
const widths = new Map();

function width(text, bold) {
  const key = `${bold}${text}`;
  if (!widths.has(key)) {
    pencil.font = `${bold ? 700 : 400} 12.5px "Noto Sans", system-ui, sans-serif`;
    widths.set(key, pencil.measureText(text).width);
  }
  return widths.get(key);
}

const overlap = (a, b) => a.x < b.x + b.w + ROOM && b.x < a.x + a.w + ROOM && a.y < b.y + b.h + ROOM && b.y < a.y + a.h + ROOM;

function rankBox(item) {
  const at = map.latLngToLayerPoint([item.lat, item.lon]);
  const w = Math.max(width(String(item.rank), true) + 10, 20);
  return { x: at.x - w / 2, y: at.y - 9, w, h: 18 };
}

export class Labels {
  constructor() {
    this.towns = [];
    this.ranks = [];
    this.chosen = "";
    this.showTowns = true;
    this.showRanks = true;
    this.box = document.createElement("div");
    this.box.className = "labels leaflet-zoom-hide";
    this.box.setAttribute("aria-hidden", "true");
    map.getPane("labels").append(this.box);
    map.on("zoomend moveend resize", () => this.draw());
  }

  set(changes) {
    Object.assign(this, changes);
    this.draw();
  }

  draw() {
    const seen = map.getBounds().pad(0.1);
    const taken = [];
    const made = [];
    const tryPlace = (text, className, rect, always = false) => {
      if (!always && taken.some((other) => overlap(rect, other))) return false;
      taken.push(rect);
      const label = document.createElement("div");
      label.className = `label ${className}`;
      label.textContent = text;
      label.style.translate = `${Math.round(rect.x)}px ${Math.round(rect.y)}px`;
      made.push(label);
      return true;
    };
    const addTown = (town) => {
      if (!seen.contains([town.lat, town.lon])) return;
      const at = map.latLngToLayerPoint([town.lat, town.lon]);
      const large = town.population >= 700000 || CAPITALS.has(town.name);
      const look = large ? "town large" : "town";
      const [w, y] = [width(town.name, large) + 10, at.y - 8];
      if (tryPlace(town.name, look, { x: at.x - 2.5, y, w, h: 16 }) || !isMain(town)) return;
      if (tryPlace(town.name, `${look} before`, { x: at.x - w + 2.5, y, w, h: 16 })) return; // left of its town
      tryPlace(town.name, `${look} above`, { x: at.x - 2.5, y: at.y - 19, w, h: 20 });
    };
    const isMain = (town) => CAPITALS.has(town.name) || town.population >= LARGEST;
    const chosen = this.showRanks && this.ranks.find((item) => item.id === this.chosen);
    if (chosen) taken.push(rankBox(chosen)); // the towns leave room for it
    if (this.showTowns) {
      const capitalsFirst = (a, b) => CAPITALS.has(b.name) - CAPITALS.has(a.name);
      this.towns.filter(isMain).sort(capitalsFirst).forEach(addTown);
    }
    if (this.showRanks) {
      const first = (a, b) => (b.id === this.chosen) - (a.id === this.chosen) || a.rank - b.rank;
      const most = map.getZoom() < 5.5 ? 24 : 200; // a far view shows the best only
      for (const item of [...this.ranks].sort(first).slice(0, most)) {
        if (!seen.contains([item.lat, item.lon])) continue;
        const isChosen = item.id === this.chosen;
        tryPlace(String(item.rank), isChosen ? "rank chosen" : "rank", rankBox(item), isChosen);
      }
    }
    if (this.showTowns) {
      const zoom = map.getZoom();
      const least = LEAST_PEOPLE.find(([limit]) => zoom < limit)[1];
      for (const town of this.towns) {
        if (town.population < least) break;
        if (!isMain(town)) addTown(town);
      }
    }
    this.box.replaceChildren(...made);
  }
}
