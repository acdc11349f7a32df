// The steps a view is made of. Each asks the API and says what it adds to the graph.

import { get, post } from "./server.js";
import { capital, during, full, idOf, kindOf, named, number, plural, spaced } from "./words.js";

const RECOMMENDED = 8;
const REFERENCED = 50; // nodes in one call
const COMPARED = 60; // products in each table of a comparison
const [BETWEEN, ASIDE] = [30, 14]; // drawn of those

/** since and as_of as the API wants them: whole days, the last one included. */
function period({ since, until }) {
  return { since: since && `${since}T00:00:00Z`, as_of: until && `${until}T23:59:59.999999Z` };
}

/** What has to be said of an answer that knows no period, where one is chosen. */
const always = (recipe, words) => (during(recipe) ? `${words} of all time.` : "");

const joins = (source, target, relation, times, more) => ({ source, target, relation, times, last: null, ...more });

const VERBS = {
  /** overview(limit): the map of the whole; in a period, with the relations that were last seen in it. */
  async overview([limit], recipe, signal) {
    const view = await get("/v1/graph/overview", { limit }, signal);
    const edges = during(recipe) ? lastSeenIn(view.edges, period(recipe)) : view.edges;
    const notes = [
      view.truncated ? `The ${number(view.nodes.length)} most central, with their strongest relations.` : "",
      during(recipe) ? `Relations last seen ${during(recipe)}: ${number(edges.length)} of ${number(view.edges.length)}; places, sizes and communities are of all time.` : "",
    ];
    return { ...view, edges, layout: "map", title: "Overview", note: notes.filter(Boolean).join(" ") };
  },

  /** near(node, relation, kind, limit): what it is joined to. */
  async near([node, relation, kind, limit], recipe, signal) {
    const view = await get("/v1/graph/neighbours", { node, relation, kind, limit: limit || 50, ...period(recipe) }, signal);
    const shown = view.nodes.length - 1;
    const all = view.truncated ? await total(node, relation, kind, recipe, signal) : shown;
    const of = all > shown ? `${number(shown)} of ${number(all)}` : `The first ${number(shown)}`;
    return { ...view, layout: "around", centre: node, title: `Around ${full(view.nodes[0])}`,
      note: view.truncated ? `${of} ${kind ? plural(kind) : "neighbours"} of ${full(view.nodes[0])}; most joined first.` : "" };
  },

  /** around(depth, limit, node…): everything within some steps of some nodes. */
  async around([depth, limit, ...nodes], recipe, signal) {
    const view = await get("/v1/graph/view", { node: nodes, depth, limit, ...period(recipe) }, signal);
    const first = view.nodes.find((node) => node.node === nodes[0]);
    return { ...view, layout: "force", title: `Within ${depth} of ${first ? full(first) : nodes[0]}`,
      note: view.truncated ? `Cut at ${number(view.nodes.length)} nodes.` : "" };
  },

  /** similar(customer, k). */
  async similar([customer, k], recipe, signal) {
    const found = await get("/v1/graph/similar", { customer, k }, signal);
    const edges = found.similar.map((one) => joins(customer, one.node.node, "similar", one.shared, { similarity: one.similarity }));
    return { nodes: [found.customer, ...found.similar.map((one) => one.node)], edges, layout: "around", centre: customer,
      title: `Customers like ${named(found.customer)}`, panel: { kind: "similar", ...found }, note: always(recipe, "Who is similar is") };
  },

  /** path(from, to). */
  async path([from, to], recipe, signal) {
    const view = await get("/v1/graph/paths", { from, to, max_length: 4, limit: 5, ...period(recipe) }, signal);
    const byName = new Map(view.nodes.map((node) => [node.node, node]));
    const ends = [from, to].map((node) => full(byName.get(node) ?? bare(node)));
    return { ...view, layout: "columns", columns: columns(view.paths, from, to), title: `From ${ends[0]} to ${ends[1]}`,
      panel: { kind: "paths", from, to, ends, paths: view.paths, during: during(recipe) }, note: "" };
  },

  /** compare(a, b): two customers and what they took. */
  async compare([a, b], recipe, signal) {
    const found = await get("/v1/graph/compare", { a, b, limit: COMPARED, ...period(recipe) }, signal);
    const took = (customer, row, times) => joins(customer, row.node.node, "purchased", times);
    const [shared, only_a, only_b] = [found.shared.slice(0, BETWEEN), found.only_a.slice(0, ASIDE), found.only_b.slice(0, ASIDE)];
    const nodes = [found.a, found.b, ...[...shared, ...only_a, ...only_b].map((row) => row.node)];
    const edges = [
      ...shared.flatMap((row) => [took(a, row, row.times_a), took(b, row, row.times_b)]),
      ...only_a.map((row) => took(a, row, row.times)), ...only_b.map((row) => took(b, row, row.times)),
    ];
    const sides = { a, b, shared, only_a, only_b };
    const cut = shared.length < found.shared_total || only_a.length < found.only_a_total || only_b.length < found.only_b_total;
    return { nodes, edges, layout: "sides", sides, title: `Customers ${named(found.a)} and ${named(found.b)}`,
      panel: { kind: "comparison", ...found, during: during(recipe) }, note: cut ? `Drawn are up to ${BETWEEN} shared products and ${ASIDE} of each alone.` : "" };
  },

  /** why(customer, placement): what would be recommended now, with the paths of its reasons. */
  async why([customer, placement], recipe, signal) {
    const id = idOf(customer);
    const who = id.startsWith("anon:") ? { anonymous_id: id.slice(5) } : { customer_id: id.replace(/^user:/, "") };
    const answer = await post("/v1/recommendations",
      { ...who, dry_run: true, explain: true, placements: [{ name: placement, k: RECOMMENDED }] }, signal);
    const { items } = answer.placements[0];
    const listed = items.map((item) => ({ ...item, node: `product:${item.product_id}`,
      reasons: item.reasons.map((reason) => ({ ...reason, chain: chained(customer, reason) })) }));
    const chains = listed.flatMap((item) => item.reasons.flatMap((reason) => reason.chain));
    const wanted = new Set([customer, ...listed.map((item) => item.node), ...chains.flatMap((link) => [link.source, link.target])]);
    const nodes = await references([...wanted], signal);
    const known = nodes.find((node) => node.node === customer);
    return { nodes, edges: chains, layout: "columns", title: `${capital(spaced(placement))} for ${full(known ?? bare(customer))}`,
      columns: columns(listed.flatMap((item) => item.reasons.map((reason) => ({ nodes: ends(reason.chain) }))), customer, null, listed),
      panel: { kind: "reasons", customer, placement, items: listed }, note: always(recipe, "Recommendations and their reasons are") };
  },
};

