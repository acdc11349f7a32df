// The left side: what is drawn, how it is coloured and sized, and the lists.

import { $, make } from "./elements.js";
import { communityList } from "./lists/communities.js";
import { centralList } from "./lists/central.js";
import { drawnList } from "./lists/drawn.js";
import { legendList } from "./lists/legend.js";
import { colourings } from "./drawing/palette.js";
import { get } from "./server.js";
import { number, time } from "./words.js";

const TABS = [["legend", "Legend"], ["communities", "Communities"], ["central", "Central"], ["drawn", "Nodes"]];
const CENTRAL = 30;

export class Sidebar {
  /** acts: what a choice in the lists does. */
  constructor(acts) {
    this.acts = acts;
    this.tab = "legend";
    this.filter = "";
    this.tabs = TABS.map(([name, words]) => make("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "tabpanel", onclick: () => this.open(name) }, words));
    $("#tabs").replaceChildren(...this.tabs);
    $("#tabs").onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step === undefined) return;
      const next = TABS[(TABS.findIndex(([name]) => name === this.tab) + step + TABS.length) % TABS.length][0];
      this.open(next);
      $(`#tab-${next}`).focus();
    };
  }

  open(tab) {
    this.tab = tab;
    if (this.shown) this.show(this.shown);
  }

  /** shown: {view, recipe, entries, colourOf, meta} as the page draws them now. */
  show(shown) {
    this.shown = shown;
    const { view, recipe, meta } = shown;
    const { graph } = view;
    $("#title").textContent = view.title;
    document.title = `${view.title} · Customer graph · Patron`;
    $("#counts").textContent = `${number(graph.size)} nodes, ${number(graph.edges.size)} relations`;
    $("#truncated").textContent = view.notes.slice(-2).join(" ");
    const overview = recipe.steps[0]?.verb === "overview";
    $("#limits").hidden = !overview;
    if (overview) $("#limit").value = recipe.steps[0].args[0];
    $("#size").value = recipe.size;
    const choices = colourings(meta.traits);
    if (!choices.some(([value]) => value === recipe.colour)) choices.push([recipe.colour, `by ${recipe.colour.replace(/^trait:/, "")}`]);
    $("#colour").replaceChildren(...choices.map(([value, words]) => make("option", { value, selected: value === recipe.colour }, words)));
    $("#analysed").textContent = meta.analysed_at ? `Analysed ${time(meta.analysed_at)}` : "";
    this.#list();
  }

  async #list() {
    const { tab } = this;
    for (const [index, [name]] of TABS.entries()) {
      this.tabs[index].setAttribute("aria-selected", String(name === tab));
      this.tabs[index].tabIndex = name === tab ? 0 : -1;
    }
    $("#tabpanel").setAttribute("aria-labelledby", `tab-${tab}`);
    if (tab === "legend") this.#put(legendList(this.shown.entries, this.shown.recipe.only, this.acts.legend));
    else if (tab === "drawn") this.#drawn();
    else {
      this.#put([make("p", { className: "fine" }, "Asking…")]);
      try {
        const made = tab === "communities" ? await this.#communities() : await this.#central();
        if (this.tab === tab) this.#put(made);
      } catch (error) {
        if (this.tab === tab) this.#put([make("p", { className: "problem" }, error.message)]);
      }
    }
  }

  async #communities() {
    const { communities } = await get("/v1/graph/communities");
    return communityList(communities, this.acts.communityColour, this.acts.community);
  }

  async #central() {
    const { nodes } = await get("/v1/graph/central", { kind: "product", limit: CENTRAL });
    return centralList(nodes, this.acts.select);
  }

  #drawn() {
    const { view, recipe, colourOf } = this.shown;
    const typed = (text) => {
      this.filter = text;
      this.#drawn();
      const field = $("#filter");
      field.focus();
      field.setSelectionRange(text.length, text.length);
    };
    this.#put(drawnList(view.graph, this.filter, recipe.select, colourOf, { select: this.acts.select, typed }));
  }

  #put(children) { $("#tabpanel").replaceChildren(...children.filter((child) => child !== null)); }
}
