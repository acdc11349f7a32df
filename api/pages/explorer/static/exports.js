// What leaves the page: the picture, tables and a graph file of what is drawn.

import { make } from "./elements.js";
import { kindOf } from "./words.js";

const FORMULA = /^[=+\-@\t\r\n]/;
const NODE_FIELDS = ["node", "kind", "id", "label", "department", "degree", "community", "centrality", "x", "y"];
const EDGE_FIELDS = ["source", "target", "relation", "times", "last", "similarity"];
const TYPES = { degree: "int", community: "int", centrality: "double", x: "double", y: "double", times: "int", similarity: "double" };

const traitsOf = (graph) => [...new Set([...graph.nodes.values()].flatMap((node) => Object.keys(node.traits ?? {})))].sort();
const rowOf = (node) => ({ ...node, kind: node.kind ?? kindOf(node.node) });

/** A cell: quoted where it must be; a text that a spreadsheet would compute gets an apostrophe before it. */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(String(value)) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

const table = (header, rows) => [header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";

export function nodesCsv(graph) {
  const traits = traitsOf(graph);
  const rows = [...graph.nodes.values()].map(rowOf).map((node) => [...NODE_FIELDS.map((name) => node[name]), ...traits.map((trait) => node.traits?.[trait])]);
  return table([...NODE_FIELDS, ...traits.map((trait) => `trait ${trait}`)], rows);
}

export const edgesCsv = (graph) => table(EDGE_FIELDS, [...graph.edges.values()].map((edge) => EDGE_FIELDS.map((name) => edge[name])));

// eslint-disable-next-line no-control-regex
const NO_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]|\\(?=u[0-9a-f]{4})/gu;
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;" };
const escaped = (sign) => `\\u${sign.codePointAt(0).toString(16).padStart(4, "0")}`;
/** Text for XML. What XML cannot hold is written out, as \u0001; so is a backslash that stands where one would be read so. */
const xml = (value) => String(value).replace(NO_XML, escaped).replace(/[&<>"'\t\n\r]/g, (sign) => ENTITIES[sign]);

/** Nodes are called n0, n1 … there, and what they are called here is their attribute "node": any text may be in it. */
export function graphml(graph) {
  const traits = traitsOf(graph);
  const nodeFields = [...NODE_FIELDS, ...traits.map((trait) => `trait ${trait}`)];
  const key = (name, of, index) => `  <key id="${of}${index}" for="${of}" attr.name="${xml(name)}" attr.type="${TYPES[name] ?? "string"}"/>`;
  const data = (of, fields, values) => fields.map((name, index) => (values[name] === null || values[name] === undefined ? ""
    : `<data key="${of}${index}">${xml(values[name])}</data>`)).join("");
  const edgeFields = EDGE_FIELDS.slice(2);
  const called = new Map([...graph.nodes.keys()].map((node, index) => [node, `n${index}`]));
  const nodes = [...graph.nodes.values()].map(rowOf).map((node) => {
    const values = { ...node, ...Object.fromEntries(traits.map((trait) => [`trait ${trait}`, node.traits?.[trait]])) };
    return `    <node id="${called.get(node.node)}">${data("node", nodeFields, values)}</node>`;
  });
  const edges = [...graph.edges.values()].map((edge, index) => (
    `    <edge id="e${index}" source="${called.get(edge.source)}" target="${called.get(edge.target)}">${data("edge", edgeFields, edge)}</edge>`));
  return ['<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
      + 'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">',
    ...nodeFields.map((name, index) => key(name, "node", index)), ...edgeFields.map((name, index) => key(name, "edge", index)),
    '  <graph edgedefault="directed">', ...nodes, ...edges, "  </graph>", "</graphml>", ""].join("\n");
}

/** The drawing as it stands, on the paper's colour, with the names over the map. */
export async function picture(canvas, layer) {
  const layers = canvas.layers();
  const { width, height } = layers[0];
  const sheet = make("canvas", { width, height });
  const context = sheet.getContext("2d");
  context.fillStyle = canvas.theme.paper;
  context.fillRect(0, 0, width, height);
  for (const each of layers) context.drawImage(each, 0, 0);
  const frame = layer.getBoundingClientRect();
  const scale = width / frame.width;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const label of layer.children) {
    if (label.hidden) continue;
    const style = getComputedStyle(label);
    const box = label.getBoundingClientRect();
    context.font = `${style.fontWeight} ${parseFloat(style.fontSize) * scale}px ${style.fontFamily}`;
    [context.lineWidth, context.strokeStyle, context.fillStyle] = [4 * scale, canvas.theme.paper, style.color];
    const [x, y] = [(box.left + box.width / 2 - frame.left) * scale, (box.top + box.height / 2 - frame.top) * scale];
    context.strokeText(label.textContent, x, y);
    context.fillText(label.textContent, x, y);
  }
  return new Promise((resolve) => { sheet.toBlob(resolve, "image/png"); });
}

/** Hands a file to whoever sits before the page. */
export function download(name, blob) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
