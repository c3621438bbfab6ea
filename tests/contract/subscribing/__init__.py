"""What subscribers' clients read."""