export const bare = (node) => ({ node, kind: kindOf(node), id: idOf(node), label: idOf(node), department: "", traits: {},
  degree: null, community: null, centrality: null });

/** What a step adds; an unknown verb adds nothing and says so. */
export async function take(step, recipe, signal) {
  const verb = VERBS[step.verb];
  if (verb === undefined) throw new Error(`This link asks for “${step.verb}”, which this page does not know.`);
  return { nodes: [], edges: [], truncated: false, ...await verb(step.args, recipe, signal) };
}

/** Whether a step starts a view of its own, or is hidden among the rest. */
export const startsAnew = (step) => ["overview", "path", "compare", "why"].includes(step.verb);

function lastSeenIn(edges, { since, as_of }) {
  const [from, to] = [since ? Date.parse(since) : -Infinity, as_of ? Date.parse(as_of) : Infinity];
  return edges.filter(({ last }) => last === null || (Date.parse(last) >= from && Date.parse(last) <= to));
}

async function total(node, relation, kind, recipe, signal) {
  if (recipe.since || recipe.until) return 0; // the counts are of all time
  const known = await get("/v1/graph/node", { node }, signal);
  return known.relations.filter((row) => (!relation || row.relation === relation) && (!kind || row.kind === kind))
    .reduce((sum, row) => sum + row.nodes, 0);
}

async function references(wanted, signal) {
  const found = [];
  const asked = wanted.filter((node) => /^(customer|product):/.test(node)); // the rest are called by their ids
  for (let start = 0; start < asked.length; start += REFERENCED) {
    const node = asked.slice(start, start + REFERENCED);
    found.push(...(await get("/v1/graph/view", { node, depth: 0, limit: REFERENCED }, signal)).nodes);
  }
  const known = new Set(found.map((node) => node.node));
  return [...found, ...wanted.filter((node) => !known.has(node)).map(bare)];
}

/** A reason's path as edges. Words between two nodes are what joins them. */
function chained(customer, reason) {
  const links = [];
  let [from, words] = [customer, ""];
  for (const part of reason.path) {
    const node = asNode(part);
    if (node === null) words = part;
    else if (node !== from) {
      links.push(joins(from, node, words || "reason", 1));
      [from, words] = [node, ""];
    }
  }
  return links;
}

function asNode(part) {
  if (/^(user|anon):/.test(part)) return `customer:${part}`;
  if (/^(customer|product|campaign|coupon|department|category|subcategory|brand|manufacturer):./.test(part)) return part;
  return null;
}

const ends = (chain) => (chain.length ? [chain[0].source, ...chain.map((link) => link.target)] : []);

/** Each node's column: how far along a path it stands, `to` and what is recommended last. */
function columns(paths, from, to, items = []) {
  const place = new Map([[from, 0]]);
  for (const path of paths) path.nodes.forEach((node, step) => place.set(node, Math.max(place.get(node) ?? 0, step)));
  const last = Math.max(1, ...place.values());
  if (to !== null) place.set(to, last);
  for (const item of items) place.set(item.node, Math.max(last, 2));
  place.set(from, 0);
  return place;
}

