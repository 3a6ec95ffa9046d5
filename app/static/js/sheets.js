// Telephones: list and explanation are sheets from below; one button makes them taller.

const body = document.body;
const opener = document.querySelector("[data-open-list]");
const grip = document.querySelector("[data-grip]");
const narrow = matchMedia("(max-width: 700px)");

export const isNarrow = () => narrow.matches;

/** Say which sheet is open: "list", "detail" or none. */
export function setSheet(name) {
  if (name) body.dataset.sheet = name;
  else delete body.dataset.sheet;
  opener.setAttribute("aria-expanded", String(name === "list"));
}

function setTall(tall) {
  if (tall) body.dataset.tall = "";
  else delete body.dataset.tall;
  grip.setAttribute("aria-expanded", String(tall));
}

export function watchSheets({ closedList }) {
  opener.addEventListener("click", () => {
    setSheet("list");
    document.getElementById("list-title").focus();
  });
  document.querySelector("[data-close-list]").addEventListener("click", () => {
    setSheet("");
    opener.focus();
    closedList();
  });
  const keyOpeners = [...document.querySelectorAll("[data-open-key]")];
  const toggleKey = () => {
    const open = !("key" in body.dataset);
    if (open) body.dataset.key = "";
    else delete body.dataset.key;
    for (const button of keyOpeners) button.setAttribute("aria-expanded", String(open));
  };
  for (const button of keyOpeners) button.addEventListener("click", toggleKey);
  let from = null;
  grip.addEventListener("pointerdown", (event) => {
    from = event.clientY;
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointerup", (event) => {
    const moved = event.clientY - (from ?? event.clientY);
    from = null;
    if (Math.abs(moved) > 24) setTall(moved < 0);
    else setTall(!("tall" in body.dataset));
  });
  grip.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      setTall(!("tall" in body.dataset));
    }
  });
}
