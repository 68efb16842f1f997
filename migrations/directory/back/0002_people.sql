-- Back to accounts that have a password and an ASCII handle; what the older code has no place for goes.
CREATE TABLE users (
  user_id TEXT PRIMARY KEY,
  handle TEXT NOT NULL UNIQUE,           -- lower-case ASCII, so that no two look alike
  display_name TEXT NOT NULL,
  password_hash TEXT NOT NULL,           -- says itself how it was made, see workers/services/passwords.ts
  created_at INTEGER NOT NULL            -- milliseconds
) STRICT, WITHOUT ROWID;
INSERT INTO users (user_id, handle, display_name, password_hash, created_at)
  SELECT user_id, handle, display_name, password_hash, created_at FROM accounts WHERE password_hash IS NOT NULL;
DROP TABLE accounts;
DROP TABLE passkeys;
DROP TABLE second_factors;
DROP TABLE recovery_codes;
DROP TABLE identities;
DROP TABLE links;
DROP TABLE invitations;
DROP TABLE invitation_uses;
DROP TABLE spent;
DROP TABLE local_mail;
DELETE FROM d1_migrations WHERE name = '0002_people.sql';
