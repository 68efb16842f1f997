-- Handles that somebody has left: nobody else has them for a while, so that nobody is taken for who had them.
CREATE TABLE held_handles (
  handle_key TEXT PRIMARY KEY,           -- its skeleton
  user_id TEXT NOT NULL,                 -- for whom it is held
  until INTEGER NOT NULL                 -- milliseconds
) STRICT, WITHOUT ROWID;
CREATE INDEX held_handles_by_user ON held_handles (user_id);
CREATE INDEX held_handles_by_age ON held_handles (until);
