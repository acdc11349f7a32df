// The search box: what is typed is looked for, arrows walk through what was found, Enter takes it.

import { $, make, swatch } from "./elements.js";
import { get } from "./server.js";
import { calm, named } from "./words.js";

const PAUSE = 180; // ms after the last key
const SHOWN = 12;

/** Wires the box. chosen(node) is called with what was taken; said(text) with words for everyone. */
export function searching(chosen, said) {
  const box = $("#search"), list = $("#found");
  let found = [], answered = "", place = -1, timer = 0, asked = null; // found is what there is for the text `answered`
  const close = () => { list.hidden = true; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); place = -1; };

  function walk(step) {
    if (found.length === 0) return;
    place = (place + step + found.length) % found.length;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    box.setAttribute("aria-activedescendant", `found-${place}`);
    list.children[place].scrollIntoView({ block: "nearest" });
  }

  function take(node) {
    close();
    box.value = "";
    $("#canvas").focus(); // so that the next key is a command again
    chosen(node);
  }

  function show(nodes, text) {
    [found, answered] = [nodes, text];
    list.replaceChildren(...nodes.map((node, index) => {
      const option = make("li", { role: "option", id: `found-${index}`, "aria-selected": "false" },
        swatch("var(--soft)", node.kind), make("b", {}, named(node)),
        make("small", {}, [node.kind, node.id === named(node) ? "" : node.id, calm(node.department)].filter(Boolean).join(" · ")));
      option.onpointerdown = (event) => { event.preventDefault(); take(node); };
      return option;
    }));
    if (nodes.length === 0) list.append(make("li", { className: "nothing" }, `Nothing is called “${text}”. Fewer than three letters find whole ids only.`));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    place = -1;
    if (nodes.length) walk(1);
  }

  /** Asks for what is typed. taking: whether the first that is found is taken at once. */
  async function look(taking = false) {
    const text = box.value.trim();
    asked?.abort();
    if (text === "") return close();
    asked = new AbortController();
    const { signal } = asked;
    try {
      const { nodes } = await get("/v1/graph/search", { q: text, limit: SHOWN }, signal);
      if (signal.aborted || box.value.trim() !== text) return undefined;
      if (taking && nodes.length) take(nodes[0]);
      else show(nodes, text);
    } catch (error) {
      if (!signal.aborted) said(error.message);
    }
    return undefined;
  }

  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => look(), PAUSE); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) look();
      else walk(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(timer);
      if (!list.hidden && place >= 0 && answered === box.value.trim()) take(found[place]);
      else look(true);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
  box.form.addEventListener("submit", (event) => event.preventDefault());
}
