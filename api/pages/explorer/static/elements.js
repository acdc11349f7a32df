// Elements of the page. Whatever comes from the data goes in as text, never as markup.

export const $ = (selector, root = document) => root.querySelector(selector);

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const button = (text, onclick, properties = {}) => make("button", { type: "button", onclick, ...properties }, text);

export const swatch = (colour, kind = "product") => {
  const dot = make("i", { className: `swatch ${kind === "customer" ? "ring" : ""}`, "aria-hidden": "true" });
  dot.style.setProperty("--colour", colour);
  return dot;
};
