"""GraphModel: what a customer graph must hold and answer, in the plainest code there is."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable

from graph import (
    Campaign,
    Change,
    Customer,
    CustomerId,
    GraphCounts,
    Instant,
    Interaction,
    InteractionKind,
    Neighbour,
    NodeKind,
    NodeRef,
    Product,
    ProductId,
    Stamp,
)
from graph.customer_graph import Record
from graph.nodes import Relation


class GraphModel:
    """Dictionaries of records, and the set of nodes that exist."""

    def __init__(self) -> None:
        self.customers: dict[str, Customer] = {}
        self.products: dict[str, Product] = {}
        self.campaigns: dict[str, Campaign] = {}
        self.interactions: dict[str, Interaction] = {}
        self.nodes: set[NodeRef] = set()

    def apply(self, changes: Iterable[Change]) -> int:
        recorded = 0
        for change in changes:
            if isinstance(change, Interaction):
                if change.key not in self.interactions:
                    recorded += 1
                    self.interactions[change.key] = change
                    self.customers.setdefault(change.customer, Customer(id=change.customer))
                    self.nodes.add(change.target)
            elif isinstance(change, Customer):
                self._put_customer(change)
            elif isinstance(change, Product):
                self.nodes.add(NodeRef(NodeKind.PRODUCT, change.id))
                held = self.products.get(change.id)
                if held is None or change.stamp >= held.stamp:
                    self.products[change.id] = change
                    if change == Product(id=change.id):
                        del self.products[change.id]
            elif isinstance(change, Campaign):
                self._put_campaign(change)
            else:
                self.customers.pop(change.customer, None)
                gone = [each for each in self.interactions.values() if each.customer == change.customer]
                for each in gone:
                    del self.interactions[each.key]
                self._remove_unused({each.target for each in gone})
        return recorded

    def export(self) -> list[Record]:
        bare_products = {node.id for node in self.nodes if node.kind == NodeKind.PRODUCT} - self.products.keys()
        bare_campaigns = {node.id for node in self.nodes if node.kind == NodeKind.CAMPAIGN} - self.campaigns.keys()
        products = {**self.products, **{each: Product(id=ProductId(each)) for each in bare_products}}
        campaigns = {**self.campaigns, **{each: Campaign(id=each) for each in bare_campaigns}}
        return [
            *(self.customers[each] for each in sorted(self.customers)),
            *(products[each] for each in sorted(products)),
            *(campaigns[each] for each in sorted(campaigns)),
            *(self.interactions[each] for each in sorted(self.interactions)),
        ]

    def counts(self) -> GraphCounts:
        kinds = Counter(node.kind for node in self.nodes)
        return GraphCounts(
            customers=len(self.customers),
            products=len(self.products),
            campaigns=kinds[NodeKind.CAMPAIGN],
            coupons=kinds[NodeKind.COUPON],
            interactions=len(self.interactions),
            unresolved=kinds[NodeKind.PRODUCT] - len(self.products),
        )

    def search(self, text: str) -> list[NodeRef]:
        """All that is found, by the plainest rules; `text` has three characters or more."""
        found: list[tuple[int, NodeRef]] = []
        everywhere = self.nodes | {NodeRef(NodeKind.CUSTOMER, each) for each in self.customers}
        everywhere |= {end for source, target, _ in self._relations() for end in (source, target)}
        for node in everywhere:
            ids = [node.id]
            if node.kind == NodeKind.CUSTOMER:
                ids.insert(0, node.id.partition(":")[2])
            values = [*ids, *self._values(node)]
            text = text.casefold()
            if any(text in str(value).casefold() for value in values):
                exact = text in (node.id, ids[0].casefold())
                found.append((0 if exact else 1 if ids[0].casefold().startswith(text) else 2, node))
        return [node for _, node in sorted(found)]

    def _values(self, node: NodeRef) -> list[object]:
        if node.kind == NodeKind.CUSTOMER:
            return list(self.customers[node.id].traits.values())
        if node.kind == NodeKind.PRODUCT and node.id in self.products:
            held = self.products[node.id]
            shared = [held.department, held.category, held.subcategory, held.brand, held.manufacturer]
            return [held.name, *shared, *held.attributes.values()]
        if node.kind == NodeKind.CAMPAIGN and node.id in self.campaigns:
            return [self.campaigns[node.id].kind]
        return []

    def neighbours(self, since: int = -(2**62), as_of: int = 2**62) -> dict[NodeRef, list[Neighbour]]:
        """Of every node, all rows."""
        times: Counter[tuple[NodeRef, NodeRef, str]] = Counter()
        last: dict[tuple[NodeRef, NodeRef, str], Instant] = {}
        for each in self.interactions.values():
            if since <= each.at < as_of:
                pair = (NodeRef(NodeKind.CUSTOMER, each.customer), each.target, str(each.kind))
                times[pair] += 1
                last[pair] = max(last.get(pair, each.at), each.at)
        for source, target, relation in self._relations():
            times[source, target, relation] = 1
        beside: defaultdict[NodeRef, list[Neighbour]] = defaultdict(list)
        for (source, target, relation), count in times.items():
            moment = last.get((source, target, relation))
            beside[source].append(Neighbour(target, relation, count, moment))
            beside[target].append(Neighbour(source, relation, count, moment))
        for rows in beside.values():
            rows.sort(key=lambda row: (-row.times, row.node, row.relation))
        return beside

    def similar(self, customer: str) -> list[tuple[CustomerId, float, int]]:
        bought: defaultdict[CustomerId, set[str]] = defaultdict(set)
        for each in self.interactions.values():
            if each.kind == InteractionKind.PURCHASED and each.target.kind == NodeKind.PRODUCT:
                bought[each.customer].add(each.target.id)
        own = bought.get(CustomerId(customer), set())
        found = [
            (other, len(own & theirs) / math.sqrt(len(own) * len(theirs)), len(own & theirs))
            for other, theirs in bought.items()
            if other != customer and own & theirs
        ]
        return sorted(found, key=lambda row: (-round(row[1], 9), row[0]))

    def _put_customer(self, change: Customer) -> None:
        held = self.customers.get(change.id, Customer(id=change.id))
        traits, stamps = dict(held.traits), dict(held.stamps)
        for name, value in change.traits.items():
            stamp = change.stamps.get(name, Stamp())
            if stamp >= stamps.get(name, Stamp()):
                traits[name], stamps[name] = value, stamp
        said = {name: stamp for name, stamp in stamps.items() if stamp != Stamp()}
        self.customers[change.id] = Customer(id=change.id, traits=traits, stamps=said)

    def _put_campaign(self, change: Campaign) -> None:
        self.nodes.add(NodeRef(NodeKind.CAMPAIGN, change.id))
        held = self.campaigns.get(change.id)
        if held is not None and change.stamp < held.stamp:
            return
        self.campaigns[change.id] = change
        if change == Campaign(id=change.id):
            del self.campaigns[change.id]
        self.nodes |= _covered(change)
        if held is not None:
            self._remove_unused(_covered(held))

    def _remove_unused(self, candidates: set[NodeRef]) -> None:
        used = {each.target for each in self.interactions.values()}
        used |= {NodeRef(NodeKind.PRODUCT, each) for each in self.products}
        used |= {NodeRef(NodeKind.CAMPAIGN, each) for each in self.campaigns}
        for each in self.campaigns.values():
            used |= _covered(each)
        self.nodes -= candidates - used

    def _relations(self) -> set[tuple[NodeRef, NodeRef, str]]:
        found: set[tuple[NodeRef, NodeRef, str]] = set()
        for product in self.products.values():
            node = NodeRef(NodeKind.PRODUCT, product.id)
            for relation, kind, name in (
                (Relation.IN_DEPARTMENT, NodeKind.DEPARTMENT, product.department),
                (Relation.IN_CATEGORY, NodeKind.CATEGORY, product.category),
                (Relation.IN_SUBCATEGORY, NodeKind.SUBCATEGORY, product.subcategory),
                (Relation.OF_BRAND, NodeKind.BRAND, product.brand),
                (Relation.MADE_BY, NodeKind.MANUFACTURER, product.manufacturer),
            ):
                if name:
                    found.add((node, NodeRef(kind, name), relation.value))
        for campaign in self.campaigns.values():
            for coupon in campaign.coupons:
                node = NodeRef(NodeKind.COUPON, coupon.id)
                found.add((node, NodeRef(NodeKind.CAMPAIGN, campaign.id), Relation.PART_OF.value))
                for covered in coupon.products:
                    found.add((node, NodeRef(NodeKind.PRODUCT, covered), Relation.COVERS.value))
        return found


def _covered(campaign: Campaign) -> set[NodeRef]:
    coupons = {NodeRef(NodeKind.COUPON, coupon.id) for coupon in campaign.coupons}
    return coupons | {NodeRef(NodeKind.PRODUCT, each) for coupon in campaign.coupons for each in coupon.products}
