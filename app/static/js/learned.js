// The second opinion: what the learned model says, and how it compares with the expert's.
import { h } from "./dom.js";
import { NO_DATA, NO_LAYER, count, isNumber, number, share } from "./format.js";
import { say, sayMany } from "./words.js";

const digits = (value) => value.toFixed(3).replace("-0.000", "0.000").replace("-", "−");
const signed = (value) => (digits(value) === "0.000" || value < 0 ? digits(value) : `+${digits(value)}`);
const DIRECTIONS = {
  up: say("panel.direction-up"),
  down: say("panel.direction-down"),
  either: say("panel.direction-either"),
};

/** A bar to the right for what speaks for, to the left for what speaks against. */
function twoWay(part, most) {
  const fill = h("i", { class: part > 0 ? "for" : "against" });
  fill.style.width = `${Math.round((500 * Math.abs(part)) / most) / 10}%`;
  return h("span", { class: "two-way", "aria-hidden": "true" }, fill);
}

function measured(item) {
  if (!item.known) return item.layer_title ? NO_DATA : NO_LAYER;
  if (item.unit && isNumber(item.measured)) return `${number(item.measured)} ${item.unit}`;
  return item.fact || say("panel.known");
}

function pairs(list) {
  return h("dl", { class: "pairs" }, list.filter(([, text]) => text).flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]));
}

function argument(item, most) {
  const side = item.part > 0 ? say("panel.speaks-for") : say("panel.speaks-against");
  return h("details", { class: item.known ? "ev" : "ev unknown" },
    h("summary", {},
      h("span", {}, item.title, item.direction === "either" ? h("small", {}, ` (${say("second.correlation")})`) : null),
      item.known ? twoWay(item.part, most) : h("span", { class: "track", "aria-hidden": "true" }),
      h("span", {}, measured(item), item.known ? h("span", { class: "unseen" }, `, ${side}`) : null)),
    h("div", { class: "ev-more" },
      h("p", {}, item.claim),
      item.beyond ? h("p", { class: "warn" }, say("second.beyond")) : null,
      item.known ? h("p", {}, item.fact)
        : h("p", { class: "warn" }, item.layer_title ? say("area.not-mapped") : say("panel.this-layer-missing")),
      pairs([
        [say("panel.adds"), item.known ? `${signed(item.part)} (${side})` : say("panel.adds-nothing")],
        [say("panel.by-geology"), DIRECTIONS[item.direction] ?? ""],
        [say("panel.argument"), item.reference],
        [say("panel.layer"), item.layer_title],
        [say("panel.source"), item.source],
      ])));
}

function training(e) {
  const t = e.learned.trained_on ?? {};
  const n = count(t.positives ?? 0);
  const from = isNumber(t.others) ? say("panel.trained-against", { n, others: count(t.others), land: count(t.land ?? 0) })
    : say("panel.trained", { n });
  const held = t.withheld ? say("second.withheld", { withheld: t.withheld }) : say("second.learned-here");
  return h("p", { class: "told" }, isNumber(t.positives) ? `${from} ` : "", `${held} `, h("a", { href: `/validation#${encodeURIComponent(e.deposit_type)}` }, say("second.how-well")));
}

const buttonOf = (type) => document.querySelector(`input[name="deposit_type"][value="${CSS.escape(type)}"]`);

/** Why a type has no learned map, as its button knows; empty where it has one. */
export const whyNotLearned = (type) => buttonOf(type)?.dataset.noLearned ?? "";

/** Which layers of its test its learned model lacks here; empty where none. */
export const whatItLacks = (type) => buttonOf(type)?.dataset.lacks ?? "";

/** In a sentence, how the two opinions compare; null where there is only one. */
export function agreementLine(e) {
  if (!e.agreement) return null;
  const jump = () => {
    const heading = document.querySelector(".second .opinion");
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  };
  return h("p", { class: "agreement" }, `${e.agreement.text.replaceAll(" %", "\u00a0%")} `, h("button", { type: "button", class: "jump", onclick: jump }, say("panel.second-opinion")));
}

/** Where a rank stands, in two or three words. */
function standing(rank) {
  if (!isNumber(rank)) return NO_DATA;
  if (rank < 0.001) return say("panel.very-best");
  return say(rank <= 0.25 ? "panel.standing-best" : "panel.standing-at", { share: share(rank) });
}

/** The learned model's account, as a section of its own. */
export function learnedSection(e) {
  const heading = (right) => h("h3", { class: "opinion", tabindex: "-1" }, h("span", {}, say("panel.second-opinion-heading")), right);
  if (!e.learned) {
    const why = whyNotLearned(e.deposit_type) || say("panel.no-account");
    return h("section", { class: "second" }, heading(null), h("p", { class: "told" }, `${why[0].toUpperCase()}${why.slice(1)}.`));
  }
  const { arguments: all, intercept, log_odds: sum, coverage, rank, rank_p10: low, rank_p90: high } = e.learned;
  const known = all.filter((item) => item.known).sort((a, b) => b.part - a.part);
  const unknown = all.filter((item) => !item.known);
  const most = Math.max(...known.map((item) => Math.abs(item.part)), 1e-9);
  return h("section", { class: "second" },
    heading(h("em", { class: isNumber(rank) ? null : "none" }, standing(rank))),
    whatItLacks(e.deposit_type) ? h("p", { class: "warn" }, whatItLacks(e.deposit_type)) : null,
    h("p", { class: "measured-note" }, say("panel.left-right", { coverage: share(coverage) })
      + (isNumber(low) && isNumber(high) ? ` ${say("panel.refits", { low: share(low), high: share(high) })}` : "")),
    ...[...known, ...unknown].map((item) => argument(item, most)),
    h("p", { class: "told" }, isNumber(sum)
      ? `${say("panel.sum", { intercept: signed(intercept), sum: signed(sum) })} `
      : `${say("panel.no-sum")} `,
    unknown.length ? sayMany("panel.arguments-without", unknown.length) : ""),
    training(e));
}

/** How far the number of an area among its type moves between trial runs. */
export function steadiness({ rank_in_type_p10: low, rank_in_type_p90: high }) {
  if (!isNumber(low) || !isNumber(high)) return "";
  const [first, last] = [Math.round(low), Math.round(high)];
  return first === last ? say("panel.steady-at", { rank: first }) : say("panel.steady-between", { first, last });
}
