// What is drawn: nodes and edges by name, gathered from the answers to the steps of a recipe.

export class Graph {
  constructor() {
    this.nodes = new Map(); // "kind:id" → what the API says of it, with x and y
    this.edges = new Map(); // source, relation, target → edge
    this.hidden = new Set();
  }

  #joined = null;

  get size() { return this.nodes.size; }

  /** node → the keys of its edges; made when it is asked for, which a map of thousands need not be. */
  get joined() {
    if (this.#joined === null) {
      this.#joined = new Map([...this.nodes.keys()].map((node) => [node, new Set()]));
      for (const [key, { source, target }] of this.edges) {
        this.#joined.get(source).add(key);
        this.#joined.get(target).add(key);
      }
    }
    return this.#joined;
  }

  /** Takes nodes and edges in; what is known already is completed, not replaced. The nodes that are new. */
  add(nodes, edges) {
    const fresh = [];
    for (const node of nodes) {
      if (this.hidden.has(node.node)) continue;
      const known = this.nodes.get(node.node);
      if (known === undefined) {
        this.nodes.set(node.node, Object.assign({}, node));
        fresh.push(node.node);
      } else {
        for (const [name, value] of Object.entries(node)) if (known[name] === undefined || known[name] === null) known[name] = value;
      }
    }
    for (const edge of edges) {
      if (!this.nodes.has(edge.source) || !this.nodes.has(edge.target)) continue;
      const key = `${edge.source}\n${edge.relation}\n${edge.target}`;
      if (!this.edges.has(key)) this.edges.set(key, edge);
    }
    this.#joined = null;
    return fresh;
  }

  hide(node) {
    this.hidden.add(node);
    for (const key of this.joined.get(node) ?? []) this.edges.delete(key);
    this.nodes.delete(node);
    this.#joined = null;
  }

  /** The nodes joined to this one. */
  around(node) {
    const found = new Set();
    for (const key of this.joined.get(node) ?? []) {
      const edge = this.edges.get(key);
      found.add(edge.source === node ? edge.target : edge.source);
    }
    return found;
  }

  between(a, b) {
    return [...(this.joined.get(a) ?? [])].filter((key) => {
      const edge = this.edges.get(key);
      return (edge.source === a && edge.target === b) || (edge.source === b && edge.target === a);
    });
  }
}
