"""What a Pipeline gives: parts of it, and the handlers of one event."""
