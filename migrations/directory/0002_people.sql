-- Accounts as people need them: several ways to sign in, names in every script, and an end.
-- The table of 0001 demanded a password, so it is made again; what it held is kept.
CREATE TABLE accounts (
  user_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,                    -- person, guest, bot, system, gone
  handle TEXT NOT NULL UNIQUE,           -- as it is shown; a key for who is looked up
  handle_key TEXT NOT NULL UNIQUE,       -- its skeleton: two that look alike have the same one
  display_name TEXT NOT NULL,
  pronouns TEXT NOT NULL DEFAULT '',
  fields TEXT NOT NULL DEFAULT '[]',     -- JSON: name and value, as their owner wrote them
  verified INTEGER NOT NULL DEFAULT 0,   -- the badge; set by who runs the deployment
  owner TEXT,                            -- of a bot: whose it is
  mail TEXT,                             -- as it was typed, and proved by a link
  mail_key TEXT UNIQUE,                  -- in the one form in which addresses are compared
  mail_hash TEXT,                        -- salted, for who compares an address book; NULL where not findable, '' without an address
  mail_pending TEXT,                     -- waits for its link
  password_hash TEXT,                    -- says itself how it was made, see workers/services/passwords.ts
  created_at INTEGER NOT NULL,           -- milliseconds
  leaving_at INTEGER                     -- milliseconds: when it will be erased
) STRICT, WITHOUT ROWID;

-- The old handles are ASCII, and these are all of its characters that look like another one.
INSERT INTO accounts (user_id, kind, handle, handle_key, display_name, password_hash, created_at)
  SELECT user_id, 'person', handle, replace(replace(replace(handle, 'm', 'rn'), '1', 'l'), '0', 'o'),
    display_name, password_hash, created_at FROM users;
DROP TABLE users;

CREATE INDEX accounts_by_mail_hash ON accounts (mail_hash) WHERE mail_hash IS NOT NULL;
CREATE INDEX accounts_leaving ON accounts (leaving_at) WHERE leaving_at IS NOT NULL;
CREATE INDEX accounts_by_owner ON accounts (owner) WHERE owner IS NOT NULL;

CREATE TABLE passkeys (
  passkey_id TEXT PRIMARY KEY,           -- the credential's id, base64url
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,              -- COSE, base64url
  counter INTEGER NOT NULL,
  transports TEXT NOT NULL,              -- JSON
  synced INTEGER NOT NULL,
  created_at INTEGER NOT NULL,           -- milliseconds
  last_used_at INTEGER                   -- milliseconds
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_by_user ON passkeys (user_id);

CREATE TABLE second_factors (
  user_id TEXT PRIMARY KEY,
  secret TEXT NOT NULL,                  -- sealed, see workers/services/seal.ts
  confirmed_at INTEGER,                  -- milliseconds; NULL until the first code was right
  last_step INTEGER NOT NULL DEFAULT 0,  -- no code of this step or an earlier one counts again
  wrong INTEGER NOT NULL DEFAULT 0       -- tries since the last right one; over the limit, a recovery code is needed
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
  code_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

-- Who an account is elsewhere.
CREATE TABLE identities (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,           -- milliseconds
  PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_by_user ON identities (user_id);

-- Links that are good once: to prove a mail address, to set a new password.
CREATE TABLE links (
  link_hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  user_id TEXT NOT NULL,
  mail TEXT,
  expires_at INTEGER NOT NULL            -- milliseconds
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_user ON links (user_id);
CREATE INDEX links_by_age ON links (expires_at);

CREATE TABLE invitations (
  invitation_id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  inviter TEXT NOT NULL,
  room_id TEXT,
  guest INTEGER NOT NULL,
  mail TEXT,
  uses INTEGER NOT NULL,                 -- by how many it may be taken
  created_at INTEGER NOT NULL,           -- milliseconds
  expires_at INTEGER NOT NULL            -- milliseconds
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_by_inviter ON invitations (inviter);
CREATE INDEX invitations_by_age ON invitations (expires_at);

-- Who has taken an invitation: each person once, so that taking it again takes nothing more.
CREATE TABLE invitation_uses (
  invitation_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (invitation_id, user_id)
) STRICT, WITHOUT ROWID;

-- Challenges and states that were answered, until they would have run out: each is answered once.
CREATE TABLE spent (
  spent_id TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL            -- milliseconds
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_by_age ON spent (expires_at);

-- Mail of a deployment that sends none: a developer's machine, and tests. Shown at /local/mail there.
CREATE TABLE local_mail (
  mail_id INTEGER PRIMARY KEY,
  sent_to TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  sent_at INTEGER NOT NULL               -- milliseconds
) STRICT;
