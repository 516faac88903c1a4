"""Finding the figures on a reference sheet, without a model: proposals for a person to judge."""

from spyke_tui.processing.suggest.figures import Suggestion, suggest_rects

__all__ = ["Suggestion", "suggest_rects"]
