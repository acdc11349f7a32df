// The panel of paths: every way between two nodes, in words.

import { make } from "../elements.js";
import { full, relationWords } from "../words.js";
import { bare } from "../steps.js";

/** chosen: which path is brought forward; choose(index) brings another, -1 all of them. */
export function pathsPanel({ ends, paths, during }, graph, chosen, choose) {
  const lengths = [...new Set(paths.map((path) => path.nodes.length - 1))];
  return [
    make("p", { className: "kind" }, "Paths"),
    make("h2", {}, `${ends[0]} → ${ends[1]}`),
    during ? make("p", { className: "fine within" }, `By what happened ${during}.`) : null,
    paths.length === 0 ? make("p", {}, "No path of up to four steps was found. Each node's 25 strongest neighbours are looked at.")
      : make("p", { className: "fine" }, `${paths.length} found, ${lengths.length === 1 ? `each of ${lengths[0]} steps` : `of ${Math.min(...lengths)} to ${Math.max(...lengths)} steps`}. Choose one to see it alone.`),
    make("ol", { className: "chains" }, ...paths.map((path, index) => make("li", {}, make("button", {
      type: "button", className: "chain", "aria-pressed": String(index === chosen), onclick: () => choose(index === chosen ? -1 : index),
    }, ...sentence(path, graph))))),
  ];
}

function sentence(path, graph) {
  return path.nodes.flatMap((node, place) => {
    const words = make("b", {}, full(graph.nodes.get(node) ?? bare(node)));
    return place === 0 ? [words] : [make("small", {}, `${step(path, place, graph)} `), words];
  });
}

function step(path, place, graph) {
  const [from, to] = [path.nodes[place - 1], path.nodes[place]];
  const relation = relationWords(path.relations[place - 1]);
  const edge = graph.between(from, to).map((key) => graph.edges.get(key)).find((one) => one.relation === path.relations[place - 1]);
  const backwards = edge !== undefined && edge.source === to;
  if (!backwards) return place === 1 ? ` ${relation}` : from.startsWith("customer:") ? `, who ${relation}` : `, ${relation}`;
  return to.startsWith("customer:") ? `, also ${relation} by` : ", as is";
}
