-- The archive: a copy of the rooms' logs, and the truth for what has left a room's hot tail. Events and messages keep
-- their rowid: rows of up to 64 KiB would crowd the inner pages of a table without one.
CREATE TABLE events (
  room_id TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,                   -- milliseconds
  actor TEXT NOT NULL,
  device TEXT NOT NULL,
  command_id TEXT NOT NULL,
  subject TEXT,                          -- the message that a message.* event is about, else null
  body TEXT,                             -- JSON; null where it was erased
  salt TEXT,                             -- base64url, 16 bytes; erased with the body
  body_hash TEXT NOT NULL,               -- base64url, 32 bytes, as the other two: kept for ever
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (room_id, epoch, seq)
) STRICT;

-- Deleting a message erases the bodies of all its events.
CREATE INDEX events_by_subject ON events (room_id, subject) WHERE subject IS NOT NULL;

-- Messages as a reader sees them now: what history pages are made of once they are older than the hot tail.
CREATE TABLE messages (
  room_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,                  -- of the event that sent it: its place
  author TEXT NOT NULL,
  text TEXT,                             -- null once it was deleted
  at INTEGER NOT NULL,                   -- milliseconds, as the next two
  edited_at INTEGER,
  deleted_at INTEGER,
  PRIMARY KEY (room_id, message_id)
) STRICT;

CREATE INDEX messages_by_place ON messages (room_id, epoch, seq);

-- How far the archive holds a room. The room forgets nothing that is not below this.
CREATE TABLE watermarks (
  room_id TEXT PRIMARY KEY,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,                    -- of event `seq`: the next event must follow it
  lag_ms INTEGER NOT NULL,               -- age of event `seq` when it was archived
  updated_at INTEGER NOT NULL            -- milliseconds
) STRICT, WITHOUT ROWID;

CREATE INDEX watermarks_by_time ON watermarks (updated_at);

-- It only grows, whatever the code above it does.
CREATE TRIGGER watermarks_only_grow BEFORE UPDATE ON watermarks
WHEN NEW.epoch = OLD.epoch AND NEW.seq < OLD.seq
BEGIN
  SELECT RAISE(ABORT, 'a watermark only grows');
END;
