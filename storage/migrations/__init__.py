"""Migrations, forward only: one numbered file in `versions` per step, written out and never edited once released."""
