"""What is known of the whole graph at once: communities, central customers and products, and a map to draw.

Computed in the worker, kept as arrays and JSON, opened by mmap.
"""

from graph.analysis.folder import AnalysisFolder
from graph.analysis.graph_analysis import GraphAnalysis, Overview
from graph.analysis.summaries import Community, Theme
from graph.analysis.whole_graph import analyse

__all__ = ["AnalysisFolder", "Community", "GraphAnalysis", "Overview", "Theme", "analyse"]
