"""How likely a customer buys a product within a month: of what they have, again; of what they do not have, next.

`embeddings.ranking.learning` learns (torch, scipy); what serves needs numpy alone.
"""

from embeddings.ranking.habits import Habits, habits_of
from embeddings.ranking.network import Network
from embeddings.ranking.product_facts import ProductFacts, product_facts
from embeddings.ranking.ranking import Ranking
from embeddings.ranking.tastes import Tastes

__all__ = ["Habits", "Network", "ProductFacts", "Ranking", "Tastes", "habits_of", "product_facts"]
