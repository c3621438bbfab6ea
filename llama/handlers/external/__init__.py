"""Other observatories' triggers around an event: who is asked, and how results say them."""
