// The storefront: asks the API for lists, draws them, and tells it what the customer does.

const $ = (selector, root = document) => root.querySelector(selector);
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// ── who is here ─────────────────────────────────────────────────────────────────────────────────────────────────────

const asked = new URLSearchParams(location.search).get("as");
if (asked !== null) sessionStorage.household = asked;
const session = () => (sessionStorage.session ??= crypto.randomUUID());
const visitor = () => (localStorage.visitor ??= crypto.randomUUID());
const who = () => (sessionStorage.household ? { customer_id: sessionStorage.household } : { anonymous_id: visitor() });

// ── talking to the server ───────────────────────────────────────────────────────────────────────────────────────────

async function api(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method, headers: body && { "Content-Type": "application/json" }, body: body && JSON.stringify(body),
    });
  } catch { throw new Error("The server cannot be reached. Is it still running?"); }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail ?? `The server answered ${response.status} to ${method} ${path}.`);
  return answer;
}

const track = (event, product, more) => api("POST", "/v1/track", {
  messageId: crypto.randomUUID(), userId: who().customer_id, anonymousId: who().anonymous_id, event,
  timestamp: new Date().toISOString(), properties: { product_id: product.id, ...more },
  context: { channel: "web", page: { path: location.pathname }, sessionId: session() },
});

async function entries(ids) {
  const query = new URLSearchParams([...new Set(ids)].map((id) => ["id", id]));
  const { products } = query.size ? await api("GET", `/demo/products?${query}`) : { products: [] };
  return new Map(products.map((product) => [product.id, product]));
}

// ── what is shown where ─────────────────────────────────────────────────────────────────────────────────────────────

const pageProduct = decodeURIComponent(location.pathname.match(/^\/demo\/product\/(.+)$/)?.[1] ?? "");

function strips(visit) {
  const nobody = !visit.known;
  const home = {
    name: "homepage", k: 10, title: "For you",
    about: nobody ? "What most people buy: nothing is known of you yet. Look at something, and it becomes yours."
      : "What you are likely to buy now, and what is close to what you look at.",
  };
  const discover = { name: "discover", k: 5, title: "New to you", about: "Things you never bought that go with what you do." };
  const page = {
    name: "product_page", k: 10, product_id: pageProduct, title: "Customers like you also take",
    about: "What goes into the same basket or soon after, and what is like it.",
  };
  const cart = { name: "cart", k: 5, title: "Goes with your cart", about: "What is taken together with what lies in it." };
  const withCart = Object.keys(visit.cart).length ? [cart] : [];
  return pageProduct ? [page, ...withCart, home] : [home, ...withCart, ...(nobody ? [] : [discover])];
}

// ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const shownBefore = new Map(); // placement → the product ids it showed last
const SIGNS = { buy_again: "↻", similar_customers: "◎", bought_together: "+", session: "◉", session_neighbours: "≋", popular: "★", same_content: "≈", rule: "⚑" };
const WITHOUT = {
  deadline: "The server was in a hurry: only its quick sources were asked.",
  embeddings: "Nothing is trained and published yet: these are merely popular.",
  filter: "Not everything could be checked against the filter; what could not is left out.",
  recording: "This answer could not be recorded.",
};
let turn = 0; // of several answers under way only the newest is drawn

