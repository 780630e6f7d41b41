import { readFileSync } from "node:fs";
import path from "node:path";
import { PlatformError } from "../../../../platform/base/errors";
import {
  readPreview,
  type PreviewOutput,
  type StackPreview,
} from "../../../../pipelines/steps/preview/preview-changes";
import { renderPreviews, summarize } from "../../../../pipelines/steps/preview/preview-markdown";

const fixture = (name: string): string => readFileSync(path.join(__dirname, "fixtures", name), "utf8");

/**
 * What Pulumi 3.250 printed and logged for a small program whose second update creates, changes, replaces and deletes,
 * and breaks rules of infra/policy. Times and paths are taken out.
 */
const recorded = (change: Partial<PreviewOutput> = {}): PreviewOutput => ({
  stack: "qa",
  events: fixture("preview-events.jsonl"),
  exitCode: 1,
  secrets: [],
  ...change,
});

/** The engine's events of steps, each in the form `{op, urn, old, new}`, and of diagnostics. */
const eventsOf = (steps: object[], diagnostics: object[] = []): string =>
  [
    ...steps.map((step) => ({ resourcePreEvent: { metadata: { logical: true, ...step } } })),
    ...diagnostics.map((diagnostic) => ({ diagnosticEvent: diagnostic })),
  ]
    .map((event) => JSON.stringify(event))
    .join("\n");
const urn = (type: string, name: string): string => `urn:pulumi:qa::p::mlops:infra:X$${type}::${name}`;

function one(op: string, type: string, before?: object, after?: object): StackPreview {
  const step = {
    op,
    urn: urn(type, "thing"),
    ...(before && { old: { custom: true, inputs: before } }),
    ...(after && { new: { custom: true, inputs: after } }),
  };
  return readPreview({ stack: "qa", events: eventsOf([step]), exitCode: 0, secrets: [] });
}

const render = (preview: StackPreview, max = 150_000): string => renderPreviews([preview], { max });
const blob = "azure-native:storage:BlobContainer";

describe("a recorded preview", () => {
  const preview = readPreview(recorded());
  const text = render(preview);

  test("is counted", () => {
    expect(summarize(preview)).toBe(
      "1 created, 1 changed, 5 replaced, 1 deleted; 0 unchanged. **Refused: 12 violations of mandatory rules.**",
    );
  });

  test("shows costs first, then rules, then what is deleted, replaced, changed, created", () => {
    const headings = [...text.matchAll(/^#### (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      "Changes that affect cost",
      "Violated rules",
      "Deleted",
      "Replaced: deleted and created again",
      "Changed",
      "Created",
    ]);
  });

  test("has the properties that cost, before and after", () => {
    expect(text).toContain(
      "| `aks` (`containerservice:ManagedCluster`) | replace | `agentPoolProfiles[a].vmSize` | `Standard_D2s_v5` | `Standard_D8s_v5` |",
    );
    expect(text).toContain("| replace | `agentPoolProfiles[a].count` | `2` | `4` |");
    expect(text).toContain("| replace | `sku.name` | `Standard_LRS` | `Standard_ZRS` |");
  });

  test("says why a resource is replaced, and what only the update will know", () => {
    expect(text).toContain(
      "`resourceGroupName`: `rg5a5000a3` → `known after the update` (**forces the replacement**)",
    );
    expect(text).toContain("  - `containerName`: `data` → `data-2`\n");
  });

  test("names each rule that is broken, with its remedy and resource", () => {
    expect(text).toContain(
      '- **mandatory** `no-public-blobs` on `fresh`: publicAccess is "Container": anybody may read the container. Set it to "None".',
    );
  });

  test("holds no secret, though Pulumi's own output does", () => {
    expect(fixture("preview-events.jsonl")).toContain("not-to-be-shown-1");
    expect(fixture("preview-events.jsonl")).toContain("not-to-be-shown-2");
    expect(text).not.toContain("not-to-be-shown");
  });
});

