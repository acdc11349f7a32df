// The explorer: from the recipe in the address to what is drawn, and from what the analyst does to the next recipe.

import { showDetails, broughtForward } from "./details.js";
import { Canvas } from "./drawing/canvas.js";
import { hue, legend, valueOf } from "./drawing/palette.js";
import { isFar, middles, place } from "./drawing/places.js";
import { $, button, make } from "./elements.js";
import { download, edgesCsv, graphml, nodesCsv, picture } from "./exports.js";
import { listen, showKeys } from "./keys.js";
import { FRESH, fromHash, toHash } from "./recipe.js";
import { searching } from "./search.js";
import { get, whenWaiting } from "./server.js";
import { Sidebar } from "./sidebar.js";
import { startsAnew } from "./steps.js";
import { View } from "./view.js";
import { full, number } from "./words.js";

const EXPANDED = 50; // nodes, where no other number is asked for
const SETTLED = 250; // ms without a movement before the camera is written down

const main = $("#main");
const view = new View();
const meta = { communities: new Map(), traits: [], analysed_at: null };
let recipe = fromHash(location.hash);
let under = new AbortController(); // what is being asked for the drawing
let asked = new AbortController(); // what is being asked for the details
let picking = null; // {take(node), kind}: the next node that is chosen is meant for this
let names = []; // of the communities over the map
let camera = 0;

// ── saying ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const say = (text) => { $("#status").textContent = text; };

/** again: what to do once more, where that may help. */
function complain(text, again = null) {
  $("#problem").replaceChildren(...(text ? [make("span", {}, text), ...(again ? [button("Try again", again, { className: "again" })] : []),
    button("×", () => complain(""), { "aria-label": "Dismiss" })] : []));
}

let patience = ""; // the last words on an answer that takes longer: what was said after them stays
whenWaiting((text) => {
  if (text || $("#status").textContent === patience) say(text);
  patience = text;
});

// ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const canvas = new Canvas($("#canvas"), {
  select: (node) => select(node), open: (node) => expand(node), theme: () => paint(true), moved: () => remember(),
  ticked: () => named(),
});

/** Puts the names of the communities over the map, and lets those of nodes speak once it is close. */
function named() {
  const far = place($("#places"), names, canvas);
  if (canvas.overviewed === far) return;
  canvas.overviewed = far;
  canvas.sigma?.scheduleRender();
}

function looked() {
  const entries = legend(view.graph.nodes.values(), recipe.colour, canvas.theme, meta.communities);
  const colours = new Map(entries.map((entry) => [entry.value, entry.colour]));
  const colourOf = new Map(), faded = new Set();
  for (const [key, node] of view.graph.nodes) {
    const value = valueOf(node, recipe.colour);
    colourOf.set(key, colours.get(value));
    if (recipe.only.length && !recipe.only.includes(value)) faded.add(key);
  }
  return { entries, colourOf, faded, size: recipe.size, tidy: view.tidy, selected: recipe.select, lit: broughtForward(view, recipe) };
}

/** Draws what the recipe says of what the view holds. anew: nodes came or went. */
function paint(anew) {
  const look = looked();
  names = view.map !== null && !recipe.select ? middles(view.graph, meta.communities) : [];
  if (anew) {
    canvas.overviewed = names.length > 0 && isFar(recipe.camera); // known before, or thousands of edges are drawn twice
    canvas.draw(view.graph, look, recipe.camera);
  } else canvas.look(view.graph, look);
  named();
  sidebar.show({ view, recipe, meta, ...look });
  asked.abort();
  asked = new AbortController();
  showDetails({ view, recipe, meta, colourOf: look.colourOf, acts }, asked.signal);
  const period = $("#period");
  [period.since.value, period.until.value] = [recipe.since, recipe.until];
  for (const field of [period.since, period.until]) field.toggleAttribute("data-empty", !field.value);
  period.querySelector("[type=reset]").hidden = !recipe.since && !recipe.until;
}

/** Shows a recipe: asks for what is missing, draws, and says what went wrong. arrived() is called once any of it is shown. */
async function show(next, arrived = () => {}) {
  under.abort();
  under = new AbortController();
  const { signal } = under;
  main.setAttribute("aria-busy", "true");
  const same = view.continues(next) && view.done.length === next.steps.length;
  if (!same) say("Asking for the graph…");
  try {
    const errors = same ? [] : await view.carryOut(next, signal, () => canvas.sigma && moving(next));
    const nothing = errors.length > 0 && errors.length === next.steps.length - (view.continues(next) ? view.done.length : 0);
    const again = nothing ? () => show(next, arrived) : () => { view.forget(); show(next); };
    complain(errors.map((error) => error.message).join(" ") || canvas.obstacle, errors.some((error) => error.passing) ? again : null);
    if (nothing) return;
    recipe = next;
    learn();
    paint(!same);
    if (same) canvas.camera = next.camera;
    say(`${number(view.graph.size)} nodes and ${number(view.graph.edges.size)} relations are drawn.`);
    arrived();
  } catch (error) {
    if (!signal.aborted) complain(error.message ?? String(error));
  } finally {
    if (!signal.aborted) {
      main.setAttribute("aria-busy", "false");
      if ($("#status").textContent.startsWith("Asking")) say("");
    }
  }
}

