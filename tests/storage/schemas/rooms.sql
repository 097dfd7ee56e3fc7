-- From 0009 on: a group that is bound to a cohort, after it was bound to a pool.
INSERT INTO rooms (id, chat_id, cohort_id, class_group_id, pool, bound_by, bound_at, ended_by, ended_at) VALUES (1, 'chatStaff', NULL, NULL, 'conversion', 1, 1795604400000000, 1, 1795608000000000);
INSERT INTO rooms (id, chat_id, cohort_id, class_group_id, pool, bound_by, bound_at, ended_by, ended_at) VALUES (2, 'chatStaff', 1, NULL, NULL, 1, 1795608000000000, NULL, NULL);
