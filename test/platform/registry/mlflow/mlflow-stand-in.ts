import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

type Json = Record<string, unknown>;
interface StoredVersion extends Json {
  status?: unknown;
  name: string;
  version: string;
  tags: { key: string; value: string }[];
}

/** What goes wrong with a request: before it is acted on, or after, when only its reply is lost. */
export type Trouble =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | "cut before"
  | "cut reply"
  | "half a reply"
  | "silence"
  | "silence, then done";

export interface Seen {
  readonly call: string;
  readonly authorization: string | undefined;
  readonly blobType: string | undefined;
}

/** An arm path as in the tracking URI of a workspace. */
export const workspace =
  "/subscriptions/0001/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";

const missing = (what: string): [number, Json] => [
  404,
  { error_code: "RESOURCE_DOES_NOT_EXIST", message: `${what} not found` },
];

/** The part of MLflow's REST API that the registry asks for, in memory; with `azure`, as a workspace answers it. */
export class MlflowStandIn {
  readonly seen: Seen[] = [];
  /** How often a new version is asked for before it is ready. */
  pendingLooks = 0;
  /** Is called before a request is acted on. */
  onCall: (call: string) => Promise<void> = () => Promise.resolve();
  /** Tokens that are taken; any, and none at all, when not set. The last one is what a run's token is renewed to. */
  tokens: string[] | undefined;
  readonly files = new Map<string, Buffer>();
  readonly versions: StoredVersion[] = [];
  readonly runs = new Map<string, Json>();
  private readonly models = new Map<string, number>();
  private readonly troubles: { call: string; trouble: Trouble }[] = [];
  private experiments: string[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  /** Whether it has aliases of its own; a workspace has none, nor had MLflow before 2.3. */
  hasAliases: boolean;
  readonly aliases = new Map<string, string>();

  constructor(private readonly azure = false) {
    this.hasAliases = !azure;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get trackingUri(): string {
    return this.azure ? `${this.origin}/mlflow/v1.0${workspace}` : this.origin;
  }

  /** The next requests whose call begins so meet these troubles, one each. */
  trouble(call: string, ...troubles: Trouble[]): void {
    this.troubles.push(...troubles.map((trouble) => ({ call, trouble })));
  }

  /** How often a call was made. */
  count(call: string): number {
    return this.seen.filter((each) => each.call.startsWith(call)).length;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.origin);
    const body = await buffer(request);
    const call = decodeURIComponent(url.pathname).replace(
      /^.*\/(mlflow|mlflow-artifacts|history|blob)\//,
      "",
    );
    this.seen.push({
      call,
      authorization: request.headers.authorization,
      blobType: request.headers["x-ms-blob-type"]?.toString(),
    });
    await this.onCall(call);
    const index = this.troubles.findIndex((each) => call.startsWith(each.call));
    const trouble = index < 0 ? undefined : this.troubles.splice(index, 1)[0]?.trouble;
    if (trouble === "cut before") return void request.socket.destroy();
    if (trouble === "silence") return;
    if (typeof trouble === "object") {
      const headers = { "content-type": "application/json", ...trouble.headers };
      return void response.writeHead(trouble.status, headers).end(trouble.body ?? "");
    }
    const bearer = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    // A run's own token is renewed by the old one; the store takes none.
    const known = this.tokens?.includes(bearer) ?? true;
    const open = call.startsWith("container/") || call.endsWith("/token");
    const [status, content]: [number, Json | Buffer] =
      known || open
        ? this.act(call, request.method ?? "", { url, body })
        : [401, { error: { code: "UserError" } }];
    if (trouble === "silence, then done") return;
    if (trouble === "cut reply") return void request.socket.destroy();
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const type = Buffer.isBuffer(content) ? "application/octet-stream" : "application/json";
    response.writeHead(status, { "content-type": type, "content-length": bytes.length });
    if (trouble !== "half a reply") return void response.end(bytes);
    response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.destroy());
  }

