"""Sources of alerts: each module reads one kind."""
