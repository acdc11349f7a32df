// The storefront: asks the API for lists, draws them, and tells it what the customer does.

const $ = (selector, root = document) => root.querySelector(selector);
const main = $("#main");
const session = (sessionStorage.session ??= crypto.randomUUID());
const shownBefore = new Map(); // strip → the product ids it showed last

const customer = () =>
  sessionStorage.household ? { customer_id: sessionStorage.household } : { anonymous_id: (localStorage.visitor ??= crypto.randomUUID()) };

async function api(method, path, body) {
  const response = await fetch(path, {
    method, headers: body && { "Content-Type": "application/json" }, body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? `${response.status}`);
  return answer;
}

const HOME = [
  { name: "homepage", title: "For you", about: "What you buy again, what customers like you buy, and what you look at now." },
  { name: "discover", title: "New to you", about: "Nothing you bought before." },
];
const CART = { name: "cart", title: "Goes with your cart", about: "What customers put beside it." };

const strips = () => {
  const product = productOfPage();
  if (!product) return HOME;
  return [
    { name: "product_page", title: "Customers like you also take", about: "With this product or after it.", product_id: product },
    CART,
  ];
};

const productOfPage = () => decodeURIComponent(location.pathname.match(/^\/demo\/product\/(.+)$/)?.[1] ?? "");

async function track(event, product, more = {}) {
  const who = customer();
  await api("POST", "/v1/track", {
    messageId: crypto.randomUUID(), userId: who.customer_id, anonymousId: who.anonymous_id, event,
    timestamp: new Date().toISOString(), properties: { product_id: product, ...more },
    context: { channel: "web", page: { path: location.pathname }, sessionId: session },
  });
}

async function entries(ids) {
  const unique = [...new Set(ids)].filter(Boolean);
  if (!unique.length) return new Map();
  const { products } = await api("GET", `/demo/products?ids=${unique.map(encodeURIComponent).join(",")}`);
  return new Map(products.map((product) => [product.id, product]));
}

const hue = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
const money = (product) => (product.price == null ? "" :
  new Intl.NumberFormat("en", { style: "currency", currency: product.currency || "USD" }).format(product.price / 100));
const title = (text) => text.toLowerCase().replace(/(^|[\s/&-])\p{L}/gu, (letter) => letter.toUpperCase());

function picture(element, product) {
  element.style.setProperty("--hue", hue(product.category || product.department || product.id));
  element.textContent = (product.category || product.department || "?").slice(0, 1);
  if (element.tagName === "A") element.href = `/demo/product/${encodeURIComponent(product.id)}`;
}

function drawItem(item, product, fresh, recommendation) {
  const element = $("#item").content.firstElementChild.cloneNode(true);
  element.dataset.product = product.id;
  element.classList.toggle("fresh", fresh);
  picture($(".picture", element), product);
  const name = $(".name", element);
  name.textContent = product.name || product.id;
  name.href = `/demo/product/${encodeURIComponent(product.id)}`;
  $(".facts", element).textContent = [money(product), title(product.department ?? "")].filter(Boolean).join(" · ");
  $(".reasons", element).append(...item.reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason.text })));
  const cause = { recommendation_id: recommendation, rank: item.rank };
  $(".look", element).onclick = () => act("Product Viewed", product, `You looked at ${product.name}`, cause);
  $(".add", element).onclick = () => act("Product Added", product, `You put ${product.name} into the cart`, { quantity: 1, ...cause });
  return element;
}

async function act(event, product, said, more) {
  try {
    await track(event, product.id, more);
    const changed = await draw();
    tell(`${said}: ${changed} ${changed === 1 ? "place" : "places"} of the lists changed.`);
  } catch (error) { fail(error); }
}

function tell(text) {
  $("#happened").prepend(Object.assign(document.createElement("li"), { textContent: text }));
}

function fail(error) {
  main.prepend(Object.assign(document.createElement("p"), { className: "problem", role: "alert", textContent: error.message }));
  main.setAttribute("aria-busy", "false");
}

