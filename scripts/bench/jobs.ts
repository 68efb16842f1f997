/** What the bench asks of the load generator, one JSON object a line, and what it hears. */
export const subjects = ["room", "coalescing", "bare"] as const;
export type Subject = (typeof subjects)[number];

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly rooms: number;
  readonly sockets: number;
  /** Messages a second, where the search begins. */
  readonly from_rate: number;
}

export type Job =
  | {
      readonly type: "open";
      readonly url: string;
      readonly subject: Subject;
      readonly scenario: Scenario;
    }
  | { readonly type: "offer"; readonly rate: number; readonly seconds: number }
  | { readonly type: "close" };

export interface Offered {
  /** Messages a second, all rooms together. */
  readonly rate: number;
  readonly sent: number;
  /** Receipts of an event by a socket: all of them would be `sent` times the room's sockets. */
  readonly delivered: number;
  readonly expected: number;
  /** Events that a socket got out of order, twice, or not at all before a later one. */
  readonly gaps: number;
  readonly refused: number;
  /** From the first send until the last receipt. */
  readonly elapsed_ms: number;
  /** From the moment that a message was due to its receipt by the room's last socket. */
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  /** Events of one frame, on average: what one commit took on. */
  readonly flush_size: number | null;
  /** Bytes of the frames with events that one socket got, for each event. */
  readonly event_bytes: number | null;
  /** Share of one core that the load generator itself was busy. */
  readonly generator_busy: number;
}

export type Report =
  | { readonly ok: true; readonly offered?: Offered }
  | { readonly ok: false; readonly fault: string };
