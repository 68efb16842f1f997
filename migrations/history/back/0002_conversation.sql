-- Back to messages without threads. What goes is in the events, from which it can be made again.
DROP INDEX messages_in_threads;
ALTER TABLE messages DROP COLUMN more;
ALTER TABLE messages DROP COLUMN deleted_by;
ALTER TABLE messages DROP COLUMN in_room;
ALTER TABLE messages DROP COLUMN parent;
DELETE FROM d1_migrations WHERE name = '0002_conversation.sql';
