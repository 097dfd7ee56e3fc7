"""The real server killed with `kill -9` at the worst moments, and an audit of what was lost or doubled."""
