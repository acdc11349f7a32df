// The central products: those through which most of the graph hangs together.

import { make } from "../elements.js";
import { named, number, calm } from "../words.js";

export function centralList(nodes, select) {
  if (nodes.length === 0) return [make("p", { className: "fine" }, "Nothing is analysed yet.")];
  const most = nodes[0].centrality || 1;
  return [
    make("p", { className: "fine" }, "By PageRank on what customers bought; the bar compares with the first."),
    make("ol", { className: "rows ranked" }, ...nodes.map((node, place) => {
      const bar = make("i", { className: "bar", "aria-hidden": "true" });
      bar.style.setProperty("--share", (node.centrality ?? 0) / most);
      return make("li", {}, make("button", { type: "button", className: "row", onclick: () => select(node.node), title: `${node.id} · ${calm(node.department)}` },
        make("span", {}, `${place + 1}. ${named(node)}`), make("b", {}, number(node.degree)), bar));
    })),
  ];
}
