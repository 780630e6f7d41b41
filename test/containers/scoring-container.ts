import { until } from "../e2e/mlops";
import { docker, dockerOutput, freePort, hardened } from "./engine";

/** A scoring container on this machine's loopback, with everything taken from it that it does not need. */
export class ScoringContainer {
  private constructor(
    readonly id: string,
    readonly port: number,
  ) {}

  static async start(image: string, options: readonly string[] = []): Promise<ScoringContainer> {
    const port = await freePort();
    const settings = [`MLOPS_HOST=127.0.0.1`, `MLOPS_PORT=${port}`, "MLOPS_ENVIRONMENT=qa"];
    const id = await dockerOutput(
      "run",
      "--detach",
      "--network",
      "host",
      ...hardened,
      ...settings.flatMap((setting) => ["--env", setting]),
      ...options,
      image,
    );
    return new ScoringContainer(id, port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Waits until it says that it is ready; throws with what it printed when it ends without. */
  async ready(): Promise<void> {
    await until(async () => {
      if ((await this.state()).Status === "exited") throw new Error(`it ended: ${await this.logs()}`);
      // Refused until the service listens.
      return fetch(`${this.url}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      );
    }, 20_000);
  }

  async state(): Promise<{ Status: string; ExitCode: number; Health?: { Status: string } }> {
    return JSON.parse(await dockerOutput("inspect", "--format", "{{json .State}}", this.id)) as {
      Status: string;
      ExitCode: number;
      Health?: { Status: string };
    };
  }

  /** Everything that it wrote to standard output and standard error. */
  async logs(): Promise<string> {
    const { stdout, stderr } = await docker("logs", this.id);
    return `${stdout}\n${stderr}`;
  }

  exec(...command: string[]): ReturnType<typeof docker> {
    return docker("exec", this.id, ...command);
  }

  async remove(): Promise<void> {
    await docker("rm", "--force", "--volumes", this.id);
  }
}
