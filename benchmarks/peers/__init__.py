"""Other engines under the same workloads, each in an environment of its own below .cache/peers."""
