import { randomUUID } from "node:crypto";

/** A request, as a stand-in sees it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Resource = Record<string, unknown> & { properties?: Record<string, unknown> };

const missing = (code: string, message: string): Answer => ({
  status: 404,
  body: { error: { code, message } },
});

/**
 * Azure Resource Manager as its REST reference documents it, as far as the bootstrap asks: resources are kept by id in
 * memory, parents have to exist, a storage account is made by an operation that is polled, providers are registered
 * some requests after they were asked to.
 */
export class ArmStandIn {
  readonly resources = new Map<string, Resource>();
  /** By subscription, namespaces that are registered, or how many more lists they need. */
  private readonly providers = new Map<string, Map<string, number>>();
  private readonly operations = new Map<string, { path: string; polls: number }>();
  readonly unknown: string[] = [];
  subscriptionState = "Enabled";

  answer(seen: Seen): Answer {
    const { method, path, query } = seen;
    if (!query.has("api-version"))
      return { status: 400, body: { error: { code: "MissingApiVersionParameter", message: path } } };
    const [, , subscription = ""] = path.split("/");
    if (/^\/subscriptions\/[^/]+$/.test(path)) return this.subscription(subscription);
    if (/^\/subscriptions\/[^/]+\/providers$/.test(path)) return this.listProviders(subscription);
    const register = /^\/subscriptions\/[^/]+\/providers\/([^/]+)\/register$/.exec(path);
    if (register !== null && method === "POST") {
      this.registered(subscription).set((register[1] ?? "").toLowerCase(), 2);
      return { status: 200, body: { namespace: register[1], registrationState: "Registering" } };
    }
    const operation = this.operations.get(path);
    if (operation !== undefined) return this.poll(path, operation);
    if (
      /^\/subscriptions\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities$/.test(path)
    ) {
      const within = `/subscriptions/${subscription}/`;
      const ids = [...this.resources].filter(
        ([id]) => /\/userassignedidentities\/[^/]+$/.test(id) && id.startsWith(within),
      );
      return { status: 200, body: { value: ids.map(([, resource]) => resource) } };
    }
    if (method === "GET") return this.get(path);
    if (method === "PUT") return this.put(seen);
    this.unknown.push(`${method} ${path}`);
    return missing("NotFound", path);
  }

  private subscription(subscriptionId: string): Answer {
    const id = `/subscriptions/${subscriptionId}`;
    const state = this.subscriptionState;
    return { status: 200, body: { id, subscriptionId, displayName: "Research", state, tenantId: "t" } };
  }

  private registered(subscription: string): Map<string, number> {
    const found = this.providers.get(subscription) ?? new Map<string, number>();
    this.providers.set(subscription, found);
    return found;
  }

  private listProviders(subscription: string): Answer {
    const value = [...this.registered(subscription)].map(([namespace, left]) => {
      if (left > 0) this.registered(subscription).set(namespace, left - 1);
      return { namespace, registrationState: left > 0 ? "Registering" : "Registered" };
    });
    return { status: 200, body: { value } };
  }

  private poll(path: string, operation: { path: string; polls: number }): Answer {
    if (operation.polls > 0) {
      operation.polls -= 1;
      return { status: 202, headers: { location: path, "retry-after": "0" } };
    }
    return this.get(operation.path);
  }

  private get(path: string): Answer {
    const found = this.resources.get(path.toLowerCase());
    if (found !== undefined) return { status: 200, body: found };
    // The blob service is a part of every account.
    const account = /^(.*\/storageaccounts\/[^/]+)\/blobservices\/default$/i.exec(path)?.[1];
    if (account !== undefined && this.resources.has(account.toLowerCase()))
      return {
        status: 200,
        body: { name: "default", properties: { deleteRetentionPolicy: { enabled: false } } },
      };
    return missing("ResourceNotFound", `The resource ${path} was not found.`);
  }

  private put({ path, body }: Seen): Answer {
    const key = path.toLowerCase();
    const parent = this.missingParent(path);
    if (parent !== undefined) return missing("ParentResourceNotFound", `${parent} was not found.`);
    const before = this.resources.get(key);
    const properties = { ...(body.properties as Record<string, unknown> | undefined) };
    if (/\/userassignedidentities\/[^/]+$/.test(key)) {
      properties.principalId = before?.properties?.principalId ?? randomUUID();
      properties.clientId = before?.properties?.clientId ?? randomUUID();
    }
    if (key.includes("/roleassignments/") && before === undefined && this.sameAssignment(key, properties))
      return {
        status: 409,
        body: { error: { code: "RoleAssignmentExists", message: "It exists already." } },
      };
    // A secret's value never comes back.
    if (key.includes("/secrets/")) delete properties.value;
    const resource: Resource = { ...body, id: path, name: path.split("/").at(-1), properties };
    this.resources.set(key, resource);
    if (/\/storageaccounts\/[^/]+$/.test(key) && before === undefined) {
      const location = `/subscriptions/${path.split("/")[2]}/operations/${randomUUID()}`;
      this.operations.set(location, { path, polls: 1 });
      return { status: 202, headers: { location: `${location}?api-version=2024-01-01`, "retry-after": "0" } };
    }
    // As documented, these two are not "created" but "ok".
    const made = /\/(blobservices\/default|keys\/[^/]+)$/.test(key) ? 200 : 201;
    return { status: before === undefined ? made : 200, body: resource };
  }

  private sameAssignment(key: string, wanted: Record<string, unknown>): boolean {
    const scope = key.slice(0, key.indexOf("/providers/microsoft.authorization/roleassignments/"));
    return [...this.resources].some(
      ([id, { properties }]) =>
        id.startsWith(`${scope}/providers/microsoft.authorization/roleassignments/`) &&
        properties?.principalId === wanted.principalId &&
        properties?.roleDefinitionId === wanted.roleDefinitionId,
    );
  }

  /** The resource that something is put below, when it is not there. */
  private missingParent(path: string): string | undefined {
    const group = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/i.exec(path)?.[0];
    if (group !== undefined && group.length < path.length && !this.resources.has(group.toLowerCase()))
      return group;
    const scope = path.replace(/\/providers\/Microsoft\.Authorization\/.*$/i, "");
    const within = scope === path ? path.split("/").slice(0, -2).join("/") : scope;
    const nested = within.split("/").length > 8 && !/\/blobServices\/default$/i.test(within);
    return nested && !this.resources.has(within.toLowerCase()) ? within : undefined;
  }
}
