// Light and dark: the toggle, and the system's wish as long as nobody chose.

export const theme = () => document.documentElement.dataset.theme;

export function watchTheme(changed = () => {}) {
  const set = (next) => {
    document.documentElement.dataset.theme = next;
    changed(next);
  };
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.addEventListener("click", () => {
      const next = theme() === "dark" ? "light" : "dark";
      try { localStorage.setItem("theme", next); } catch { /* only for this page then */ }
      set(next);
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    let chosen = null;
    try { chosen = localStorage.getItem("theme"); } catch { /* nothing chosen */ }
    if (!chosen) set(event.matches ? "dark" : "light");
  });
}
