"""What an operator does with a running system: acts, what they would do, what became of them."""
