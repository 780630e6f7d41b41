import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  BlobServiceClient,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";

/** The account that every emulator has; its key is public. */
const account = "devstoreaccount1";
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const credential = new StorageSharedKeyCredential(account, key);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Passes connections on to a port; while it is cut, it refuses new ones and has ended the others. */
class Line {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(
    readonly port: number,
    private readonly target: number,
  ) {}

  async open(): Promise<void> {
    this.server = createServer((near) => {
      const far = connect(this.target, "127.0.0.1");
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.once("close", () => {
          this.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    }).listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
  }

  cut(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** The emulator of Azure Blob Storage, which can be out of reach for a while. */
export class Azurite {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly line: Line,
  ) {}

  static async start(): Promise<Azurite> {
    const folder = await mkdtemp(path.join(tmpdir(), "mlops-azurite-"));
    const [port, linePort] = [await freePort(), await freePort()];
    const program = path.join(__dirname, "../../../node_modules/azurite/dist/src/blob/main.js");
    const place = ["--blobHost", "127.0.0.1", "--blobPort", String(port), "--inMemoryPersistence"];
    const args = [program, ...place, "--silent", "--skipApiVersionCheck", "--disableTelemetry"];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      output += chunk.toString();
      if (output.includes("successfully listens")) break;
    }
    if (!output.includes("successfully listens")) throw new Error(`Azurite did not start: ${output}`);
    const line = new Line(linePort, port);
    await line.open();
    return new Azurite(child, folder, line);
  }

  get url(): string {
    return `http://127.0.0.1:${this.line.port}/${account}`;
  }

  /** A client with the account's key. */
  client(): BlobServiceClient {
    return new BlobServiceClient(this.url, credential, { retryOptions: { maxTries: 1 } });
  }

  /** The address of a container, with a signature that lets everything be done for an hour. */
  signedUrl(container: string): string {
    const signature = generateAccountSASQueryParameters(
      {
        expiresOn: new Date(Date.now() + 3_600_000),
        permissions: AccountSASPermissions.parse("rwdlc"),
        resourceTypes: AccountSASResourceTypes.parse("sco").toString(),
        services: AccountSASServices.parse("b").toString(),
      },
      credential,
    );
    return `${this.url}/${container}?${signature.toString()}`;
  }

  /** Out of reach from now on. */
  pause(): void {
    this.line.cut();
  }

  async resume(): Promise<void> {
    await this.line.open();
  }

  async stop(): Promise<void> {
    this.line.cut();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGKILL");
      await once(this.child, "exit");
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
