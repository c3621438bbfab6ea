"""The promises of sources of alerts."""
