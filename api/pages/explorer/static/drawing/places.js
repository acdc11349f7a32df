// The names of the communities over the map, as a map names its towns; they give way when one comes closer.

import { make } from "../elements.js";
import { communityName } from "./palette.js";

const MOST = 14;
const LEAST = 0.012; // of the drawn nodes
const CLOSE = 0.42;
const LONGEST = 28;

const short = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);

/** The communities of what is drawn: the middle of each, the largest first. */
export function middles(graph, communities) {
  const sums = new Map();
  for (const { community, x, y } of graph.nodes.values()) {
    if (community === null || community === undefined) continue;
    const sum = sums.get(community) ?? { community, x: 0, y: 0, size: 0 };
    sum.x += x; sum.y += y; sum.size += 1;
    sums.set(community, sum);
  }
  return [...sums.values()].sort((a, b) => b.size - a.size).slice(0, MOST).filter((sum) => sum.size >= Math.max(5, graph.size * LEAST)).map((sum) => ({
    x: sum.x / sum.size, y: sum.y / sum.size, name: short(communityName(communities.get(sum.community), sum.community)),
  }));
}

/** Whether the communities' names are read from this camera; none is the one that shows everything. */
export const isFar = (camera) => (camera?.ratio ?? 1) >= CLOSE;

/** Puts the names where they belong now; a name that would cover a larger one's is left out. Whether the map is far enough for them. */
export function place(layer, shown, canvas) {
  const close = !isFar(canvas.camera);
  if (layer.childElementCount !== shown.length || layer.dataset.names !== shown.map((each) => each.name).join("|")) {
    layer.dataset.names = shown.map((each) => each.name).join("|");
    layer.replaceChildren(...shown.map((each) => make("span", {}, each.name)));
  }
  const boxes = [];
  shown.forEach((each, index) => {
    const point = canvas.where(each);
    const label = layer.children[index];
    const width = each.name.length * 7 + 20;
    const box = point && [point.x - width / 2, point.y - 11, point.x + width / 2, point.y + 11];
    const covers = box && boxes.some(([left, top, right, low]) => box[0] < right && box[2] > left && box[1] < low && box[3] > top);
    label.hidden = close || !point || covers;
    if (label.hidden) return;
    boxes.push(box);
    label.style.transform = `translate(${point.x}px, ${point.y}px) translate(-50%, -50%)`;
  });
  return shown.length > 0 && !close;
}
