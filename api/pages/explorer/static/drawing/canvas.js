// The drawing: sigma on top of what the graph holds, with its colours, sizes and emphasis.

import { named, relationWords, share } from "../words.js";
import { drawHover, drawName } from "./labels.js";
import { DARK, LIGHT, translucent } from "./palette.js";

const FEW = 60; // up to so many nodes each gets its name
const HUB = 8; // from more relations than this a node is what others stand around
const SMALL = 400; // up to so many nodes there is room for firm edges and large discs
const HALO = { customer: 0.1, other: 0.14 }; // of a node's radius: the paper's colour round it
const RIM = { customer: 0.34, other: 0.43 };
const dark = matchMedia("(prefers-color-scheme: dark)");

export class Canvas {
  /** on: {select(node), open(node), moved(camera), ticked()} */
  constructor(container, on) {
    this.container = container;
    this.on = on;
    this.sigma = null;
    this.theme = dark.matches ? DARK : LIGHT;
    this.overviewed = false; // from far away the names of the communities speak, not those of single nodes
    this.state = null;
    this.obstacle = this.#start();
    new ResizeObserver(() => {
      if (this.sigma === null || this.state === null) return;
      this.sigma.resize();
      this.sigma.scheduleRefresh();
    }).observe(container);
    dark.addEventListener("change", () => {
      this.theme = dark.matches ? DARK : LIGHT;
      on.theme();
    });
  }

  /** Draws a graph anew. colourOf: node → colour; faded: nodes that stand back; lit: {nodes, edges} to bring forward. */
  draw(graph, look, camera) {
    this.look(graph, look, false);
    if (this.sigma === null) return;
    const drawing = new window.graphology.MultiDirectedGraph();
    for (const [key, node] of graph.nodes) drawing.addNode(key, { x: node.x, y: node.y, size: 1, label: named(node) });
    for (const [key, edge] of graph.edges) drawing.addDirectedEdgeWithKey(key, edge.source, edge.target, { edge, weight: Math.log2(1 + (edge.times || 1)) });
    this.#fit(graph);
    this.camera = camera;
    this.sigma.setGraph(drawing); // draws at once, and with it all that was set before
    const padding = this.state.small ? 90 : 60; // names stand wide beneath the nodes of a small view
    if (this.sigma.getSetting("stagePadding") !== padding) this.sigma.setSetting("stagePadding", padding); // redraws
  }

  /** Other colours, sizes or emphasis for what is drawn already. */
  look(graph, look, redraw = true) {
    const near = look.selected && graph.nodes.has(look.selected) ? graph.around(look.selected) : null;
    this.state = { ...look, near, graph, small: graph.size <= SMALL, scale: sizes(graph, look.size) };
    if (redraw && this.sigma !== null) {
      this.sigma.setSetting("labelColor", { color: this.theme.ink });
      this.sigma.setSetting("edgeLabelColor", { color: this.theme.soft });
      this.sigma.refresh();
    }
  }

  /** New places of the same nodes. */
  place(graph) {
    if (this.sigma === null) return;
    const drawing = this.sigma.getGraph();
    drawing.updateEachNodeAttributes((key, attributes) => {
      const node = graph.nodes.get(key);
      return node ? { ...attributes, x: node.x, y: node.y } : attributes;
    }, { attributes: ["x", "y"] });
    this.#fit(graph);
    this.sigma.refresh();
  }

  /** Moves the camera so that a node stands in the middle. */
  centre(node) {
    const data = this.sigma?.getNodeDisplayData(node);
    if (data) this.#go({ x: data.x, y: data.y, ratio: Math.min(this.sigma.getCamera().ratio, 0.35) });
  }

  /** Moves the camera so that all of these stand inside. */
  frame(nodes) {
    if (this.sigma === null) return;
    const found = nodes.map((node) => this.sigma.getNodeDisplayData(node)).filter(Boolean);
    if (found.length === 0) return;
    const [xs, ys] = [found.map((data) => data.x), found.map((data) => data.y)];
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    this.#go({ x: (left + right) / 2, y: (low + high) / 2, ratio: Math.min(1.06, Math.max(right - left, high - low, 0.08) * 1.3) });
  }

