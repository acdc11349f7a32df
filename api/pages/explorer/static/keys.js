// The keyboard: what each key does, and the list of them.

import { $, button, make } from "./elements.js";

const LIST = [
  ["/", "find a customer or product"], ["o", "the overview"], ["n", "the drawn nodes as a list"], ["e", "expand the chosen node"],
  ["h", "hide the chosen node"], ["p", "a path"], ["+  −  0", "closer, farther, everything"], ["← ↑ → ↓", "move the drawing (when it has the focus)"],
  ["Esc", "close what is open"], ["?", "these keys"],
];

export function showKeys() {
  const dialog = $("#keys");
  dialog.replaceChildren(make("h2", {}, "Keys"), make("dl", {}, ...LIST.flatMap(([key, words]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, words)])),
    make("p", { className: "fine" }, "Everything else is reached with Tab. Click a node for what is known of it, double-click it to expand it. Rings are customers, discs are products and the rest."),
    make("div", { className: "acts" }, button("Close", () => dialog.close(), { className: "main" })));
  dialog.showModal();
}

/** acts: name of the key → what it does; a key typed into a field is text. */
export function listen(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest?.("input, select, textarea");
    if (event.key === "Escape" || !typing) {
      const act = acts[event.key];
      if (act && act(event) !== false) event.preventDefault();
    }
  });
  const steps = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
  $("#canvas").addEventListener("keydown", (event) => {
    if (event.key in steps) { event.preventDefault(); acts.pan(...steps[event.key]); }
  });
}
