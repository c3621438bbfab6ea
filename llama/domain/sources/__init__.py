"""Sources of alerts: how they are named, what becomes of their records, how they stand.

Pure, as everything in the domain: whoever reads a source gives what has come and the time.
"""
