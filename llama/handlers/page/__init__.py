"""The summary of an event: what it says, as a page of HTML and as a PDF.

`notice` and `findings` gather plain texts and lists; `html` and `pdf` only set them.
"""
