-- The way back from 0001_accounts. It takes every account with it: export first.
DROP TABLE archive_lag;
DROP TABLE users;
DELETE FROM d1_migrations WHERE name = '0001_accounts.sql';
