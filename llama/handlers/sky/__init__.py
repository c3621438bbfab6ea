"""Sky maps as numbers: reading, canonical writing, credible regions, pictures.

Only arrays and their mathematics live here. Nothing here knows of events, files or handlers,
except that what cannot be read is a `PermanentError`: a broken map stays broken.
"""
