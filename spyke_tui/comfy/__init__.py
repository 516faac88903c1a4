"""Pictures made by ComfyUI: the wire, the workflow, resumable runs and a practice server."""
