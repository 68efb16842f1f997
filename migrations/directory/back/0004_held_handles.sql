DROP TABLE held_handles;
DELETE FROM d1_migrations WHERE name = '0004_held_handles.sql';
