// The choice of opinion: expert model, learned model, or where the two agree.
import { whatItLacks, whyNotLearned } from "./learned.js";
import { state, update } from "./state.js";

const radios = [...document.querySelectorAll('input[name="opinion"]')];
const reason = document.getElementById("no-opinion");
const lacks = document.getElementById("lacks");

const skill = document.getElementById("skill");
const verdict = document.getElementById("verdict");
const order = document.getElementById("order");

const chip = (type) => document.querySelector(`input[name="deposit_type"][value="${CSS.escape(type)}"]`);

/** The opinion of a type that tested better, to be shown first. */
export function firstOpinion(type) {
  return type && hasOpinions(type) && chip(type)?.dataset.first === "learned" ? "learned" : "";
}

/** Say whether a choice of deposit type has a learned model too. */
export const hasOpinions = (type) => why(type) === "";

function why(type) {
  return type && !type.includes(",") ? whyNotLearned(type) : reason.dataset.oneType;
}

/** Bring the choice and the map key in line with the address. */
export function followOpinion() {
  const { deposit_type: type, opinion } = state();
  const words = why(type);
  for (const radio of radios) {
    radio.checked = radio.value === opinion;
    radio.disabled = radio.value !== "" && words !== "";
  }
  document.body.dataset.opinion = opinion || "expert";
  reason.hidden = words === "";
  reason.textContent = words && `${words[0].toUpperCase()}${words.slice(1).replace(/\.$/, "")}.`;
  const { skillExpert, skillLearned } = (type && chip(type)?.dataset) || {};
  const beyond = { "": skillExpert, learned: skillLearned }[opinion] ?? "";
  skill.querySelector("span").textContent = beyond;
  skill.hidden = beyond === "";
  if (verdict) verdict.hidden = type !== "";
  order.textContent = type ? order.dataset.one : order.dataset.all;
  lacks.textContent = words ? "" : whatItLacks(type);
  lacks.hidden = lacks.textContent === "";
  for (const part of document.querySelectorAll("[data-for-opinion]")) {
    part.hidden = !part.dataset.forOpinion.split(" ").includes(opinion || "expert");
  }
}

export function watchOpinions() {
  for (const radio of radios) radio.addEventListener("change", () => update({ opinion: radio.value }));
}
