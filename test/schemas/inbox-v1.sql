-- An inbox's tables as 0001_people made them, frozen: never to be edited.
CREATE TABLE inbox (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  user_id TEXT NOT NULL,
  epoch TEXT NOT NULL,
  salt TEXT NOT NULL,
  created_at INTEGER NOT NULL      -- milliseconds
);
CREATE TABLE log (
  seq INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,           -- milliseconds
  body TEXT NOT NULL             -- JSON
);
CREATE TABLE commands (
  position INTEGER PRIMARY KEY,
  command_id TEXT NOT NULL UNIQUE,
  fingerprint TEXT NOT NULL,
  seq INTEGER                    -- NULL where things were so already
);
CREATE TABLE devices (
  device_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  place TEXT NOT NULL,
  method TEXT NOT NULL,
  created_at INTEGER NOT NULL,         -- milliseconds, as all times here
  last_seen_at INTEGER NOT NULL,
  token_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  token_expires_at INTEGER NOT NULL,
  previous_hash TEXT,
  rotated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL          -- when the session ends by itself
) WITHOUT ROWID;
CREATE TABLE api_tokens (
  device_id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  scopes TEXT NOT NULL,            -- JSON
  created_at INTEGER NOT NULL,     -- milliseconds, as all times here
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER
) WITHOUT ROWID;
CREATE TABLE device_rooms (
  device_id TEXT NOT NULL,
  room_id TEXT NOT NULL,
  at INTEGER NOT NULL,             -- milliseconds: of the newest ticket
  PRIMARY KEY (device_id, room_id)
) WITHOUT ROWID;
CREATE TABLE rooms (
  room_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  other TEXT,                      -- the other person of a direct room
  role TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  read_seq INTEGER NOT NULL,
  badge INTEGER NOT NULL,
  preview TEXT,                    -- JSON
  favourite INTEGER NOT NULL,      -- 0 or 1
  folder TEXT NOT NULL,
  muted_until INTEGER,             -- milliseconds
  archived INTEGER NOT NULL        -- 0 or 1
) WITHOUT ROWID;
CREATE TABLE left_rooms (
  position INTEGER PRIMARY KEY,
  room_id TEXT NOT NULL UNIQUE,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL
);
CREATE TABLE drafts (
  room_id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  edited_at INTEGER NOT NULL,      -- milliseconds, by the clock of the device
  device_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE bookmarks (
  room_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL,             -- milliseconds
  PRIMARY KEY (room_id, message_id)
) WITHOUT ROWID;
CREATE TABLE wishes (
  user_id TEXT PRIMARY KEY,
  wants INTEGER NOT NULL,           -- 0 or 1
  version INTEGER NOT NULL,
  theirs_wants INTEGER NOT NULL,    -- 0 or 1
  theirs_version INTEGER NOT NULL,
  ends_version INTEGER NOT NULL,    -- 0 for none
  told_version INTEGER NOT NULL,    -- of one's own wish, as far as the other's inbox has heard
  since INTEGER NOT NULL            -- milliseconds: when the two began to stand as they do
) WITHOUT ROWID;
CREATE TABLE blocks (
  user_id TEXT PRIMARY KEY,
  at INTEGER NOT NULL              -- milliseconds
) WITHOUT ROWID;
CREATE TABLE settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  settings TEXT NOT NULL           -- JSON
);
CREATE TABLE self (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  mode TEXT NOT NULL,
  status TEXT NOT NULL,            -- JSON
  seen_at INTEGER NOT NULL,        -- milliseconds; 0 for never
  visible_from INTEGER NOT NULL    -- milliseconds: what a device did before this was not for others to see
);
CREATE TABLE watchers (
  user_id TEXT PRIMARY KEY,
  via TEXT,                          -- the room in which they meet; NULL for contacts
  shows_last_seen INTEGER NOT NULL,  -- 0 or 1
  lease_until INTEGER NOT NULL,      -- milliseconds
  told TEXT NOT NULL                 -- JSON of the presence
) WITHOUT ROWID;
CREATE TABLE watches (
  socket_id TEXT PRIMARY KEY,
  users TEXT NOT NULL              -- JSON
) WITHOUT ROWID;
CREATE TABLE watched (
  user_id TEXT PRIMARY KEY,
  asked TEXT NOT NULL,             -- JSON of what their inbox was asked with; '' before it was
  renew_at INTEGER NOT NULL,       -- milliseconds: when to ask again
  presence TEXT,                   -- JSON; NULL before it is known
  is_news INTEGER NOT NULL         -- 0 or 1: the sockets have not been told
) WITHOUT ROWID;
CREATE TABLE lookups (
  minute INTEGER PRIMARY KEY,      -- minutes since 1970
  addresses INTEGER NOT NULL
);
CREATE TABLE tickets (
  ticket_id TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL      -- milliseconds
) WITHOUT ROWID;
CREATE TABLE timers (
  name TEXT PRIMARY KEY,
  due_at INTEGER NOT NULL  -- milliseconds
) WITHOUT ROWID;
CREATE TABLE outbox (
  entry INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  through_seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL,           -- milliseconds
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,               -- milliseconds
  parked_at INTEGER                      -- milliseconds
);
