import { sendJson } from "../../platform/http/http-server";
import { ArmStandIn, type Answer } from "../../infra/bootstrap/arm-stand-in";
import { DevOpsStandIn } from "../../infra/bootstrap/devops-stand-in";
import type { Call } from "./call";
import type { PlayedEntra } from "./entra";
import type { PlayedMl } from "./machine-learning";
import type { PlayedRegistries } from "./registries";
import type { StackFacts } from "./stack-facts";

const devOpsAudience = "499b84ac-1321-427f-aa17-267ca6975798";

interface Parts {
  readonly entra: PlayedEntra;
  readonly ml: PlayedMl;
  readonly registries: PlayedRegistries;
  readonly facts: () => readonly StackFacts[];
}

/** Plays Resource Manager and Azure DevOps: what the bootstrap makes there is kept, and what pipelines ask for is answered. */
export class ControlPlane {
  readonly arm = new ArmStandIn();
  readonly devops = new DevOpsStandIn("contoso", { id: "project-1", name: "shop" });

  constructor(private readonly parts: Parts) {}

  /** Containers that the bootstrap has made. */
  containers(): { account: string; name: string }[] {
    return [...this.arm.resources.values()].flatMap(({ id }) => {
      const found = /\/storageAccounts\/([^/]+)\/blobServices\/default\/containers\/([^/]+)$/i.exec(
        String(id),
      );
      return found === null ? [] : [{ account: found[1] ?? "", name: found[2] ?? "" }];
    });
  }

  /** What variable groups of Azure DevOps hold, by their names. */
  variableGroups(): Record<string, Record<string, string>> {
    const groups = this.devops.all("distributedtask/variablegroups").map(({ name, variables }) => {
      const values = Object.entries(variables as Record<string, { value?: string }>);
      return [String(name), Object.fromEntries(values.map(([key, { value = "" }]) => [key, value]))] as const;
    });
    return Object.fromEntries(groups);
  }

  answerManagement(call: Call): Promise<void> | void {
    const { request, url, response } = call;
    const { entra, ml, registries } = this.parts;
    if (entra.clientOf(request, ["https://management.azure.com"]) === undefined)
      return sendJson(response, 401, { error: { code: "AuthenticationFailed", message: "no token" } });
    if (url.pathname.startsWith("/operations/import")) return void response.writeHead(200).end();
    if (url.pathname.endsWith("/importImage")) return registries.importImage(call);
    if (request.method === "GET" && url.pathname.includes("/containerGroups/"))
      return sendJson(response, 200, { properties: { instanceView: { state: "Running" } } });
    if (ml.answerJobs(call)) return;
    this.showIdentities();
    send(call, this.arm.answer(seenOf(call)));
  }

  answerDevOps(call: Call): void {
    if (this.parts.entra.clientOf(call.request, [devOpsAudience]) === undefined)
      return sendJson(call.response, 401, { message: "TF400813: The user is not authorized." });
    send(call, this.devops.answer(seenOf(call)));
  }

  /** The identities of the stacks are resources as those of the bootstrap. */
  private showIdentities(): void {
    for (const { resources } of this.parts.facts()) {
      for (const { type, id, outputs = {}, inputs = {} } of resources) {
        if (id === undefined || !type.endsWith(":UserAssignedIdentity")) continue;
        const { principalId, clientId, name } = outputs;
        const { tags } = inputs;
        this.arm.resources.set(id.toLowerCase(), { id, name, tags, properties: { principalId, clientId } });
      }
    }
  }
}

function seenOf({ request: { method = "GET" }, url, body }: Call) {
  const parsed = (body === "" ? {} : JSON.parse(body)) as Record<string, unknown>;
  return { method, path: url.pathname, query: url.searchParams, body: parsed };
}

function send({ response }: Call, { status, body, headers }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
