"""Segment's HTTP tracking API: its calls and its e-commerce names, mapped onto the family of events."""

from graph.events.segment.bodies import CALLS, parse_segment, reread_segment

__all__ = ["CALLS", "parse_segment", "reread_segment"]
