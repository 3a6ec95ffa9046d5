// The map's window: what the cards leave free, where it stands, how it moves.
import { state, update } from "./state.js";

const map = window.map_atlas;
const [west, south, east, north] = document.body.dataset.home.split(",").map(Number);
const HOME = L.latLngBounds([south, west], [north, east]); // the five states

/** Room that the cards take on each side, pixels. */
export function margins() {
  const size = map.getSize();
  const middle = document.querySelector(".middle").getBoundingClientRect();
  return {
    left: Math.max(middle.left, 0),
    top: Math.max(middle.top, 0),
    right: Math.max(size.x - middle.right, 0),
    bottom: Math.max(size.y - middle.bottom, 0),
  };
}

/** The part of the world that no card covers. */
export function freeBounds() {
  const size = map.getSize();
  const m = margins();
  return L.latLngBounds(
    map.containerPointToLatLng([m.left, size.y - m.bottom]),
    map.containerPointToLatLng([size.x - m.right, m.top]),
  );
}

function padding(extra) {
  const m = margins();
  return {
    paddingTopLeft: [m.left + extra, m.top + extra],
    paddingBottomRight: [m.right + extra, m.bottom + extra],
  };
}

export function goHome(animate = true) {
  map.fitBounds(HOME, { ...padding(4), animate });
}

/** Bring an area into the free part of the window; leave it when it shows already. */
export function show(bounds) {
  if (freeBounds().contains(bounds) && map.getZoom() >= 5.5) return;
  map.fitBounds(bounds, { ...padding(50), maxZoom: 7.5 });
}

/** Bring a place out from under the cards. */
export function keepInside(at) {
  map.panInside(at, padding(40));
}

export function restoreView() {
  const [zoom, lat, lon] = state().map.split("/").map(Number);
  const good = state().map && [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 85;
  if (good) map.setView([lat, lon], zoom, { animate: false });
  else goHome(false);
}

/** Write the position into the address once it is the reader's own. */
export function keepView() {
  let moved = false;
  for (const name of ["mousedown", "wheel", "touchstart", "keydown"]) {
    document.addEventListener(name, () => { moved = true; }, { passive: true, once: true });
  }
  map.on("moveend", () => {
    if (!moved) return;
    const { lat, lng } = map.getCenter();
    update({ map: `${+map.getZoom().toFixed(2)}/${lat.toFixed(3)}/${lng.toFixed(3)}` }, { replace: true });
  });
}

export { map };
