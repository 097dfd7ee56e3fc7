"""camp: the business of running training camps.

What lives here: operations named by the business noun (enrolment, attendance, allocation, pool, order, closing …): each loads
facts, decides, saves, and adds intents; pure decisions on plain values live in `camp/rules/` (stdlib only); wording for people
in `camp/phrases/`. Operations take a `Tx` (which carries `now`), the `Policy` and plain values.
May import: storage. Knows neither chat grammar nor the wire nor the clock. Never handlers, jobs, bot.
To add an operation: one function in the file of its noun. To add a rule: data in the config file.
"""
