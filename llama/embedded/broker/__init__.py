"""A single-node broker that speaks the Kafka protocol, for laptops and tests.

May live here: the wire protocol, the log on disk, consumer groups and their journal. May not:
anything about events, files or pipelines. It knows no transactions and no replication. Run it as a
process of its own: `python -m llama.embedded.broker --data DIR`. The suite in tests/contract/broker
judges it and Apache Kafka alike.
"""
