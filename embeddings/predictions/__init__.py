"""Predictions: when a customer buys next, and what of; functions of a profile's days and a few learnt numbers.

`embeddings.predictions.learning` learns (scipy); what serves needs numpy alone.
"""

from embeddings.predictions.category_propensity import CategoryPropensity
from embeddings.predictions.next_purchase import NextPurchase, PurchaseForecast
from embeddings.predictions.predictions import Predictions
from embeddings.predictions.shopping_days import ShoppingDays

__all__ = ["CategoryPropensity", "NextPurchase", "Predictions", "PurchaseForecast", "ShoppingDays"]
