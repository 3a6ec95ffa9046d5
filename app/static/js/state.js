// What is shown stands in the address: a link shares it, back and forward work.

const DEFAULTS = {
  deposit_type: "", state: "", min_coverage: "", selected: "", place: "", map: "", layers: "", in_view: "",
};
const FILTERS = ["deposit_type", "state", "min_coverage"];

let current = read();
const listeners = new Set();

function read() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(Object.keys(DEFAULTS).map((key) => [key, query.get(key) ?? ""]));
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