/** One picture of nodes on their way to their places. */
function moving(next) {
  if (canvas.sigma.getGraph().order !== view.graph.size) {
    recipe = { ...next, camera: null };
    canvas.draw(view.graph, looked(), null);
  } else canvas.place(view.graph);
}

/** What the overview tells of communities and traits; where the view does not start from it, the communities are asked for. */
function learn() {
  if (view.map !== null) Object.assign(meta, { communities: byNumber(view.map.communities), traits: view.map.traits, analysed_at: view.map.analysed_at });
  else if (meta.communities.size === 0) {
    get("/v1/graph/communities", {}, under.signal).then((answer) => {
      Object.assign(meta, { communities: byNumber(answer.communities), analysed_at: answer.analysed_at });
      if (meta.communities.size) paint(false);
    }, () => {}); // the names are a nicety: numbers stand in for them
  }
  const seen = [...view.graph.nodes.values()].flatMap((node) => Object.keys(node.traits ?? {}));
  meta.traits = [...new Set([...meta.traits, ...seen])].sort();
}

const byNumber = (communities) => new Map(communities.map((community) => [community.community, community]));

// ── going somewhere ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Shows the recipe with these changes, as a new place in the history. */
async function go(changes) {
  const before = recipe;
  const next = { ...recipe, ...changes };
  if (toHash(next) === toHash(before)) return;
  await show(next, () => history.pushState(null, "", toHash(recipe)));
}

/** The camera belongs to the place where one is. */
function remember() {
  clearTimeout(camera);
  camera = setTimeout(() => {
    if (main.getAttribute("aria-busy") === "true" || canvas.camera === null) return;
    const { x, y, ratio } = canvas.camera;
    const whole = Math.abs(x - 0.5) + Math.abs(y - 0.5) + Math.abs(ratio - 1.06) < 0.001;
    recipe = { ...recipe, camera: whole ? null : { x, y, ratio } };
    history.replaceState(null, "", toHash(recipe));
  }, SETTLED);
}

const anew = (step, changes = {}) => go({ steps: [step], select: "", panel: -1, lit: "", only: [], camera: null, ...changes });
const further = (step, changes = {}) => go({ steps: [...recipe.steps, step], ...changes });
const open = (node) => anew({ verb: "near", args: [node, "", "", String(EXPANDED)] }, { select: node });

function select(node) {
  if (picking !== null && node) return picking.take(node);
  if (node === recipe.select && recipe.panel < 0) return undefined;
  if (node && !view.graph.nodes.has(node)) return open(node);
  return go({ select: node, panel: -1, lit: "" });
}

const expand = (node, relation = "", kind = "", limit = String(EXPANDED)) => (
  further({ verb: "near", args: [node, relation, kind, String(limit)] }, { select: node, panel: -1, camera: view.map ? recipe.camera : null }));

/** Adds a question's answer to a small view, or opens it alone: a question is lost on a map of thousands. */
function question(step) {
  const alone = startsAnew(step) || view.map !== null;
  const steps = alone ? [step] : [...recipe.steps, step];
  return go({ steps, select: "", panel: steps.length - 1, lit: "", only: [], camera: null });
}

const compare = (a, b) => question({ verb: "compare", args: [a, b] });

/** Asks for a node; the next one chosen anywhere is it. */
function pick(words, kind, then) {
  picking = { take: (node) => {
    if (kind && !node.startsWith(`${kind}:`)) return say(`That is no ${kind}.`);
    stopPicking();
    return then(node);
  } };
  $("#picking").replaceChildren(make("span", {}, `${words} Click it in the drawing, or find it above.`), button("Cancel", stopPicking, { className: "quiet" }));
  $("#picking").hidden = false;
  $("#search").focus();
}

function stopPicking() {
  picking = null;
  $("#picking").hidden = true;
}

function path(from = recipe.select) {
  const to = (start) => pick(`To which node from ${full(view.graph.nodes.get(start) ?? { kind: "", id: start })}?`, "", (end) => (
    question({ verb: "path", args: [start, end] })));
  return from ? to(from) : pick("From which node?", "", to);
}