  zoom(factor) {
    const camera = this.sigma?.getCamera();
    if (camera) this.#go({ ratio: camera.ratio * factor });
  }

  pan(x, y) {
    const camera = this.sigma?.getCamera();
    if (camera) this.#go({ x: camera.x + x * camera.ratio, y: camera.y + y * camera.ratio });
  }

  everything() { this.#go({ x: 0.5, y: 0.5, ratio: 1.06 }); }

  get camera() { return this.sigma?.getCamera().getState() ?? null; }
  set camera(state) { this.sigma?.getCamera().setState(state ?? { x: 0.5, y: 0.5, ratio: 1.06 }); }

  /** Where a point of the graph lies on the drawing, in CSS pixels. */
  where(point) { return this.sigma?.graphToViewport(point) ?? null; }

  /** The layers of the drawing, drawn just now: WebGL forgets its picture after the frame. */
  layers() {
    this.sigma.refresh();
    const canvases = this.sigma.getCanvases();
    return ["edges", "edgeLabels", "nodes", "labels", "hovers", "hoverNodes"].map((name) => canvases[name]).filter(Boolean);
  }

  #go(state) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const camera = this.sigma.getCamera();
    if (still) camera.setState(state);
    else camera.animate(state, { duration: 220 });
  }

  #fit(graph) {
    const xs = [], ys = [];
    for (const node of graph.nodes.values()) { xs.push(node.x); ys.push(node.y); }
    if (xs.length === 0) return;
    const span = (values) => {
      const low = values.reduce((a, b) => Math.min(a, b)), high = values.reduce((a, b) => Math.max(a, b));
      return high - low < 2 ? [(low + high) / 2 - 1, (low + high) / 2 + 1] : [low, high];
    };
    this.sigma.setCustomBBox({ x: span(xs), y: span(ys) });
  }

  /** Opens the drawing, still empty, while the first answer is on its way. Why nothing can be drawn, in words; "" where it can. */
  #start() {
    const unable = "This browser cannot draw: WebGL 2 is missing or switched off. The lists beside the drawing work without it.";
    if (!window.Sigma || !window.graphology || !window.graphologyLibrary) { // sigma itself does not load where WebGL is missing
      if (document.createElement("canvas").getContext("webgl2") === null) return unable;
      return "The drawing library is not in this installation: “make setup” puts it there in a checkout; a wheel built after it carries it. The lists work without it.";
    }
    try {
      this.#open();
      return "";
    } catch {
      this.container.replaceChildren();
      return unable;
    }
  }

  #open() {
    let taken = []; // the room that names have in this picture
    const drawLabel = (context, data, settings) => {
      if (!data.highlighted && (!this.overviewed || data.forceLabel)) drawName(context, data, settings, taken);
    };
    const { createNodeBorderProgram, EdgeRectangleProgram } = window.Sigma.rendering;
    // One program for rings and discs, whose middle has the colour of the rim: WebGL takes long to compile each.
    const circle = createNodeBorderProgram({
      borders: [
        { size: { attribute: "halo", defaultValue: HALO.other }, color: { attribute: "paper", defaultValue: "#fff" } },
        { size: { attribute: "rim", defaultValue: RIM.other }, color: { attribute: "color" } },
        { size: { fill: true }, color: { attribute: "fill", defaultValue: "#fff" } },
      ],
      drawLabel, drawHover,
    });
    this.sigma = new window.Sigma(new window.graphology.MultiDirectedGraph(), this.container, {
      allowInvalidContainer: true, defaultNodeType: "circle", nodeProgramClasses: { circle },
      defaultEdgeType: "line", edgeProgramClasses: { line: EdgeRectangleProgram, arrow: NoArrows },
      defaultDrawNodeLabel: drawLabel, defaultDrawNodeHover: drawHover,
      labelFont: "system-ui, sans-serif", labelSize: 12, labelWeight: "500", labelColor: { color: this.theme.ink },
      renderEdgeLabels: true, edgeLabelFont: "system-ui, sans-serif", edgeLabelSize: 11, edgeLabelColor: { color: this.theme.soft },
      labelDensity: 0.9, labelGridCellSize: 110, labelRenderedSizeThreshold: 7, zIndex: true, stagePadding: 60,
      minEdgeThickness: 0.6, minCameraRatio: 0.01, maxCameraRatio: 4, enableCameraRotation: false, hideEdgesOnMove: false,
      zoomToSizeRatioFunction: (ratio) => Math.sqrt(ratio) ** 0.8,
      nodeReducer: (key) => this.#node(key), edgeReducer: (key, edge) => this.#edge(key, edge),
    });
    this.sigma.on("clickNode", ({ node }) => this.on.select(node));
    this.sigma.on("doubleClickNode", (event) => { event.preventSigmaDefault(); this.on.open(event.node); });
    this.sigma.on("clickStage", () => this.on.select(""));
    this.sigma.on("enterNode", () => { this.container.style.cursor = "pointer"; });
    this.sigma.on("leaveNode", () => { this.container.style.cursor = ""; });
    this.sigma.on("beforeRender", () => { taken = []; });
    this.sigma.on("afterRender", () => this.on.ticked());
    this.sigma.getCamera().on("updated", (state) => this.on.moved(state));
  }

  #node(key) {
    const { graph, scale, colourOf, faded, selected, near, lit, small } = this.state;
    const node = graph.nodes.get(key);
    const { theme } = this;
    const back = faded.has(key) || (lit ? !lit.nodes.has(key) : near && key !== selected && !near.has(key));
    const chosen = key === selected;
    const colour = back ? theme.faint : colourOf.get(key) ?? theme.none;
    const shape = node.kind === "customer" ? "customer" : "other";
    const important = chosen || (lit ? lit.nodes.has(key) : near?.has(key) && near.size <= FEW) || (small && graph.joined.get(key).size > HUB);
    const size = Math.min((graph.size <= FEW ? 1.4 : 1) * scale(node), this.state.tidy ? 8 : 20) * (chosen ? 1.35 : 1);
    return {
      x: node.x, y: node.y, label: back && !(lit && small) ? "" : named(node), size, below: small,
      halo: HALO[shape], rim: RIM[shape], paper: theme.paper, color: colour, fill: shape === "customer" ? theme.paper : colour,
      zIndex: chosen ? 3 : important ? 2 : back ? 0 : 1, highlighted: chosen, forceLabel: Boolean(important) || (small && graph.size <= FEW),
    };
  }

  #edge(key, { edge, weight }) {
    const { faded, selected, near, lit, small } = this.state;
    const { theme } = this;
    if (lit) {
      const on = lit.edges.has(key);
      return { color: on ? theme.accent : theme.edge, size: on ? 3 : 0.7, zIndex: on ? 2 : 0, label: on ? relationWords(edge.relation) : "", forceLabel: on };
    }
    const touched = near && (edge.source === selected || edge.target === selected);
    if (touched) {
      const few = near.size <= FEW;
      return { color: translucent(this.state.colourOf.get(selected) ?? theme.soft, few ? 0.55 : 0.4), size: few ? 1 + weight * 0.25 : 0.9, zIndex: 2 };
    }
    const alike = edge.similarity === undefined ? {} : { label: share(edge.similarity), forceLabel: true };
    const back = faded.has(edge.source) || faded.has(edge.target);
    return { color: small && !back && !near ? theme.firm : theme.edge, size: small ? (this.state.tidy ? 1.1 : 0.5) + weight * 0.35 : 0.6, hidden: back && !small, zIndex: 0, ...alike };
  }
}

/** Sigma wants a program for arrows, which are never drawn, and compiles its own where it is not given one. */
class NoArrows {
  kill() {}
  reallocate() {}
  render() {}
}

function sizes(graph, by) {
  if (by === "equal") return () => 5;
  const measure = (node) => Math.sqrt(Math.max((by === "centrality" ? node.centrality : node.degree) ?? 0, 0));
  let largest = 0;
  for (const node of graph.nodes.values()) largest = Math.max(largest, measure(node));
  const least = graph.size > 4000 ? 1.8 : 2.6;
  return (node) => least + 11 * (largest ? measure(node) / largest : 0.2);
}
