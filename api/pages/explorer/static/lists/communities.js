// The communities: groups of customers and products that go together more than with the rest.

import { button, make, swatch } from "../elements.js";
import { communityName } from "../drawing/palette.js";
import { calm, counted } from "../words.js";

/** colourOf(community); open(community) draws its best-known products, point(community) brings it forward here. */
export function communityList(communities, colourOf, { open, point, select }) {
  if (communities.length === 0) return [make("p", { className: "fine" }, "No communities are known yet.")];
  return [make("ul", { className: "cards" }, ...communities.map((community) => make("li", {},
    make("h3", {}, swatch(colourOf(community.community)), communityName(community, community.community)),
    make("p", { className: "fine" }, `${counted(community.customers, "customer")}, ${counted(community.products, "product")}`),
    make("p", { className: "links" }, ...community.top_products.slice(0, 4).map((product) => (
      button(calm(product.label), () => select(product.node), { className: "link" })))),
    make("div", { className: "acts" }, button("Bring forward", () => point(community), { className: "quiet" }),
      button("Open alone", () => open(community), { className: "quiet" })))))];
}
