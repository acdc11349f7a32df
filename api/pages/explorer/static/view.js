// The view: carries out the steps of a recipe, and keeps what they brought.

import { columns, fan, force, rings, sides, spiral } from "./drawing/layout.js";
import { Graph } from "./graph.js";
import { written } from "./recipe.js";
import { take } from "./steps.js";

export class View {
  constructor() { this.#clear(); }

  #clear() {
    this.graph = new Graph();
    this.done = []; // the steps carried out, as text
    this.results = []; // what each brought
    this.period = "";
    this.map = null; // the overview's answer, where the view starts from it
  }

  /** Whether this recipe shows the same graph, or only adds steps to it. */
  continues(recipe) {
    return this.period === `${recipe.since}/${recipe.until}` && this.done.length > 0
      && this.done.every((text, place) => recipe.steps[place] && written(recipe.steps[place]) === text);
  }

  /** Lets the next recipe ask for everything anew, also for what failed. */
  forget() { this.done = []; }

  /**
   * Carries out what is not done yet, or everything anew. Asks side by side, adds in order, so that the same recipe always
   * gives the same picture. moved() is called while nodes find their places. The errors of steps that failed.
   */
  async carryOut(recipe, signal, moved) {
    const fresh = !this.continues(recipe);
    const steps = recipe.steps.slice(fresh ? 0 : this.done.length);
    const brought = await Promise.allSettled(steps.map((step) => (step.verb === "hide" ? null : take(step, recipe, signal))));
    if (signal.aborted) throw signal.reason;
    const errors = brought.filter((one) => one.status === "rejected").map((one) => one.reason);
    if (errors.length === steps.length && steps.length > 0) return errors;
    if (fresh) this.#clear();
    this.period = `${recipe.since}/${recipe.until}`;
    for (const [place, one] of brought.entries()) {
      if (one.status === "rejected") {
        this.results.push(null);
      } else if (steps[place].verb === "hide") {
        this.graph.hide(steps[place].args[0]);
        this.results.push(null);
      } else {
        await this.#add(one.value, signal, fresh ? () => {} : moved);
        this.results.push(one.value);
      }
      this.done.push(written(steps[place]));
    }
    return errors;
  }

  async #add(result, signal, moved) {
    const { graph } = this;
    const before = new Set(graph.nodes.keys());
    const placed = result.layout === "map";
    const nodes = placed ? result.nodes : result.nodes.map((node) => ({ ...node, x: undefined, y: undefined }));
    const added = graph.add(nodes, result.edges);
    if (placed) this.map = result;
    if (added.length === 0) return;
    const without = added.filter((node) => !Number.isFinite(graph.nodes.get(node).x));
    if (placed) spiral(graph, without);
    else if (result.layout === "columns") columns(graph, result.columns);
    else if (result.layout === "sides") sides(graph, result.sides);
    else if (before.size === 0 && result.layout === "around") this.#star(result, added);
    else await this.#settle(result, without, before, signal, moved);
    spiral(graph, added.filter((node) => !Number.isFinite(graph.nodes.get(node).x)));
  }

  #star(result, added) {
    Object.assign(this.graph.nodes.get(result.centre), { x: 0, y: 0 });
    rings(this.graph, result.centre, added.filter((node) => node !== result.centre));
  }

  async #settle(result, without, before, signal, moved) {
    const { graph } = this;
    if (before.size === 0) {
      spiral(graph, without);
    } else {
      const centre = result.centre && before.has(result.centre) ? result.centre : [...before][0];
      const scale = this.map === null ? 1 : extent(graph, before) / 90;
      fan(graph, centre, without, scale);
    }
    if (this.map !== null) return;
    await force(graph, { fixed: this.tidy ? before : new Set(), drawn: moved, signal });
  }

  /** What has to be said of answers that were cut. */
  get notes() { return [...new Set(this.results.filter((one) => one?.note).map((one) => one.note))]; }

  /** Whether nodes stand in columns, close to each other and where they were put. */
  get tidy() { return this.results.some((one) => one && ["columns", "sides"].includes(one.layout)); }

  get title() {
    const titled = this.results.filter((one) => one?.title);
    return titled.length ? titled[0].title : "Nothing drawn";
  }
}

function extent(graph, nodes) {
  let [low, high] = [Infinity, -Infinity];
  for (const node of nodes) {
    low = Math.min(low, graph.nodes.get(node).x);
    high = Math.max(high, graph.nodes.get(node).x);
  }
  return Math.max(high - low, 1);
}
