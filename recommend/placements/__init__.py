"""What each place of a shop shows: placements, their merchandising rules and their filters, read from one file."""

from recommend.placements.placement import Diversity, Filters, Live, Place, Signal, SourceName
from recommend.placements.placements_file import Placements
from recommend.placements.product_filter import ProductFilter
from recommend.placements.rule import Action, Rule

__all__ = [
    "Action",
    "Diversity",
    "Filters",
    "Live",
    "Place",
    "Placements",
    "ProductFilter",
    "Rule",
    "Signal",
    "SourceName",
]
