import { Monitoring, type MonitoringArgs } from "../../../../infra/components/watching/monitoring";
import { latencyPercentile, savedQueries } from "../../../../infra/components/watching/queries";
import { uuidOf } from "../../../../infra/config/uuid";
import { workbookData } from "../../../../infra/components/watching/workbook";
import { countByType, ofType, registered, type Registered } from "../../mocks";

const tags = { environment: "qa", owner: "team-risk", costCentre: "4711" };
const args: MonitoringArgs = {
  placement: { resourceGroupName: "group", location: "westeurope", tags },
  logAnalyticsId: "/logs",
  insightsId: "/insights",
  workspaceId: "/workspace",
  alertEmail: "ops@example.com",
  latencyMs: 500,
  failedRequests: 5,
  diagnosed: {},
};

const build = (more: Partial<MonitoringArgs> = {}): Promise<Registered[]> =>
  registered(() => new Monitoring("monitoring", { ...args, ...more }));

const named = (resources: readonly Registered[], name: string) => {
  const found = resources.find(({ name: own, type }) => own === name && !type.startsWith("mlops:"));
  if (found === undefined) throw new Error(`Nothing is named ${name}.`);
  return found.inputs;
};

const always = {
  "mlops:infra:Monitoring": 1,
  "azure-native:monitor:ActionGroup": 1,
  "azure-native:monitor:ScheduledQueryRule": 7,
  "azure-native:monitor:MetricAlert": 1,
  "azure-native:applicationinsights:Workbook": 1,
  "azure-native:operationalinsights:QueryPack": 1,
  "azure-native:operationalinsights:Query": savedQueries.length,
};

test("without a public address and a cluster there are the alerts that every environment has", async () => {
  expect(countByType(await build())).toEqual(always);
});

test("with both there is a test from outside, and alerts of both", async () => {
  const resources = await build({ scoringUrl: "https://score.example/", clusterId: "/cluster" });
  expect(countByType(resources)).toEqual({
    ...always,
    "mlops:infra:AvailabilityTest": 1,
    "azure-native:resources:Resource": 1,
    "azure-native:monitor:MetricAlert": 4,
  });
});

test("an alert goes to the address, through the action group", async () => {
  const resources = await build();
  expect(named(resources, "monitoring")).toMatchObject({
    location: "global",
    enabled: true,
    tags,
    emailReceivers: [{ emailAddress: "ops@example.com", useCommonAlertSchema: true }],
  });
  const group = expect.stringContaining("ActionGroup/monitoring") as string;
  for (const { inputs } of ofType(resources, "monitor:ScheduledQueryRule")) {
    expect(inputs).toMatchObject({
      enabled: true,
      actions: { actionGroups: [group] },
      scopes: ["/logs"],
      tags,
    });
  }
  for (const { inputs } of ofType(resources, "monitor:MetricAlert")) {
    expect(inputs).toMatchObject({ enabled: true, actions: [{ actionGroupId: group }], tags });
  }
});

test.each([
  ["latency", "p95", "Maximum", 500, 'Name startswith "POST "'],
  ["retraining", undefined, "Count", 0, "AmlRunStatusChangedEvent"],
  ["missed-training", "trainings", "Maximum", 0, "mlops.training.faults"],
  ["drift", "columns", "Maximum", 0, "mlops.drift.columns"],
  ["findings", "findings", "Maximum", 0, "mlops.performance.fell"],
  ["findings", "findings", "Maximum", 0, "mlops.monitor.decision"],
  ["spool", "bytes", "Maximum", 134_217_728, "mlops.prediction_log.spooled"],
  ["idle-nodes", undefined, "Count", 0, "where IdleNodeCount > 0"],
])("the alert %s compares %s (%s) with %d", async (role, column, timeAggregation, threshold, query) => {
  const { criteria } = named(await build(), `monitoring-${role}`);
  expect(criteria.allOf).toHaveLength(1);
  expect(criteria.allOf[0]).toMatchObject({ timeAggregation, threshold, operator: "GreaterThan" });
  expect(criteria.allOf[0].metricMeasureColumn).toBe(column);
  expect(criteria.allOf[0].query).toContain(query);
});

test("no query about clients' requests counts those of our own tests", () => {
  const queries = [latencyPercentile, ...savedQueries.map(({ query }) => query)];
  const ofRequests = queries.filter((query) => query.includes("AppRequests"));
  expect(ofRequests).toHaveLength(5);
  for (const query of ofRequests) expect(query).toContain('isempty(tostring(Properties["mlops.mark"]))');
});

