"""Who bought what, with what and like whom, as compressed neighbour lists for a serving snapshot."""

from embeddings.adjacency.basket_lines import BasketLines, basket_lines
from embeddings.adjacency.bought_together import bought_together
from embeddings.adjacency.purchases import buyers, popularity, purchases
from embeddings.adjacency.similar_customers import similar_customers

__all__ = [
    "BasketLines",
    "basket_lines",
    "bought_together",
    "buyers",
    "popularity",
    "purchases",
    "similar_customers",
]