  private act(
    call: string,
    method: string,
    { url, body }: { url: URL; body: Buffer },
  ): [number, Json | Buffer] {
    if (/^artifacts\/|^container\//.test(call)) return this.file(call.replace(/^\w+\//, ""), method, body);
    const given = (
      body.length > 0 ? JSON.parse(body.toString()) : Object.fromEntries(url.searchParams)
    ) as Json;
    if (call.endsWith("/token")) return [200, { token: this.tokens?.at(-1) }];
    const signed = /\/runs\/([^/]+)\/artifacts\/(batch\/metadata|contentinfo)$/.exec(call);
    if (signed) return this.sign(String(signed[1]), given);
    switch (String(call.split("/", 1)[0])) {
      case "experiments":
        return this.experiment(call, given);
      case "runs":
        return this.run(call, given);
      case "registered-models":
        return this.model(call, given);
      case "model-versions":
        return this.version(call, given);
      default:
        return [404, { detail: "Not Found" }];
    }
  }

  private file(place: string, method: string, body: Buffer): [number, Json | Buffer] {
    if (method === "PUT") this.files.set(place, body);
    return method === "PUT" ? [200, {}] : [200, this.files.get(place) ?? Buffer.alloc(0)];
  }

  private sign(run: string, given: Json): [number, Json] {
    const sign = (path: string) => ({
      contentUri: `${this.origin}/blob/container/${run}/${path}?sig=secret`,
    });
    if (typeof given.path === "string") return [200, sign(given.path)];
    const paths = (given.paths as { path: string }[]).map(({ path }) => path);
    return [200, { artifactContentInformation: Object.fromEntries(paths.map((path) => [path, sign(path)])) }];
  }

  private experiment(call: string, { name, experiment_name: wanted }: Json): [number, Json] {
    if (call === "experiments/create") {
      if (this.experiments.includes(String(name))) return [400, { error_code: "RESOURCE_ALREADY_EXISTS" }];
      this.experiments.push(String(name));
      return [200, { experiment_id: String(name) }];
    }
    if (!this.experiments.includes(String(wanted))) return missing("Experiment");
    return [200, { experiment: { experiment_id: wanted } }];
  }

  private run(call: string, given: Json): [number, Json] {
    const id = call === "runs/create" ? `run${this.runs.size}` : String(given.run_id);
    if (call === "runs/create") {
      const place = `experiments/e/runs/${id}/artifacts`;
      const root = this.azure
        ? `azureml://host/mlflow/v1.0${workspace}/${place}`
        : `mlflow-artifacts:/0/${id}/artifacts`;
      this.runs.set(id, { info: { run_id: id, artifact_uri: root, status: "RUNNING" }, tags: given.tags });
    }
    if (call === "runs/search") {
      const value = /= '(.*)'/.exec(String(given.filter))?.[1];
      // By the tags that a run was made with, and those that were set later.
      const found = [...this.runs.values()].filter(({ tags, batches }) =>
        JSON.stringify([tags, batches]).includes(`"${value}"`),
      );
      return [200, { runs: found }];
    }
    const run = this.runs.get(id);
    if (run === undefined) return missing(`Run with id=${id}`);
    if (call === "runs/update") (run.info as Json).status = given.status;
    if (call === "runs/log-batch") run.batches = [...((run.batches ?? []) as Json[]), given];
    return [200, { run }];
  }

  /** Deletes a version as somebody does by hand, and with it what names it. */
  deleteVersion(name: string, version: string): void {
    const at = this.versions.findIndex((each) => each.name === name && each.version === version);
    this.versions.splice(at, 1);
    for (const [key, named] of this.aliases)
      if (key.startsWith(`${name}@`) && named === version) this.aliases.delete(key);
  }

  private model(call: string, given: Json): [number, Json] {
    const { name } = given;
    if (call === "registered-models/alias") {
      if (!this.hasAliases) return [404, { detail: "Not Found" }];
      this.aliases.set(`${String(name)}@${String(given.alias)}`, String(given.version));
      return [200, {}];
    }
    if (call === "registered-models/get") {
      if (!this.models.has(String(name))) return missing(`Registered Model with name=${String(name)}`);
      const own = [...this.aliases].filter(([key]) => key.startsWith(`${String(name)}@`));
      const aliases = own.map(([key, version]) => ({ alias: key.split("@")[1], version }));
      return [200, { registered_model: { name, ...(aliases.length > 0 && { aliases }) } }];
    }
    if (call === "registered-models/search") {
      return [200, { registered_models: [...this.models.keys()].map((each) => ({ name: each })) }];
    }
    // Azure ML answers 409 where MLflow answers 400.
    if (this.models.has(String(name))) {
      return [this.azure ? 409 : 400, { error_code: "RESOURCE_ALREADY_EXISTS", message: "there" }];
    }
    this.models.set(String(name), 0);
    return [200, { registered_model: { name } }];
  }

  private version(call: string, given: Json): [number, Json] {
    const { name, version, key, value } = given as Record<string, string>;
    if (call === "model-versions/create") {
      const number = (this.models.get(String(name)) ?? 0) + 1;
      this.models.set(String(name), number);
      const made = { version: String(number), creation_timestamp: Date.now() };
      const model_version: StoredVersion = { ...(given as StoredVersion), ...made };
      this.versions.push(model_version);
      if (this.pendingLooks > 0) model_version.status = "PENDING_REGISTRATION";
      return [200, { model_version: structuredClone(model_version) }];
    }
    if (call === "model-versions/search") return this.page(given);
    const found = this.versions.find((each) => each.name === name && each.version === version);
    if (found === undefined) return missing(`Model Version (name=${name}, version=${version})`);
    if (found.status === "PENDING_REGISTRATION" && --this.pendingLooks === 0) found.status = "READY";
    if (call === "model-versions/delete") this.versions.splice(this.versions.indexOf(found), 1);
    if (call.endsWith("tag")) found.tags = found.tags.filter((tag) => tag.key !== key);
    if (call === "model-versions/set-tag") found.tags.push({ key: String(key), value: String(value) });
    return [200, { model_version: found }];
  }

  /** Newest first, as MLflow gives them, and 5 at a time. */
  private page({ filter, page_token: token }: Json): [number, Json] {
    const name = /^name='(.*)'$/.exec(String(filter))?.[1];
    const all = this.versions.filter((each) => each.name === name).reverse();
    const first = Number(token ?? 0);
    const next = first + 5 < all.length ? { next_page_token: String(first + 5) } : {};
    return [200, all.length === 0 ? {} : { model_versions: all.slice(first, first + 5), ...next }];
  }
}
