/** What happened often enough to be worth the name of a simulation. */
export const reached = {
  crashes: 0,
  crashes_after_commit: 0,
  evictions: 0,
  gaps: 0,
  replays: 0,
  clock_steps_back: 0,
  alarms: 0,
  batches: 0,
  reused_ids: 0,
  reads: 0,
  marks: 0,
  gone: 0,
  untold: 0,
  late: 0,
  meanwhile: 0,
  signed_out: 0,
  forgotten: 0,
  sockets_lost: 0,
};
export type Reached = typeof reached;
