// Asks our own server; keeps what does not change while the page is open.
import { here } from "./here.js";
import { say } from "./words.js";

const kept = new Map();

export class AnswerError extends Error {}

async function ask(url, signal) {
  let answer;
  try {
    answer = await fetch(here(url), { signal, headers: { accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new AnswerError(say("panel.no-answer"));
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new AnswerError(problem.detail ?? say("panel.bad-answer"));
  }
  return answer.json();
}

/** Get JSON; the same address is asked once. */
export async function get(url, signal) {
  if (!kept.has(url)) kept.set(url, await ask(url, signal));
  return kept.get(url);
}

/** Get all features of a collection, page by page. */
export async function allFeatures(collection) {
  const features = [];
  for (;;) {
    const page = await get(`/api/collections/${collection}/items?limit=1000&offset=${features.length}`);
    features.push(...page.features);
    if (!page.features.length || features.length >= page.numberMatched) return features;
  }
}
