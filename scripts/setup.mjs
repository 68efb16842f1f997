// What every npm script goes through. It runs on the Node that a machine happens to have (20 or newer), so it is
// plain JavaScript without dependencies: it installs what the lockfile says, where that has not been done, and hands
// over to a TypeScript file under a Node that runs TypeScript and that wrangler accepts.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const bin = join(modules, ".bin");
const stampFile = join(modules, ".quoth-lockfile");

/** The first Node that strips types without a flag. */
export const NODE_NEEDED = [22, 18];

/** @param {string} version @param {readonly number[]} needed */
export function isNewEnough(version, needed = NODE_NEEDED) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed;
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

/**
 * Whether what npm notes about an installed tree is what the lockfile asks for. A part for another platform may be
 * missing; nothing may be there in another version. So whoever ran `npm ci` by hand does not wait for a second one.
 * @param {{ packages?: Record<string, { version?: string, optional?: boolean }> }} lock
 * @param {{ packages?: Record<string, { version?: string }> }} installed
 */
export function holdsLockfile(lock, installed) {
  const wanted = Object.entries(lock.packages ?? {}).filter(([path]) => path !== "");
  const found = installed.packages ?? {};
  const complete = wanted.every(([path, entry]) => {
    const there = found[path];
    return there === undefined ? entry.optional === true : there.version === entry.version;
  });
  const known = new Set(wanted.map(([path]) => path));
  return complete && Object.keys(found).every((path) => known.has(path));
}

function isInstalled() {
  const lockfile = readFileSync(join(root, "package-lock.json"), "utf8");
  const stamp = createHash("sha256").update(lockfile).digest("hex");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return true;
  const note = join(modules, ".package-lock.json");
  if (!existsSync(note)) return false;
  if (!holdsLockfile(JSON.parse(lockfile), JSON.parse(readFileSync(note, "utf8")))) return false;
  // npm drops an optional part without a word where its download failed; Node is one that is needed.
  if (findNode() === null) return false;
  writeFileSync(stampFile, stamp);
  return true;
}

function install() {
  console.log("Installing what package-lock.json lists. This takes a minute, once.");
  const npm = process.env.npm_execpath;
  const command = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  const [file = "npm", ...before] = command;
  const done = spawnSync(file, [...before, "ci", "--loglevel=error"], {
    cwd: root,
    stdio: ["inherit", "inherit", "pipe"],
    encoding: "utf8",
  });
  if (done.status === 0) return;
  end(
    `The installation did not work: ${reasonIn(done.stderr ?? "")} Try again once that is mended.`,
  );
}

/**
 * Of all that npm says about a failure, the line that says why.
 * @param {string} words
 */
export function reasonIn(words) {
  const lines = words.split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, "").trim());
  const reason =
    lines.find((line) => /^\w*Error: |request to .* failed|^Missing: |no space left/.test(line)) ??
    lines.find((line) => line !== "" && !/^(code|errno|syscall|npm warn)\b/.test(line)) ??
    "npm did not say why";
  return reason.replace(/[.:]?$/, ".");
}

function findNode() {
  const packaged = join(bin, "node");
  if (existsSync(packaged) && spawnSync(packaged, ["--version"]).status === 0) return packaged;
  return isNewEnough(process.version) ? process.execPath : null;
}

/** @param {string} node @param {string[]} args */
function run(node, args) {
  const path = [bin, process.env.PATH ?? ""].join(delimiter);
  const env = { ...process.env, PATH: path };
  const stdio = /** @type {const} */ (["inherit", "inherit", "inherit", "ipc"]);
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...args], { stdio, env });
  // The child says when it is over: a signal is passed on, and this process waits.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // From a terminal Ctrl-C reaches the child as well, being of the same group.
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal));
  }
  watchNpm(() => child.kill("SIGTERM"));
  child.on("error", (error) => end(`${node} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (signal ? constants.signals[signal] : 1));
  });
}

/**
 * A killed npm passes nothing on. Where npm started this process, another parent means that it is gone.
 * @param {() => void} whenGone
 */
function watchNpm(whenGone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    whenGone();
  }, 500);
}

/** @param {string} sentence */
function end(sentence) {
  console.error(sentence);
  process.exit(1);
}

function main() {
  const [script, ...args] = process.argv.slice(2);
  if (script === undefined) return end("usage: node scripts/setup.mjs <file.ts> [arguments]");
  if (!isInstalled()) {
    install();
    // Leaves the stamp; where parts are missing, the sentence below or the script itself says which.
    isInstalled();
  }
  const node = findNode();
  if (node === null) {
    const needed = NODE_NEEDED.join(".");
    return end(
      `Quoth needs Node ${needed} or newer here, and this is ${process.version}. Install it from https://nodejs.org.`,
    );
  }
  return run(node, [join(root, script), ...args]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
