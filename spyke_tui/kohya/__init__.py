"""The training folder: build, check, hand-over."""
