import { parseConfig } from "../../../infra/config/config";
import { settings } from "../../../infra/config/config-settings";
import { cronFault, longestGapHours } from "../../../infra/config/cron";
import { subscriptionId as guid } from "../mocks";
import { qa } from "../stacks";

const onCluster = { "mlops:scoring": "kubernetes" };
const named = { "mlops:host": "score.example.com", "mlops:certificate": "scoring" };
const zoneOf = (zone: string): string =>
  `/subscriptions/${guid}/resourceGroups/names/providers/Microsoft.Network/dnsZones/${zone}`;

describe("the configuration of a stack", () => {
  test("takes the defaults of what is not set", () => {
    const config = parseConfig("qa", qa);
    expect(config).toMatchObject({
      environment: "qa",
      location: "westeurope",
      model: "diabetes",
      computeMinNodes: 0,
      zones: ["1", "2", "3"],
      operators: [],
      scheduleEnabled: true,
    });
    expect(config.trains).toBeUndefined();
    // Nobody watches or closes more than is said, and one node of three that goes leaves production serving.
    expect(config).toMatchObject({ defender: false, logicAppCallerRanges: [], customerManagedKeys: false });
    expect(parseConfig("prod", { ...qa, ...onCluster }).scoringMinNodes).toBe(3);
  });

  test("lists all faults at once, each with the command that corrects it", () => {
    const read = () =>
      parseConfig("qa", {
        "azure-native:location": "westeuropa",
        "mlops:scoring": "containers",
        "mlops:computeMinNodes": "5",
        "mlops:computMaxNodes": "9",
        "mlops:schedule": "0 3 1 * *",
        "mlops:host": "score.example.com",
      });
    for (const line of [
      /did you mean westeurope\? Run: pulumi config set --stack qa azure-native:location westeurope/,
      /mlops:owner is not set/,
      /mlops:costCentre is not set/,
      /mlops:alertEmail is not set .*Run: pulumi config set --stack qa mlops:alertEmail ops@example.com/,
      /schedule is "0 3 1 \* \*": expected \* for day of month .*mlops:schedule '0 3 \* \* 1'/,
      /mlops:monthlyBudget is not set/,
      /computMaxNodes is not a setting\. Did you mean mlops:computeMaxNodes\?/,
      /computeMinNodes is 5, which is above mlops:computeMaxNodes, 2/,
      /mlops:host is set without mlops:certificate/,
    ]) {
      expect(read).toThrow(line);
    }
  });

  test.each([
    ["Qa_1", {}, /The stack's name "Qa_1"/],
    // A release belongs to the stack of what serves.
    ["qa", { "mlops:release": '{"canaryPercent":0}' }, /mlops:release is not a setting/],
    ["qa", { "mlops:trainingImage": "repo/training:1" }, /expected an image by digest/],
    ["qa", { "mlops:computeVmSize": "DS3" }, /expected an Azure VM size/],
    ["qa", { "mlops:dataRegions": "northeurope" }, /which mlops:dataRegions does not allow/],
    ["qa", { "mlops:zones": '["1","4"]' }, /expected a list of zones/],
    ["qa", { "mlops:logicAppCallerRanges": "203.0.113.7" }, /expected a list of address ranges/],
    [
      "qa",
      { "mlops:customerManagedKeys": "true" },
      /without mlops:cosmosDbPrincipal.*config set --stack qa mlops:cosmosDbPrincipal "\$\(az ad sp show --id a232010e-820c-4083-83bb-3ace5fc29d0b --query id --output tsv\)"/,
    ],
    [
      "prod",
      { "azure-native:location": "westus", "mlops:scoring": "kubernetes" },
      /mlops:zones is 1,2,3, but westus has no availability zones\. Run: .* mlops:zones '\[\]'/,
    ],
    [
      "qa",
      { "mlops:exposure": "internal" },
      /mlops:exposure is internal, but mlops:scoring is "containers".*mlops:network private\. Run: pulumi config rm --stack qa mlops:exposure/,
    ],
    [
      "prod",
      { ...onCluster, ...named, "mlops:exposure": "internal" },
      /mlops:exposure is internal, but mlops:host, "score\.example\.com", is a name for callers from outside/,
    ],
    [
      "prod",
      { ...onCluster, "mlops:dnsZone": "example.com" },
      /expected the resource id of a public DNS zone/,
    ],
    [
      "prod",
      { ...onCluster, "mlops:dnsZone": zoneOf("example.com") },
      /mlops:dnsZone is set without mlops:host/,
    ],
    [
      "prod",
      { ...onCluster, ...named, "mlops:dnsZone": zoneOf("example.org") },
      /mlops:host, "score\.example\.com", is not in the zone of mlops:dnsZone, example\.org/,
    ],
    [
      "prod",
      { "mlops:trains": "true", "mlops:devOpsProject": "contoso/shop", "mlops:releasePipelineId": "7" },
      /a version that prod registers would start a release; but releases take versions from qa.*config rm --stack prod mlops:trains/,
    ],
  ])("stack %s with %j is refused", (stack, values, message) => {
    expect(() => parseConfig(stack, { ...qa, ...(values as Record<string, string>) })).toThrow(message);
  });

  test.each([
    ["qa", { "mlops:trains": "true", "mlops:devOpsProject": "contoso/shop", "mlops:releasePipelineId": "7" }],
    ["prod", { "mlops:devOpsProject": "contoso/shop", "mlops:releasePipelineId": "7" }],
    ["prod", { "mlops:trains": "true" }],
  ])("stack %s starts releases of its own versions with %j, or trains for itself", (stack, values) => {
    expect(() => parseConfig(stack, { ...qa, ...(values as Record<string, string>) })).not.toThrow();
  });

  test.each([
    ["10.0.0.0/16", /which AKS uses itself/],
    ["10.244.0.0/16", /which AKS uses itself/],
    ["172.17.0.0/16", /which AKS uses itself/],
    ["10.40.0.0/24", /expected a \/16 network/],
    ["11.40.0.0/16", /expected a \/16 network/],
    ["10.40.1.0", /expected a \/16 network/],
    ["10.40.7.0/16", /expected a \/16 network/],
    ["10.300.0.0/16", /expected a \/16 network/],
    ["10.040.0.0/16", /expected a \/16 network/],
    ["172.200.0.0/16", /of a private range/],
    ["172.15.0.0/16", /of a private range/],
    ["172.32.0.0/16", /of a private range/],
    ["192.10.0.0/16", /of a private range/],
  ])("a private network may not be %s", (range, message) => {
    expect(() => parseConfig("qa", { ...qa, "mlops:addressSpace": range })).toThrow(message);
  });

  test.each([
    "10.1.0.0/16",
    "10.100.0.0/16",
    "10.245.0.0/16",
    "10.255.0.0/16",
    "172.16.0.0/16",
    "172.31.0.0/16",
    "192.168.0.0/16",
  ])("a private network may be %s", (range) => {
    expect(parseConfig("qa", { ...qa, "mlops:addressSpace": range }).addressSpace).toBe(range);
  });

  test("a stack may be encrypted once it knows the principal of Azure Cosmos DB", () => {
    const encrypted = { ...qa, "mlops:customerManagedKeys": "true", "mlops:cosmosDbPrincipal": guid };
    expect(parseConfig("qa", encrypted)).toMatchObject({
      customerManagedKeys: true,
      cosmosDbPrincipal: guid,
    });
  });

  test("a cluster in a region without zones has none when it is told so", () => {
    const west = { ...qa, "azure-native:location": "westus", "mlops:scoring": "kubernetes" };
    expect(parseConfig("prod", { ...west, "mlops:zones": "[]" }).zones).toEqual([]);
  });

  test.each(["dev", "test", "live"])("a stack may be called %s: its name is all that differs", (name) => {
    expect(parseConfig(name, qa)).toEqual({ ...parseConfig("qa", qa), environment: name });
  });

  test.each(["Live", "live_1", "live-", ""])('a stack cannot be called "%s"', (name) => {
    expect(() => parseConfig(name, qa)).toThrow(
      "is not valid, because it becomes part of resource names. Expected 1 to 20",
    );
  });

  test("a description says what every setting is for", () => {
    expect(Object.values(settings).filter(({ description }) => description.length < 15)).toEqual([]);
  });
});

describe("a schedule", () => {
  test.each(["0 3 * * 1", "*/15 8-18 * * 1-5", "0 0,12 * * *"])("%s is taken", (expression) => {
    expect(cronFault(expression)).toBeUndefined();
  });

  test.each([
    "0 3 * *",
    "0 3 1 * *",
    "0 3 * 2 *",
    "60 3 * * *",
    "0 24 * * *",
    "0 3 * * 7",
    "0 5-3 * * *",
    "*/0 * * * *",
    "a * * * *",
  ])("%s is refused", (expression) => {
    expect(cronFault(expression)).toMatch(/expected/);
  });
});

test.each([
  ["0 3 * * 1", 168],
  ["0 3 * * *", 24],
  ["*/30 * * * *", 1],
  ["0 6,18 * * 1-5", 60],
  ["0 */5 * * *", 5],
  ["15 2/8 * * *", 8],
  ["0 0 * * 0,3", 96],
  ["0 0 * * 6", 168],
])("the longest time between two runs of %s is %d hours", (expression, hours) => {
  expect(longestGapHours(expression)).toBe(hours);
});
