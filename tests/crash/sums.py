"""What must add up in the database, as SQL written by hand: each query gives the rows that break its rule."""

from __future__ import annotations

_COUNTED = "o.enrolment_id = e.id AND o.amount_fen > o.refunded_fen"

SUMS = {
    "attended is the number of lessons attended": """
        SELECT e.id, e.attended, (SELECT count(*) FROM attendance a WHERE a.enrolment_id = e.id AND a.attended) AS rows_say
        FROM enrolments e
        WHERE e.attended <> (SELECT count(*) FROM attendance a WHERE a.enrolment_id = e.id AND a.attended)""",
    "completed is the number of lessons completed": """
        SELECT e.id, e.completed, (SELECT count(*) FROM attendance a WHERE a.enrolment_id = e.id AND a.completed) AS rows_say
        FROM enrolments e
        WHERE e.completed <> (SELECT count(*) FROM attendance a WHERE a.enrolment_id = e.id AND a.completed)""",
    "paid is the sum of the orders": f"""
        SELECT e.id, e.paid_count, e.paid_fen FROM enrolments e
        WHERE e.paid_count <> (SELECT count(*) FROM orders o WHERE {_COUNTED})
           OR e.paid_fen <> (SELECT coalesce(sum(o.amount_fen - o.refunded_fen), 0) FROM orders o WHERE {_COUNTED})""",
    "refunded is the sum of the refunds": """
        SELECT o.order_no, o.refunded_fen FROM orders o
        WHERE o.refunded_fen <> (SELECT coalesce(sum(r.amount_fen), 0) FROM refunds r WHERE r.order_no = o.order_no)""",
    "an enrolment is in a place there is": """
        SELECT id, place FROM enrolments
        WHERE place NOT IN ('class', 'sale_window', 'conversion', 'next_cohort', 'waiting', 'paid', 'renewal', 'left')""",
    "whoever paid stands with those who paid": """
        SELECT id, place, paid_count FROM enrolments WHERE (place = 'paid') <> (paid_count > 0)""",
    "a learner is in one place of a camp at a time": """
        SELECT e.learner_id, c.camp_id, count(*) AS places FROM enrolments e JOIN cohorts c ON c.id = e.cohort_id
        WHERE e.place <> 'next_cohort' GROUP BY e.learner_id, c.camp_id HAVING count(*) > 1""",
    "who was moved on is enrolled in the next cohort": """
        SELECT e.id FROM enrolments e JOIN cohorts c ON c.id = e.cohort_id JOIN cohorts n ON n.code = c.next_code
        WHERE e.place = 'next_cohort'
          AND NOT EXISTS (SELECT 1 FROM enrolments f WHERE f.learner_id = e.learner_id AND f.cohort_id = n.id)""",
    "the conversion place and the pool agree": """
        SELECT e.id, e.place, p.state
        FROM enrolments e LEFT JOIN pool_entries p ON p.enrolment_id = e.id AND p.pool = 'conversion'
        WHERE (e.place = 'conversion') <> (coalesce(p.state, '') IN ('open', 'claimed'))""",
    "who waits in a pool stands there by the lessons attended": """
        SELECT p.id, p.attended, e.attended AS counted FROM pool_entries p JOIN enrolments e ON e.id = p.enrolment_id
        WHERE p.state IN ('open', 'claimed') AND p.attended <> e.attended""",
    "an enrolment is in a pool once": """
        SELECT enrolment_id, pool FROM pool_entries GROUP BY enrolment_id, pool HAVING count(*) > 1""",
    "a claimed entry has one running claim, its owner's": """
        SELECT p.id, p.state, p.owner_id FROM pool_entries p
        WHERE (CASE WHEN p.state = 'claimed' THEN 1 ELSE 0 END)
           <> (SELECT count(*) FROM claims c WHERE c.entry_id = p.id AND c.ended_at IS NULL)
           OR EXISTS (SELECT 1 FROM claims c WHERE c.entry_id = p.id AND c.ended_at IS NULL AND c.member_id <> p.owner_id)""",
    "a closed cohort has nobody left to decide on": """
        SELECT e.id FROM enrolments e JOIN closings k ON k.cohort_id = e.cohort_id
        WHERE k.state = 'done' AND k.moment = 'cohort_closed' AND e.place = 'class'""",
    "no close stands still": """
        SELECT id, state, progress_id FROM closings WHERE state NOT IN ('done', 'proposed', 'held')""",
    "a fact is known by one key": """
        SELECT dedup_key, count(*) AS times FROM inbox GROUP BY dedup_key HAVING count(*) > 1""",
    "a seat is in one group of a cohort": """
        SELECT m.external_userid, g.cohort_id FROM group_members m JOIN class_groups g ON g.id = m.class_group_id
        WHERE m.left_at IS NULL GROUP BY m.external_userid, g.cohort_id HAVING count(*) > 1""",
    "every wish for a tag was told to WeCom": """
        SELECT learner_id, name, wanted, marked, sent FROM tag_marks
        WHERE sent IS NOT NULL OR marked IS NULL OR marked <> wanted""",
}
