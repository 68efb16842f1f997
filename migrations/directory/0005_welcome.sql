-- A greeting for whoever comes into their first room, by an account that is nobody's.
ALTER TABLE accounts ADD COLUMN welcomed_at INTEGER;   -- milliseconds: when they were greeted; NULL before
ALTER TABLE accounts ADD COLUMN welcome_room TEXT;     -- the first room of whoever is still to be greeted
CREATE INDEX accounts_to_welcome ON accounts (user_id) WHERE welcome_room IS NOT NULL;

-- Whoever is here already knows their way.
UPDATE accounts SET welcomed_at = created_at;

-- Its id is derived: see workers/services/welcome.ts. It has no password and no address, so nobody signs in to it.
INSERT INTO accounts (user_id, kind, handle, handle_key, display_name, created_at)
  VALUES ('user_4d50a745-1ca1-861b-ac02-aa09cf550179', 'system', 'quoth', 'quoth', 'Quoth', unixepoch() * 1000);
