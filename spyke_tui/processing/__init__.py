"""The shared Pillow module under all panes."""
