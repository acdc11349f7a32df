// What is drawn: nodes and edges by name, gathered from the answers to the steps of a recipe.

export class Graph {
  constructor() {
    this.nodes = new Map(); // "kind:id" → what the API says of it, with x and y
    this.edges = new Map(); // source, relation, target → edge
    this.joined = new Map(); // node → the keys of its edges
    this.hidden = new Set();
  }

  get size() { return this.nodes.size; }

  /** Takes nodes and edges in; what is known already is completed, not replaced. The nodes that are new. */
  add(nodes, edges) {
    const fresh = [];
    for (const node of nodes) {
      if (this.hidden.has(node.node)) continue;
      const known = this.nodes.get(node.node);
      if (known === undefined) {
        this.nodes.set(node.node, Object.assign({}, node));
        this.joined.set(node.node, new Set());
        fresh.push(node.node);
      } else {
        for (const [name, value] of Object.entries(node)) if (known[name] === undefined || known[name] === null) known[name] = value;
      }
    }
    for (const edge of edges) {
      if (!this.nodes.has(edge.source) || !this.nodes.has(edge.target)) continue;
      const key = `${edge.source}\n${edge.relation}\n${edge.target}`;
      if (this.edges.has(key)) continue;
      this.edges.set(key, edge);
      this.joined.get(edge.source).add(key);
      this.joined.get(edge.target).add(key);
    }
    return fresh;
  }

  hide(node) {
    this.hidden.add(node);
    for (const key of this.joined.get(node) ?? []) {
      const edge = this.edges.get(key);
      this.joined.get(edge.source === node ? edge.target : edge.source)?.delete(key);
      this.edges.delete(key);
    }
    this.joined.delete(node);
    this.nodes.delete(node);
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
