// How the page says things: numbers, labels, relations.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export const number = (value) => (value === null || value === undefined ? "–" : whole.format(value));
export const date = (iso) => (iso ? day.format(new Date(iso)) : "");
export const time = (iso) => (iso ? moment.format(new Date(iso)) : "");
export const share = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));
export const spaced = (name) => String(name).replaceAll("_", " ");
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

const PLURALS = {
  customer: "customers", product: "products", campaign: "campaigns", coupon: "coupons", department: "departments",
  category: "categories", subcategory: "subcategories", brand: "brands", manufacturer: "manufacturers",
};
export const KINDS = Object.keys(PLURALS);
export const counted = (count, kind) => `${number(count)} ${count === 1 ? kind : (PLURALS[kind] ?? `${kind}s`)}`;
export const plural = (kind) => PLURALS[kind] ?? `${kind}s`;

/** How many digits the minor unit of a currency has; 2 where nobody knows the currency. */
function minorDigits(currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  } catch {
    return 2; // it is no currency's code at all
  }
}

/** An amount in minor units as people write it: 1500 of JPY are 1500 JPY, of USD 15.00 USD. */
export function money(amount, currency) {
  const digits = minorDigits(currency);
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency ?? ""}`.trim();
}

/** A shouted catalogue name in lower case, anything else as it is. */
export function calm(label) {
  const text = String(label ?? "");
  return /(\p{Lu}.*){4}/u.test(text) && text === text.toUpperCase() ? capital(text.toLowerCase()) : text;
}

/** A period in words; "" for all time. */
export function during({ since, until }) {
  if (since && until) return since === until ? `on ${date(since)}` : `from ${date(since)} to ${date(until)}`;
  return since ? `since ${date(since)}` : until ? `until ${date(until)}` : "";
}

export const kindOf = (node) => node.slice(0, node.indexOf(":"));
export const idOf = (node) => node.slice(node.indexOf(":") + 1);

/** A node as the page names it: customers by their id, without the `user:` that all of them carry. */
export function named(node) {
  const id = node.id ?? idOf(node.node);
  const label = node.label || id;
  return node.kind === "customer" ? label.replace(/^user:/, "") : calm(label);
}

/** A node within a sentence: a customer's bare number says nothing there. */
export const full = (node) => (node.kind === "product" ? named(node) : `${node.kind} ${named(node)}`);

const ACTS = {
  purchased: "bought", viewed: "looked at", clicked: "clicked", added_to_cart: "put into the cart",
  removed_from_cart: "took out of the cart", returned: "returned", rated: "rated", dismissed: "dismissed",
  received: "received", redeemed: "redeemed", covers: "covers", part_of: "part of", similar: "similar to", reason: "",
};
export const relationWords = (relation) => ACTS[relation] ?? spaced(relation);
