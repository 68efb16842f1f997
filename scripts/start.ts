import { relative } from "node:path";
import { dataFolder, localPort, main, root } from "./local/paths.ts";
import { untilStopped } from "./local/stop.ts";
import { serve, withoutEdge } from "./serve.ts";

const greeting = (url: string, data: string) => `
Quoth runs at ${url}

  Two people: open it twice, the second time in a private window, and register each.
  Mail is not sent from here: ${url}/local/mail shows it.
  Data is kept in ${data} over restarts; delete that folder to begin anew.
  Ctrl-C stops it. From another terminal: \`npm run seed\` brings an example to look at, \`npm test\` proves it.
`;

await main(async () => {
  const data = dataFolder();
  await untilStopped(async (stopped) => {
    const server = await serve({ port: localPort(), data, vars: withoutEdge, onStep: console.log });
    stopped(server.stop);
    console.log(greeting(server.url, relative(root, data) || data));
    if (server.complaint !== "")
      console.warn(`It is up, but says that it is not ready: ${server.complaint}`);
    return server.ended;
  });
});
