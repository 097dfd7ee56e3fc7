-- From 0013 on: the staff room of a cohort with those in it, and a webhook robot that was removed.
INSERT INTO staff_rooms (cohort_id, chatid, generation, tries, name, owner_id, state, errcode, made_at, changing_since) VALUES (1, 'camp3f9b1c7a5e2d4086ab1290cd7f35', 0, 1, '阅读营第1期 班务群', 1, 'open', NULL, 1795604400000000, NULL);
INSERT INTO staff_room_seats (cohort_id, member_id, wished, inside) VALUES (1, 1, false, true);
INSERT INTO silent_robots (name, errcode, since) VALUES ('sales', 93000, 1795604400000000);
