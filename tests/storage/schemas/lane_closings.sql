-- From 0006 on: a lane that WeCom closed.
INSERT INTO lane_closings (lane, until) VALUES ('kf.message', 1796032800000000);
