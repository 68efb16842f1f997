-- Messages as rooms have them since there are threads and deletions by others than the author.
ALTER TABLE messages ADD COLUMN parent TEXT;
ALTER TABLE messages ADD COLUMN in_room INTEGER NOT NULL DEFAULT 1;
ALTER TABLE messages ADD COLUMN deleted_by TEXT;
ALTER TABLE messages ADD COLUMN more TEXT;

CREATE INDEX messages_in_threads ON messages (room_id, parent, seq) WHERE parent IS NOT NULL;
