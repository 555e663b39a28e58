/** The words of a chart's marks, shown to a pointer, a finger and the keyboard: what the SVG holds as titles. */
(() => {
  const MARKS = ".told, svg.picture a";
  const BESIDE = 6;
  const words = new WeakMap();
  const box = document.createElement("div");
  let shown = null;
  let leaving = 0;

  /** Take the titles out of the marks, or the browser would show them a second time, and keep them as labels. */
  for (const mark of document.querySelectorAll(MARKS)) {
    const title = mark.querySelector(":scope > title");
    if (!title) continue;
    words.set(mark, title.textContent);
    if (mark.matches(".told")) mark.setAttribute("aria-label", title.textContent);
    title.remove();
  }

  function show(mark) {
    clearTimeout(leaving);
    shown = mark;
    box.textContent = words.get(mark);
    box.hidden = false;
    const at = mark.getBoundingClientRect();
    const left = at.left + at.width / 2 - box.offsetWidth / 2;
    const above = at.top - box.offsetHeight - BESIDE;
    const right = document.documentElement.clientWidth - box.offsetWidth - BESIDE;
    box.style.left = `${Math.max(BESIDE, Math.min(left, right))}px`;
    box.style.top = `${above < BESIDE ? at.bottom + BESIDE : above}px`;
  }

  function hide() {
    clearTimeout(leaving);
    shown = null;
    box.hidden = true;
  }

  const markOf = (event) => {
    const mark = event.target.closest?.(MARKS);
    return words.has(mark) ? mark : null;
  };

  function enter(event) {
    const mark = markOf(event);
    if (mark) show(mark);
  }

  /** A pointer may go on to the words themselves: they stay a moment. */
  function leave(event) {
    if (!shown || markOf(event) !== shown || shown.contains(event.relatedTarget)) return;
    leaving = setTimeout(hide, 150);
  }

  box.className = "told-words";
  box.hidden = true;
  box.setAttribute("aria-hidden", "true");
  document.body.append(box);
  for (const kind of ["pointerover", "focusin", "click"]) document.addEventListener(kind, enter);
  for (const kind of ["pointerout", "focusout"]) document.addEventListener(kind, leave);
  box.addEventListener("pointerenter", () => clearTimeout(leaving));
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  /** What has the keyboard keeps its words where the page scrolls; what a pointer left behind does not. */
  function scrolled() {
    if (shown && words.has(document.activeElement)) show(document.activeElement);
    else hide();
  }

  document.addEventListener("scroll", scrolled, { passive: true, capture: true });
})();
