import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { AccessToken } from "@azure/identity";
import { bootstrap, type Bootstrap } from "../../../infra/bootstrap/bootstrap";
import { makeCertificate } from "../../platform/http/certificate";
import { ArmStandIn, type Answer, type Seen } from "./arm-stand-in";
import { DevOpsStandIn } from "./devops-stand-in";

export const subscriptionId = "aaaaaaaa-0000-4000-8000-000000000001";
export const prodSubscriptionId = "bbbbbbbb-0000-4000-8000-000000000002";

/** Made once for all servers of a test file, as it takes a while. */
let certificate: Promise<{ key: string; cert: string }> | undefined;

/** A failure that a server is told to answer with. */
interface Failure extends Answer {
  readonly method: string;
  readonly path: RegExp;
  times: number;
  /** It is done all the same: only the answer does not arrive. */
  readonly done: boolean;
}

/** Azure and Azure DevOps as two small servers, which keep what they are given and note every write. */
export class Cloud {
  readonly arm = new ArmStandIn();
  readonly devops = new DevOpsStandIn("contoso", { id: "project-1", name: "shop" });
  readonly folder = mkdtempSync(path.join(os.tmpdir(), "mlops-bootstrap-"));
  /** Requests that change something, in order. */
  readonly writes: string[] = [];
  readonly authorizations = new Set<string>();
  /** Called before a write is answered. */
  onWrite: (count: number) => void = () => undefined;
  private readonly failures: Failure[] = [];
  private readonly servers: Server[] = [];
  armUrl = "";
  devOpsUrl = "";
  certificate = "";

  static async start(): Promise<Cloud> {
    const cloud = new Cloud();
    const { key, cert } = await (certificate ??= makeCertificate("localhost"));
    cloud.certificate = cert;
    const handle = (answer: (seen: Seen) => Answer) => (request: IncomingMessage, response: ServerResponse) =>
      void cloud.handle(request, response, answer);
    const arm = createHttps(
      { key, cert },
      handle((seen) => cloud.arm.answer(seen)),
    );
    const devops = createHttp(handle((seen) => cloud.devops.answer(seen)));
    cloud.armUrl = `https://localhost:${await cloud.listen(arm)}`;
    cloud.devOpsUrl = `http://localhost:${await cloud.listen(devops)}`;
    for (const stack of ["qa", "prod"])
      writeFileSync(
        path.join(cloud.folder, `Pulumi.${stack}.yaml`),
        `# Kept.\nconfig:\n  azure-native:location: westeurope\n  mlops:scoring: containers\n  mlops:monthlyBudget: 200\n`,
      );
    return cloud;
  }

  private listen(server: Server): Promise<number> {
    this.servers.push(server);
    return new Promise((resolve) => {
      server.listen(0, "localhost", () => resolve((server.address() as AddressInfo).port));
    });
  }

  /** Lets requests of this kind fail, a number of times. */
  fail(method: string, at: RegExp, answer: Answer, times = Number.POSITIVE_INFINITY): void {
    this.failures.push({ ...answer, method, path: at, times, done: false });
  }

  /** Does what is asked for once, and loses the answer. */
  lose(method: string, at: RegExp): void {
    const body = { message: "The gateway gave up." };
    this.failures.push({ status: 502, body, method, path: at, times: 1, done: true });
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
    answer: (seen: Seen) => Answer,
  ): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const method = request.method ?? "GET";
    this.authorizations.add(request.headers.authorization ?? "");
    const seen: Seen = {
      method,
      path: url.pathname,
      query: url.searchParams,
      body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
    const failure = this.failures.find(
      (each) => each.times > 0 && each.method === method && each.path.test(url.pathname),
    );
    if (failure !== undefined) failure.times -= 1;
    if (failure?.done) answer(seen);
    const { status, body, headers } = failure ?? answer(seen);
    if (method !== "GET" && failure === undefined) {
      this.writes.push(`${method} ${url.pathname}`);
      this.onWrite(this.writes.length);
    }
    const page =
      typeof body === "string" ? { "content-type": "text/html" } : { "content-type": "application/json" };
    response.writeHead(status, { ...page, ...headers });
    response.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
  }