const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const sentence = (text) => capital((text ?? "").toLowerCase());
const nameOf = (product) => product.name || product.id;
const pathOf = (product) => `/demo/product/${product.id.split("/").map(encodeURIComponent).join("/")}`;
const hue = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function money(product) {
  if (product.price == null) return "";
  const format = new Intl.NumberFormat("en", { style: "currency", currency: product.currency || "USD" });
  return format.format(product.price / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function picture(element, product) {
  element.style.setProperty("--hue", hue(product.category || product.department || product.id));
  element.textContent = sentence(product.category || product.department || "Product");
}

function drawItem(item, product, before, recommendation) {
  const element = $("#item").content.firstElementChild.cloneNode(true);
  element.dataset.product = product.id;
  const was = before ? before.indexOf(product.id) + 1 : item.rank;
  element.classList.toggle("new", was === 0);
  $(".moved", element).textContent =
    was === 0 ? "new here" : was > item.rank ? `▲ was ${was}` : was < item.rank ? `▼ was ${was}` : "";
  picture($(".picture", element), product);
  $(".picture", element).href = $(".name", element).href = pathOf(product);
  $(".name", element).textContent = nameOf(product);
  $(".facts", element).textContent = [money(product), product.brand && `${product.brand} brand`].filter(Boolean).join(" · ");
  const [reason, ...others] = item.reasons;
  if (reason) $(".reason", element).append(make("span", { textContent: SIGNS[reason.kind] ?? "·", ariaHidden: "true" }), capital(reason.text));
  if (others.length) $(".more p", element).textContent = others.map((other) => capital(other.text)).join("; ");
  else $(".more", element).remove();
  const cause = { recommendation_id: recommendation, rank: item.rank };
  $(".look", element).setAttribute("aria-label", `Look at ${nameOf(product)}`);
  $(".add", element).setAttribute("aria-label", `Add ${nameOf(product)} to the cart`);
  $(".look", element).onclick = (click) => act("Product Viewed", product, `You looked at ${nameOf(product)}`, cause, click.currentTarget);
  $(".add", element).onclick = (click) => addToCart(product, click.currentTarget, cause);
  return element;
}

function drawStrip(strip, placement, known, recommendation) {
  const before = shownBefore.get(strip.name);
  const ids = placement.items.map((item) => item.product_id);
  const changed = before ? ids.filter((id, place) => before[place] !== id).length : 0;
  shownBefore.set(strip.name, ids);
  const heading = make("h2", { textContent: strip.title, tabIndex: -1, id: `strip-${strip.name}` });
  const badge = make("span", { className: "changed", textContent: `${count(changed, "place")} changed` });
  const items = placement.items.map((item) =>
    drawItem(item, known.get(item.product_id) ?? { id: item.product_id }, before, recommendation));
  const section = make("section", { className: "strip" },
    make("header", {}, heading, ...(changed ? [badge] : [])),
    make("p", { className: "about", textContent: strip.about }),
    items.length ? make("ol", { className: "items" }, ...items) : make("p", { textContent: "There is nothing to show here." }));
  section.setAttribute("aria-labelledby", heading.id);
  section.dataset.placement = strip.name;
  return { section, changed };
}

function drawProduct(product) {
  const tile = make("div", { className: "picture" });
  picture(tile, product);
  const add = make("button", { textContent: "Add to cart", type: "button" });
  add.onclick = () => addToCart(product, add);
  const facts = [money(product), ...[product.department, product.category].map(sentence), product.brand && `${product.brand} brand`];
  return make("article", { className: "product" }, tile, make("div", {},
    make("h1", { textContent: nameOf(product) }),
    make("p", { className: "facts", textContent: facts.filter(Boolean).join(" · ") }), add));
}

function drawVisit(visit) {
  const pieces = Object.values(visit.cart).reduce((sum, quantity) => sum + quantity, 0);
  $("#cart").textContent = pieces ? `Cart: ${count(pieces, "piece")}` : "Cart: empty";
  const did = { viewed: "", added_to_cart: "in the cart: ", removed_from_cart: "taken out: ", clicked: "clicked: " };
  const rows = visit.session.map((row) => make("li", { textContent: (did[row.kind] ?? `${row.kind}: `) + (row.name || row.product_id) }));
  const nothing = make("li", { className: "nothing", textContent: "you looked at nothing yet" });
  $("#visit").replaceChildren(...(rows.length ? rows : [nothing]));
}

const readVisit = () => api("GET", `/demo/visit?${new URLSearchParams(who())}`);

/** Ask for the strips of this page and draw them; how many places changed, or null where a newer answer came first. */
async function draw() {
  const mine = ++turn;
  $("#main").setAttribute("aria-busy", "true");
  const visit = await readVisit();
  if (sessionStorage.household && !visit.known) return stranger();
  const wanted = strips(visit);
  const answer = await api("POST", "/v1/recommendations", {
    ...who(), session_id: session(), placements: wanted.map(({ name, k, product_id }) => ({ name, k, product_id })),
  });
  const shown = answer.placements.flatMap((placement) => placement.items.map((item) => item.product_id));
  const known = await entries(pageProduct ? [pageProduct, ...shown] : shown);
  if (mine !== turn) return null;
  const drawn = wanted.map((strip, place) => drawStrip(strip, answer.placements[place], known, answer.recommendation_id));
  const top = pageProduct ? drawProduct(known.get(pageProduct)) : make("h1", { textContent: greeting(visit) });
  $("#main").replaceChildren(top, ...drawn.map(({ section }) => section));
  $("#main").setAttribute("aria-busy", "false");
  drawVisit(visit);
  $("#problem").replaceChildren(...(answer.degraded ?? []).map((what) =>
    make("p", { className: "hurried", textContent: WITHOUT[what] ?? `The answer had to do without: ${what}.` })));
  return drawn.reduce((sum, { changed }) => sum + changed, 0);
}

const greeting = (visit) => (sessionStorage.household ? `Welcome back, household ${sessionStorage.household}`
  : visit.known ? "Welcome, visitor" : "Welcome, new visitor");

// ── what the customer does ──────────────────────────────────────────────────────────────────────────────────────────

const addToCart = (product, button, cause) =>
  act("Product Added", product, `You put ${nameOf(product)} into the cart`, { quantity: 1, ...cause }, button);

async function act(event, product, said, more, button) {
  const place = { strip: button.closest(".strip")?.dataset.placement, item: product.id, act: button.className };
  try {
    await track(event, product, more);
    const changed = await draw();
    if (changed === null) return;
    say(`${said}: ${count(changed, "place")} changed.`);
    if (place.strip) focusAgain(place);
  } catch (error) { fail(error); }
}

/** The lists were drawn anew: give the keyboard its place back. */
function focusAgain({ strip, item, act: name }) {
  const section = $(`.strip[data-placement="${CSS.escape(strip)}"]`);
  const same = section && $(`.item[data-product="${CSS.escape(item)}"] .${CSS.escape(name)}`, section);
  (same ?? $("h2", section ?? document)).focus({ preventScroll: true });
}

function say(text) { $("#said").textContent = text; }

function fail(error) {
  const text = make("p", { className: "problem", textContent: capital(error.message) });
  text.setAttribute("role", "alert");
  $("#problem").replaceChildren(text);
  $("#main").setAttribute("aria-busy", "false");
  $(".waiting")?.remove();
}

function stranger() {
  const text = `Household ${sessionStorage.household} is not known here: you are a visitor.`;
  return become("").then(() => { fail(new Error(text)); return null; });
}

async function become(household) {
  sessionStorage.household = household;
  delete sessionStorage.session;
  shownBefore.clear();
  $("#who").value = household;
  say("");
  await draw();
}

/** A visitor is erased everywhere; a household's history is the shop's: it merely leaves. */
async function forget() {
  try {
    if (!sessionStorage.household && (await readVisit()).known)
      await api("DELETE", `/v1/customers/${encodeURIComponent(`anon:${visitor()}`)}`);
    localStorage.visitor = crypto.randomUUID();
    await become("");
    say("You are a new visitor: nothing is known of you.");
  } catch (error) { fail(error); }
}

// ── the beginning ───────────────────────────────────────────────────────────────────────────────────────────────────

async function begin() {
  const { households } = await api("GET", "/demo/households");
  const select = $("#who");
  const words = ({ traits }) => ["age", "household_comp"].map((name) => traits[name]).filter(Boolean).join(", ");
  for (const household of households)
    select.append(new Option([`Household ${household.customer_id}`, words(household)].filter(Boolean).join(": "), household.customer_id));
  const asking = (sessionStorage.household ??= households[0]?.customer_id ?? "");
  if (asking && !households.some(({ customer_id }) => customer_id === asking)) select.append(new Option(`Household ${asking}`, asking));
  select.append(new Option("A visitor nobody knows", ""));
  select.value = asking;
  select.onchange = () => become(select.value).catch(fail);
  $("#forget").onclick = forget;

  if (!pageProduct) return draw();
  const product = (await entries([pageProduct])).get(pageProduct);
  if (!product) {
    $("#main").replaceChildren(make("h1", { textContent: `There is no product ${pageProduct}` }),
      make("p", {}, make("a", { href: "/demo", textContent: "Back to the shop" })));
    return $("#main").setAttribute("aria-busy", "false");
  }
  document.title = `${nameOf(product)} · Patron’s grocer`;
  await draw();
  if (await alreadyLast(product)) return;
  await track("Product Viewed", product);
  const changed = await draw();
  if (changed !== null) say(`You looked at ${nameOf(product)}: ${count(changed, "place")} changed.`);
}

/** A page that is loaded again was looked at once. */
const alreadyLast = async (product) => (await readVisit()).session.at(0)?.product_id === product.id;

begin().catch(fail);
