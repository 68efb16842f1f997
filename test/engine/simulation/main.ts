import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

/** `npm run simulate -- --seed 1 --histories 10000`: as many histories as one likes. */
const { values } = parseArgs({
  options: { seed: { type: "string" }, histories: { type: "string" } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const histories = Number(values.histories ?? 10_000);
const started = performance.now();
const reached = await simulate({ seed, histories });
const seconds = (performance.now() - started) / 1000;
console.log(`seed=${seed} histories=${histories} seconds=${seconds.toFixed(1)}`);
console.log(reached);
