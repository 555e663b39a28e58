/** The page's script: people that can be searched, filtered, pointed at and opened; every part works without the next. */
import { unpacked } from "./data.js";
import { filters } from "./filters.js";
import { openings } from "./opening.js";
import { picture } from "./picture.js";
import { table } from "./table.js";

/** Start when the document stands; without the data the page stays as it was written. */
async function start() {
  const held = document.getElementById("people-data");
  const place = document.getElementById("explorer");
  if (!held || !place || typeof DecompressionStream === "undefined") return;
  const data = await unpacked(JSON.parse(held.textContent));
  const choice = filters(data);
  const opened = openings(data);
  const rows = table(data, opened);
  place.hidden = false;
  document.getElementById("listed").hidden = false;
  document.getElementById("still-rows")?.remove();
  choice.changed(rows.show);
  const drawn = picture(data, opened);
  if (drawn) choice.changed(drawn.show);
  opened.follow();
  document.documentElement.dataset.ready = "people";
}

start();
