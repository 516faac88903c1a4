"""All that is Textual."""
