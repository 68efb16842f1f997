-- People, and how they prove that it is them. This is the truth about accounts: no actor has a copy of it.
CREATE TABLE users (
  user_id TEXT PRIMARY KEY,
  handle TEXT NOT NULL UNIQUE,           -- lower-case ASCII, so that no two look alike
  display_name TEXT NOT NULL,
  password_hash TEXT NOT NULL,           -- says itself how it was made, see workers/services/passwords.ts
  created_at INTEGER NOT NULL            -- milliseconds
) STRICT, WITHOUT ROWID;

-- Rooms whose archive is behind. A row comes with a failure and goes with the next success; readiness shows the
-- oldest, so that an archive that stands still is seen before a hot tail grows without bound.
CREATE TABLE archive_lag (
  room_id TEXT PRIMARY KEY,
  oldest_at INTEGER NOT NULL,            -- milliseconds: the first notice that could not be followed
  attempts INTEGER NOT NULL,             -- failures since then
  last_error TEXT NOT NULL,              -- a code, or the platform's own sentence
  updated_at INTEGER NOT NULL            -- milliseconds
) STRICT, WITHOUT ROWID;

CREATE INDEX archive_lag_by_age ON archive_lag (oldest_at);
