import type { Settings } from "../../../schema/settings.ts";
import { defaultSettings } from "../../../schema/settings.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** What the person has decided for all of their devices. What is not in it is as it is by default. */
export const settingsTable = `CREATE TABLE settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  settings TEXT NOT NULL           -- JSON
)`;

const only = statement<object, { settings: string }>("SELECT settings FROM settings");
const put = statement<{ settings: string }>(
  `INSERT INTO settings (only, settings) VALUES (1, :settings)
   ON CONFLICT (only) DO UPDATE SET settings = excluded.settings`,
);

export const settingsStore = {
  get(sql: SqlPort): Settings {
    const row = only.one(sql, {});
    return { ...defaultSettings, ...(row && (JSON.parse(row.settings) as Settings)) };
  },
  put: (sql: SqlPort, settings: Settings): void =>
    put.run(sql, { settings: JSON.stringify(settings) }),
};
