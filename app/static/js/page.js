// What every page to read needs: the theme, printing, forms that apply themselves.
import { watchTheme } from "./theme.js";
import { say } from "./words.js";

watchTheme();
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}
for (const form of document.querySelectorAll("form.filter-bar")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value && value !== "0") query.set(name, value);
    }
    location.assign(query.size ? `${form.action}?${query}` : form.action);
  });
  for (const field of form.querySelectorAll("[data-submit]")) {
    field.addEventListener("change", () => form.requestSubmit());
  }
}

// A table wider than a telephone scrolls in a frame that the keyboard can reach.
const headings = [...document.querySelectorAll("main :is(h1, h2, h3)")];
const named = new Map();

function nameOf(table) {
  const before = headings.filter((h) => h.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING);
  const name = before.at(-1)?.textContent.trim() ?? "";
  named.set(name, (named.get(name) ?? 0) + 1);
  return named.get(name) > 1 ? say("page.frame-again", { n: named.get(name), heading: name }) : say("page.frame", { heading: name });
}

for (const table of document.querySelectorAll("main table")) {
  if (table.closest(".table-frame")) continue;
  const frame = document.createElement("div");
  frame.className = "scroll";
  table.replaceWith(frame);
  frame.append(table);
  if (frame.scrollWidth > frame.clientWidth) {
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", nameOf(table));
  }
}
