/** The page's script: people that can be searched, filtered, pointed at and opened; every part works without the next. */
import { filters } from "./filters.js";
import { inflated } from "./inflated.js";
import { openings } from "./opening.js";
import { picture } from "./picture.js";
import { table } from "./table.js";

/** Start when the document stands; without the data the page stays as it was written. */
async function start() {
  const held = document.getElementById("people-data");
  const place = document.getElementById("explorer");
  if (!held || !place) return;
  const data = JSON.parse(await inflated(JSON.parse(held.textContent)));
  const choice = filters(data);
  const opened = openings(data);
  const rows = table(data, opened);
  place.hidden = false;
  document.getElementById("listed").hidden = false;
  document.getElementById("still-rows")?.remove();
  choice.changed(rows.show);
  opened.follow();
  document.documentElement.dataset.ready = "people";
  nearby(place, () => {
    const drawn = picture(data, opened);
    if (drawn) choice.changed(drawn.show);
  });
}

/** Do something once a place comes near the part of the page that is looked at: drawing can wait till then. */
function nearby(place, act) {
  const watcher = new IntersectionObserver(
    (seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      watcher.disconnect();
      act();
    },
    { rootMargin: "100%" },
  );
  watcher.observe(place);
}

start();
