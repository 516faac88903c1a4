"""Files: crops.toml, whole-or-nothing writes, the manifest of what we wrote."""
