"""jobs: what time says to us, one file per job. A module here exports `JOB` (jobs.core.Job) and is found by its place.

A tick is a fact like any other; a job asks "what is due and not done?", so a missed tick loses nothing and a doubled one does
nothing. May import: camp, storage. Never bot, never handlers.
"""
