"""Drawing pictures with terminal strings; knows no Textual."""
