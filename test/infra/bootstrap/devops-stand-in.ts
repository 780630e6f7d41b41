import { randomUUID } from "node:crypto";
import type { Answer, Seen } from "./arm-stand-in";

type Entry = Record<string, unknown> & { id: string | number };

const ok = (body: unknown): Answer => ({ status: 200, body });
const listed = (value: readonly unknown[]): Answer => ok({ count: value.length, value });
const notFound: Answer = {
  status: 404,
  body: { message: "TF400813: Resource not found", typeKey: "NotFound" },
};

/** Names of what Azure DevOps keeps, by the part of the path that says what it is. */
const collections = [
  "serviceendpoint/endpoints",
  "pipelines/environments",
  "pipelines/checks/configurations",
  "distributedtask/variablegroups",
  "policy/configurations",
] as const;

/** Azure DevOps as its REST reference documents it, as far as the bootstrap asks; everything is in memory. */
export class DevOpsStandIn {
  readonly kept = new Map<string, Map<string, Entry>>();
  readonly pipelines: Entry[] = [];
  readonly permissions = new Map<string, Map<number, boolean>>();
  readonly access = new Map<string, number>();
  readonly unknown: string[] = [];
  branches: string[] = [];
  servicePrincipals: { originId: string }[] = [];
  members: Record<string, string> = {};
  private next = 1;

  constructor(
    readonly organisation: string,
    readonly project: { readonly id: string; readonly name: string },
  ) {}

  answer(seen: Seen): Answer {
    const { method, query } = seen;
    const path = decodeURIComponent(seen.path);
    if (!query.has("api-version")) return { status: 400, body: { message: "No api-version was supplied." } };
    const prefix = `/${this.organisation}/`;
    if (!path.startsWith(prefix)) return notFound;
    const [, project, rest = ""] = /^(?:([^_][^/]*)\/)?_apis\/(.*)$/.exec(path.slice(prefix.length)) ?? [];
    if (project !== undefined && project !== this.project.id) return notFound;
    const known =
      this.organisationCall(rest, query) ??
      this.memberCall(rest, seen) ??
      this.gitCall(rest, seen) ??
      this.pipelineCall(rest, seen) ??
      this.collectionCall(rest, seen);
    if (known !== undefined) return known;
    this.unknown.push(`${method} ${path}`);
    return notFound;
  }

  private organisationCall(rest: string, query: URLSearchParams): Answer | undefined {
    if (rest === "connectionData")
      return ok({
        instanceId: "11111111-aaaa-4aaa-8aaa-111111111111",
        authenticatedUser: { id: "user-1", providerDisplayName: "Ada" },
      });
    if (rest.startsWith("projects/"))
      return rest === `projects/${this.project.name}`
        ? ok({ ...this.project, state: "wellFormed" })
        : notFound;
    if (rest !== "identities") return undefined;
    const id = this.members[query.get("filterValue") ?? ""];
    return listed(id === undefined ? [] : [{ id, providerDisplayName: query.get("filterValue") }]);
  }

  private memberCall(rest: string, { method, body }: Seen): Answer | undefined {
    if (rest === "graph/serviceprincipals") return listed(this.servicePrincipals);
    if (rest !== "serviceprincipalentitlements" || method !== "POST") return undefined;
    this.servicePrincipals.push(body.servicePrincipal as { originId: string });
    return { status: 201, body: { isSuccess: true } };
  }

  private gitCall(rest: string, { method, body, query }: Seen): Answer | undefined {
    const repository = `git/repositories/${this.project.name}`;
    if (rest === repository)
      return ok({
        id: "repo-1",
        name: this.project.name,
        remoteUrl: "https://dev.azure.com/contoso/_git/shop",
      });
    if (rest === "git/repositories/repo-1/refs")
      return listed(this.branches.map((name) => ({ name: `refs/heads/${name}` })));
    const security = /^accesscontrol(lists|entries)\//.exec(rest)?.[1];
    if (security === "lists") {
      const key = `${query.get("token")} ${query.get("descriptors")}`;
      const allow = this.access.get(key);
      const descriptor = query.get("descriptors") ?? "";
      return listed(
        allow === undefined ? [] : [{ acesDictionary: { [descriptor]: { descriptor, allow, deny: 0 } } }],
      );
    }
    if (security === "entries" && method === "POST") {
      const entries = body.accessControlEntries as { descriptor: string; allow: number }[];
      for (const { descriptor, allow } of entries)
        this.access.set(`${String(body.token)} ${descriptor}`, allow);
      return listed(entries);
    }
    return undefined;
  }

