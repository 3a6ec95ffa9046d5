// What is shown stands in the address: a link shares it, back and forward work.
import { say } from "./words.js";

const DEFAULTS = {
  deposit_type: "", opinion: "", state: "", min_coverage: "", selected: "", place: "", map: "", layers: "", unknown: "", in_view: "",
};
const FILTERS = ["deposit_type", "state", "min_coverage"];
const NAMES = {
  deposit_type: say("panel.name-type"),
  opinion: say("panel.name-opinion"),
  state: say("panel.name-state"),
  min_coverage: say("panel.coverage"),
  place: say("panel.name-place"),
  map: say("panel.name-map"),
  layers: say("panel.name-layers"),
  unknown: say("panel.name-hatched"),
  in_view: say("panel.name-in-view"),
};

const offered = (selector, read = (item) => item.value) => new Set([...document.querySelectorAll(selector)].map(read).filter(Boolean));
const types = offered('input[name="deposit_type"]');
const opinions = offered('input[name="opinion"]');
const states = offered('select[name="state"] option');
const layers = offered("[data-layer]", (item) => item.dataset.layer);
const gaps = offered('[name="unknown"] option');
const allIn = (text, known) => text.split(",").every((part) => known.has(part));
const numbers = (text, mark, count) => {
  const parts = text.split(mark);
  const good = parts.length === count && parts.every((part) => part.trim() !== "" && Number.isFinite(Number(part)));
  return good ? parts.map(Number) : null;
};

/** What a value must be to be used; a name that is not here is taken as it is. */
const GOOD = {
  deposit_type: (text) => allIn(text, types),
  opinion: (text) => opinions.has(text),
  state: (text) => allIn(text, states),
  min_coverage: (text) => numbers(text, ",", 1)?.every((value) => value >= 0 && value <= 1),
  place: (text) => numbers(text, ",", 2)?.every((value, at) => Math.abs(value) <= [180, 85][at]),
  map: (text) => numbers(text, "/", 3)?.every((value, at) => (at ? Math.abs(value) <= [0, 85, 180][at] : value >= 0 && value <= 20)),
  layers: (text) => text === "none" || allIn(text, layers),
  unknown: (text) => gaps.has(text),
  in_view: (text) => text === "no",
};

const listeners = new Set();
let dropped = [];
let current = read();

function read() {
  const query = new URLSearchParams(location.search);
  dropped = [];
  return Object.fromEntries(Object.keys(DEFAULTS).map((key) => {
    const value = query.get(key) ?? "";
    if (value === "" || !GOOD[key] || GOOD[key](value)) return [key, value];
    dropped.push(NAMES[key]);
    return [key, ""];
  }));
}

/** In one line, what of the address could not be used; empty when all could. */
export function complaint() {
  if (!dropped.length) return "";
  return say("panel.left-out", { names: dropped.join(", ") });
}

function address(state) {
  const parts = Object.entries(state)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%2F", "/")}`);
  return parts.length ? `${location.pathname}?${parts.join("&")}` : location.pathname;
}

/** The state now; do not change it. */
export const state = () => current;

/** Change some of it. The map's position replaces the entry, a choice adds one. */
export function update(changes, { replace = false } = {}) {
  const next = { ...current, ...changes };
  const changed = Object.keys(next).filter((key) => next[key] !== current[key]);
  if (!changed.length) return;
  current = next;
  history[replace ? "replaceState" : "pushState"](null, "", address(next));
  for (const listener of listeners) listener(current, new Set(changed));
}

/** Be told of changes: listener(state, names that changed). */
export const onChange = (listener) => listeners.add(listener);

/** The filters as the query that lists and downloads understand. */
export function filterQuery() {
  const query = new URLSearchParams();
  for (const key of FILTERS) if (current[key]) query.set(key, current[key]);
  return query.size ? `?${query}` : "";
}

addEventListener("popstate", () => {
  const before = current;
  current = read();
  const changed = new Set(Object.keys(current).filter((key) => current[key] !== before[key]));
  for (const listener of listeners) listener(current, changed);
});