test("nodes that are kept on purpose raise no alert", async () => {
  const { criteria } = named(await build({ keptNodes: 2 }), "monitoring-idle-nodes");
  expect(criteria.allOf[0].query).toContain("where IdleNodeCount > 2");
  expect(criteria.allOf[0].query).toContain("where IdleNodeCount <= 2");
});

test("failed requests are those of the service, not refusals of a client's mistake", async () => {
  const { criteria, windowSize, scopes } = named(await build({ failedRequests: 7 }), "monitoring-failures");
  expect({ windowSize, scopes }).toEqual({ windowSize: "PT5M", scopes: ["/insights"] });
  expect(criteria.allOf).toEqual([
    expect.objectContaining({
      metricName: "requests/failed",
      threshold: 7,
      timeAggregation: "Count",
      dimensions: [{ name: "request/resultCode", operator: "Include", values: ["500", "502", "503", "504"] }],
    }),
  ]);
});

test.each([
  ["https://score.example/", "https://score.example/healthz", true, 14],
  ["http://score.example", "http://score.example/healthz", false, undefined],
])("%s is asked for its health from five places", async (scoringUrl, requestUrl, sSLCheck, days) => {
  const resources = await build({ scoringUrl });
  const test = named(resources, "monitoring-availability");
  expect(`${test.resourceProviderNamespace}/${test.resourceType}`).toBe("Microsoft.Insights/webtests");
  expect(test.properties).toMatchObject({
    Kind: "standard",
    Name: "monitoring-availability",
    Request: { RequestUrl: requestUrl, HttpVerb: "GET" },
  });
  expect(test.properties.ValidationRules).toEqual({
    ExpectedHttpStatusCode: 200,
    IgnoreHttpStatusCode: false,
    SSLCheck: sSLCheck,
    ...(days !== undefined && { SSLCertRemainingLifetimeCheck: days }),
  });
  expect(test.properties.Locations).toHaveLength(5);
  expect(test.tags).toEqual({ ...tags, "hidden-link:/insights": "Resource" });
  const { criteria, scopes } = named(resources, "monitoring-availability-alert");
  expect(criteria).toMatchObject({ failedLocationCount: 3, componentId: "/insights" });
  expect(scopes).toEqual([criteria.webTestId, "/insights"]);
});

test("a cluster that is at its limit raises alerts", async () => {
  const resources = await build({ clusterId: "/cluster" });
  const metrics = ["cpu", "memory"].map((what) => named(resources, `monitoring-cluster-${what}`));
  expect(metrics.map(({ scopes }) => scopes as string[])).toEqual([["/cluster"], ["/cluster"]]);
  expect(metrics.map(({ criteria }) => criteria.allOf[0].metricName as string)).toEqual([
    "node_cpu_usage_percentage",
    "node_memory_working_set_percentage",
  ]);
});

test("logs and metrics of each resource are kept, as its kind has them", async () => {
  const diagnosed = { storage: "/storage", vault: "/vault", cluster: "/cluster" };
  const settings = ofType(await build({ diagnosed }), "monitor:DiagnosticSetting");
  const all = [{ categoryGroup: "allLogs", enabled: true }];
  const logs = Object.fromEntries(settings.map(({ inputs }) => [inputs.resourceUri, inputs.logs as unknown]));
  expect(logs).toEqual({
    "/storage": undefined,
    "/storage/blobServices/default": all,
    "/vault": all,
    "/cluster": ["kube-audit-admin", "guard", "cluster-autoscaler"].map((category) => ({
      category,
      enabled: true,
    })),
  });
  for (const { inputs } of settings) {
    expect(inputs.workspaceId).toBe("/logs");
    expect(inputs.metrics).toHaveLength(1);
  }
});

test("the workbook shows every saved query over one time range", async () => {
  const { serializedData, resourceName } = named(await build(), "monitoring-workbook");
  expect(resourceName).toBe(uuidOf("group/monitoring-workbook"));
  expect(serializedData).toBe(workbookData("/logs", "MLOps"));
  const { items } = JSON.parse(serializedData as string) as {
    items: { type: number; content: { query?: string } }[];
  };
  const queries = items.filter(({ type }) => type === 3).map(({ content }) => content.query);
  expect(queries).toEqual(savedQueries.map(({ query }) => query));
  expect(items.filter(({ type }) => type === 9)).toHaveLength(1);
});

test("a name that is a GUID is a version 5 one, the same each time and another for another text", () => {
  expect(uuidOf("a")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidOf("a")).toBe(uuidOf("a"));
  expect(uuidOf("a")).not.toBe(uuidOf("b"));
});

test("saved queries have keys of their own", () => {
  expect(new Set(savedQueries.map(({ key }) => key)).size).toBe(savedQueries.length);
});
