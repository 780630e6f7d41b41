import { decideOnFindings } from "../../../cli/retraining/act-on-findings";
import { digestOfStackData } from "../../../cli/data/stack-data";
import { openingHistory, retrainingsPerWeek } from "../../../cli/session/watch-history";
import type { MonitorResult } from "../../../cli/watching/monitor";
import { recordWindow, WindowReader, windowOf } from "../../../cli/watching/window-journal";
import type { StackOutputs } from "../../../deploy/azure/pulumi-stack";
import { PlatformError } from "../../../platform/base/errors";
import type { LoadedDefinition } from "../../../platform/definition/definitions";
import type { Registry } from "../../../platform/registry/registry";
import { readSettings } from "../../../platform/settings/settings";
import { openWorkspace } from "../../../platform/settings/workspace";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { openStorage } from "../../../platform/storage/open-storage";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { numbersOnly } from "../../platform/data/definitions";
import { Azurite } from "../../platform/storage/azurite";
import { keepLines } from "../watching/watch-fixture";

/** What stacks say, which needs no Pulumi here; the code asks for it late. */
const outputs = jest.fn<Promise<StackOutputs>, [string]>();
jest.doMock("../../../deploy/azure/stack-outputs", () => ({ readStackOutputs: outputs }));

const folder = useTemporaryFolder();
const { signal } = new AbortController();
const of = { environment: "prod", name: "numbers" };

/** What a command has on an agent that knows nothing of the days before. */
async function agent(home: string, env: NodeJS.ProcessEnv = {}) {
  return { settings: readSettings("cli", env), workspace: await openWorkspace(folder(home)), signal };
}

/** A look at production in which a column has drifted. */
const found = {
  version: "numbers:1",
  drift: { rows: 200, judged: true, drifted: true, columns: [{ column: "x", psi: 0.4, drifted: true }] },
} as unknown as MonitorResult;

/** The data that the stack has. */
let data = "";

async function act(home: string, now: Date, maxPerWeek?: number): Promise<string> {
  const opening = await agent(home);
  const asked = { target: "azure", maxPerWeek } as const;
  const history = await openingHistory(opening, asked)();
  const { decision } = await decideOnFindings(
    {
      registry: { get: () => Promise.resolve({ tags: {} }) } as unknown as Registry,
      predictions: openLocalStorage(folder("predictions")),
      dataVersions: undefined,
      output: keepLines().output,
    },
    { definition: numbersOnly(["x", "y"]), dataFile: "" } as LoadedDefinition,
    {
      ...{ environment: "prod", found, now, journal: history.decisions },
      stackData: async () => digestOfStackData(await openStorage(data), "numbers"),
      limits: { coolDownHours: 24, maxPerWeek: await retrainingsPerWeek(opening, asked) },
    },
  );
  await recordWindow(history.windows, windowOf(found, { environment: "prod", now }), of);
  return `${decision.action} ${decision.reason}`;
}

describe("in Azure", () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await Azurite.start();
    for (const name of ["history", "data"]) await azurite.client().createContainer(name);
    data = azurite.signedUrl("data");
  });
  afterAll(() => azurite.stop());

  const stack = (allowed: number) => {
    const cli = { MLOPS_HISTORY: azurite.signedUrl("history"), MLOPS_RETRAININGS_PER_WEEK: String(allowed) };
    outputs.mockImplementation((name) => Promise.resolve(name === "qa" ? { environment: { cli } } : {}));
  };

  test("agents that know nothing of each other keep to the limits of the stack that trains, and leave windows over time", async () => {
    stack(0);
    expect(await act("monday", new Date("2026-11-23T06:00:00Z"))).toBe("alert alerts-only");
    stack(1);
    const container = await openStorage(data);
    await container.put("numbers/1.csv", "x,y\n1,2\n");
    expect(await act("tuesday", new Date("2026-11-24T06:00:00Z"))).toBe("retrain drifted");
    expect(await act("evening", new Date("2026-11-24T18:00:00Z"))).toBe("alert cooling-down");
    expect(await act("thursday", new Date("2026-11-26T06:00:00Z"))).toBe("alert cap-reached");
    // The data is still what the retraining of Tuesday was begun on, and then it is not.
    expect(await act("again", new Date("2026-11-26T06:30:00Z"), 5)).toBe("alert no-new-rows");
    await container.put("numbers/2.csv", "x,y\n3,6\n");
    // What a person asks for goes before what the stack says.
    expect(await act("by hand", new Date("2026-11-26T07:00:00Z"), 5)).toBe("retrain drifted");
    const opened = openingHistory(await agent("dashboard"), { target: "azure" });
    const windows = await new WindowReader(async () => (await opened()).windows).read(of);
    expect(windows.map(({ time }) => time.slice(0, 10))).toEqual([
      ...["2026-11-23", "2026-11-24", "2026-11-24", "2026-11-26", "2026-11-26", "2026-11-26"],
    ]);
  });
});

test("a stack of an earlier version is told to be updated", async () => {
  outputs.mockResolvedValue({ environment: { cli: {} } });
  const opened = openingHistory(await agent("home"), { target: "azure" });
  await expect(opened()).rejects.toThrow(
    "MLOPS_HISTORY is not set, and the outputs of stack qa do not have it. Expected one of them. Run `npm run infra:up -- --stack qa`, or set MLOPS_HISTORY.",
  );
});

test("a stack that was away is asked again", async () => {
  outputs.mockRejectedValueOnce(new PlatformError("AZURE_FAILED", "The state is away."));
  outputs.mockResolvedValueOnce({ environment: { cli: { MLOPS_HISTORY: folder("kept") } } });
  const opened = openingHistory(await agent("home"), { target: "azure" });
  await expect(opened()).rejects.toThrow("The state is away.");
  const { windows } = await opened();
  await windows.put("a.json", "{}");
  expect(await openLocalStorage(folder("kept")).list("")).toEqual(["a.json"]);
});

test("a place that is named goes before the stack's, and a machine's own watching has limits of its own", async () => {
  const env = { MLOPS_HISTORY: folder("named"), MLOPS_RETRAININGS_PER_WEEK: "7" };
  const opening = await agent("home", env);
  outputs.mockRejectedValue(new Error("no stack is wanted"));
  const { decisions } = await openingHistory(opening, { target: "azure" })();
  await decisions.put("a.json", "{}");
  expect(await openLocalStorage(folder("named")).list("")).toEqual(["a.json"]);
  expect(await retrainingsPerWeek(opening, { target: "azure" })).toBe(7);
  expect(await retrainingsPerWeek(await agent("home"), { target: "local" })).toBe(2);
});
