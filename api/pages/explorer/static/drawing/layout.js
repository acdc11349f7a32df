// Where nodes stand. Every arrangement is computed from what is drawn alone, so that the same recipe gives the same picture.

const WIDE = 1.15; // names are wider than high
const FIRST_RING = 3;
const TALL = 15; // rows in a column
const ROOM = 60; // nodes that fit beside each other
const CHUNK = 10; // iterations
const PICTURE = 120; // ms that go by between two pictures: to draw one takes longer than most simulations
const FORCED = 1500; // more nodes than this are placed, not simulated

const byWhatTheyAre = (graph) => (a, b) => {
  const [left, right] = [graph.nodes.get(a), graph.nodes.get(b)];
  return left.kind.localeCompare(right.kind) || (left.community ?? 1e9) - (right.community ?? 1e9)
    || left.department?.localeCompare(right.department ?? "") || (a < b ? -1 : 1);
};

function put(graph, node, x, y) {
  const known = graph.nodes.get(node);
  if (known) [known.x, known.y] = [x, y];
}

/** Rings round a node, each as full as it can be. */
export function rings(graph, centre, nodes, scale = 1) {
  const { x, y } = graph.nodes.get(centre);
  const waiting = [...nodes].sort(byWhatTheyAre(graph));
  const sizes = [];
  for (let left = waiting.length, ring = 0; left > 0; ring += 1) {
    const room = Math.floor((FIRST_RING + ring * 2) * Math.PI * 1.4);
    sizes.push(Math.min(room, left));
    left -= room;
  }
  let taken = 0;
  sizes.forEach((size, ring) => {
    const radius = (FIRST_RING + ring * 2) * scale;
    for (let place = 0; place < size; place += 1, taken += 1) {
      const angle = ((place + (ring % 2) / 2) / size) * 2 * Math.PI - Math.PI / 2;
      put(graph, waiting[taken], x + Math.cos(angle) * radius * WIDE, y + Math.sin(angle) * radius);
    }
  });
}

/** A fan that opens away from the middle of what is drawn. */
export function fan(graph, centre, nodes, scale = 1) {
  const { x, y } = graph.nodes.get(centre);
  const away = Math.atan2(y, x);
  [...nodes].sort(byWhatTheyAre(graph)).forEach((node, place) => {
    const ring = Math.floor(place / 12);
    const angle = away + ((place % 12) - 5.5) * 0.24 + (ring % 2) * 0.12;
    const radius = (2.5 + ring * 1.2) * scale;
    put(graph, node, x + Math.cos(angle) * radius, y + Math.sin(angle) * radius);
  });
}

/** Columns from left to right; `place` says in which each node stands. */
export function columns(graph, place) {
  const columns = new Map();
  for (const [node, column] of place) {
    if (graph.nodes.has(node)) columns.set(column, [...(columns.get(column) ?? []), node]);
  }
  const width = Math.max(4, ...[...columns.values()].map((nodes) => nodes.length * 0.8));
  for (const [column, nodes] of columns) {
    nodes.forEach((node, row) => put(graph, node, column * width * 0.7, ((nodes.length - 1) / 2 - row) * Math.min(1.6, 12 / nodes.length)));
  }
}

/** Two customers, what both took between them, what one took on their own side. */
export function sides(graph, { a, b, shared, only_a, only_b }) {
  put(graph, a, -6, 0);
  put(graph, b, 6, 0);
  block(graph, shared, 0);
  block(graph, only_a, -12);
  block(graph, only_b, 12);
}

function block(graph, rows, x) {
  const high = Math.min(rows.length, TALL);
  rows.forEach((row, place) => {
    const [column, inColumn] = [Math.floor(place / TALL), place % TALL];
    const aside = (column - (Math.ceil(rows.length / TALL) - 1) / 2) * 4;
    put(graph, row.node.node, x + aside, ((high - 1) / 2 - inColumn) * 1.7);
  });
}

/** Places on a spiral for nodes that have none: the start of a simulation. */
export function spiral(graph, nodes) {
  nodes.forEach((node, place) => {
    const [angle, radius] = [place * 2.399963, Math.sqrt(place + 0.5)];
    put(graph, node, Math.cos(angle) * radius * WIDE, Math.sin(angle) * radius);
  });
}

/** ForceAtlas2 in bounded pieces, `drawn` now and then; does nothing for large graphs or without the library. */
export async function force(graph, { fixed = new Set(), drawn = () => {}, signal } = {}) {
  const library = window.graphologyLibrary;
  if (library === undefined || graph.size > FORCED || graph.size < 3) return;
  const simulated = new window.graphology.UndirectedGraph();
  for (const [node, { x, y }] of graph.nodes) simulated.addNode(node, { x, y, fixed: fixed.has(node) });
  for (const edge of graph.edges.values()) {
    if (edge.source !== edge.target) simulated.mergeEdge(edge.source, edge.target, { weight: 1 });
  }
  const settings = { gravity: 4, scalingRatio: 20, slowDown: 2, barnesHutOptimize: graph.size > 300 };
  const chunks = graph.size > 600 ? 8 : 20;
  let shown = performance.now();
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    library.layoutForceAtlas2.assign(simulated, { iterations: CHUNK, settings });
    if (performance.now() - shown < PICTURE) continue;
    simulated.forEachNode((node, { x, y }) => put(graph, node, x, y));
    drawn();
    await new Promise((resolve) => { setTimeout(resolve, 0); });
    if (signal?.aborted) throw signal.reason;
    shown = performance.now();
  }
  simulated.forEachNode((node, { x, y }) => put(graph, node, x, y));
  apart(graph, simulated);
}

/** Moves nodes off each other where they came to lie too close. */
function apart(graph, simulated) {
  let [low, high] = [Infinity, -Infinity];
  simulated.forEachNode((_, { x }) => { low = Math.min(low, x); high = Math.max(high, x); });
  simulated.updateEachNodeAttributes((_, attributes) => ({ ...attributes, size: (high - low) / ROOM }));
  window.graphologyLibrary.layoutNoverlap.assign(simulated, { maxIterations: 80, settings: { margin: (high - low) / ROOM / 4, ratio: 1 } });
  simulated.forEachNode((node, { x, y, fixed }) => { if (!fixed) put(graph, node, x, y); });
}
