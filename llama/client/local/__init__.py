"""An event in a folder of its own, worked on without any service."""
