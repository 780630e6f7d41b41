import { connect, type Socket } from "node:net";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { row, writeCostModel } from "../../model-fixture";
import { usePrograms } from "../../process/scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();

const body = JSON.stringify({ data: new Array(1000).fill(row) });
const request = Buffer.from(
  `POST /score HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
);

/** Clients that send one request after the other over a connection each; they do next to nothing else, as they have to be fast. */
class Crowd {
  readonly statuses: Record<string, number> = {};
  readonly errors: string[] = [];
  private readonly sockets: Socket[] = [];

  constructor(count: number, port: number) {
    for (let index = 0; index < count; index++) this.sockets.push(this.open(port));
  }

  end(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private open(port: number): Socket {
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write(request));
    let text = "";
    socket.setEncoding("latin1").on("data", (part: string) => {
      text += part;
      const head = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (head < 0 || text.length < head + 4 + length) return;
      const status = text.slice(9, 12);
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
      text = "";
      socket.write(request);
    });
    socket.on("error", (error) => this.errors.push(error.message));
    return socket;
  }
}

/** How long a new connection took to be answered, in milliseconds. */
async function askAnew(port: number): Promise<number> {
  const begun = performance.now();
  const { status } = await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: "close" } });
  expect(status).toBe(200);
  return performance.now() - begun;
}

test("while 300 clients send 1,000 rows each, new connections get in and health is told at once", async () => {
  await writeCostModel(folder("model"));
  const program = start({
    MLOPS_MODEL_DIRECTORY: folder("model"),
    MLOPS_HEALTH_PORT: "0",
    MLOPS_LOG_LEVEL: "error",
  });
  const { port, healthPort } = (await program.message()) as { port: number; healthPort: number };
  const crowd = new Crowd(300, port);
  const anew = askAnew(port);
  const health: number[] = [];
  let gotIn = false;
  void anew.then(() => (gotIn = true));
  while (!gotIn || health.length < 20) health.push(await askAnew(healthPort));
  const tookMs = await anew;
  crowd.end();
  expect(crowd.errors).toEqual([]);
  // Whoever would not be answered in time is refused, and some always are answered.
  expect(Object.keys(crowd.statuses).filter((status) => status !== "503")).toEqual(["200"]);
  // It had its turn after the others that came with it, each of which waited for one of 20 ms; it was half a minute.
  expect(tookMs).toBeLessThan(30_000);
  expect(Math.max(...health)).toBeLessThan(2000);
});
