-- A room's tables as 0001_spine and 0002_inboxes made them, frozen: never to be edited.
CREATE TABLE room (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  room_id TEXT NOT NULL,
  epoch TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  topic TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL      -- milliseconds
);

CREATE TABLE log (
  seq INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,           -- milliseconds; never smaller than that of the row before
  actor TEXT NOT NULL,
  device TEXT NOT NULL,
  command_id TEXT NOT NULL,
  subject TEXT,
  bytes INTEGER NOT NULL,        -- of the body; before it, so that adding up reads no bodies
  body TEXT,                     -- JSON; NULL once erased
  salt TEXT,
  body_hash TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);

CREATE INDEX log_edits ON log (subject) WHERE type = 'message.edited';

CREATE TABLE commands (
  command_id TEXT PRIMARY KEY,
  actor TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  seq INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE heads (
  seq INTEGER PRIMARY KEY,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL
);

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY,         -- of the event that sent it
  message_id TEXT NOT NULL UNIQUE,
  author TEXT NOT NULL,
  text TEXT,                       -- NULL once deleted
  at INTEGER NOT NULL,             -- milliseconds
  edited_at INTEGER,
  deleted_at INTEGER
);

CREATE TABLE members (
  user_id TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  joined_at INTEGER NOT NULL,      -- milliseconds
  joined_seq INTEGER NOT NULL
) WITHOUT ROWID;

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

CREATE TABLE cursors (
  user_id TEXT PRIMARY KEY,
  read_seq INTEGER NOT NULL,       -- only grows
  marked_seq INTEGER NOT NULL,     -- where the log stood in the last mark that the inbox has; 0 where it has none
  marked_read_seq INTEGER NOT NULL,
  marked_badge INTEGER NOT NULL,
  left_seq INTEGER                 -- of the event by which they left
) WITHOUT ROWID;

CREATE INDEX cursors_untold ON cursors (user_id) WHERE marked_seq = 0 OR marked_read_seq < read_seq;

CREATE INDEX cursors_left ON cursors (user_id) WHERE left_seq IS NOT NULL;

CREATE TABLE ended_devices (
  device_id TEXT PRIMARY KEY,
  ended_at INTEGER NOT NULL        -- milliseconds
) WITHOUT ROWID;

