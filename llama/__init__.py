"""LLAMA: watches alert streams, makes each event's data products and keeps them current."""
