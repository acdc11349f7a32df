// The panel of a recommendation: what would be shown, and why; a reason brings its path forward.

import { button, make } from "../elements.js";
import { bare } from "../steps.js";
import { capital, named, spaced } from "../words.js";

/** chosen: "item.reason" of the reason brought forward; choose(name) another, "" none. */
export function reasonsPanel({ customer, placement, items }, graph, chosen, { choose, select }) {
  const nameOf = (node) => named(graph.nodes.get(node) ?? bare(node));
  return [
    make("p", { className: "kind" }, `Recommended on ${spaced(placement)}`),
    make("h2", {}, "For ", button(nameOf(customer), () => select(customer), { className: "link" })),
    make("p", { className: "fine" }, "Computed just now and not recorded. Choose a reason to see its path."),
    items.length === 0 ? make("p", {}, "Nothing would be recommended here.") : null,
    make("ol", { className: "items" }, ...items.map((item, place) => make("li", {},
      button(nameOf(item.node), () => select(item.node), { className: "link" }),
      make("ul", {}, ...item.reasons.map((reason, index) => {
        const name = `${place}.${index}`;
        return make("li", {}, make("button", { type: "button", className: "reason", "aria-pressed": String(name === chosen),
          disabled: reason.chain.length === 0, onclick: () => choose(name === chosen ? "" : name) }, capital(reason.text)));
      }))))),
  ];
}
