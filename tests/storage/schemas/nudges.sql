-- From 0002 on: a task that was sent, and whom it reached.
INSERT INTO nudges (id, kind, lesson_id, teacher_id, asked_by, text, state, msgid, asked_at, tries, until, made_at, sent_at, next_look_at, reminders, told_at, closed_at) VALUES (1, 'absent', 1, 1, 1, '来上课', 'sent', 'mg1', 1795604400000000, 1, 1795687200000000, 1795604400000000, 1795604400000000, NULL, 0, NULL, 1796032800000000);
INSERT INTO nudge_learners (nudge_id, learner_id, state, sent_at) VALUES (1, 1, 1, 1795604400000000);
