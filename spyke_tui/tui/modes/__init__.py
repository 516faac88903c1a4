"""Ways of working in the Crops pane that take the keys first: one module each, loaded when used."""
