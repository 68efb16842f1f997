import { expect, test } from "vitest";
import { contract } from "../../scripts/check/contract.ts";
import { contractPage, contractSummary, withSummary } from "../../scripts/contract/page.ts";
import { closes } from "../../schema/closes.ts";
import { CommandSchema } from "../../schema/commands.ts";
import { eventBodies } from "../../schema/events.ts";
import { queryAnswers } from "../../schema/queries.ts";
import { refusalCodes } from "../../schema/refusals.ts";
import { files, texts } from "./files.ts";

const place = withSummary(
  "# Quoth\n\n<!-- contract: made by `npm run format` from schema/, not by hand -->\n<!-- /contract -->\nThe rest.\n",
);
const current = { "docs/contract.md": contractPage(), "README.md": place ?? "" };
const STALE = "says of the contract what the schema does not say any more: `npm run format`";

test("GATE-14 what was made from the schema passes, and making it again changes nothing", () => {
  expect(place).toMatch(/^# Quoth\n[^]*\nThe rest\.\n$/);
  expect(withSummary(place ?? "")).toBe(place);
  expect(contract(files(current))).toEqual([]);
});

test("GATE-14 another word, a missing page and a README without its place are refused", () => {
  const spoilt = current["README.md"].replace("`message.sent`", "`message.said`");
  expect(texts(contract(files({ ...current, "README.md": spoilt })))).toEqual([
    `README.md: ${STALE}`,
  ]);
  const shorter = current["docs/contract.md"].replace(/^\| 4200 .*\n/m, "");
  expect(texts(contract(files({ ...current, "docs/contract.md": shorter })))).toEqual([
    `docs/contract.md: ${STALE}`,
  ]);
  expect(texts(contract(files({ "README.md": "# Quoth\n" })))).toEqual([
    `docs/contract.md: ${STALE}`,
    "README.md: has no place for the contract: the two comments that it stands between",
  ]);
});

test("GATE-14 page and summary have every command, event, question, refusal and close code", () => {
  const commands = CommandSchema.options.flatMap((option) =>
    "options" in option ? ["create"] : [option.entries.type.literal],
  );
  const all = [...commands, ...Object.keys(eventBodies), ...Object.keys(queryAnswers)];
  for (const name of [...all, ...refusalCodes, ...Object.keys(closes)]) {
    expect(contractPage(), name).toContain(`\`${name}\``);
    expect(contractSummary(), name).toContain(`\`${name}\``);
  }
});

test("GATE-14 the page says of a field what it is, and of a name what it stands for", () => {
  const page = contractPage();
  expect(page).toContain("| `pin` | `message_id: MessageId` |");
  expect(page).toContain("`parent?: MessageId`, `in_room?: boolean`");
  expect(page).toMatch(/^\| `Head` \| `\{ room_id: RoomId, epoch: Epoch, seq: Seq,/m);
  expect(page).toContain("| 4000 | `restarting` |");
});
