/** A person opened: who, have they met and why, and every response. The address says who it is, so Back closes it. */
import { element, filled, isolated, mark } from "./data.js";

const LINK = /^#person-(\d+)$/;

/**
 * Open and close people.
 * @param {import("./data.js").Data} data
 */
export function openings(data) {
  const dialog = document.getElementById("person");
  const numbers = new Map(data.people.anchor.map((anchor, n) => [anchor, n]));
  const narrow = matchMedia("(max-width:46rem)");
  const listeners = [];
  let came = false;
  let origin = null;

  function show(n) {
    fill(dialog, data, n);
    if (!dialog.open) {
      origin = document.activeElement;
      if (narrow.matches) dialog.showModal();
      else dialog.show();
    }
    dialog.scrollTop = 0;
    dialog.querySelector("h3").focus();
    for (const listen of listeners) listen(n);
  }

  function hide() {
    if (!dialog.open) return;
    dialog.close();
    for (const listen of listeners) listen(null);
    if (origin?.isConnected) origin.focus({ preventScroll: true });
  }

  /** Do what the address says. */
  function follow() {
    const n = numbers.get(Number(LINK.exec(location.hash)?.[1]));
    if (n === undefined) hide();
    else show(n);
  }

  function open(n) {
    const address = `#person-${data.people.anchor[n]}`;
    if (dialog.open) history.replaceState(history.state, "", address);
    else {
      history.pushState({ person: true }, "", address);
      came = true;
    }
    show(n);
  }

  function close() {
    if (came) history.back();
    else {
      history.replaceState(null, "", location.pathname + location.search);
      hide();
    }
    came = false;
  }

  dialog.querySelector("button").addEventListener("click", close);
  dialog.addEventListener("cancel", (event) => (event.preventDefault(), close()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && dialog.open && !narrow.matches) close();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#person-']");
    const n = numbers.get(Number(LINK.exec(link?.getAttribute("href") ?? "")?.[1]));
    if (n === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(n);
  });
  addEventListener("popstate", () => ((came = false), follow()));
  return {
    open,
    follow,
    /** Call `listen` with the person opened, or null. */
    changed: (listen) => listeners.push(listen),
  };
}

/** Write a person into the dialog. */
function fill(dialog, data, n) {
  const { people, texts } = data;
  const name = dialog.querySelector("h3");
  name.replaceChildren(isolated(texts[people.name[n]]));
  const facts = [texts[people.organisation[n]], texts[people.sphere[n]], texts[people.how[n]], texts[people.said[n]]];
  const line = element("p", "", { class: "facts" });
  for (const fact of facts.filter(Boolean)) line.append(isolated(fact), element("span", " · ", { class: "between" }));
  line.lastChild?.remove();
  const met = element("p");
  met.append(mark(people.kind[n]), filled(data, data.words.kinds[people.kind[n]], {}));
  dialog.querySelector(".opened").replaceChildren(line, met, ...why(data, n), ...responses(data, n));
}

/** Why the person counts as met: a sentence, and pieces of evidence where there are any. */
function why({ texts, ...data }, n) {
  const [sentence, ...pieces] = data.why[n].map((text) => texts[text]);
  if (!pieces.length) return [element("p", sentence, { class: "quiet" })];
  const list = element("ul");
  for (const piece of pieces) {
    const item = element("li");
    item.append(isolated(piece));
    list.append(item);
  }
  return [element("p", sentence, { class: "why" }), list];
}

/** The responses, earliest first, under the heads of the table's pattern. */
function responses(data, n) {
  const { people, evidence, words } = data;
  if (!people.opened[n]) return [];
  if (!evidence[n].length) return [element("p", words.undated, { class: "quiet" })];
  const table = document.getElementById("evidence").content.firstElementChild.cloneNode(true);
  table.querySelector("tbody").append(...evidence[n].map((one) => response(data, one)));
  const more = people.further[n];
  return more > 0 ? [table, element("p", filled(data, words.more, { n: more }), { class: "quiet" })] : [table];
}

function response({ texts, words, ...data }, one) {
  const [when, actor, verb, target, where, source, address, host] = one.slice(0, 8).map((text) => texts[text]);
  const [stated, withheld] = one.slice(8);
  const who = element("td");
  who.append(isolated(actor), ` ${verb} `, isolated(target));
  const place = element("td");
  place.append(isolated(where || "–"));
  if (address) place.append(" ", away(data, words.link, address, host));
  else if (withheld) place.append(" ", element("span", words.withheld, { class: "quiet" }));
  const from = element("td");
  from.append(isolated(source || "–"));
  const line = element("tr");
  line.append(element("td", when), who, place, element("td", stated ? words.stated : words.inferred), from);
  return line;
}

/** A link that leaves the page: the program let only web addresses through, and the host is shown. */
function away(data, pattern, address, host) {
  const link = element("a", filled(data, pattern, { host }), { rel: "noopener noreferrer", target: "_blank" });
  if (/^https?:\/\//i.test(address)) link.href = address;
  return link;
}
