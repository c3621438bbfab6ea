"""What a Run does with its events: look through them, update them, draw them."""
