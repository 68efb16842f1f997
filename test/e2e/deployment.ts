import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/local/ports.ts";
import { serve, type Server } from "../../scripts/serve.ts";

interface Options {
  port: number;
  data: string;
  vars: Readonly<Record<string, string>>;
}

/** A greeting would be a room more in every list. */
const usual = { WELCOME: "off" };

/** What `npm start` runs, on a port and in a folder of its own. */
export class Deployment {
  readonly port: number;
  readonly #data: string;
  readonly #vars: Readonly<Record<string, string>>;
  #server: Server;

  private constructor(options: Options, server: Server) {
    this.port = options.port;
    this.#data = options.data;
    this.#vars = options.vars;
    this.#server = server;
  }

  static async starts(vars: Readonly<Record<string, string>> = {}): Promise<Deployment> {
    const port = await freePort();
    const data = mkdtempSync(join(tmpdir(), "quoth-e2e-"));
    const settings = { ...usual, ...vars };
    const server = await serve({ port, data, vars: settings, quiet: true });
    return new Deployment({ port, data, vars: settings }, server);
  }

  /** SIGKILL: no goodbye to anyone. */
  dies(): Promise<void> {
    return this.#server.kill();
  }

  async rises(): Promise<void> {
    this.#server = await serve({
      port: this.port,
      data: this.#data,
      vars: this.#vars,
      quiet: true,
    });
  }

  async ends(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#data, { recursive: true, force: true });
  }
}
