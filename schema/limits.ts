/**
 * Every number that limits something, with its unit in its name or beside it.
 * Where production is stricter than the local platform, production's number stands here,
 * and the code refuses before the platform would.
 */
const KIB = 1024;
const SECOND = 1000;

export const limits = {
  /** A frame up, and the body of an HTTP request. Frames down are bounded by what a flush or an answer may hold. */
  frame_bytes: 128 * KIB,
  /** Message text that travels inside an event, in UTF-8. */
  text_bytes: 64 * KIB,
  name_characters: 100,
  topic_characters: 500,
  handle_characters_min: 2,
  handle_characters_max: 32,
  password_characters_min: 10,
  password_characters_max: 256,
  idempotency_key_characters: 64,

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

  /** Sockets of one user in one room. */
  sockets_per_member: 20,
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
  ticket_ms: 30 * SECOND,
  /** How far two clocks of one deployment may differ. */
  clock_skew_ms: 5 * SECOND,

  /**
   * The outbox gathers this long before it hands over. Each hand-over is an alarm, a queue message and two databases:
   * at a quarter of a second nearly every message of a quiet room paid for one of its own (decision 0001).
   */
  outbox_gather_ms: 2 * SECOND,
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
