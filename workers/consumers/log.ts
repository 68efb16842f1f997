import type { LogFields, LogLevel } from "../../schema/telemetry.ts";

/** A consumer's way to say something; a test's way to listen. */
export type ConsumerLog = (level: LogLevel, event: string, fields: LogFields) => void;
