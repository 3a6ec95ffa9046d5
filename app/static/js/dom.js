// Elements made from text: whatever a record holds is shown, never run.
import { here } from "./here.js";

const AS_PROPERTY = new Set(["hidden", "open", "disabled", "checked"]);

/** Make an element; strings among the children become text. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (AS_PROPERTY.has(key)) element[key] = value;
    else if (key === "href" && value.startsWith("/")) element.href = here(value);
    else element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined));
  return element;
}

/** A bar from 0 to 1. */
export function bar(className, share) {
  const fill = h("i");
  fill.style.width = `${Math.round(1000 * Math.min(Math.max(share ?? 0, 0), 1)) / 10}%`;
  return h("span", { class: className, "aria-hidden": "true" }, share === null ? [] : fill);
}

/** A link to a public record, only when it is a plain https address. */
export function recordLink(url, text) {
  const good = typeof url === "string" && url.startsWith("https://");
  return good
    ? h("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, text)
    : h("span", {}, text);
}

let hiding = 0;

/** Say something that went wrong, for a few seconds. */
export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { box.hidden = true; }, 6000);
}
