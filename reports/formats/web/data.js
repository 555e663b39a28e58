/**
 * What the page knows about people. Everything in it is data from outside: it is shown by `textContent` alone.
 *
 * @typedef {object} Data
 * @property {string} language
 * @property {Record<string, any>} words
 * @property {string} leader
 * @property {string[]} texts every text once; the columns hold numbers of it
 * @property {Record<string, any>} people columns, one entry a person
 * @property {number[][][]} evidence rows of each person: eight texts, stated, withheld
 * @property {number[][]} why texts of each person
 * @property {Record<string, any>} network
 */

/** The kinds of people, in the order in which the data counts them. */
export const KINDS = ["team", "met", "unmet", "unknown"];

/**
 * Fill a sentence's places, figures as the language writes them.
 * @param {Data} data
 * @param {string} pattern
 * @param {Record<string, string | number>} parts
 */
export function filled(data, pattern, parts) {
  const figures = new Intl.NumberFormat(data.language === "en" ? "en-GB" : data.language);
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    const part = parts[name];
    return typeof part === "number" ? figures.format(part) : (part ?? whole);
  });
}

/**
 * Make an element that holds text, never markup.
 * @param {string} tag
 * @param {string} text
 * @param {Record<string, string>} attributes
 */
export function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** A text from outside in its own direction of writing. */
export function isolated(text, attributes = {}) {
  return element("bdi", text, attributes);
}

/** The mark of a kind of people, as the page's style sheet draws it. */
export function mark(kind) {
  return element("span", "", { class: `mark ${KINDS[kind]}`, "aria-hidden": "true" });
}
