// The second opinion: what the learned model says, and how it compares with the expert's.
import { h } from "./dom.js";
import { NO_DATA, NO_LAYER, isNumber, number, share } from "./format.js";

const digits = (value) => value.toFixed(3).replace("-0.000", "0.000").replace("-", "−");
const signed = (value) => (digits(value) === "0.000" || value < 0 ? digits(value) : `+${digits(value)}`);
const DIRECTIONS = {
  up: "may only speak for a place the more of it there is",
  down: "may only speak for a place the less of it there is",
  either: "no sign is claimed: a correlation in the training, not a reason",
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
  return item.fact || "known";
}

function pairs(list) {
  return h("dl", { class: "pairs" }, list.filter(([, text]) => text).flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]));
}

function argument(item, most) {
  const side = item.part > 0 ? "speaks for" : "speaks against";
  return h("details", { class: item.known ? "ev" : "ev unknown" },
    h("summary", {},
      h("span", {}, item.title, item.direction === "either" ? h("small", {}, " (a correlation in the training, not a reason)") : null),
      item.known ? twoWay(item.part, most) : h("span", { class: "track", "aria-hidden": "true" }),
      h("span", {}, measured(item), item.known ? h("span", { class: "unseen" }, `, ${side}`) : null)),
    h("div", { class: "ev-more" },
      h("p", {}, item.claim),
      item.beyond ? h("p", { class: "warn" }, "Beyond all that the training had seen; it counts as the edge of that.") : null,
      item.known ? h("p", {}, item.fact)
        : h("p", { class: "warn" }, item.layer_title ? "The layer says nothing about this here: unknown, not absent." : "This layer is not in this release: unknown everywhere."),
      pairs([
        ["Adds", item.known ? `${signed(item.part)} (${side})` : "nothing: unknown is neither for nor against"],
        ["By geology", DIRECTIONS[item.direction] ?? ""],
        ["Argument", item.reference],
        ["Layer", item.layer_title],
        ["Source", item.source],
      ])));
}

function training(e) {
  const t = e.learned.trained_on ?? {};
  const count = (value) => value.toLocaleString("en-GB");
  const against = isNumber(t.others) ? `, set against ${count(t.others)} places of other deposits and ${count(t.land ?? 0)} places anywhere on land` : "";
  const from = isNumber(t.positives) ? `Trained on ${count(t.positives)} known places of this type in the world${against}. ` : "";
  const held = t.withheld ? `Kept out of its training: ${t.withheld}. `
    : "This model also learned from Central Asia; Central Asia took no part in the training of the tested model. ";
  return h("p", { class: "told" }, from, held, h("a", { href: `/validation#${encodeURIComponent(e.deposit_type)}` }, "How well does it work"));
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
  return h("p", { class: "agreement" }, `${e.agreement.text.replaceAll(" %", "\u00a0%")} `, h("button", { type: "button", class: "jump", onclick: jump }, "Second opinion"));
}

/** Where a rank stands, in two or three words. */
function standing(rank) {
  if (!isNumber(rank)) return NO_DATA;
  if (rank < 0.001) return "among the very best";
  return rank <= 0.25 ? `best ${share(rank)}` : `at ${share(rank)}`;
}

/** The learned model's account, as a section of its own. */
export function learnedSection(e) {
  const heading = (right) => h("h3", { class: "opinion", tabindex: "-1" }, h("span", {}, "Second opinion: learned model"), right);
  if (!e.learned) {
    const why = whyNotLearned(e.deposit_type) || "no account of a learned model here";
    return h("section", { class: "second" }, heading(null), h("p", { class: "told" }, `${why[0].toUpperCase()}${why.slice(1)}.`));
  }
  const { arguments: all, intercept, log_odds: sum, coverage, rank, rank_p10: low, rank_p90: high } = e.learned;
  const known = all.filter((item) => item.known).sort((a, b) => b.part - a.part);
  const unknown = all.filter((item) => !item.known);
  const most = Math.max(...known.map((item) => Math.abs(item.part)), 1e-9);
  return h("section", { class: "second" },
    heading(h("em", { class: isNumber(rank) ? null : "none" }, standing(rank))),
    whatItLacks(e.deposit_type) ? h("p", { class: "warn" }, whatItLacks(e.deposit_type)) : null,
    h("p", { class: "measured-note" }, `Left: speaks against. Right: speaks for. Coverage of this model ${share(coverage)}.`
      + (isNumber(low) && isNumber(high) ? ` In 8 of 10 refits its rank lies between ${share(low)} and ${share(high)}.` : "")),
    ...[...known, ...unknown].map((item) => argument(item, most)),
    h("p", { class: "told" }, isNumber(sum)
      ? `Adds up exactly: it begins at ${signed(intercept)}, and with the parts the sum is ${signed(sum)}, of use only for ranking. `
      : "Too little is known here for the learned model. ",
    unknown.length ? `${unknown.length} ${unknown.length === 1 ? "argument has" : "arguments have"} no data here.` : ""),
    training(e));
}

/** How far the rank of an area moves between trial runs. */
export function steadiness({ rank_p10: low, rank_p90: high }) {
  if (!isNumber(low) || !isNumber(high)) return "";
  const [first, last] = [Math.round(low), Math.round(high)];
  return first === last ? `${first} in 8 of 10 trial runs` : `between ${first} and ${last} in 8 of 10 trial runs`;
}
