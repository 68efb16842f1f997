import { contractPage, PAGE, SUMMARY, withSummary } from "../contract/page.ts";
import type { Gate } from "./files.ts";

/** What people read of the contract is what the schema says now. */
export const contract: Gate = (files) => {
  const textOf = (path: string) => files.find((file) => file.path === path)?.text ?? "";
  const readme = textOf(SUMMARY);
  const current = { [PAGE]: contractPage(), [SUMMARY]: withSummary(readme) };
  return Object.entries(current)
    .filter(([path, text]) => textOf(path) !== text)
    .map(([path, text]) => ({
      path,
      text:
        text === null
          ? "has no place for the contract: the two comments that it stands between"
          : "says of the contract what the schema does not say any more: `npm run format`",
    }));
};
