/** Where everybody stands in the rings: inner is nearer, and each sphere has its own angles. The same data, the same place. */

/** The angle that is left free at the top, where the rings are named. */
export const GAP = (34 * Math.PI) / 180;
const CORE = 0.13;
const BETWEEN = 0.035;
const LARGEST = 0.075;
const MOST_SECTORS = 10;
const UNKNOWN = 3;
const TURN = 2 * Math.PI;

/**
 * Place everybody; the whole is a disc of radius 1.
 * @param {import("./data.js").Data} data
 * @returns {{x: Float64Array, y: Float64Array, size: number, bands: object[], sectors: object[]}}
 */
export function rings(data) {
  const steps = data.people.step.map((step) => Math.min(4, Math.max(2, step)));
  const bands = bandsOf(steps);
  bands.forEach((band) => (band.names = namesOf(band, data, steps)));
  const sectors = sectorsOf(data, steps);
  const cells = cellsOf(data, steps, bands, sectors); // of very many people those whose evidence is here
  const spacing = spacingOf(cells);
  const x = new Float64Array(steps.length);
  const y = new Float64Array(steps.length);
  for (const cell of cells) {
    const places = placed(cell, spacing);
    cell.members.forEach((n, at) => {
      const [radius, angle] = places[at];
      x[n] = radius * Math.sin(angle);
      y[n] = radius * Math.cos(angle);
    });
  }
  return { x, y, size: 0.34 * spacing, bands, sectors };
}

/** Each ring's area goes with its people, but none is a sliver. */
function bandsOf(steps) {
  const counts = [2, 3, 4].map((step) => steps.filter((each) => each === step).length);
  const weights = counts.map((count) => Math.max(count, 0.16 * steps.length, 1));
  const whole = weights.reduce((a, b) => a + b);
  const free = 1 - (CORE + 3 * BETWEEN) ** 2;
  let inner = CORE + BETWEEN;
  return counts.map((_, at) => {
    const outer = Math.sqrt(inner ** 2 + (free * weights[at]) / whole);
    const band = { step: at + 2, inner, outer };
    inner = outer + BETWEEN;
    return band;
  });
}

/** What a ring is called, with its people; who is unknown is counted apart. */
function namesOf(band, { people, words }, steps) {
  const inside = people.kind.filter((kind, n) => steps[n] === band.step);
  const unknown = band.step === 4 ? inside.filter((kind) => kind === UNKNOWN).length : 0;
  const names = [[words.rings[band.step - 2], inside.length - unknown]];
  if (unknown) names.push([words.rings[3], unknown]);
  return names.filter(([, count]) => count > 0 || !unknown);
}

/** Each sphere's angles, clockwise from the top; the small ones share a sector. */
function sectorsOf({ people, texts, words }, steps) {
  const counts = new Map();
  steps.forEach((step, n) => {
    if (step > 2) counts.set(people.sphere[n], (counts.get(people.sphere[n]) ?? 0) + 1);
  });
  const largest = [...counts].sort((a, b) => b[1] - a[1] || (texts[a[0]] < texts[b[0]] ? -1 : 1));
  const own = largest.length <= MOST_SECTORS ? largest : largest.slice(0, MOST_SECTORS - 1);
  const sectors = own.map(([sphere, count]) => ({ name: texts[sphere], spheres: new Set([sphere]), people: count }));
  sectors.sort((a, b) => (a.name < b.name ? -1 : 1));
  const rest = largest.slice(own.length);
  if (rest.length) {
    const people = rest.reduce((sum, [, count]) => sum + count, 0);
    sectors.push({ name: words.others, spheres: new Set(rest.map(([sphere]) => sphere)), people });
  }
  const total = sectors.reduce((sum, sector) => sum + sector.people, 0);
  const weights = sectors.map((sector) => Math.max(sector.people, 0.07 * total));
  const whole = weights.reduce((a, b) => a + b, 0);
  let at = GAP / 2;
  sectors.forEach((sector, n) => {
    sector.start = at;
    at += ((TURN - GAP) * weights[n]) / whole;
    sector.end = at;
  });
  return sectors;
}

/** The people of each ring in each sector, like beside like. */
function cellsOf({ people }, steps, bands, sectors) {
  const cells = [];
  for (const band of bands) {
    const angles = band.step === 2 ? [{ start: GAP / 2, end: TURN - GAP / 2 }] : sectors;
    for (const { start, end, spheres } of angles) {
      const members = [];
      steps.forEach((step, n) => {
        if (people.opened[n] && step === band.step && (!spheres || spheres.has(people.sphere[n]))) members.push(n);
      });
      members.sort((a, b) => people.kind[a] - people.kind[b] || a - b);
      if (members.length) cells.push({ band, start, end, members });
    }
  }
  return cells;
}

function spacingOf(cells) {
  let spacing = LARGEST;
  const tight = (cell) => room(arcs(cell, spacing)) < cell.members.length;
  while (spacing > 0.002 && cells.some(tight)) spacing *= 0.97;
  return spacing;
}

/** The fewest arcs that hold the cell's people: radius and how many fit. */
function arcs(cell, spacing) {
  const { inner, outer } = cell.band;
  let found = [];
  for (let count = 1; count <= Math.max(1, Math.floor((outer - inner) / spacing)); count++) {
    found = Array.from({ length: count }, (_, at) => {
      const radius = inner + ((outer - inner) * (at + 0.5)) / count;
      return [radius, Math.max(0, Math.floor(((cell.end - cell.start) * radius) / spacing - 0.55))];
    });
    if (room(found) >= cell.members.length) break;
  }
  return found;
}

function room(found) {
  return found.reduce((sum, [, fits]) => sum + fits, 0);
}

/** Spread the people over the arcs around the cell's middle, in the order of their angle. */
function placed(cell, spacing) {
  const middle = (cell.start + cell.end) / 2;
  const found = arcs(cell, spacing);
  const whole = room(found) || 1;
  const shares = found.map(([, fits]) => Math.min(fits, Math.floor((cell.members.length * fits) / whole)));
  let left = cell.members.length - shares.reduce((a, b) => a + b, 0);
  found.forEach(([, fits], at) => {
    const more = at === found.length - 1 ? left : Math.min(left, fits - shares[at]);
    shares[at] += more;
    left -= more;
  });
  const places = [];
  found.forEach(([radius], at) => {
    const wide = (cell.end - cell.start - (0.5 * spacing) / radius) / Math.max(shares[at], 1);
    const step = Math.min((spacing * 1.25) / radius, wide);
    for (let n = 0; n < shares[at]; n++) places.push([radius, middle + (n - (shares[at] - 1) / 2) * step]);
  });
  return places.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
}
