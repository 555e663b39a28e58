/** What lies under and over the marks: soft areas, rings, and names where there is room for them. */

const LABEL = 12;
const MOST_LABELS = 70;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif";
const STRETCH = 1.25;

/**
 * Return what draws around the engine's own marks after each of its frames.
 * @param {import("sigma").default} sigma
 */
export function paper(sigma, held, data, colours, visible) {
  const under = sigma.createCanvas("under", { beforeLayer: "stage", style: { inset: "0" } });
  const over = sigma.createCanvas("over", { afterLayer: "stage", style: { inset: "0", pointerEvents: "none" } });
  return () => {
    const view = { at: (x, y) => sigma.graphToViewport({ x, y }), unit: sigma.getGraphToViewportRatio() };
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

function drawAreas(context, view, { areas }, colours) {
  for (const area of areas) {
    if (area.community < 0) continue;
    const { x, y } = view.at(area.x, area.y);
    context.beginPath();
    context.ellipse(x, y, area.radius * view.unit * STRETCH, area.radius * view.unit, 0, 0, 2 * Math.PI);
    context.fillStyle = colours.areas[area.community % colours.areas.length];
    context.fill();
  }
}

/** Write names, the weightiest first, each only where it covers nothing written before. */
function names(context, view, sigma, held, data, colours, visible) {
  const { width, height } = sigma.getDimensions();
  const taken = [];
  const writer = { context, colours, taken, width, height };
  const pointed = held.hovered ?? held.chosen;
  if (held.scene.bands) ringNames(writer, view, held.scene, data);
  else areaNames(writer, view, held.scene);
  if (pointed && held.scene.graph.hasNode(pointed)) person(writer, view, held.scene.graph, pointed, true);
  if (!held.scene.bands) person(writer, view, held.scene.graph, "leader", false, "bold");
  const crowded = held.scene.bands && held.scene.size * view.unit < 22;
  if (crowded) return;
  let written = 0;
  for (const node of byWeight(held.scene)) {
    if (written >= MOST_LABELS) break;
    const attributes = held.scene.graph.getNodeAttributes(node);
    if (node === pointed || !visible(attributes) || (held.near && !held.near.has(node))) continue;
    const { x, y } = view.at(attributes.x, attributes.y);
    if (x < 0 || y < 0 || x > width || y > height) continue;
    if (person(writer, view, held.scene.graph, node, false)) written++;
  }
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
function person(writer, view, graph, node, must, weight = "") {
  const { x, y, size, label } = graph.getNodeAttributes(node);
  if (!label) return false;
  const at = view.at(x, y);
  const aside = Math.max(3, (size * view.unit) / 2) + 3;
  const spots = [
    [at.x + aside, at.y, "left"],
    [at.x - aside, at.y, "right"],
    [at.x, at.y - aside - LABEL / 2, "center"],
    [at.x, at.y + aside + LABEL / 2, "center"],
  ];
  return written(writer, shortened(label, 30), must ? [inside(writer, spots)] : spots, weight || (must ? "bold" : ""), must);
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

/** The rings' names at the top, the spheres' around. */
function ringNames(writer, view, { bands, sectors }, data) {
  const figures = new Intl.NumberFormat(data.language === "en" ? "en-GB" : data.language);
  for (const band of bands) {
    const { x, y } = view.at(0, (band.inner + band.outer) / 2);
    written(writer, `${band.name} · ${figures.format(band.people)}`, [[x, y, "center"]], "bold");
  }
  for (const sector of sectors) {
    const angle = (sector.start + sector.end) / 2;
    const { x, y } = view.at(1.03 * Math.sin(angle), 1.03 * Math.cos(angle));
    const side = Math.sin(angle) > 0.12 ? "left" : Math.sin(angle) < -0.12 ? "right" : "center";
    const down = Math.cos(angle) > 0.6 ? -LABEL / 2 : Math.cos(angle) < -0.6 ? LABEL / 2 : 0;
    const words = `${shortened(sector.name, 22)} · ${figures.format(sector.people)}`;
    written(writer, words, [[x, y + down, side]], "");
  }
}

/** The communities' names above their areas. */
function areaNames(writer, view, { areas }) {
  for (const area of areas) {
    if (area.community < 0) continue;
    const { x, y } = view.at(area.x, area.y + area.radius);
    written(writer, shortened(area.name, 36), [[x, y - LABEL / 2 - 2, "center"], [x, y + LABEL, "center"]], "bold");
  }
}
