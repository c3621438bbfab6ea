"""Runs the command as a module: `python -m llama.cli`."""

from llama.cli import main

if __name__ == "__main__":
    main()