const forward = (number) => go({ colour: "community", only: [String(number)] });

const acts = {
  select, compare,
  close: () => go({ select: "", panel: -1, lit: "" }),
  question: (index) => go({ panel: index }),
  light: (lit) => go({ lit: lit === -1 ? "" : String(lit) }),
  point: forward,
  node: ({ node, ...rest }) => ({
    expand: (relation, kind, limit) => expand(node, relation, kind, limit),
    similar: () => question({ verb: "similar", args: [node, "10"] }),
    compare: () => pick(`With which customer do you compare ${full({ node, ...rest })}?`, "customer", (other) => compare(node, other)),
    path: () => path(node),
    around: () => anew({ verb: "around", args: ["2", "300", node] }, { select: node }),
    alone: () => open(node),
    hide: () => hide(node),
    why: (placement) => question({ verb: "why", args: [node, placement] }),
  }),
};

const hide = (node) => further({ verb: "hide", args: [node] }, { select: "", panel: -1 });

// ── the left side ───────────────────────────────────────────────────────────────────────────────────────────────────

const sidebar = new Sidebar({
  select,
  legend: {
    toggle: (value) => go({ only: recipe.only.includes(value) ? recipe.only.filter((other) => other !== value) : [...recipe.only, value] }),
    clear: () => go({ only: [] }),
  },
  communityColour: (number) => hue(number, canvas.theme),
  community: {
    select,
    point: ({ community }) => {
      forward(community).then(() => canvas.frame([...view.graph.nodes.values()].filter((node) => node.community === community).map((node) => node.node)));
    },
    open: (community) => anew({ verb: "around", args: ["1", "300", ...community.top_products.map((product) => product.node)] }),
  },
});

$("#limit").onchange = ({ target }) => go({ steps: [{ verb: "overview", args: [target.value] }, ...recipe.steps.slice(1)], camera: null });
$("#size").onchange = ({ target }) => go({ size: target.value });
$("#colour").onchange = ({ target }) => go({ colour: target.value, only: [] });

// ── the top ─────────────────────────────────────────────────────────────────────────────────────────────────────────

searching((node) => (picking ? picking.take(node.node) : open(node.node)), complain);
$("#overview").onclick = () => anew(FRESH.steps[0]);
$("#path").onclick = () => path();
$("#help").onclick = showKeys;
for (const [id, factor] of [["in", 1 / 1.5], ["out", 1.5]]) $(`#${id}`).onclick = () => canvas.zoom(factor);
$("#fit").onclick = () => canvas.everything();

$("#copy").onclick = async () => {
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link to this view is copied.");
  } catch {
    say("This browser does not let the page copy: take the link from the address bar.");
  }
};

$("#period").onchange = ({ currentTarget }) => {
  const [since, until] = [currentTarget.since.value, currentTarget.until.value];
  if (since && until && since > until) complain("The period ends before it starts.");
  else go({ since, until });
};
$("#period").onreset = () => go({ since: "", until: "" });

const FILES = {
  nodes: () => download("nodes.csv", new Blob([nodesCsv(view.graph)], { type: "text/csv" })),
  edges: () => download("edges.csv", new Blob([edgesCsv(view.graph)], { type: "text/csv" })),
  graphml: () => download("graph.graphml", new Blob([graphml(view.graph)], { type: "application/graphml+xml" })),
  png: async () => (canvas.sigma === null ? complain(canvas.obstacle) : download("graph.png", await picture(canvas, $("#places")))),
};
$("#export").onclick = ({ target }) => {
  const wanted = target.closest("[data-export]")?.dataset.export;
  if (wanted === undefined) return;
  $("#export").open = false;
  FILES[wanted]();
};
document.addEventListener("click", ({ target }) => { if (!target.closest("#export")) $("#export").open = false; });

listen({
  "/": () => $("#search").focus(), o: () => anew(FRESH.steps[0]), "?": showKeys, p: () => path(),
  n: () => { sidebar.open("drawn"); $("#drawn").focus(); },
  e: () => (recipe.select ? expand(recipe.select) : say("Choose a node first.")),
  h: () => (recipe.select ? hide(recipe.select) : say("Choose a node first.")),
  "+": () => canvas.zoom(1 / 1.5), "-": () => canvas.zoom(1.5), 0: () => canvas.everything(),
  pan: (x, y) => canvas.pan(x, y),
  Escape: () => {
    if ($("#export").open) $("#export").open = false;
    else if (picking) stopPicking();
    else if (recipe.panel >= 0 || recipe.select) acts.close();
    else return false;
    return true;
  },
});

window.addEventListener("popstate", () => show(fromHash(location.hash)));
show(recipe);
