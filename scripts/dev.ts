import { spawn } from "node:child_process";
import { viteArguments, viteScript } from "./local/page.ts";
import { dataFolder, localPort, main, root } from "./local/paths.ts";
import { untilStopped } from "./local/stop.ts";
import { serve, withoutEdge } from "./serve.ts";

/** `npm start` with reload: wrangler watches the Worker and the actors by itself, Vite watches the page. */
await main(async () => {
  await untilStopped(async (stopped) => {
    const server = await serve({
      port: localPort(),
      data: dataFolder(),
      vars: withoutEdge,
      logLevel: process.env.LOG_LEVEL ?? "info",
      wranglerLevel: "info",
      onStep: console.log,
    });
    stopped(server.stop);
    const page = spawn(process.execPath, [viteScript, ...viteArguments, "--watch"], {
      cwd: root,
      stdio: "inherit",
    });
    stopped(async () => void page.kill());
    console.log(`\nQuoth runs at ${server.url} and follows what you change. Ctrl-C stops it.\n`);
    if (server.complaint !== "")
      console.warn(`It is up, but says that it is not ready: ${server.complaint}`);
    return server.ended;
  });
});
