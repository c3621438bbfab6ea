"""The named pipelines besides the default one: LLAMA_PIPELINE=subthreshold, LLAMA_PIPELINE=review.

Each is a module with a PIPELINE; `llama.domain.discovery` knows their names.
"""
