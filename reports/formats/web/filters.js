/** One set of filters for the table and both pictures. */
import { filled } from "./data.js";

/**
 * Fill the controls from the data, hide those that would choose among fewer than two, and tell who passes.
 * @param {import("./data.js").Data} data
 */
export function filters(data) {
  const form = document.getElementById("explorer").querySelector("form");
  const { people, texts } = data;
  const count = people.name.length;
  const folded = people.name.map((name, n) => fold(`${texts[name]} ${texts[people.organisation[n]]}`));
  const spheres = [...new Set(people.sphere)].sort((a, b) => texts[a].localeCompare(texts[b]));
  choices(form.elements.sphere, spheres.map((sphere) => [sphere, texts[sphere]]));
  choices(form.elements.community, used(people.community).map((n) => [n, people.communityNames[n]]));
  choices(form.elements.tag, used(people.tags.flat()).map((n) => [n, people.tagNames[n]]));
  const months = slider(form, data);
  const listeners = [];

  /** @returns {Uint8Array} 1 for each person who passes every filter */
  function passing() {
    const wanted = fold(form.elements.find.value);
    const kinds = [...form.elements.kind].map((box) => box.checked);
    const [sphere, community, tag] = ["sphere", "community", "tag"].map((name) => chosen(form.elements[name]));
    const [from, to] = months.chosen();
    const passes = new Uint8Array(count);
    for (let n = 0; n < count; n++) {
      passes[n] = Number(
        kinds[people.kind[n]] &&
          (sphere === null || people.sphere[n] === sphere) &&
          (community === null || people.community[n] === community) &&
          (tag === null || people.tags[n].includes(tag)) &&
          (from === null || people.months[n].some((month) => from <= month && month <= to)) &&
          (!wanted || folded[n].includes(wanted)),
      );
    }
    return passes;
  }

  function tell() {
    const passes = passing();
    const all = passes.every(Boolean);
    form.elements.clear.disabled = all;
    for (const listen of listeners) listen(passes, all);
  }

  form.addEventListener("input", tell);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.clear.addEventListener("click", () => (form.reset(), months.say(), tell(), form.elements.find.focus()));
  return {
    /** Call `listen` with who passes, now and after each change. */
    changed(listen) {
      listeners.push(listen);
      const passes = passing();
      listen(passes, passes.every(Boolean));
    },
  };
}

/** Letters without their marks and in small: "Zoë" is found by "zoe". */
function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** The numbers that occur, −1 (none) left out. */
function used(numbers) {
  return [...new Set(numbers)].filter((n) => n >= 0).sort((a, b) => a - b);
}

/** Offer choices behind "all"; a control with fewer than two is hidden with its label. */
function choices(select, pairs) {
  for (const [value, text] of pairs) select.add(new Option(text, String(value)));
  select.closest("p").hidden = pairs.length < 2;
}

function chosen(select) {
  return select.value === "" ? null : Number(select.value);
}

/** Two sliders, from a month to a month; neither passes the other. */
function slider(form, data) {
  const names = data.people.monthNames;
  const { from, to } = form.elements;
  const said = form.querySelector("output");
  form.querySelector(".months").hidden = names.length < 2;
  for (const one of [from, to]) one.max = String(Math.max(0, names.length - 1));
  to.value = to.max;
  to.defaultValue = to.max;

  function say() {
    for (const one of [from, to]) one.setAttribute("aria-valuetext", names[one.value] ?? "");
    said.textContent = filled(data, data.words.between, { first: names[from.value], last: names[to.value] });
  }

  from.addEventListener("input", () => ((to.value = String(Math.max(+to.value, +from.value))), say()));
  to.addEventListener("input", () => ((from.value = String(Math.min(+to.value, +from.value))), say()));
  say();
  return {
    say,
    /** The months chosen; nulls where that is every month. */
    chosen: () => (+from.value === 0 && to.value === to.max ? [null, null] : [+from.value, +to.value]),
  };
}
