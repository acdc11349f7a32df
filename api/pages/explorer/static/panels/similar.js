// The panel of similar customers: who, how much alike, and how many products they share.

import { button, make } from "../elements.js";
import { counted, named, share } from "../words.js";

export function similarPanel({ customer, similar }, { select, compare }) {
  return [
    make("p", { className: "kind" }, "Similar customers"),
    make("h2", {}, "Like ", button(named(customer), () => select(customer.node), { className: "link" })),
    make("p", { className: "fine" }, "By what they bought; 1 would be the same history."),
    similar.length === 0 ? make("p", {}, "Nobody comes close.") : null,
    make("ol", { className: "rows ranked" }, ...similar.map((one) => {
      const bar = make("i", { className: "bar", "aria-hidden": "true" });
      bar.style.setProperty("--share", Math.max(0, one.similarity));
      return make("li", { className: "split" }, make("button", { type: "button", className: "row", onclick: () => select(one.node.node) },
        make("span", {}, named(one.node), make("small", {}, ` ${counted(one.shared, "product")} shared`)), make("b", {}, share(one.similarity)), bar),
      button("compare", () => compare(one.node.node), { className: "quiet" }));
    })),
  ];
}
