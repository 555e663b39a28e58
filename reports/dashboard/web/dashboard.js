// What makes the dashboard quicker where scripts run: filters without a new page, keys for the queue, progress as it goes.
// Everything is there without it. Names and lines are data: they are shown by textContent alone.
import "htmx.org";

/** A key answers the question that is open, unless somebody writes in a field. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const button = document.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

/** Whoever is on the way to another page is not called back by work that ends just then, or by a page that waits. */
let leaving = false;
window.addEventListener("beforeunload", () => {
  leaving = true;
});

for (const frame of document.querySelectorAll("[data-grows]")) grow(frame);

for (const section of document.querySelectorAll("[data-events]")) follow(section);

for (const waiting of document.querySelectorAll("[data-again]")) setTimeout(again, 1000 * waiting.dataset.again);

/** A page in a frame is shown as long as it is, whatever the width: nobody scrolls in one page within another. */
function grow(frame) {
  const fit = () => {
    const body = frame.contentDocument?.body;
    if (body?.childElementCount) frame.style.height = `${Math.ceil(body.getBoundingClientRect().bottom + 24)}px`;
  };
  frame.addEventListener("load", fit);
  window.addEventListener("resize", fit);
  fit();
}

/** Open the page anew. */
function again() {
  if (!leaving) window.location.reload();
}

/** Show how far some work is until it has ended; then open the page anew, which says what became of it. */
function follow(section) {
  const source = new EventSource(section.dataset.events);
  source.addEventListener("on", (event) => show(section, JSON.parse(event.data)));
  source.addEventListener("end", (event) => {
    source.close();
    show(section, JSON.parse(event.data));
    again();
  });
}

function show(section, told) {
  section.querySelector(".state").textContent = told.state;
  section.querySelector(".lines").replaceChildren(
    ...told.lines.map((line) => {
      const item = document.createElement("li");
      const isolated = document.createElement("bdi");
      isolated.textContent = line;
      item.append(isolated);
      return item;
    }),
  );
}
