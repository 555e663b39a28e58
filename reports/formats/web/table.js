/** The table of people: sorted, filtered, fifty at a time. The keyboard and a screen reader have here what a finger has. */
import { element, filled, isolated, mark } from "./data.js";

const AT_A_TIME = 50;

/**
 * Run the table.
 * @param {import("./data.js").Data} data
 * @param {ReturnType<typeof import("./opening.js").openings>} opened
 */
export function table(data, opened) {
  const place = document.getElementById("listed");
  const body = place.querySelector("tbody");
  const heads = [...place.querySelectorAll("th[data-by]")];
  const [back, on] = place.querySelectorAll(".pages button");
  const compared = comparisons(data);
  let passes = new Uint8Array(data.people.name.length).fill(1);
  let by = "";
  let falling = false;
  let page = 0;
  let found = [];

  function sorted() {
    found = [];
    for (let n = 0; n < passes.length; n++) if (passes[n]) found.push(n);
    if (by) found.sort((a, b) => (falling ? -1 : 1) * compared[by](a, b) || a - b);
  }

  function draw() {
    const pages = Math.max(1, Math.ceil(found.length / AT_A_TIME));
    page = Math.min(page, pages - 1);
    const first = page * AT_A_TIME;
    const shown = found.slice(first, first + AT_A_TIME);
    body.replaceChildren(...shown.map((n) => row(data, n)));
    place.querySelector(".pages").hidden = pages < 2;
    place.querySelector(".page").textContent = filled(data, data.words.page, { n: page + 1, of: pages });
    back.disabled = page === 0;
    on.disabled = page === pages - 1;
    say(first, shown.length);
  }

  function say(first, shown) {
    const all = passes.length;
    const pattern = !found.length ? "nobody" : found.length === all ? "everybody" : "shown";
    const parts = { first: first + 1, last: first + shown, found: found.length, all };
    document.getElementById("found").textContent = filled(data, data.words[pattern], parts);
  }

  function sort(head) {
    falling = by === head.dataset.by ? !falling : head.dataset.first === "falling";
    by = head.dataset.by;
    for (const one of heads) one.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    page = 0;
    sorted();
    draw();
  }

  for (const head of heads) head.querySelector("button").addEventListener("click", () => sort(head));
  back.addEventListener("click", () => (page--, draw()));
  on.addEventListener("click", () => (page++, draw()));
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr");
    if (line && !event.target.closest("a")) opened.open(Number(line.dataset.n));
  });
  return {
    /** Show those who pass, from the first; whoever looks for somebody sees the table unfolded. */
    show(now) {
      passes = now;
      page = 0;
      sorted();
      if (found.length < passes.length) place.open = true;
      draw();
    },
  };
}

/** How two people compare by each column. */
function comparisons({ people, texts, language }) {
  const collator = new Intl.Collator(language);
  const byText = (column) => (a, b) => collator.compare(texts[column[a]], texts[column[b]]);
  const byNumber = (column) => (a, b) => column[a] - column[b];
  return {
    name: byText(people.name),
    sphere: byText(people.sphere),
    step: byNumber(people.step),
    met: byNumber(people.kind),
    first: byNumber(people.order),
    responses: byNumber(people.responses),
  };
}

/** One person as a row of cells. */
function row({ people, texts }, n) {
  const line = element("tr", "", { "data-n": String(n) });
  const who = element("th", "", { scope: "row" });
  const link = element("a", "", { href: `#person-${people.anchor[n]}` });
  link.append(isolated(texts[people.name[n]]));
  who.append(link);
  if (texts[people.organisation[n]]) who.append(" ", isolated(texts[people.organisation[n]], { class: "quiet" }));
  const sphere = element("td", "", { class: "wide" });
  sphere.append(isolated(texts[people.sphere[n]]));
  const met = element("td");
  met.append(mark(people.kind[n]), texts[people.met[n]]);
  line.append(
    who,
    sphere,
    element("td", String(people.step[n]), { class: "wide" }),
    met,
    element("td", texts[people.first[n]], { class: "wide" }),
    element("td", String(people.responses[n]), { class: "r" }),
  );
  return line;
}
