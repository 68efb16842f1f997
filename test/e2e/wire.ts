import { connect, createServer, type Server, type Socket } from "node:net";

export interface Wire {
  readonly url: string;
  /** Every connection ends at once, and none comes through until it is mended. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** One person's way to the server, which a test can cut. Playwright's "offline" leaves open WebSockets alone. */
export async function layWire(to_port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return void near.destroy();
    const far = connect({ host: "localhost", port: to_port });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  const port = await listen(server);
  return {
    url: `http://localhost:${port}`,
    cut() {
      whole = false;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      whole = true;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "localhost", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
