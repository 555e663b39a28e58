/** The two pictures on one canvas. Where the browser has no WebGL 2 the page keeps its still pictures. */
import Graph from "graphology";
import Sigma from "sigma";
import { sdfCircle, sdfDiamond, sdfSquare, sdfTriangle, layerFill } from "sigma/rendering";
import { paper } from "./drawing.js";
import { KINDS } from "./data.js";
import { network } from "./network.js";
import { rings } from "./rings.js";

const SHAPES = ["triangle", "circle", "diamond", "square"]; // by kind: seen without its colour, too
const EVEN = [1.2, 1, 1.15, 0.85]; // so that the four look equally large
const LEADER = "leader";

/**
 * Start the pictures; null where they cannot be drawn.
 * @param {import("./data.js").Data} data
 * @param {ReturnType<typeof import("./opening.js").openings>} opened
 */
export function picture(data, opened) {
  const place = document.getElementById("pictures");
  const stage = place.querySelector(".stage");
  place.hidden = false;
  try {
    return running(data, opened, place, stage);
  } catch {
    place.remove();
    return null;
  }
}

function running(data, opened, place, stage) {
  const scenes = { rings: () => ringsScene(data), network: () => networkScene(data) };
  const made = {};
  const held = { scene: null, passes: null, near: null, hovered: null, chosen: null };
  const dark = matchMedia("(prefers-color-scheme:dark)");
  let colours = coloursOf(stage);
  let sigma = null;

  function show(name) {
    held.scene = made[name] ??= scenes[name]();
    held.hovered = null;
    held.scene.drawn = null;
    for (const button of place.querySelectorAll("[data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === name));
    }
    for (const words of place.querySelectorAll("[data-of]")) words.hidden = words.dataset.of !== name;
    point();
    if (sigma) sigma.kill();
    sigma = started(held.scene, stage, data, styled());
    watched();
    sigma.refresh();
  }

  /** How a node and a tie look, by what is filtered, hovered and opened. */
  function styled() {
    return {
      node(key, attributes) {
        if (key === LEADER) return { color: colours.ink, rim: colours.ink };
        const hidden = !visible(attributes);
        const faint = held.near && !held.near.has(key);
        const kind = KINDS[attributes.kind];
        return {
          visibility: hidden ? "hidden" : "visible",
          color: kind === "unknown" ? colours.paper : colours[kind],
          rim: colours[kind],
          opacity: faint ? 0.25 : 1,
        };
      },
      edge(key, attributes, ends) {
        const lit = held.near && ends.includes(focus());
        const off = ends.some((end) => end !== LEADER && !visible(held.scene.graph.getNodeAttributes(end)));
        return {
          visibility: off || !(lit || (attributes.shown && !held.near)) ? "hidden" : "visible",
          color: lit ? colours.ink : attributes.ours ? colours.ours : colours.tie,
          size: attributes.width * (lit ? 1.4 : 1),
        };
      },
    };
  }

  function visible({ row, kind }) {
    if (!held.passes) return true;
    return row >= 0 ? held.passes[row] === 1 : held.all || (held.others?.[kind] ?? false);
  }

  const focus = () => held.hovered ?? held.chosen;

  /** Who stands out: whoever is pointed at or opened, and in the network the people tied to them. */
  function point() {
    const { graph, ties } = held.scene;
    const at = focus();
    held.near = at && ties && graph.hasNode(at) ? new Set([at, LEADER, ...graph.neighbors(at)]) : null;
  }

  function watched() {
    const drawn = paper(sigma, held, data, () => colours, visible);
    sigma.on("afterRender", drawn);
    sigma.on("enterNode", ({ node }) => hover(node));
    sigma.on("leaveNode", () => hover(null));
    sigma.on("clickNode", ({ node }) => {
      const row = node === LEADER ? -1 : held.scene.graph.getNodeAttribute(node, "row");
      if (row >= 0) opened.open(row);
    });
  }

  /** Draw anew what the filters changed: in the rings the people alone, in the network their ties, too. */
  function refresh() {
    const { graph, ties, drawn } = held.scene;
    const now = held.passes.slice();
    held.scene.drawn = now;
    if (ties || !drawn) return sigma.refresh({ skipIndexation: true });
    const nodes = graph.filterNodes((_, { row }) => row >= 0 && drawn[row] !== now[row]);
    if (nodes.length) sigma.refresh({ partialGraph: { nodes }, skipIndexation: true });
  }

  function hover(node) {
    held.hovered = node === LEADER ? null : node;
    point();
    sigma.refresh({ skipIndexation: true });
  }

  place.addEventListener("click", (event) => {
    const { view, zoom } = event.target.closest("button")?.dataset ?? {};
    if (view) show(view);
    else if (zoom === "in") sigma.getCamera().animatedZoom({ duration: 200 });
    else if (zoom === "out") sigma.getCamera().animatedUnzoom({ duration: 200 });
    else if (zoom === "all") sigma.getCamera().animatedReset({ duration: 200 });
  });
  dark.addEventListener("change", () => ((colours = coloursOf(stage)), sigma.refresh()));
  opened.changed((row) => {
    held.chosen = row === null ? null : (held.scene.nodeOf.get(row) ?? null);
    held.row = row;
    point();
    sigma.refresh({ skipIndexation: true });
  });
  show("rings");
  document.documentElement.classList.add("moving");
  return {
    /** Show those who pass. */
    show(passes, all) {
      Object.assign(held, { passes, all });
      cancelAnimationFrame(held.waiting); // the table answers first
      held.waiting = requestAnimationFrame(refresh);
    },
  };
}

/** Everybody in rings. */
function ringsScene(data) {
  const laid = rings(data);
  const graph = new Graph();
  const nodeOf = new Map();
  graph.addNode(LEADER, { x: 0, y: 0, size: 0.13, shape: "circle", row: -1, label: "" });
  data.people.name.forEach((name, n) => {
    if (!data.people.opened[n]) return;
    const label = data.texts[name];
    const kind = data.people.kind[n];
    const weight = data.people.responses[n];
    const size = laid.size * EVEN[kind];
    graph.addNode(n, { x: laid.x[n], y: laid.y[n], size, shape: SHAPES[kind], kind, row: n, label, weight });
    nodeOf.set(n, String(n));
  });
  const aside = matchMedia("(max-width:46rem)").matches ? 1.5 : 1.4; // room for the spheres' names
  const box = { x: [-aside, aside], y: [-1.16, 1.16] };
  return { graph, nodeOf, ...laid, ties: null, reference: "positions", box };
}

/** The strongest around the leader. */
function networkScene(data) {
  const narrow = matchMedia("(max-width:46rem)").matches;
  const laid = network(data, narrow ? 1 : 1.25);
  const held = data.network;
  const radius = narrow ? 3 : held.name.length > 150 ? 4 : 5;
  const graph = new Graph({ type: "undirected" });
  const nodeOf = new Map();
  graph.addNode(LEADER, { x: 0, y: 0, size: 11, shape: "circle", row: -1, label: data.leader });
  held.name.forEach((label, n) => {
    const attributes = { shape: SHAPES[held.kind[n]], kind: held.kind[n], row: held.row[n], label };
    const size = radius * EVEN[held.kind[n]];
    graph.addNode(n, { ...attributes, x: laid.x[n], y: laid.y[n], size, weight: held.name.length - n });
    if (held.row[n] >= 0) nodeOf.set(held.row[n], String(n));
  });
  for (const { ends, weight, width, ours, shown } of laid.ties) {
    const [source, target] = ends.map((end) => (end < 0 ? LEADER : String(end)));
    graph.addEdge(source, target, { weight, width, ours, shown });
  }
  return { graph, nodeOf, areas: laid.areas, stretch: laid.stretch, ties: laid.ties, reference: "screen", box: boxOf(laid) };
}

function boxOf({ areas, stretch }) {
  const ends = (axis, sign, least) =>
    areas.reduce((most, area) => Math.max(most, sign * area[axis] + area.radius * (axis === "x" ? stretch : 1)), least);
  return { x: [-ends("x", -1, 3) - 1, ends("x", 1, 3) + 1], y: [-ends("y", -1, 2) - 0.6, ends("y", 1, 2) + 0.6] };
}

/** Start the engine on a scene; labels are drawn by us, as the browser writes every script. */
function started(scene, stage, data, styled) {
  const { words } = data;
  const sigma = new Sigma(scene.graph, stage, {
    primitives: {
      nodes: {
        shapes: [sdfCircle(), sdfTriangle(), sdfDiamond(), sdfSquare()],
        variables: { rim: { type: "color", default: "#000000" } },
        layers: [layerFill(), rim()],
      },
    },
    styles: {
      nodes: {
        x: { attribute: "x" },
        y: { attribute: "y" },
        size: { attribute: "size" },
        shape: { attribute: "shape" },
        cursor: (attributes) => (attributes.row >= 0 ? "pointer" : "default"),
      },
      edges: { size: { attribute: "width" } },
    },
    nodeReducer: (key, shown, attributes) => styled.node(key, attributes),
    edgeReducer: (key, shown, attributes) => styled.edge(key, attributes, scene.graph.extremities(key)),
    settings: {
      itemSizesReference: scene.reference,
      zoomToSizeRatioFunction: scene.reference === "screen" ? Math.sqrt : (ratio) => ratio,
      renderLabels: false,
      minEdgeThickness: 0.6,
      nodePickingPadding: matchMedia("(pointer:coarse)").matches ? 10 : 3,
      stagePadding: 4,
      minCameraRatio: 0.05,
      maxCameraRatio: 1.2,
      enableCameraRotation: false,
      gestureTarget: "shared",
      sharedGestureWheelMessage: words.wheel,
      sharedGestureAppleWheelMessage: words.wheelApple,
      sharedGestureTouchMessage: words.touch,
    },
  });
  sigma.setCustomBBox(scene.box);
  return sigma;
}

/** A rim of its own colour: whoever is unknown is hollow. */
function rim() {
  return {
    name: "rim",
    uniforms: [],
    attributes: [
      { name: "rimColor", size: 4, type: WebGL2RenderingContext.UNSIGNED_BYTE, normalized: true, source: "rim" },
    ],
    glsl: `vec4 layer_rim(vec4 v_rimColor) {
      float width = min(1.6 * context.pixelToUV, 0.25);
      return vec4(v_rimColor.rgb, v_rimColor.a * smoothstep(-width - context.aaWidth, -width, context.sdf));
    }`,
  };
}

/** The page's own colours, light or dark. */
function coloursOf(stage) {
  const style = getComputedStyle(stage);
  const named = (name) => style.getPropertyValue(`--${name}`).trim();
  const one = Object.fromEntries(
    ["ink", "muted", "paper", "tie", "ours", ...KINDS.map((kind) => `mark-${kind}`)].map((name) => [name, named(name)]),
  );
  for (const kind of KINDS) one[kind] = one[`mark-${kind}`];
  return {
    ...one,
    bands: [2, 3, 4].map((step) => named(`band-${step}`)),
    areas: [0, 1, 2, 3, 4, 5].map((n) => named(`area-${n}`)),
  };
}
