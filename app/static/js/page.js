// What every page to read needs: the theme, printing, forms that apply themselves.
import { watchTheme } from "./theme.js";

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
