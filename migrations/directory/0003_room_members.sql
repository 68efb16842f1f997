-- Who is in which room, for finding members by what is typed of their names: a room knows ids only. A copy of the logs,
-- made from the archive; it may be emptied, and is made again.
CREATE TABLE room_members (
  room_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_members_by_user ON room_members (user_id);

-- How far a room's log has been followed here.
CREATE TABLE room_members_at (
  room_id TEXT PRIMARY KEY,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- By what users are found, folded in case and accents as SQLite cannot do it: the handle, and the name from each of its
-- words on.
CREATE TABLE folded_names (
  user_id TEXT PRIMARY KEY,
  names TEXT NOT NULL                    -- JSON: texts
) STRICT, WITHOUT ROWID;

-- Whose names have changed, or were never needed: they are folded in a moment, or by the next sweep.
CREATE TABLE names_to_fold (
  user_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Members and their names together, in the order in which they are looked for. Kept by the triggers below and by nothing
-- else, so that it is right however the two came about.
CREATE TABLE room_names (
  room_id TEXT NOT NULL,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (room_id, name, user_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER room_members_come AFTER INSERT ON room_members
BEGIN
  INSERT OR IGNORE INTO room_names (room_id, name, user_id)
    SELECT NEW.room_id, name.value, NEW.user_id FROM folded_names AS f, json_each(f.names) AS name
    WHERE f.user_id = NEW.user_id;
  INSERT OR IGNORE INTO names_to_fold (user_id)
    SELECT user_id FROM accounts WHERE user_id = NEW.user_id AND kind <> 'gone'
      AND NOT EXISTS (SELECT 1 FROM folded_names WHERE user_id = NEW.user_id);
END;

CREATE TRIGGER room_members_go AFTER DELETE ON room_members
BEGIN
  DELETE FROM room_names WHERE room_id = OLD.room_id AND user_id = OLD.user_id AND name IN
    (SELECT name.value FROM folded_names AS f, json_each(f.names) AS name WHERE f.user_id = OLD.user_id);
END;

CREATE TRIGGER names_fold AFTER INSERT ON folded_names
BEGIN
  INSERT OR IGNORE INTO room_names (room_id, name, user_id)
    SELECT m.room_id, name.value, NEW.user_id FROM room_members AS m, json_each(NEW.names) AS name
    WHERE m.user_id = NEW.user_id;
END;

CREATE TRIGGER names_unfold AFTER DELETE ON folded_names
BEGIN
  DELETE FROM room_names WHERE user_id = OLD.user_id
    AND room_id IN (SELECT room_id FROM room_members WHERE user_id = OLD.user_id)
    AND name IN (SELECT value FROM json_each(OLD.names));
END;

CREATE TRIGGER names_change AFTER UPDATE OF handle, display_name ON accounts
WHEN (OLD.handle <> NEW.handle OR OLD.display_name <> NEW.display_name)
  AND EXISTS (SELECT 1 FROM folded_names WHERE user_id = NEW.user_id)
BEGIN
  DELETE FROM folded_names WHERE user_id = NEW.user_id;
  INSERT OR IGNORE INTO names_to_fold (user_id) SELECT NEW.user_id WHERE NEW.kind <> 'gone';
END;

-- An account that is being erased is found by nothing from then on.
CREATE TRIGGER names_end AFTER UPDATE OF kind ON accounts WHEN NEW.kind = 'gone'
BEGIN
  DELETE FROM folded_names WHERE user_id = NEW.user_id;
  DELETE FROM names_to_fold WHERE user_id = NEW.user_id;
END;