describe("a change", () => {
  test.each([
    ["create", "Created"],
    ["import", "Created"],
    ["delete", "Deleted"],
    ["discard", "Deleted"],
  ])("%s is listed as %s", (op, heading) => {
    expect(render(one(op, blob, { a: 1 }, { a: 1 }))).toContain(
      `#### ${heading}\n\n- \`thing\` (\`storage:BlobContainer\`)`,
    );
  });

  test.each(["same", "read", "refresh", "create-replacement", "delete-replaced"])("%s is none", (op) => {
    expect(one(op, blob, { a: 1 }, { a: 2 }).changes).toEqual([]);
  });

  test("of a component is none: it is the sum of its parts", () => {
    const step = { op: "create", urn: urn("mlops:infra:Foundation", "mlops"), new: {} };
    const preview = readPreview(recorded({ events: eventsOf([step]), exitCode: 0 }));
    expect(summarize(preview)).toBe("no changes; 0 unchanged.");
  });

  test("of an item's place in a list of named items is none", () => {
    const [a, b] = [
      { name: "a", value: 1 },
      { name: "b", value: 2 },
    ];
    const moved = one("update", blob, { items: [a, b] }, { items: [b, a] });
    expect(moved.changes[0]?.properties).toEqual([]);
    expect(render(moved)).toContain("nothing to show");
  });

  test("of a property that comes or goes shows one side", () => {
    const text = render(one("update", blob, { old: "x", same: 1 }, { now: true, same: 1 }));
    expect(text).toContain("  - `now`: – → `true`\n  - `old`: `x` → –\n");
  });

  test.each([
    ["azure-native:keyvault:Secret", { properties: { value: "hunter2hunter2" } }],
    ["kubernetes:core/v1:Secret", { data: { key: "hunter2hunter2" } }],
    ["azure-native:a:B", { adminPassword: "hunter2hunter2" }],
    ["azure-native:a:B", { env: [{ name: "MLOPS_PRIMARY_KEY", value: "hunter2hunter2" }] }],
    ["azure-native:a:B", { url: "https://x.example/?sv=1&sig=hunter2hunter2" }],
    ["azure-native:a:B", { connection: "AccountName=x;AccountKey=hunter2hunter2;" }],
    ["azure-native:a:B", { git: "https://me:hunter2hunter2@example.com/" }],
    ["azure-native:a:B", { header: "Bearer hunter2hunter2" }],
  ])("of %s %j is masked", (type, inputs) => {
    for (const text of [render(one("update", type, {}, inputs)), render(one("update", type, inputs, {}))]) {
      expect(text).toContain("[secret]");
      expect(text).not.toContain("hunter2");
    }
  });

  test("of what is no secret is shown, though its name is about one", () => {
    const text = render(one("update", blob, {}, { secretName: "scoring", keyUri: "https://vault/keys/a" }));
    expect(text).toContain("`scoring`");
    expect(text).toContain("`https://vault/keys/a`");
  });

  test("of a known secret is masked wherever it stands", () => {
    const step = {
      op: "update",
      urn: urn(blob, "t"),
      new: { custom: true, inputs: { note: "it is s3cr3t-value!" } },
    };
    const events = JSON.stringify({
      policyEvent: { message: "rule\nholds s3cr3t-value", policyName: "p", enforcementLevel: "advisory" },
    });
    const diagnostics = [{ severity: "error", message: "no s3cr3t-value" }];
    const text = render(
      readPreview(
        recorded({
          events: `${eventsOf([step], diagnostics)}\n${events}`,
          exitCode: 0,
          secrets: ["s3cr3t-value"],
        }),
      ),
    );
    expect(text.match(/\[secret\\?\]|\[secret/g)).toHaveLength(3);
    expect(text).not.toContain("s3cr3t");
  });
});

describe("costs", () => {
  const cost = (type: string, before?: object, after?: object) =>
    one(before && after ? "update" : after ? "create" : "delete", type, before, after).changes[0]?.cost;

  test.each([
    ["azure-native:containerservice:AgentPool", { vmSize: "a" }, { vmSize: "b" }, "vmSize"],
    [
      "azure-native:containerregistry:Registry",
      { sku: { name: "Basic" } },
      { sku: { name: "Premium" } },
      "sku.name",
    ],
    ["kubernetes:apps/v1:Deployment", { spec: { replicas: 2 } }, { spec: { replicas: 3 } }, "spec.replicas"],
    ["azure-native:consumption:Budget", { amount: 200 }, { amount: 2000 }, "amount"],
  ])("of %s %j show", (type, before, after, path) => {
    expect(cost(type, before, after)).toMatchObject([{ path }]);
    expect(cost(type, before, before)).toEqual([]);
  });

  test("are not what has no price", () => {
    expect(cost(blob, { publicAccess: "None" }, { publicAccess: "Blob" })).toEqual([]);
    expect(cost("random:index/randomId:RandomId", { count: 1 }, { count: 2 })).toEqual([]);
  });

  test("of a resource that has a price by being there are its existence", () => {
    const type = "azure-native:network:PrivateEndpoint";
    expect(cost(type, undefined, { location: "x" })).toEqual([{ path: "", after: "there" }]);
    expect(cost(type, { location: "x" })).toEqual([{ path: "", before: "there" }]);
    expect(cost(type, { location: "x" }, { location: "y" })).toEqual([]);
    expect(render(one("create", type, undefined, { a: 1 }))).toContain(
      "| create | its existence | – | `there` |",
    );
  });
});

describe("the Markdown", () => {
  test("shows text as it is: no cell, heading, image or name comes from it", () => {
    const text = render(one("update", blob, { a: "x" }, { a: "a|b` ![i](http://e) @all\n# big <b>" }));
    expect(text).toContain("`a¦b' ![i](http://e) @all # big <b>`");
    expect(text).not.toMatch(/^# big/m);
  });

  test("has no more characters than there is room for, and says how much is missing", () => {
    const steps = Array.from({ length: 3000 }, (_, index) => ({
      op: "create",
      urn: urn(blob, `container-${index}`),
      new: { custom: true, inputs: {} },
    }));
    const preview = readPreview(recorded({ events: eventsOf(steps), exitCode: 0 }));
    const log = "https://dev.azure.com/o/p/_build/results?buildId=7";
    const both = [preview, { ...preview, stack: "prod" }];
    const text = renderPreviews(both, { max: 20_000, log });
    expect(text.length).toBeLessThanOrEqual(20_000);
    expect(text.length).toBeGreaterThan(18_000);
    expect(text).toContain("### Stack `prod`: 3000 created");
    const missing = [...text.matchAll(/_(\d+) more lines are in the \[log\]\(https:[^)]*7\)\._/g)];
    const shown = text.match(/^- `container/gm)?.length ?? 0;
    expect(missing).toHaveLength(2);
    // Of each stack one line that is not listed is the empty one behind the list.
    expect(missing.reduce((sum, [, count]) => sum + Number(count), 0) + shown).toBe(6000 + 2);
    expect(renderPreviews([preview], { max: 1_000_000 })).not.toContain("more lines");
  });

  test("says that nothing changes", () => {
    const preview = readPreview(recorded({ events: eventsOf([]), exitCode: 0 }));
    expect(render(preview)).toContain("### Stack `qa`: no changes; 0 unchanged.");
  });
});

describe("a preview that failed", () => {
  test("has what went wrong, without colours, and what was found until then", () => {
    const esc = String.fromCharCode(27);
    const diagnostics = [
      { severity: "error", message: `error: boom\n  at ${esc}[90mindex.ts:2${esc}[39m` },
      { severity: "error", message: "error: preview failed\n" },
      { severity: "warning", message: "warning: x" },
    ];
    const preview = readPreview(recorded({ events: eventsOf([], diagnostics), exitCode: 255 }));
    expect(preview.errors).toEqual(["error: boom\n  at index.ts:2"]);
    expect(render(preview)).toContain("    error: boom\n      at index.ts:2\n");
    expect(summarize(preview)).toContain("**The preview failed.**");
  });

  test("without a reason says its exit code", () => {
    const preview = readPreview(recorded({ events: eventsOf([]), exitCode: 255 }));
    expect(preview.errors).toEqual(["`pulumi preview` ended with exit code 255 and gave no reason."]);
  });

  test("because of a rule is explained by the rule", () => {
    expect(readPreview(recorded()).errors).toEqual([]);
  });

  test.each(["{", '{"policyEvent": {"message": 3}}', "the-secret"])(
    "with the event %s is an error that does not show it",
    (events) => {
      const read = (): unknown => readPreview(recorded({ events }));
      expect(read).toThrow(PlatformError);
      expect(read).toThrow(/^The preview of stack qa wrote an event in an unknown format\. (?!.*the-secret)/);
    },
  );
});

describe("a value that Pulumi wraps", () => {
  const signature = "4dabf18193072939515e22adb298388d";
  test.each([
    [{ [signature]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "hunter2" }, "[secret]"],
    [{ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: "hunter2", secret: true }, "[secret]"],
    [{ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: "plain" }, "plain"],
    [{ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" }, "known after the update"],
    [{ [signature]: "c44067f5952c0a294b673a41bacd8c17", hash: "abc" }, "abc"],
  ])("%j shows as %s", (value, shown) => {
    const text = render(one("update", blob, {}, { thing: value }));
    expect(text).toContain(`  - \`thing\`: – → \`${shown}\``);
    expect(text).not.toContain("hunter2");
  });
});

describe("what is created", () => {
  const role = "azure-native:authorization:RoleAssignment";
  const scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a";

  test("says who gets which right on what", () => {
    const given = {
      principalId: "p-1",
      principalType: "ServicePrincipal",
      roleDefinitionId: "/roles/r",
      scope,
    };
    const text = render(one("create", role, undefined, { ...given, description: "why" }));
    expect(text).toContain(`  - \`scope\`: \`${scope}\``);
    expect(text).toContain("  - `principalId`: `p-1`");
    expect(text).toContain("  - `roleDefinitionId`: `/roles/r`");
    expect(text).not.toContain("why");
    // A right that is taken away is seen as well.
    expect(render(one("delete", role, given))).toContain(`  - \`scope\`: \`${scope}\``);
  });

  test("says what a network lets in, and where a service is open", () => {
    const rule = {
      name: "all",
      access: "Allow",
      direction: "Inbound",
      sourceAddressPrefix: "*",
      priority: 100,
    };
    const group = render(
      one("create", "azure-native:network:NetworkSecurityGroup", undefined, { securityRules: [rule] }),
    );
    expect(group).toContain("  - `securityRules[all].access`: `Allow`");
    expect(group).toContain("  - `securityRules[all].sourceAddressPrefix`: `*`");
    expect(group).not.toContain("priority");
    const account = render(
      one("create", "azure-native:storage:StorageAccount", undefined, {
        allowBlobPublicAccess: true,
        networkRuleSet: { defaultAction: "Deny", ipRules: [{ iPAddressOrRange: "203.0.113.0/24" }] },
        tags: { owner: "team" },
      }),
    );
    expect(account).toContain("  - `allowBlobPublicAccess`: `true`");
    expect(account).toContain("  - `networkRuleSet.defaultAction`: `Deny`");
    expect(account).toContain("  - `networkRuleSet.ipRules[0].iPAddressOrRange`: `203.0.113.0/24`");
    expect(account).not.toContain("owner");
  });

  test("says whether a cluster's gateway is open to the internet, and under which name", () => {
    const istio = { components: { ingressGateways: [{ enabled: true, mode: "External" }] } };
    const cluster = render(
      one("create", "azure-native:containerservice:ManagedCluster", undefined, {
        serviceMeshProfile: { mode: "Istio", istio },
      }),
    );
    expect(cluster).toContain(
      "  - `serviceMeshProfile.istio.components.ingressGateways[0].mode`: `External`",
    );
    expect(cluster).not.toContain("`serviceMeshProfile.mode`");
    const address = render(
      one("create", "azure-native:network:PublicIPAddress", undefined, {
        dnsSettings: { domainNameLabel: "mlops-prod-1a2b3c4d" },
      }),
    );
    expect(address).toContain("  - `dnsSettings.domainNameLabel`: `mlops-prod-1a2b3c4d`");
  });

  test("shows no secret, and of many properties so many that a comment stays readable", () => {
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      value: "s3cret",
    };
    const hidden = render(one("create", role, undefined, { scope: secret }));
    expect(hidden).not.toContain("s3cret");
    expect(hidden).toMatch(/ {2}- `scope`: `[^`]+`/);
    const securityRules = Array.from({ length: 20 }, (_, index) => ({ name: `r${index}`, access: "Allow" }));
    const many = render(
      one("create", "azure-native:network:NetworkSecurityGroup", undefined, { securityRules }),
    );
    expect(many.match(/\.access/g)).toHaveLength(12);
    expect(many).toContain("  - 8 more that decide who may do or reach what");
  });
});
