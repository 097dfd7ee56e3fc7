"""jobs.core: what a job is and how jobs are found."""