async function draw() {
  const asked = strips();
  const who = customer();
  const answer = await api("POST", "/v1/recommendations", {
    ...who, session_id: session, placements: asked.map(({ name, product_id }) => ({ name, product_id })),
  });
  const page = productOfPage();
  const known = await entries([page, ...answer.placements.flatMap((placement) => placement.items.map((item) => item.product_id))]);
  let changed = 0;
  const sections = answer.placements.map((placement, at) => {
    const before = shownBefore.get(placement.name);
    const section = document.createElement("section");
    section.className = "strip";
    section.dataset.placement = placement.name;
    const heading = Object.assign(document.createElement("h2"), { textContent: asked[at].title });
    const about = Object.assign(document.createElement("p"), { textContent: asked[at].about });
    const list = Object.assign(document.createElement("ol"), { className: "items" });
    for (const item of placement.items) {
      const fresh = Boolean(before) && !before.includes(item.product_id);
      changed += before && before[item.rank - 1] !== item.product_id ? 1 : 0;
      const product = known.get(item.product_id) ?? { id: item.product_id, name: item.product_id };
      list.append(drawItem(item, product, fresh, answer.recommendation_id));
    }
    shownBefore.set(placement.name, placement.items.map((item) => item.product_id));
    section.append(heading, about, list);
    return section;
  });
  main.replaceChildren(...(page ? [drawProduct(known.get(page), page)] : [heading()]), ...sections);
  main.setAttribute("aria-busy", "false");
  if (answer.degraded?.length) tell(`The answer had to do without: ${answer.degraded.join(", ")}.`);
  await drawCart();
  return changed;
}

function heading() {
  const text = sessionStorage.household ? `Welcome back, household ${sessionStorage.household}` : "Welcome";
  return Object.assign(document.createElement("h1"), { textContent: text });
}

function drawProduct(product, id) {
  if (!product) return Object.assign(document.createElement("p"), { className: "problem", textContent: `There is no product ${id}.` });
  const element = Object.assign(document.createElement("article"), { className: "product" });
  const tile = Object.assign(document.createElement("div"), { className: "picture" });
  picture(tile, product);
  const words = document.createElement("div");
  const add = Object.assign(document.createElement("button"), { textContent: "Add to cart", type: "button" });
  add.onclick = () => act("Product Added", product, `You put ${product.name} into the cart`, { quantity: 1 });
  words.append(
    Object.assign(document.createElement("h1"), { textContent: product.name }),
    Object.assign(document.createElement("p"), { className: "facts",
      textContent: [money(product), product.department, product.category, product.brand && `${product.brand} brand`].filter(Boolean).join(" · ") }),
    add);
  element.append(tile, words);
  return element;
}

async function drawCart() {
  if (!sessionStorage.household) { $("#cart").textContent = ""; return; }
  const profile = await api("GET", `/v1/customers/${encodeURIComponent(sessionStorage.household)}`);
  const pieces = Object.values(profile.cart).reduce((sum, quantity) => sum + quantity, 0);
  $("#cart").textContent = pieces ? `Cart: ${pieces}` : "Cart: empty";
}

async function chooser() {
  const { households } = await api("GET", "/demo/households");
  const select = $("#household");
  for (const household of households) {
    const traits = ["age", "income", "household_comp"].map((name) => household.traits[name]).filter(Boolean).join(", ");
    select.append(new Option(`Household ${household.customer_id} (${traits})`, household.customer_id));
  }
  select.append(new Option("New visitor", ""));
  sessionStorage.household ??= households[0]?.customer_id ?? "";
  select.value = sessionStorage.household;
  select.onchange = () => become(select.value);
  $("#anonymous").onclick = () => { localStorage.visitor = crypto.randomUUID(); select.value = ""; become(""); };
}

function become(household) {
  sessionStorage.household = household;
  shownBefore.clear();
  draw().catch(fail);
}

try {
  await chooser();
  const page = productOfPage();
  if (page) {
    await draw();
    await track("Product Viewed", page);
    tell(`You opened ${$(".product h1")?.textContent ?? page}: ${await draw()} places of the lists changed.`);
  } else {
    await draw();
  }
} catch (error) { fail(error); }
