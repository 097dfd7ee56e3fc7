"""storage: rows. The only room that speaks SQL.

What lives here: tables, the database and its single writer, queries grouped by what they are about (one file per noun),
migrations. Queries take a `Tx` and plain values and return plain values (frozen dataclasses, ints, row mappings).
May import: the standard library and SQLAlchemy. Never camp, handlers, jobs or bot; no decisions, no wording.
To add: a table in `tables_*.py`, its migration in `migrations/versions/`, its queries in the file of its noun.
"""