  private pipelineCall(rest: string, { method, body }: Seen): Answer | undefined {
    const permission = /^pipelines\/pipelinePermissions\/(\w+\/[\w-]+)$/.exec(rest)?.[1];
    if (permission !== undefined) {
      const opened = this.permissions.get(permission) ?? new Map<number, boolean>();
      this.permissions.set(permission, opened);
      for (const { id, authorized } of (body.pipelines ?? []) as { id: number; authorized: boolean }[])
        opened.set(id, authorized);
      return ok({ pipelines: [...opened].map(([id, authorized]) => ({ id, authorized })) });
    }
    if (rest === "pipelines" && method === "GET")
      return listed(this.pipelines.map(({ id, name, folder }) => ({ id, name, folder })));
    if (rest === "pipelines" && method === "POST") {
      const made = { ...body, id: this.next++, revision: 1 };
      this.pipelines.push(made);
      return ok(made);
    }
    const [, kind, id] = /^(pipelines|build\/definitions)\/(\d+)$/.exec(rest) ?? [];
    const found = this.pipelines.find((each) => String(each.id) === id);
    if (kind === undefined || found === undefined) return undefined;
    if (kind === "build/definitions" && method === "PUT") {
      const { yamlFilename } = body.process as { yamlFilename: string };
      Object.assign(found.configuration as object, { path: `/${yamlFilename}` });
    }
    return ok(found);
  }

  private collectionCall(rest: string, { method, body, query }: Seen): Answer | undefined {
    const name = collections.find((each) => rest === each || rest.startsWith(`${each}/`));
    if (name === undefined) return undefined;
    const entries = this.kept.get(name) ?? new Map<string, Entry>();
    this.kept.set(name, entries);
    const id = rest.slice(name.length + 1);
    if (method === "GET") return listed([...entries.values()].filter((entry) => matches(entry, query)));
    if (id !== "" && !entries.has(id)) return notFound;
    const asked = name === "serviceendpoint/endpoints" ? randomUUID() : this.next++;
    const entry = {
      ...entries.get(id),
      ...body,
      id: id === "" ? asked : (entries.get(id)?.id ?? id),
    } as Entry;
    if (name === "serviceendpoint/endpoints") federate(entry, this.organisation);
    entries.set(String(entry.id), entry);
    return ok(entry);
  }

  /** All entries of a collection, by name. */
  all(name: (typeof collections)[number]): Entry[] {
    return [...(this.kept.get(name)?.values() ?? [])];
  }
}

/** Azure DevOps says of a connection who signs its tokens, and for whom. */
function federate(entry: Entry, organisation: string): void {
  const authorization = entry.authorization as { parameters: Record<string, string> };
  authorization.parameters = {
    ...authorization.parameters,
    workloadIdentityFederationIssuer: "https://login.microsoftonline.com/tenant-1/v2.0",
    workloadIdentityFederationSubject: `/eid1/c/pub/t/tenant-1/sc/${organisation}/${entry.id}`,
  };
}

function matches(entry: Entry, query: URLSearchParams): boolean {
  const resource = entry.resource as { id?: string } | undefined;
  const wanted: [string, unknown][] = [
    ["endpointNames", entry.name],
    ["name", entry.name],
    ["groupName", entry.name],
    ["resourceId", resource?.id],
    ["policyType", (entry.type as { id?: string } | undefined)?.id],
  ];
  return wanted.every(([parameter, value]) => !query.has(parameter) || query.get(parameter) === value);
}
