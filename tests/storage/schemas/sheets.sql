-- From 0010 on: a roster that was imported, and one that waits for its tap with a row of each kind.
INSERT INTO sheets (id, name, member_id, turn, state, sha256, kind, counts, sent_at, shown_at, confirmed_at, done_at) VALUES (1, '名单.xlsx', 1, 77, 'done', 'aa', 'roster', '{"new":2,"done":2,"parked":0,"failed":0}', 1795604400000000, 1795604401000000, 1795604402000000, 1795604403000000);
INSERT INTO sheets (id, name, member_id, turn, state, sha256, kind, counts, sent_at, shown_at, confirmed_at, done_at) VALUES (2, '名单2.xlsx', 1, NULL, 'shown', 'bb', 'roster', '{"new":1,"bad":1}', 1795604400000000, 1795604401000000, NULL, NULL);
INSERT INTO sheet_rows (sheet_id, n, fate, body, faults) VALUES (2, 2, 'new', '{"cohort":"read7-01","group_id":null,"subject":{"phone_sealed":"x"}}', NULL);
INSERT INTO sheet_rows (sheet_id, n, fate, body, faults) VALUES (2, 3, 'bad', '{}', '[["手机","phone",{"length":3}]]');
