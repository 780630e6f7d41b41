import * as pulumi from "@pulumi/pulumi";
import { autoStopDefinition, AutoStop, Budget } from "../../../../infra/components/watching/cost";
import { countByType, ofType, registered } from "../../mocks";

const group =
  "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/scoring";

test("a budget begins in the month in which it is made: Azure takes none from before", async () => {
  jest.useFakeTimers({ now: new Date("2027-03-31T23:59:59Z"), doNotFake: ["nextTick", "setImmediate"] });
  try {
    const budget = {
      resourceGroupId: "/rg",
      amount: 200,
      email: "ops@example.com",
      actionGroupId: "/actions",
    };
    const made = await registered(() => new Budget("budget", budget));
    expect(ofType(made, "consumption:Budget")[0]?.inputs.timePeriod).toEqual({
      startDate: "2027-03-01T00:00:00Z",
    });
  } finally {
    jest.useRealTimers();
  }
});

test("a budget warns at 80 and 100 % of what was spent, and at 100 % of what is foreseen", async () => {
  const made = await registered(
    () =>
      new Budget("budget", {
        resourceGroupId: "/subscriptions/s/resourceGroups/rg",
        amount: 200,
        email: "ops@example.com",
        actionGroupId: "/actions",
      }),
  );
  expect(countByType(made)).toEqual({ "mlops:infra:Budget": 1, "azure-native:consumption:Budget": 1 });
  const who = {
    enabled: true,
    operator: "GreaterThanOrEqualTo",
    contactEmails: ["ops@example.com"],
    contactGroups: ["/actions"],
  };
  expect(ofType(made, "consumption:Budget")[0]?.inputs).toEqual({
    scope: "/subscriptions/s/resourceGroups/rg",
    amount: 200,
    category: "Cost",
    timeGrain: "Monthly",
    timePeriod: { startDate: expect.stringMatching(/^\d{4}-\d{2}-01T00:00:00Z$/) },
    notifications: {
      actual80: { ...who, threshold: 80, thresholdType: "Actual" },
      actual100: { ...who, threshold: 100, thresholdType: "Actual" },
      forecast100: { ...who, threshold: 100, thresholdType: "Forecasted" },
    },
  });
});

test("a budget of a cluster counts the group that AKS makes for its nodes, too", async () => {
  const made = await registered(
    () =>
      new Budget("budget", {
        resourceGroupId: "/subscriptions/s/resourceGroups/rg",
        nodeResourceGroup: "MC_rg_aks_westeurope",
        amount: 200,
        email: "ops@example.com",
        actionGroupId: "/actions",
      }),
  );
  expect(ofType(made, "consumption:Budget")[0]?.inputs).toMatchObject({
    scope: "/subscriptions/s",
    filter: {
      dimensions: { name: "ResourceGroupName", operator: "In", values: ["rg", "MC_rg_aks_westeurope"] },
    },
  });
});

describe("the evening's stop", () => {
  const definition = autoStopDefinition({ time: "19:05", containerGroupId: group, identityId: "/identity" });

  test("is at its time, UTC, every day", () => {
    expect(definition.triggers).toEqual({
      evening: {
        type: "Recurrence",
        recurrence: {
          frequency: "Day",
          interval: 1,
          timeZone: "UTC",
          schedule: { hours: ["19"], minutes: [5] },
        },
      },
    });
  });

  test("asks Azure to stop that group, as the identity, with no secret", () => {
    expect(definition.actions).toEqual({
      stop: {
        type: "Http",
        runAfter: {},
        inputs: {
          method: "POST",
          uri: `https://management.azure.com${group}/stop?api-version=2023-05-01`,
          authentication: {
            type: "ManagedServiceIdentity",
            identity: "/identity",
            audience: "https://management.azure.com/",
          },
          retryPolicy: { type: "exponential", count: 4, interval: "PT10S" },
        },
      },
    });
  });

  test("is a Logic App that has the identity it acts as", async () => {
    const placement = { resourceGroupName: "rg", location: "westeurope", tags: { owner: "team" } };
    const output = (text: string) => pulumi.output(text);
    const made = await registered(() => {
      const identity = { id: output("/identity"), clientId: output("c"), principalId: output("p") };
      new AutoStop("auto-stop", { placement, time: "19:05", containerGroupId: output(group), identity });
    });
    expect(countByType(made)).toEqual({ "mlops:infra:AutoStop": 1, "azure-native:logic:Workflow": 1 });
    expect(ofType(made, "logic:Workflow")[0]?.inputs).toEqual({
      ...placement,
      state: "Enabled",
      identity: { type: "UserAssigned", userAssignedIdentities: ["/identity"] },
      definition,
    });
  });
});
