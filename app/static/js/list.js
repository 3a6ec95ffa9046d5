// The ranked list: follows map and filters, and can be walked with the arrow keys.
import { bar, h } from "./dom.js";
import { isNumber, share, two } from "./format.js";
import { rankOf } from "./areas.js";
import { say } from "./words.js";

const rows = document.getElementById("rows");
const count = document.getElementById("count");
const notice = document.getElementById("list-notice");

/** What stands under the name: the states, and the type where several are shown. */
function under(p, type) {
  const names = p.states.split(", ").map((part) => part.replace(/ [\d.,]+ %$/, "")).join(" · ");
  if (type) return names;
  const chip = document.querySelector(`input[name="deposit_type"][value="${CSS.escape(p.deposit_type)}"] + span`);
  return `${chip?.textContent ?? p.deposit_type_title} · ${names}`;
}

/** What the learned model makes of an area, where its opinion is on the map. */
function second(p, opinion) {
  if (!opinion || !p.agreement) return null;
  const words = { both: say("panel.both-models"), "expert only": say("panel.expert-only") };
  const rank = isNumber(p.learned_rank) ? say("panel.learned-rank", { rank: share(p.learned_rank) }) : "";
  return h("span", { class: "sub" }, `${words[p.agreement] ?? say("panel.learned-unknown")}${rank}`);
}

function row({ id, properties: p }, { chosen, type, opinion, choose, hover }) {
  return h("li", {}, h("button", {
    type: "button", "data-id": id, "aria-current": id === chosen ? "true" : null,
    onclick: () => choose(id), onmouseenter: () => hover(id, true), onmouseleave: () => hover(id, false),
    onfocus: () => hover(id, true), onblur: () => hover(id, false),
  },
  h("span", { class: "rk" }, String(rankOf(p))),
  h("span", {}, h("strong", { title: p.place }, p.place), h("span", { class: "sub" }, under(p, type)), second(p, opinion),
    p.unknown_components ? h("span", { class: "sub warn" }, say("table.no-data-for", { components: p.unknown_components })) : null),
  h("span", { class: "score", title: say("panel.score-title", { score: p.favourability.toFixed(3), coverage: share(p.coverage) }) }, two(p.favourability), bar("meter", p.coverage),
    h("span", { class: "unseen" }, ` ${say("panel.score-said", { coverage: share(p.coverage) })}`))));
}

/** How far below the top of the visible list the chosen row stands; null if none. */
function chosenOffset() {
  const chosen = rows.querySelector("[aria-current='true']");
  return chosen && chosen.getBoundingClientRect().top - rows.getBoundingClientRect().top;
}

/** Draw the list anew; keeps focus and place. */
export function drawList(features, total, options) {
  const focused = document.activeElement?.closest?.("#rows button")?.dataset.id;
  const before = chosenOffset();
  const top = rows.scrollTop;
  rows.replaceChildren(...features.map((feature) => row(feature, options)));
  rows.scrollTop = top;
  if (before !== null) rows.scrollTop += (chosenOffset() ?? before) - before;
  if (focused) rows.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  count.textContent = features.length === total ? `${total}` : say("panel.of-total", { n: features.length, total });
  notice.hidden = features.length > 0;
  notice.classList.remove("error");
  if (!features.length) {
    const chip = document.querySelector(`input[name="deposit_type"][value="${CSS.escape(options.type)}"]`);
    notice.textContent = total
      ? say("panel.none-in-view")
      : chip?.dataset.notRanked ?? say("panel.none-fits");
  }
}

export function listFailed(text, again) {
  rows.replaceChildren();
  notice.hidden = false;
  notice.classList.add("error");
  notice.replaceChildren(text, " ", h("button", { class: "button", type: "button", onclick: again }, say("panel.try-again")));
}

/** Bring the chosen row into sight. */
export function revealRow(id) {
  rows.querySelector(`[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
}

/** Put the focus on a row, or on the heading when it is not listed. */
export function focusRow(id) {
  const button = id && rows.querySelector(`[data-id="${CSS.escape(id)}"]`);
  (button || document.getElementById("list-title")).focus();
}

rows.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const button = event.target.closest("button");
  if (!button) return;
  const buttons = [...rows.querySelectorAll("button")];
  let next = step && buttons[buttons.indexOf(button) + step];
  if (event.key === "Home") next = buttons[0];
  if (event.key === "End") next = buttons.at(-1);
  if (!next) return;
  event.preventDefault();
  next.focus();
});
