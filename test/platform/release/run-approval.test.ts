import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { approvalOfRun } from "../../../platform/release/run-approval";

const approvalId = "7f3f4d6e-0000-4000-8000-000000000001";
const otherId = "7f3f4d6e-0000-4000-8000-000000000002";

/** Records of a run as the timeline has them: two stages, each with a checkpoint that an approval belongs to. */
const timeline = {
  records: [
    { id: "s1", parentId: null, type: "Stage", identifier: "Test_qa", name: "Test in qa" },
    { id: "c1", parentId: "s1", type: "Checkpoint", name: "Checkpoint" },
    { id: otherId, parentId: "c1", type: "Checkpoint.Approval", name: "Checkpoint.Approval" },
    { id: "s2", parentId: null, type: "Stage", identifier: "Production", name: "Production" },
    { id: "c2", parentId: "s2", type: "Checkpoint", name: "Checkpoint" },
    { id: approvalId, parentId: "c2", type: "Checkpoint.Approval", name: "Checkpoint.Approval" },
    { id: "l2", parentId: "c2", type: "Checkpoint.ExclusiveLock", name: "Checkpoint.ExclusiveLock" },
  ],
};
const ada = { displayName: "Ada Lovelace", uniqueName: "ada@example.com" };
const approvals = {
  value: [
    {
      id: approvalId,
      status: "approved",
      steps: [
        { status: "approved", actualApprover: ada, assignedApprover: { displayName: "Approvers" } },
        { status: "approved", actualApprover: ada },
        { status: "skipped", actualApprover: { displayName: "Bob" } },
      ],
    },
  ],
};

let server: Server;
let url: string;
let asked: { path: string; authorization: string | undefined }[];
let answers: Record<string, unknown>;

beforeEach(async () => {
  asked = [];
  answers = { "/build/builds/12/timeline": timeline, "/pipelines/approvals": approvals };
  server = createServer(({ url: path = "", headers }, response) => {
    asked.push({ path, authorization: headers.authorization });
    const answer = Object.entries(answers).find(([part]) => path.includes(part))?.[1];
    response.writeHead(typeof answer === "number" ? answer : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/contoso/`;
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const env = () => ({
  SYSTEM_COLLECTIONURI: url,
  SYSTEM_TEAMPROJECT: "ML Ops",
  BUILD_BUILDID: "12",
  SYSTEM_STAGENAME: "Production",
  SYSTEM_ACCESSTOKEN: "token-of-the-job",
});
const approval = (change: Record<string, string | undefined> = {}) =>
  approvalOfRun(
    { ...env(), ...change },
    { environment: "mlops-prod", timing: { attempts: 1, firstPauseMs: 1 } },
  );
const link = () => `${url}ML%20Ops/_build/results?buildId=12`;

test("whoever approved this stage is named once, with the run", async () => {
  expect(await approval()).toEqual({ by: `Ada Lovelace (ada@example.com), ${link()}` });
  expect(asked.map(({ path }) => path)).toEqual([
    "/contoso/ML%20Ops/_apis/build/builds/12/timeline?api-version=7.1",
    `/contoso/ML%20Ops/_apis/pipelines/approvals?approvalIds=${approvalId}&$expand=steps&api-version=7.1`,
  ]);
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer token-of-the-job"]),
  );
});

test.each<[string, () => void, RegExp]>([
  ["the token may not read approvals", () => (answers["/pipelines/approvals"] = 403), /HTTP 403/],
  ["the token may not read the run", () => (answers["/build/builds/12/timeline"] = 401), /HTTP 401/],
  [
    "nobody had to approve",
    () => (answers["/build/builds/12/timeline"] = { records: timeline.records.slice(0, 3) }),
    /no approval by a person/,
  ],
  [
    "nobody is named",
    () => (answers["/pipelines/approvals"] = { value: [{ steps: null }] }),
    /no approval by a person/,
  ],
])("where %s, it is the approvers of the environment, whom the run's page names", async (_, change, why) => {
  change();
  expect(await approval()).toEqual({
    by: `approvers of mlops-prod, ${link()}`,
    unknown: expect.stringMatching(why) as unknown,
  });
});

test("outside a run of Azure Pipelines somebody has to say who it was", async () => {
  for (const change of [{ BUILD_BUILDID: undefined }, { SYSTEM_COLLECTIONURI: undefined }])
    await expect(approval(change)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("--approved-by"),
    });
});
