/** Where everybody stands in the network: the leader in the middle, communities as discs around, the strongest inmost. */

const TURN = 2 * Math.PI;
const SEED = Math.PI * (3 - Math.sqrt(5)); // how the seeds of a sunflower turn
const TIES_A_PERSON = 2;
const NAMED = 6;
const ROOMY = 4;
const OWN_TIES = 60; // everybody here is tied to the leader: a line for each would hide the others

/**
 * Place the people of the network.
 * @param {import("./data.js").Data} data
 * @param {number} stretch names run sideways, so where there is room the picture does too
 * @returns {{x: number[], y: number[], areas: object[], ties: object[]}}
 */
export function network({ network, people }, stretch) {
  const groups = new Map();
  network.community.forEach((community, n) => {
    if (!groups.has(community)) groups.set(community, []);
    groups.get(community).push(n); // the strongest come first
  });
  const loose = groups.get(-1) ?? [];
  groups.delete(-1);
  const large = [...groups].sort((a, b) => a[0] - b[0]).map(([community, members]) => ({
    community,
    members,
    name: people.communityNames[community],
    brief: people.communityBriefs[community],
  }));
  if (loose.length) large.push({ community: -1, members: loose, name: "" });
  const areas = around(large);
  const x = new Array(network.name.length).fill(0);
  const y = new Array(network.name.length).fill(0);
  for (const area of areas) scatter(area, x, y);
  for (const area of areas) area.x *= stretch;
  return { x: x.map((each) => each * stretch), y, areas, stretch, ties: ties(network) };
}

function disc(count) {
  return Math.sqrt(room(count) / Math.PI) + 0.55;
}

/** How much room so many people take: the first have room for their names. */
function room(count) {
  return count + (ROOMY - 1) * Math.min(count, NAMED);
}

/** Lay the discs around the middle, as near as they fit; one alone lies around the leader. */
function around(groups) {
  const radii = groups.map((group) => disc(group.members.length));
  if (groups.length === 1) {
    return [{ ...groups[0], x: 0, y: 0, radius: disc(groups[0].members.length + 6), alone: true }];
  }
  let distance = Math.max(0, ...radii) + 1.8;
  const half = (radius) => Math.asin(Math.min(1, (radius + 0.35) / distance));
  const taken = () => 2 * radii.reduce((sum, radius) => sum + half(radius), 0);
  while (taken() > TURN) distance *= 1.02;
  const spare = (TURN - taken()) / Math.max(1, groups.length);
  let at = (200 * Math.PI) / 180;
  return groups.map((group, n) => {
    at += half(radii[n]) + spare / 2;
    const near = groups.length <= 3 ? radii[n] + 1.8 : distance;
    const area = { ...group, x: near * Math.cos(at), y: near * Math.sin(at), radius: radii[n] };
    at += half(radii[n]) + spare / 2;
    return area;
  });
}

function scatter(area, x, y) {
  area.members.forEach((n, place) => {
    const before = (room(place) + room(place + 1)) / 2; // half of one's own room, too
    const distance = Math.sqrt((before - (place ? 0 : 0.5 * ROOMY - 0.25) + (area.alone ? 6 : 0)) / Math.PI);
    x[n] = area.x + distance * Math.cos(SEED * place);
    y[n] = area.y + distance * Math.sin(SEED * place);
  });
}

/** Every tie once, whichever way it runs; `shown` are those drawn before anybody is chosen: never a hairball. */
function ties(network) {
  const both = new Map();
  for (const [source, target, weight] of network.ties) {
    const key = `${Math.min(source, target)} ${Math.max(source, target)}`;
    const tie = both.get(key) ?? { ends: [source, target], weight: 0, ours: source < 0 || target < 0 };
    tie.weight += weight;
    both.set(key, tie);
  }
  const all = [...both.values()].sort((a, b) => b.weight - a.weight || a.ends[0] - b.ends[0] || a.ends[1] - b.ends[1]);
  const most = TIES_A_PERSON * network.name.length;
  const counts = { ours: 0, others: 0 };
  for (const tie of all) tie.shown = tie.ours ? counts.ours++ < OWN_TIES : counts.others++ < most;
  const heaviest = Math.max(1, ...all.map((tie) => tie.weight));
  for (const tie of all) tie.width = 0.6 + 1.6 * Math.sqrt(tie.weight / heaviest);
  return all;
}
