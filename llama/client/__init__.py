"""What people work with: events, runs and pipelines from Python, and acts on a running system.

    event.py, filegraph.py, run.py, pipeline.py, trial.py   what `from llama import ...` gives
    local/       an event in a folder of its own; pipelines/, runs/: what belongs to these classes
    acting/      what an operator does; ingestion.py, verification.py: notices in, all checked
    workshop.py  the only module here that names adapters

Here does not live: what is printed, or any rule about events.
"""
