/** What lies under and over the marks: soft areas, rings, and names where there is room for them. */

import { GAP } from "./rings.js";

const LABEL = 12;
const MOST_LABELS = 80;
const ROOM_A_LABEL = 7000; // square pixels
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif";

/**
 * Return what draws around the engine's own marks after each of its frames.
 * @param {import("sigma").default} sigma
 */
export function paper(sigma, held, data, colours, visible) {
  const under = sigma.createCanvas("under", { beforeLayer: "stage", style: { inset: "0" } });
  const over = sigma.createCanvas("over", { afterLayer: "stage", style: { inset: "0", pointerEvents: "none" } });
  return () => {
    const view = { at: (x, y) => sigma.graphToViewport({ x, y }), size: (size) => sigma.scaleSize(size) };
    view.unit = view.at(1, 0).x - view.at(0, 0).x;
    const below = cleared(under, sigma);
    if (held.scene.bands) drawRings(below, view, held.scene, colours());
    else drawAreas(below, view, held.scene, colours());
    names(cleared(over, sigma), view, sigma, held, data, colours(), visible);
  };
}

/** A canvas as large as the stage, empty, in CSS pixels. */
function cleared(canvas, sigma) {
  const { width, height } = sigma.getDimensions();
  const dense = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * dense) || canvas.height !== Math.round(height * dense)) {
    canvas.width = Math.round(width * dense);
    canvas.height = Math.round(height * dense);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(dense, 0, 0, dense, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

function drawRings(context, view, { bands, sectors }, colours) {
  const middle = view.at(0, 0);
  bands.forEach((band, n) => {
    context.beginPath();
    context.arc(middle.x, middle.y, band.outer * view.unit, 0, 2 * Math.PI);
    context.arc(middle.x, middle.y, band.inner * view.unit, 0, 2 * Math.PI, true);
    context.fillStyle = colours.bands[n];
    context.fill();
  });
  context.strokeStyle = colours.paper;
  context.lineWidth = 3;
  for (const angle of [...sectors.map((sector) => sector.start), ...sectors.slice(-1).map((last) => last.end)]) {
    const [from, to] = [bands[1].inner, 1].map((r) => view.at(r * Math.sin(angle), r * Math.cos(angle)));
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }
}

function drawAreas(context, view, { areas, stretch }, colours) {
  for (const area of areas) {
    if (area.community < 0) continue;
    const { x, y } = view.at(area.x, area.y);
    context.beginPath();
    context.ellipse(x, y, area.radius * view.unit * stretch, area.radius * view.unit, 0, 0, 2 * Math.PI);
    context.fillStyle = colours.areas[area.community % colours.areas.length];
    context.fill();
  }
}

/** Write names, the weightiest first, each only where it covers nothing written before. */
function names(context, view, sigma, held, data, colours, visible) {
  const { width, height } = sigma.getDimensions();
  const writer = { context, colours, taken: [], width, height };
  const pointed = held.hovered ?? held.chosen;
  if (held.scene.bands) ringNames(writer, view, held.scene, data);
  else areaNames(writer, view, held.scene);
  if (pointed && held.scene.graph.hasNode(pointed)) person(writer, view, held.scene.graph, pointed, true);
  const crowded = held.scene.bands && view.size(held.scene.size) < 10;
  if (crowded) return;
  const { graph } = held.scene;
  const boxes = [];
  const named = byWeight(held.scene).filter((node) => {
    const attributes = graph.getNodeAttributes(node);
    if (!visible(attributes) || (held.near && !held.near.has(node))) return false;
    const { x, y } = view.at(attributes.x, attributes.y);
    const half = view.size(attributes.size);
    boxes.push([x - half, y - half, x + half, y + half]);
    return node !== pointed && x >= 0 && y >= 0 && x <= width && y <= height;
  });
  const most = Math.min(MOST_LABELS, (width * height) / ROOM_A_LABEL);
  writer.taken.push(...boxes.slice(0, most / 2)); // the strongest are named, the others where no mark is covered
  for (const node of named.slice(0, most / 2)) person(writer, view, graph, node, false);
  writer.taken.push(...boxes.slice(most / 2));
  let others = 0;
  for (const node of named.slice(most / 2)) if (others < most / 2) others += person(writer, view, graph, node, false);
}

/** The nodes by weight, sorted once. */
function byWeight(scene) {
  scene.weighty ??= scene.graph
    .nodes()
    .filter((node) => node !== "leader")
    .sort((a, b) => scene.graph.getNodeAttribute(b, "weight") - scene.graph.getNodeAttribute(a, "weight"));
  return scene.weighty;
}

/** Write one person's name beside the mark; `must` writes it whatever it covers, on paper. */
function person(writer, view, graph, node, must) {
  const { x, y, size, label } = graph.getNodeAttributes(node);
  if (!label) return false;
  const at = view.at(x, y);
  const aside = view.size(size) + 4;
  const spots = [
    [at.x + aside, at.y, "left"],
    [at.x - aside, at.y, "right"],
    [at.x, at.y - aside - LABEL / 2, "center"],
    [at.x, at.y + aside + LABEL / 2, "center"],
  ];
  return written(writer, shortened(label, 30), must ? [inside(writer, spots)] : spots, must ? "bold" : "", must);
}

/** The spot on the side where there is room. */
function inside({ width }, spots) {
  return spots[0][0] > width * 0.6 ? spots[1] : spots[0];
}

function written({ context, colours, taken, width, height }, text, spots, weight, must = false) {
  context.font = `${weight} ${LABEL}px ${FONT}`;
  context.textBaseline = "middle";
  const long = context.measureText(text).width;
  for (const [x, y, side] of spots) {
    const left = side === "left" ? x : side === "right" ? x - long : x - long / 2;
    const box = [left - 2, y - LABEL * 0.65, left + long + 2, y + LABEL * 0.65];
    const free = box[0] >= 0 && box[2] <= width && box[1] >= 0 && box[3] <= height;
    if (!must && (!free || taken.some((other) => overlap(box, other)))) continue;
    context.textAlign = "left";
    context.lineJoin = "round";
    context.lineWidth = must ? 5 : 3;
    context.strokeStyle = colours.paper;
    context.globalAlpha = must ? 0.95 : 0.75;
    context.strokeText(text, left, y);
    context.globalAlpha = 1;
    context.fillStyle = colours.ink;
    context.fillText(text, left, y);
    taken.push(box);
    return true;
  }
  return false;
}

function overlap(one, other) {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

function shortened(text, length) {
  const letters = [...text];
  return letters.length <= length ? text : `${letters.slice(0, length - 1).join("").trimEnd()}…`;
}

/** The leader's initials in the middle. */
function initials({ context, colours }, view, leader) {
  const { x, y } = view.at(0, 0);
  context.font = `${LABEL}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colours.paper;
  const letters = leader.split(" ").slice(0, 2).map((word) => [...word][0] ?? "");
  context.fillText(letters.join("").toUpperCase(), x, y);
}

/** The rings' names at the top, the spheres' around. */
function ringNames(writer, view, { bands, sectors }, data) {
  const figures = new Intl.NumberFormat(data.language === "en" ? "en-GB" : data.language);
  initials(writer, view, data.leader);
  for (const band of bands) {
    const middle = (band.inner + band.outer) / 2;
    const { x, y } = view.at(0, middle);
    const gap = 2 * Math.sin(GAP / 2) * middle * view.unit;
    band.names.forEach(([name, count], n) => {
      const down = (n - (band.names.length - 1) / 2) * LABEL * 1.35;
      const words = `${name} · ${figures.format(count)}`;
      makeRoom(writer, words, x, y + down, gap);
      written(writer, words, [[x, y + down, "center"]], "bold");
    });
  }
  for (const sector of sectors) {
    const angle = (sector.start + sector.end) / 2;
    const { x, y } = view.at(1.03 * Math.sin(angle), 1.03 * Math.cos(angle));
    const side = Math.sin(angle) > 0.12 ? "left" : Math.sin(angle) < -0.12 ? "right" : "center";
    const down = Math.cos(angle) > 0.6 ? -LABEL : Math.cos(angle) < -0.6 ? LABEL * 1.1 : 0;
    written(writer, shortened(sector.name, 18), [[x, y + down - LABEL * 0.68, side]], "");
    written(writer, figures.format(sector.people), [[x, y + down + LABEL * 0.68, side]], "");
  }
}

/** On a small screen a ring's name is wider than the gap that is left for it: the marks make room. */
function makeRoom({ context, colours }, words, x, y, gap) {
  context.font = `bold ${LABEL}px ${FONT}`;
  const long = context.measureText(words).width + LABEL / 2;
  if (long <= gap) return;
  context.fillStyle = colours.paper;
  context.globalAlpha = 0.85;
  context.fillRect(x - long / 2, y - LABEL * 0.68, long, LABEL * 1.36);
  context.globalAlpha = 1;
}

/** The communities' names above their areas. */
function areaNames(writer, view, { areas, graph }) {
  const leader = graph.getNodeAttributes("leader");
  const middle = view.at(0, 0);
  const below = middle.y + view.size(leader.size) + LABEL;
  written(writer, shortened(leader.label, 30), [[middle.x, below, "center"]], "bold", true);
  for (const area of areas) {
    if (area.community < 0) continue;
    const { x, y } = view.at(area.x, area.y + area.radius);
    const name = writer.width < 600 ? area.brief : shortened(area.name, 36);
    written(writer, name, [[x, y - LABEL / 2 - 2, "center"], [x, y + LABEL, "center"]], "bold");
  }
}
