// The sentences of the page: the server writes them into it, by key, in the reader's language.

const written = JSON.parse(document.getElementById("sentences").textContent);

const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** Say a sentence, with what stands in its braces. */
export const say = (key, values = {}) => filled(written[key], values);

/** Say a sentence about a number of things, in the form the number takes. */
export function sayMany(key, n, values = {}) {
  const { forms, positions } = written[key]; // a digit for each number, the last hundred recurs
  const position = Number(positions[n < 100 ? n : 100 + (n % 100)]);
  return filled(forms[position], { n, ...values });
}
