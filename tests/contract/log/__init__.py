"""The log's promises."""
