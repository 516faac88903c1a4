"""spyke-tui: from character reference sheets to a checked LoRA training set, in a terminal."""

__version__ = "0.1.0"
