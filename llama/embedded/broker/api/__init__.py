"""One module per area of the protocol: functions that answer one kind of request each.

May live here: reading fields, calling the broker, laying out the answer for a version. May not:
state, files, timers.
"""
