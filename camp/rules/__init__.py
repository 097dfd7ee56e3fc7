"""camp.rules: pure decisions. Plain values in, plain values out; stdlib only; `now` is an argument; no words for people."""
