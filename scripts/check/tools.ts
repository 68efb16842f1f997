import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { bin, dataFolder, root } from "../local/paths.ts";
import { quietEnvironment } from "../local/wrangler.ts";

/** A gate that a tool of its own keeps: what it prints is its finding. */
export interface Tool {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const tsc = (project: string) => ({ command: "tsc", args: ["-p", project, "--pretty", "false"] });

export const tools: readonly Tool[] = [
  { name: "format", command: "oxfmt", args: ["--list-different", "."] },
  {
    name: "lint",
    command: "oxlint",
    args: ["--deny-warnings", "--report-unused-disable-directives", "--format", "unix", "."],
  },
  { name: "types", ...tsc("tsconfig.json") },
  { name: "types of the page", ...tsc("web/tsconfig.json") },
  // The contract, the SDK and the actors' insides, with nothing that only Node or Cloudflare has.
  { name: "types, web standards only", ...tsc("scripts/check/tsconfig.portable.json") },
  { name: "types of the bindings", command: "wrangler", args: ["types", "--check"] },
];

/** What the tool objects to; null where nothing. */
export function runTool({ command, args }: Tool): Promise<string | null> {
  const project = args[args.indexOf("-p") + 1];
  if (args.includes("-p") && project !== undefined && !existsSync(resolve(root, project))) {
    return Promise.resolve(`${project} is missing`);
  }
  const options = { cwd: root, env: quietEnvironment(dataFolder()), maxBuffer: 64 * 1024 * 1024 };
  return new Promise((done) => {
    execFile(join(bin, command), args, options, (error, out, err) => {
      done(
        error === null ? null : stripVTControlCharacters(`${out}${err}`).trim() || error.message,
      );
    });
  });
}
