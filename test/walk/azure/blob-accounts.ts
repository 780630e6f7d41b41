import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { request as send } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { BlobServiceClient, StorageSharedKeyCredential, type ContainerClient } from "@azure/storage-blob";
import { freePort } from "../../containers/engine";
import type { StackFacts } from "./stack-facts";

/** Of every account: nobody but the walk itself signs in with it. */
const key = Buffer.from("a key of the walk's own, for accounts that live as long as it").toString("base64");

interface Account {
  readonly child: ChildProcess;
  readonly port: number;
  readonly folder: string;
  readonly client: BlobServiceClient;
  readonly containers: Set<string>;
}

/**
 * Plays the storage accounts of the stacks by Azurite, one for each account that is asked for something: over HTTPS, with
 * tokens of Entra, and with the containers that the stacks have made.
 */
export class BlobAccounts {
  private readonly accounts = new Map<string, Promise<Account>>();

  constructor(
    private readonly pems: { readonly key: string; readonly cert: string },
    /** The containers that there are in Azure, whoever has made them. */
    private readonly containers: () => readonly StackFacts["containers"][number][],
  ) {}

  /** Hands a request on as it is. */
  async forward(request: IncomingMessage, response: ServerResponse, host: string): Promise<void> {
    const name = host.split(".")[0] ?? "";
    const { port } = await this.account(name);
    const { method, url = "/", headers } = request;
    const sent = send({ host: "127.0.0.1", port, method, path: url, headers, rejectUnauthorized: false });
    request.pipe(sent);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    await once(response, "close");
  }

  /** A container of an account, for what plays another service of Azure's. */
  async container(account: string, name: string): Promise<ContainerClient> {
    return (await this.account(account)).client.getContainerClient(name);
  }

  async close(): Promise<void> {
    for (const opened of this.accounts.values()) {
      const { child, folder } = await opened;
      child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async account(name: string): Promise<Account> {
    const own = this.containers().filter(({ account }) => account === name);
    if (own.length === 0) throw new Error(`nobody has made the storage account ${name}`);
    let opened = this.accounts.get(name);
    if (opened === undefined) this.accounts.set(name, (opened = this.open(name)));
    const account = await opened;
    for (const container of own) {
      if (account.containers.has(container.name)) continue;
      account.containers.add(container.name);
      await account.client.getContainerClient(container.name).createIfNotExists();
    }
    return account;
  }

  private async open(name: string): Promise<Account> {
    const folder = await mkdtemp(path.join(tmpdir(), "mlops-azurite-"));
    const files = { key: path.join(folder, "key.pem"), cert: path.join(folder, "cert.pem") };
    await writeFile(files.key, this.pems.key);
    await writeFile(files.cert, this.pems.cert);
    const port = await freePort();
    const program = path.join(__dirname, "../../../node_modules/azurite/dist/src/blob/main.js");
    const place = ["--blobHost", "127.0.0.1", "--blobPort", String(port), "--inMemoryPersistence"];
    const secure = ["--oauth", "basic", "--key", files.key, "--cert", files.cert];
    const args = [program, ...place, ...secure, "--silent", "--skipApiVersionCheck", "--disableTelemetry"];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: "", AZURITE_ACCOUNTS: `${name}:${key}` },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      output += chunk.toString();
      if (output.includes("successfully listens")) break;
    }
    if (!output.includes("successfully listens")) throw new Error(`Azurite did not start: ${output}`);
    // The pipeline knows the option, its type does not.
    const trusting = { retryOptions: { maxTries: 2 }, tlsOptions: { ca: this.pems.cert } };
    const client = new BlobServiceClient(
      `https://127.0.0.1:${port}/${name}`,
      new StorageSharedKeyCredential(name, key),
      trusting,
    );
    return { child, port, folder, client, containers: new Set() };
  }
}
