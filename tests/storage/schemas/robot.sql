-- From 0008 on: what somebody asked the robot and the answer WeCom came for, where it was spoken to, whose an open id is.
INSERT INTO robot_turns (id, kind, mode, userid, chat_id, chat, req_id, task_id, response_url, opened_at, until, answers, answer, taken_at, late_at) VALUES (4611686018427387904, 'message', 'url', 'lin', '', 'member:lin', '', '', 'sealed', 1795604400000000, 1795604760000000, 1, '{"texts": ["好"], "card": null}', 1795604400000000, NULL);
INSERT INTO robot_talks (chat, chat_id, spoken_at) VALUES ('member:lin', 'lin', 1795604400000000);
INSERT INTO robot_people (open_userid, userid, told_at) VALUES ('woAJ2GCAAA', 'lin', 1795604400000000);
INSERT INTO robot_links (name, state, errcode, since, seen_at) VALUES ('robot', 'up', 0, 1795604400000000, 1795604400000000);
