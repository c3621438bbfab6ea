"""The log on any server that speaks the Kafka protocol."""
