-- Back to where nobody is greeted. What was said stays in the rooms, by an account that has gone.
DELETE FROM accounts WHERE kind = 'system';
DROP INDEX accounts_to_welcome;
ALTER TABLE accounts DROP COLUMN welcome_room;
ALTER TABLE accounts DROP COLUMN welcomed_at;
DELETE FROM d1_migrations WHERE name = '0005_welcome.sql';
