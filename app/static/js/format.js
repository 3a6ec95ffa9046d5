// Numbers as geologists read them.
import { say } from "./words.js";

export const NO_DATA = say("number.no-data");
export const NO_LAYER = say("panel.no-layer");

export const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** Favourability: two digits. */
export const two = (value) => (isNumber(value) ? value.toFixed(2) : NO_DATA);

/** A share in per cent: coverage, area, shares of states. */
export function share(value) {
  if (!isNumber(value)) return NO_DATA;
  const percent = 100 * value;
  return `${percent >= 0.05 && percent < 0.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** About three significant digits, with marks at the thousands. */
export function number(value) {
  const size = Math.abs(value);
  if (size >= 1000) return (Math.round(value / 100) * 100).toLocaleString("en-GB");
  if (size >= 10 || Number.isInteger(value)) return value.toFixed(0);
  return size >= 1 ? value.toFixed(1) : value.toFixed(2);
}

/** A count, every digit of it, with marks at the thousands. */
export const count = (value) => value.toLocaleString("en-GB");

export function place(lon, lat, digits = 4) {
  const ns = lat < 0 ? "S" : "N";
  const ew = lon < 0 ? "W" : "E";
  return `${Math.abs(lat).toFixed(digits)}° ${ns}, ${Math.abs(lon).toFixed(digits)}° ${ew}`;
}

export function dms(lon, lat) {
  const one = (value, letters) => {
    const seconds = Math.round(Math.abs(value) * 3600);
    const pad = (part) => String(part).padStart(2, "0");
    const whole = Math.floor(seconds / 3600);
    return `${whole}° ${pad(Math.floor(seconds / 60) % 60)}′ ${pad(seconds % 60)}″ ${letters[value < 0 ? 1 : 0]}`;
  };
  return `${one(lat, "NS")}, ${one(lon, "EW")}`;
}
