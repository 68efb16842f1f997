import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/local/ports.ts";
import { serve, type Server } from "../../scripts/serve.ts";

/** What `npm start` runs, on a port and in a folder of its own. */
export class Deployment {
  readonly port: number;
  readonly #data: string;
  #server: Server;

  private constructor(port: number, data: string, server: Server) {
    this.port = port;
    this.#data = data;
    this.#server = server;
  }

  static async starts(): Promise<Deployment> {
    const port = await freePort();
    const data = mkdtempSync(join(tmpdir(), "quoth-e2e-"));
    return new Deployment(port, data, await serve({ port, data, quiet: true }));
  }

  /** SIGKILL: no goodbye to anyone. */
  dies(): Promise<void> {
    return this.#server.kill();
  }

  async rises(): Promise<void> {
    this.#server = await serve({ port: this.port, data: this.#data, quiet: true });
  }

  async ends(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#data, { recursive: true, force: true });
  }
}
