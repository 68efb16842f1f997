/**
 * Every number that limits something, with its unit in its name or beside it.
 * Where production is stricter than the local platform, production's number stands here,
 * and the code refuses before the platform would.
 */
const KIB = 1024;
const SECOND = 1000;
const DAY = 86_400 * SECOND;

export const limits = {
  /** A frame up, and the body of an HTTP request. Frames down are bounded by what a flush or an answer may hold. */
  frame_bytes: 128 * KIB,
  /** Arrays and objects within one another in a frame. What the protocol knows needs a third of it. */
  frame_depth: 32,
  /**
   * What a socket may have been sent without having acknowledged it; then it is closed, and resumes. A room of 500
   * messages a second tells 300 KB of JSON a second: that is nearly fourteen seconds, and leaves room for the answer
   * to a resume. An actor that is behind itself reads acknowledgements late, so there must be more than it ever is.
   */
  unacked_bytes: 4 * 1024 * KIB,
  /** A client acknowledges when it has received so much since it last did: in that same room every other second. */
  ack_every_bytes: 512 * KIB,
  /** How exactly is remembered after which seq how much had been sent; what an acknowledgement may be short of. */
  ack_step_bytes: 16 * KIB,
  /** Message text that travels inside an event, in UTF-8. */
  text_bytes: 64 * KIB,
  name_characters: 100,
  topic_characters: 500,
  description_characters: 2_000,
  guidelines_characters: 8_000,
  handle_characters_min: 2,
  handle_characters_max: 32,
  password_characters_min: 10,
  password_characters_max: 256,
  idempotency_key_characters: 64,
  mail_characters: 254,
  pronouns_characters: 40,
  status_characters: 100,
  /** The last moment for which anything can be planned, in milliseconds: the year 2100. The platform's clock ends later. */
  alarm_at_max: 4_102_444_800_000,
  emoji_characters: 32,
  profile_fields: 8,
  field_name_characters: 40,
  field_value_characters: 200,
  device_name_characters: 100,
  folder_characters: 60,
  note_characters: 500,

  /** Message text beyond `text_bytes` lies in a file of its own, and its beginning in the event. */
  large_text_bytes: 10 * 1000 * 1000,
  large_preview_characters: 1_000,
  /** The body that brings such a text: JSON may write a character as two. It is one text and little else. */
  large_body_bytes: 20 * 1000 * 1000 + 128 * KIB,
  large_body_parts: 1_000,
  /** Different emoji on one message, and how many names of those who chose one are told with it. */
  reactions_per_message: 50,
  reaction_users: 10,
  reaction_users_page: 100,
  /** Pinned messages: unless the room says otherwise, and at most. */
  pins: 3,
  pins_max: 50,
  versions_page: 100,
  thread_page: 50,
  thread_page_max: 200,
  thread_participants: 5,
  threads_page: 50,
  threads_page_max: 100,
  members_page: 100,
  /** Members offered while a name is typed. */
  members_offered: 10,
  /** A deletion can be taken back for so long, unless the room says otherwise. */
  restore_window_ms: 600 * SECOND,
  restore_window_ms_max: DAY,
  edit_window_ms_max: 365 * DAY,
  mute_ms_max: 365 * DAY,
  /** Messages of one member in one room that wait for their time, their text together, and how far ahead they may be. */
  scheduled_per_member: 50,
  scheduled_characters_per_member: 512 * KIB,
  schedule_ahead_ms: 366 * DAY,
  /** Messages whose files are erased in one hand-over. */
  erasures_per_delivery: 50,
  /** What one message's text may become when it is read as markdown; beyond, it is shown as it was typed. */
  text_nodes: 10_000,
  text_depth: 32,
  /** Characters that are looked through for the ends of labels of links; beyond, brackets are text. */
  text_label_steps: 1024 * KIB,
  /** People whom one message can call by name; further ones are shown and not called. */
  mentions_per_message: 50,
  /** So far into a text it is looked for whom it calls. */
  mention_characters: 8 * KIB,
  emoji_name_characters: 32,
  code_language_characters: 32,
  /** So many emoji alone are a message shown large. */
  jumbo_emoji: 3,
  slash_name_characters: 32,
  /** People named in one slash command. */
  slash_users: 20,
  /** The longest duration that can be given to a slash command. */
  slash_duration_ms: 366 * DAY,

  /** Members of one room. */
  members: 10_000,
  /** People who can be named when a room is created. */
  members_at_creation: 100,
  /** Members listed in a snapshot; the rest is asked for. */
  snapshot_members: 200,
  page_messages: 50,
  page_messages_max: 200,
  page_bytes: 1024 * KIB,
  page_events_max: 500,
  /** Users whose names one request may ask for. */
  page_users_max: 100,

  /** A resume further behind than this starts over with a snapshot. */
  resume_events: 1_000,
  resume_bytes: 1024 * KIB,

  /** What one flush takes on; the rest waits for the next turn. */
  flush_commands: 256,
  flush_bytes: 1024 * KIB,
  /** Commands that may wait for a flush before new ones are told to slow down. */
  waiting_commands: 10_000,
  waiting_bytes: 8 * 1024 * KIB,

  /** Sockets of one user over all rooms and their inbox, on all devices. */
  sockets_per_user: 10,
  /** Rooms that an inbox asks at once how many sockets its user has there. */
  rooms_asked_at_once: 10,
  /** Sockets of one user in one room. */
  sockets_per_member: 20,
  /** Sockets of one user to their inbox. */
  inbox_sockets: 10,
  /** Clients say `ping` this often; a socket that has said nothing for longer than the next number is dead. */
  heartbeat_ms: 25 * SECOND,
  dead_socket_ms: 40 * SECOND,
  /** Without input for so long a device is idle. */
  idle_ms: 300 * SECOND,
  /** People whom one device may watch at once. */
  watched_users: 200,
  watch_lease_ms: 600 * SECOND,
  /** Changes of presence gather this long before they are told. */
  presence_gather_ms: SECOND,
  /** People outside one's contacts who are told at once; more are answered when they ask. */
  watchers: 1_000,
  /** Calls to other inboxes about presence that one inbox has open at once. */
  presence_calls: 32,
  /** A device that comes back so soon after its socket went finds everyone still watched. */
  watch_linger_ms: 5 * SECOND,
  /** Up to so many people are listed as being in a room; of more only the number is told. */
  presence_listed: 200,
  /** Who comes back to a room so soon after their socket went was never away. */
  here_linger_ms: 5 * SECOND,
  /** Typing is over so long after it was last heard of, and others are told of one person at most this often. */
  typing_expires_ms: 5 * SECOND,
  typing_gather_ms: 3 * SECOND,
  /** People whose typing is told in one room at once. */
  typists: 20,
  /** Typing and whispers of one user in one room: a full bucket, and how fast it fills. */
  signals_burst: 20,
  signals_per_second: 2,
  /** Marks gather this long before they go to the inboxes. */
  mark_gather_ms: SECOND,
  /** Rooms over this size mark their members' inboxes only when those are looked at. */
  marked_members: 200,
  /** Counts of what is unread end here; so a page shows "999+". */
  badge_max: 999,
  /** Messages that one page of what makes a badge lists. */
  badge_page: 200,
  /** Members whose cursors one write moves. */
  cursors_per_write: 1_000,
  /** The newest messages, deleted ones and those in threads included, among which the unread ones are counted. */
  badge_window: 2_000,
  /** In rooms of up to so many it is shown who has received and read, unless the room says otherwise. */
  receipt_members: 50,
  /** Cursors that move gather this long before they are told. */
  cursor_gather_ms: SECOND / 2,
  /** Rooms that an inbox tells of its person in one hand-over. */
  rooms_per_delivery: 500,
  /** Inboxes that a room speaks to at once, and those that it tells in one hand-over. */
  inboxes_at_once: 20,
  inboxes_per_delivery: 500,
  preview_characters: 140,
  /** The newest events that an inbox keeps for resuming; a client further behind starts over. */
  inbox_events: 1_000,
  inbox_rooms: 5_000,
  drafts: 500,
  bookmarks: 1_000,
  /** Reminders of one user, those that are due and not yet taken away included, and how far ahead they can lie. */
  reminders: 200,
  reminder_ms_max: 366 * DAY,
  /** Messages that called a user, as their inbox keeps them, and those that one mark of a room tells of. */
  calls: 1_000,
  calls_per_mark: 20,
  mentions_page: 20,
  mentions_page_max: 50,
  /** Rooms that an inbox tells, or the Worker asks for one request, at once. */
  rooms_at_once: 20,
  contacts: 5_000,
  blocks: 1_000,
  /** Open requests to others. */
  contact_requests: 100,
  /** Requests of others that wait for an answer; the oldest makes room for a new one. */
  requests_received: 1_000,
  /** Addresses that one user may compare with those of the deployment, in a day and at once. */
  contact_lookups_per_day: 1_000,
  contact_lookups_burst: 500,
  /** Counted for a network in portions of so many, and so many portions a minute: fresh accounts are no fresh start. */
  contact_lookup_portion: 100,
  contact_lookups_per_address: 10,
  contacts_page: 100,
  /** What a room answers one user with, to resumes and gaps: a full bucket, and how fast it fills. */
  answer_bytes_burst: 16 * 1024 * KIB,
  answer_bytes_per_second: 1024 * KIB,

  /** Commands of one user in one room: a full bucket, and how fast it fills. */
  commands_burst: 200,
  commands_per_second: 20,
  /** Frames of one socket, whatever is in them. */
  frames_burst: 400,
  frames_per_second: 100,
  slow_down_answers_per_second: 1,
  /** Frames refused in a row for their shape, after which the socket is closed. */
  bad_frames: 50,

  /** A socket's attachment. The platform stops at 16 KiB; more than 2 KiB is slow. */
  attachment_bytes: 2 * KIB,
  /** What a socket's opening may carry in its sub-protocol header. */
  ticket_characters: 2_048,

  access_token_ms: 900 * SECOND,
  refresh_token_ms: 30 * DAY,
  /** However diligently it is refreshed, a session ends after this. */
  session_ms_max: 180 * DAY,
  /** A refresh token that was just followed by another still gives that same one: two tabs, or a lost answer. */
  refresh_grace_ms: 30 * SECOND,
  /** How often a socket's session is looked at again, besides being told of its end. */
  session_check_ms: 900 * SECOND,
  /** Looks in a row at which the inbox could not be asked, after which the device has to come back with a new ticket. */
  session_checks_failed: 4,
  /** A device's last visit is written down at most this often. */
  last_seen_step_ms: 60 * SECOND,
  /** For so long after signing in, a device need not prove again that its owner sits there. */
  recent_sign_in_ms: 600 * SECOND,
  /** For so long a browser counts as one that has signed in to an account before. */
  known_device_ms: 180 * DAY,
  devices: 50,
  /** Rooms in which one session may open sockets. All of them are remembered, to be told when it ends. */
  device_rooms: 5_000,
  api_tokens: 50,
  api_token_ms_max: 366 * DAY,
  bots: 20,
  passkeys: 20,
  recovery_codes: 10,
  /** Wrong codes in a row, however slowly they are tried: then it takes a recovery code. NIST SP 800-63B, 3.2.2. */
  wrong_codes: 100,
  /** How long a challenge for a passkey, and the way to another service for signing in, stay open. */
  challenge_ms: 300 * SECOND,
  /** For so long another service's own description of itself is believed, and for so long an answer of it waited for. */
  provider_known_ms: 600 * SECOND,
  provider_answer_ms: 10 * SECOND,
  mail_link_ms: DAY,
  reset_link_ms: 3600 * SECOND,
  invitation_ms: 30 * DAY,
  invitation_uses: 100,
  invitations: 100,
  /** Between asking for an account to be deleted and its erasure; signing in takes it back. */
  deletion_grace_ms: 14 * DAY,
  /** A handle that somebody has left is held for them for so long; of those whom one has left, so many. */
  handle_hold_ms: 30 * DAY,
  held_handles: 5,
  /** After a refusal for age, another try from the same browser is refused unread. */
  age_refusal_ms: DAY,

  /** Tries within a minute, before any password is hashed. wrangler.toml repeats them; a test compares. */
  sign_in_per_address: 30,
  sign_in_per_account: 10,
  /** From a browser that has signed in to this very account before: others cannot lock its owner out. */
  sign_in_per_known_device: 10,
  /** From all such browsers of one account together. */
  sign_in_per_known_devices: 30,
  registrations_per_address: 20,
  mails_per_minute: 3,
  lookups_per_minute: 60,
  rooms_per_minute: 30,
  ticket_ms: 30 * SECOND,
  /** How far two clocks of one deployment may differ. */
  clock_skew_ms: 5 * SECOND,

  /**
   * The outbox gathers this long before it hands over. Each hand-over is an alarm, a queue message and two databases:
   * at a quarter of a second nearly every message of a quiet room paid for one of its own (decision 0001).
   */
  outbox_gather_ms: 2 * SECOND,
  /** Targets that are handed what is theirs at once. */
  outbox_at_once: 20,
  /** An entry that was handed over and is not confirmed is handed over again after this. */
  outbox_retry_ms: 5 * SECOND,
  outbox_retry_max_ms: 300 * SECOND,
  /** Attempts after which an entry is parked: reported, and tried at the slowest pace only. */
  outbox_attempts: 10,
  /** What the archive takes from a room in one step. */
  archive_events: 500,
  archive_bytes: 1024 * KIB,
  /** The longest time that the archive may be behind before readiness says so. */
  archive_lag_ms: 60 * SECOND,
  /** How long readiness waits for each part before it calls it unreachable. */
  ready_part_ms: 2 * SECOND,

  /** Production's limits, which local workerd does not enforce. */
  row_bytes: 2 * 1024 * KIB,
  bound_parameters: 100,
} as const;
