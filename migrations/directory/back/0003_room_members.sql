-- Back to rooms whose members are not found by name here. All of it was a copy.
DROP TRIGGER names_end;
DROP TRIGGER names_change;
DROP TRIGGER names_unfold;
DROP TRIGGER names_fold;
DROP TRIGGER room_members_go;
DROP TRIGGER room_members_come;
DROP TABLE room_names;
DROP TABLE names_to_fold;
DROP TABLE folded_names;
DROP TABLE room_members_at;
DROP TABLE room_members;
DELETE FROM d1_migrations WHERE name = '0003_room_members.sql';
