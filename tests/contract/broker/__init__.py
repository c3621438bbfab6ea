"""The broker's promises, on the embedded one and on Apache Kafka."""