  /** The bootstrap's inputs, with these servers in place of the real ones. */
  inputs(changes: Partial<Bootstrap> = {}): Bootstrap {
    return {
      target: {
        subscriptionId,
        resourceGroup: "mlops-state",
        location: "westeurope",
        organisation: "contoso",
        project: "shop",
        branch: "main",
        reviewers: 1,
        environments: [
          { name: "qa", subscriptionId },
          { name: "prod", subscriptionId: prodSubscriptionId },
        ],
        approvers: [],
      },
      settings: {
        "mlops:owner": "team-risk",
        "mlops:costCentre": "4711",
        "mlops:alertEmail": "ops@example.com",
      },
      planOnly: false,
      consent: () => Promise.resolve(true),
      report: () => undefined,
      credential: { getToken: (scope) => Promise.resolve(tokenFor(String(scope))) },
      folder: this.folder,
      azureOptions: {
        endpoint: this.armUrl,
        tlsOptions: { ca: this.certificate },
        retryOptions: { maxRetries: 2, retryDelayInMs: 1, maxRetryDelayInMs: 5 },
      },
      devOpsOptions: {
        url: this.devOpsUrl,
        identitiesUrl: this.devOpsUrl,
        entitlementsUrl: this.devOpsUrl,
        attempts: 3,
        firstPauseMs: 1,
      },
      run: pulumiOf(this.folder),
      settle: { attempts: 5, pauseMs: 1 },
      pauseMs: 1,
      ...changes,
    };
  }

  /** Runs the bootstrap, and gives the lines that it has said. */
  async said(changes: Parameters<Cloud["inputs"]>[0] = {}): Promise<string> {
    const lines: string[] = [];
    await bootstrap(this.inputs({ report: (line) => lines.push(line), ...changes }));
    return lines.join("\n");
  }

  /** Roles that an identity was given, each as the beginning of its id and the end of its scope, with `if` where it has a condition. */
  rolesOf(identity: string): string[] {
    const resources = [...this.arm.resources];
    const found = resources.find(([id]) => id.endsWith(`/userassignedidentities/${identity}`))?.[1];
    return resources
      .filter(([id, { properties }]) => {
        return id.includes("/roleassignments/") && properties?.principalId === found?.properties?.principalId;
      })
      .map(([id, { properties }]) => {
        const scope = id.split("/providers/microsoft.authorization")[0]?.split("/").slice(-2).join("/");
        const conditional = properties?.condition === undefined ? "" : " if";
        return `${String(properties?.roleDefinitionId).slice(-36, -28)} ${scope}${conditional}`;
      })
      .sort();
  }

  async stop(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
}

/** Gives each test of the file a cloud of its own, which must have known all that it was asked. */
export function useCloud(): () => Cloud {
  let cloud: Cloud;
  beforeEach(async () => {
    cloud = await Cloud.start();
  });
  afterEach(async () => {
    expect([...cloud.arm.unknown, ...cloud.devops.unknown]).toEqual([]);
    await cloud.stop();
  });
  return () => cloud;
}

/** A token as Entra ID makes them, of somebody for a resource; nobody checks its signature here. */
export function tokenFor(scope: string): AccessToken {
  const claims = {
    oid: "cccccccc-0000-4000-8000-000000000003",
    tid: "dddddddd-0000-4000-8000-000000000004",
    aud: scope,
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    token: `${part({ alg: "RS256" })}.${part(claims)}.c2ln`,
    expiresOnTimestamp: Date.now() + 3_600_000,
  };
}

/** What `pulumi stack select --create` leaves: a line in the stack's file. */
function pulumiOf(folder: string): NonNullable<Bootstrap["run"]> {
  return (_program, args) => {
    const stack = args[args.indexOf("--stack") + 1] ?? "";
    const provider = args[args.indexOf("--secrets-provider") + 1] ?? "";
    appendFileSync(
      path.join(folder, `Pulumi.${stack}.yaml`),
      `secretsprovider: ${provider}\nencryptedkey: ZW5jcnlwdGVk\n`,
    );
    return Promise.resolve({ code: 0, output: "" });
  };
}
