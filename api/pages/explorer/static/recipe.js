// The recipe of a view: all that is needed to draw it again, written into the address after the #.

export const FRESH = Object.freeze({
  steps: [Object.freeze({ verb: "overview", args: ["2000"] })],
  since: "", until: "", size: "degree", colour: "community", only: [], select: "", panel: -1, lit: "", camera: null,
});

const pack = (text) => String(text).replaceAll("%", "%25").replaceAll("~", "%7E");
const legible = (value) => encodeURIComponent(value).replaceAll("%3A", ":").replaceAll("%2C", ",");
const unpack = (text) => text.replaceAll("%7E", "~").replaceAll("%25", "%");
export const written = (step) => [step.verb, ...step.args].map(pack).join("~");

function read(text) {
  const [verb, ...args] = text.split("~").map(unpack);
  return { verb, args };
}

/** The recipe as the part of an address after the #; what is as usual is left out. */
export function toHash(recipe) {
  const parts = recipe.steps.map((step) => ["do", written(step)]);
  for (const name of ["since", "until", "size", "colour", "select", "lit"]) {
    if (recipe[name] !== FRESH[name]) parts.push([name, recipe[name]]);
  }
  for (const value of recipe.only) parts.push(["only", value]);
  if (recipe.panel >= 0) parts.push(["panel", recipe.panel]);
  if (recipe.camera) parts.push(["camera", ["x", "y", "ratio"].map((axis) => +recipe.camera[axis].toFixed(4)).join(",")]);
  return `#${parts.map(([name, value]) => `${name}=${legible(value)}`).join("&")}`;
}

/** The recipe of an address; what it does not say, or says wrongly, is as usual. */
export function fromHash(hash) {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const steps = query.getAll("do").map(read);
  const day = (name) => (/^\d{4}-\d\d-\d\d$/.test(query.get(name) ?? "") ? query.get(name) : "");
  const [x, y, ratio] = (query.get("camera") ?? "").split(",").map(Number);
  const panel = Number(query.get("panel") ?? -1);
  return {
    steps: steps.length ? steps : FRESH.steps,
    since: day("since"), until: day("until"),
    size: query.get("size") ?? FRESH.size, colour: query.get("colour") ?? FRESH.colour,
    only: query.getAll("only"), select: query.get("select") ?? "", lit: query.get("lit") ?? "",
    panel: Number.isInteger(panel) && panel < steps.length ? panel : -1,
    camera: [x, y, ratio].every(Number.isFinite) && ratio > 0 ? { x, y, ratio } : null,
  };
}
