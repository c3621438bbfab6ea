"""What several test suites share: servers, builders, and ways to wait."""
