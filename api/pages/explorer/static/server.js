// Talking to the server: keys, patience, and every failure in words.

import { $, button, make } from "./elements.js";
import { capital } from "./words.js";

const LONGEST_WAIT = 30; // seconds
const REMEMBERED = 80;
const KEY = "patron.key";
const remembered = new Map(); // address → the answer, so that going back asks nothing
const early = new Map(); // address → the answer on its way, asked for before there was anything to draw on
let begun = false; // whether the page asks by itself

/** What the server refused, or that it cannot be reached (status 0); `message` is for people, `passing` where the same may be answered later. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
    this.passing = status === 0 || status === 503;
  }
}

let onWaiting = () => {};
/** Whom to tell that an answer takes longer, and why; with "" when it came. */
export const whenWaiting = (tell) => { onWaiting = tell; };

const pause = (seconds, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, seconds * 1000);
  signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});

/** Rejects once `signal` is aborted. */
const aborted = (signal) => new Promise((_, reject) => {
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
});

async function asked(path, options, signal) {
  const key = sessionStorage.getItem(KEY);
  const headers = { Accept: "application/json", ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
  try {
    return await fetch(path, { ...options, headers, signal });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new Refusal(0, "The server cannot be reached. Is it still running, and are you still connected?");
  }
}

async function answered(path, options = {}, signal = undefined) {
  for (let waited = false; ; waited = true) {
    const response = await asked(path, options, signal);
    const answer = await response.json().catch(() => null);
    if (response.ok && answer !== null) {
      if (waited) onWaiting("");
      return answer;
    }
    const detail = answer?.detail ?? `The server answered ${response.status} where the graph was expected.`;
    if (response.status === 401 || response.status === 403) await askKey(detail, signal);
    else if (response.status === 503 && response.headers.has("Retry-After")) {
      const seconds = Math.min(Math.max(Number(response.headers.get("Retry-After")) || 2, 1), LONGEST_WAIT);
      onWaiting(`${detail}. Asking again in ${seconds} s…`);
      await pause(seconds, signal);
    } else {
      if (waited) onWaiting("");
      throw new Refusal(response.status, capital(detail));
    }
  }
}

function addressOf(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== "" && each !== undefined && each !== null) query.append(name, each);
    }
  }
  return query.size ? `${path}?${query}` : path;
}

/** Asks for what `get` will be asked for first; nothing where that has come already. */
export function askEarly(path, parameters) {
  if (begun) return;
  const address = addressOf(path, parameters);
  const answer = answered(address);
  early.set(address, answer);
  answer.catch(() => {}).finally(() => early.delete(address)); // whoever gets it hears of the failure
}

/** The answer to a GET of the graph's API; a list among the parameters is given once for each of its members. */
export async function get(path, parameters = {}, signal = undefined) {
  begun = true;
  const address = addressOf(path, parameters);
  if (remembered.has(address)) return remembered.get(address);
  const answer = await (early.has(address) ? Promise.race([early.get(address), aborted(signal)]) : answered(address, {}, signal));
  remembered.set(address, answer);
  if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value);
  return answer;
}

export const post = (path, body, signal = undefined) => answered(
  path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }, signal,
);

let asking = null; // one question for all that wait for the key

function askKey(detail, signal) {
  asking ??= new Promise((resolve) => {
    const door = $("#door");
    const field = make("input", { type: "password", autocomplete: "off", required: true, "aria-label": "Secret key" });
    const form = make("form", { method: "dialog" },
      make("h2", {}, "The secret key, please"),
      make("p", {}, "The graph holds what customers did, so this server shows it only to those who hold its secret key. "
        + "The key stays in this tab until you close it."),
      make("p", { className: "fine" }, detail), field,
      make("div", { className: "acts" }, button("Open", undefined, { type: "submit", className: "main" })));
    form.onsubmit = () => { sessionStorage.setItem(KEY, field.value.trim()); };
    door.replaceChildren(form);
    door.onclose = () => { asking = null; resolve(); };
    door.oncancel = (event) => event.preventDefault();
    door.showModal();
  });
  return Promise.race([asking, aborted(signal)]);
}
