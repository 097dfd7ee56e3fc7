-- From 0007 on: the same with the lessons attended.
INSERT INTO pool_entries (id, enrolment_id, learner_id, pool, grade, attended, rule, entered_at, state, owner_id, claimed_at, closed_at) VALUES (1, 2, 2, 'conversion', 'A', 1, 'warm', 1796032800000000, 'sold', 2, 1796032800000000, 1796032800000000);
INSERT INTO claims (id, entry_id, member_id, claimed_at, ended_at, ended_by, reason) VALUES (1, 1, 2, 1796032800000000, 1796032800000000, 'sold', NULL);
INSERT INTO pool_views (member_id, on_day, entry_id) VALUES (2, '2026-11-30', 1);
