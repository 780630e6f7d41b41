import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import {
  describeRequest,
  webhookBody,
  type ApprovalRequest,
} from "../../../../pipelines/steps/notify/approval-message";
import { findWebhook, postToWebhook } from "../../../../pipelines/steps/notify/webhook";
import type { ReleaseFile } from "../../../../cli/commands/release-file";
import { startServer, type Received, type SmallServer } from "../../../platform/http/http-server";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { digestOf } from "../../../../platform/base/files";
import { openLocalRegistry } from "../../../../platform/registry/local/local-registry";
import type { Signature } from "../../../../platform/model/signature";
import { signature, writeCostModel } from "../../../scoring/model-fixture";
import { runStepProgram, type StepResult } from "../run-step";

const request: ApprovalRequest = {
  candidate: { model: "diabetes:4", metrics: { rmse: 50.634567, r2: 0.546 } },
  champion: { model: "diabetes:3", metrics: { rmse: 52 } },
  tests: "12 smoke checks passed",
  link: "https://ci.example/7",
};

describe("the message to approvers", () => {
  test("has the model, its figures beside the champion's, what tests showed, and a link", () => {
    expect(describeRequest(request)).toBe(
      [
        "diabetes:4 waits for approval to replace diabetes:3",
        "  rmse: 50.63 (champion 52)",
        "  r2: 0.546",
        "  tests: 12 smoke checks passed",
        "Each version was measured on the rows held out when it was trained.",
        "https://ci.example/7",
      ].join("\n"),
    );
  });

  test("says that a release is the first", () => {
    const first = describeRequest({ candidate: request.candidate });
    expect(first).toContain("diabetes:4 waits for approval, the first release\n  rmse: 50.63\n");
  });

  test("is a card for Teams", () => {
    expect(webhookBody(request, "teams")).toMatchObject({
      type: "message",
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          content: {
            type: "AdaptiveCard",
            body: [
              { type: "TextBlock", text: "diabetes:4 waits for approval to replace diabetes:3" },
              {
                type: "FactSet",
                facts: [{ title: "rmse", value: "50.63 (champion 52)" }, {}, { title: "tests" }],
              },
              { type: "TextBlock" },
            ],
            actions: [{ type: "Action.OpenUrl", url: "https://ci.example/7" }],
          },
        },
      ],
    });
  });

  test("is text for Slack, in which nothing is more than itself", () => {
    const odd = { ...request, tests: "<!channel> & more" };
    expect(webhookBody(odd, "slack")).toEqual({
      text: describeRequest(request).replace("12 smoke checks passed", "&lt;!channel&gt; &amp; more"),
    });
  });
});

describe("the webhook", () => {
  test.each([
    ["https://hooks.slack.com/services/T/B/x", undefined, "slack"],
    ["https://prod-1.westeurope.logic.azure.com/workflows/x?sig=y", undefined, "teams"],
    ["https://chat.example/hooks/x", "slack", "slack"],
  ])("%s with NOTIFY_FORMAT %s gets messages of %s", (url, format, expected) => {
    expect(findWebhook({ NOTIFY_WEBHOOK: url, NOTIFY_FORMAT: format })).toEqual({ url, format: expected });
  });

  test("may be none", () => {
    expect(findWebhook({})).toBeUndefined();
    expect(findWebhook({ NOTIFY_WEBHOOK: "" })).toBeUndefined();
  });

  test("is not shown when it is wrong", () => {
    expect(() => findWebhook({ NOTIFY_WEBHOOK: "hunter2" })).toThrow(
      /^NOTIFY_WEBHOOK is not a URL\. (?!.*hunter2)/,
    );
    expect(() => findWebhook({ NOTIFY_WEBHOOK: "https://a", NOTIFY_FORMAT: "mail" })).toThrow(
      'NOTIFY_FORMAT is "mail". Expected teams or slack.',
    );
  });
});

describe("a message to a webhook", () => {
  let server: SmallServer;
  let requests: Received[];
  /** Statuses, bodies and headers of the next answers; `undefined` for none at all. */
  let answers: (readonly [number, string, Record<string, string>?] | undefined)[];
  beforeEach(async () => {
    requests = [];
    answers = [];
    server = await startServer((received, response) => {
      requests.push(received);
      // As Teams answers: accepted, with nothing in it.
      const answer = answers.length > 0 ? answers.shift() : ([202, ""] as const);
      if (answer !== undefined) response.writeHead(answer[0], answer[2]).end(answer[1]);
    });
  });
  afterEach(() => server.close());

  const timing = { attempts: 3, firstPauseMs: 1, timeoutMs: 300, maxPauseMs: 2_000 };
  const post = (format: "teams" | "slack" = "teams"): Promise<void> =>
    postToWebhook({ url: `${server.url}/workflows/w1/run?sig=the-signature`, format }, request, timing);

  test("is sent once", async () => {
    await post();
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: "POST", path: "/workflows/w1/run?sig=the-signature" });
    expect(JSON.parse(requests[0]?.body ?? "")).toEqual(webhookBody(request, "teams"));
  });

  test("is taken by Slack, which answers with a word", async () => {
    answers = [[200, "ok"]];
    await post("slack");
    expect(requests).toHaveLength(1);
  });

  test.each([
    [[500, "x"] as const],
    [[503, "x"] as const],
    [[429, "x", { "retry-after": "0" }] as const],
    [undefined],
  ])("is sent again after %j", async (answer) => {
    answers = [answer];
    await post();
    expect(requests).toHaveLength(2);
  });

  test.each([
    [
      401,
      '{"error":{"code":"DirectApiAuthorizationRequired","message":"sign in"}}',
      "(DirectApiAuthorizationRequired: sign in). The webhook does not accept the signature",
    ],
    [403, "action_prohibited", "(action_prohibited). The webhook does not accept the signature"],
    [404, "no_service", "(no_service). The workflow or its channel no longer exists"],
    [410, "channel_is_archived", "The workflow or its channel no longer exists"],
    [400, "invalid_payload", "Set NOTIFY_FORMAT"],
    [409, "", "HTTP 409. It was changed in the meantime"],
  ])("is refused with HTTP %d %s, and the address is not shown", async (status, body, expected) => {
    answers = [[status, body]];
    const error = (await post().catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toContain(expected);
    expect(error.message).not.toMatch(/the-signature|w1/);
    expect(requests).toHaveLength(1);
  });

  test.each([
    [[429, "", { "retry-after": "600" }] as const, "HTTP 429. It asks to wait 600 s."],
    [[500, ""] as const, "HTTP 500. The fault is on its side."],
    [undefined, "sent no response within 0.3 s"],
  ])("is given up after %j", async (answer, expected) => {
    answers = [answer, answer, answer];
    const error = (await post().catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toContain(expected);
  });
});

/** The step as a process, with a registry of two versions. */
describe("npm run release:notify", () => {
  const folder = useTemporaryFolder();

  /** The second one as it is given, of the same signature if it is not. */
  async function registerTwo(second?: Signature): Promise<void> {
    const registry = openLocalRegistry(folder("home", "registry"), { report: () => undefined });
    for (const rmse of [54.35, 50.63]) {
      const measured = { rows: 85, metrics: { rmse, r2: 0.5 } };
      await writeCostModel(folder(`${rmse}`));
      await writeFile(
        folder(`${rmse}`, "metrics.json"),
        JSON.stringify({ heldOut: measured, training: measured }),
      );
      if (second && rmse === 50.63) {
        const metadata = { mlops: { name: "cost", run: "run-2", signature: second } };
        await writeFile(folder(`${rmse}`, "MLmodel"), JSON.stringify({ metadata }));
      }
      await registry.register("diabetes", folder(`${rmse}`), {});
    }
    await registry.setAlias({ name: "diabetes", version: 1 }, "champion");
  }

  /** As `mlops package` and the tests in QA leave it. */
  const release: ReleaseFile = {
    run: "20261121T023609-diabetes-d627",
    release: { model: "diabetes:2", package: "packages/diabetes-2", digest: digestOf("x") },
    tests: {
      qa: {
        digest: digestOf("x"),
        smoke: 9,
        load: { requests: 100, failures: 0, requestsPerSecond: 50, latencyMs: { p50: 1, p95: 2, p99: 3 } },
      },
    },
  };

  const notify = (env: Record<string, string>): Promise<StepResult> =>
    runStepProgram("notify/notify", { MLOPS_HOME: folder("home"), ...env });

  test("asks nobody while an environment is left in which the release is not tested", async () => {
    await registerTwo();
    const file = folder("release.json");
    await writeFile(file, JSON.stringify(release));
    await writeFile(
      folder("environments.yml"),
      "variables: { testEnvironments: 'qa,stage', productionEnvironment: prod }",
    );
    const agent = { TF_BUILD: "True", AGENT_TEMPDIRECTORY: folder() };
    const environments = { MLOPS_ENVIRONMENTS: folder("environments.yml") };
    const { code, stdout } = await notify({ RELEASE: file, ...environments, ...agent });
    expect([code, stdout]).toEqual([
      0,
      "diabetes:2 still has to be tested in stage. The approvers are not notified yet.\n",
    ]);
    const { qa } = release.tests ?? {};
    await writeFile(file, JSON.stringify({ ...release, tests: { qa, stage: qa } }));
    expect((await notify({ RELEASE: file, ...environments, ...agent })).stdout).toContain(
      "9 smoke checks passed in qa, 0 of 100 requests failed under load in qa, 9 smoke checks passed in stage",
    );
  });

  test("prints what waits, and puts it on the run's page", async () => {
    await registerTwo();
    const agent = { TF_BUILD: "True", AGENT_TEMPDIRECTORY: folder() };
    const { code, stdout, stderr } = await notify({
      MLOPS_DEFAULT_MODEL: "diabetes",
      MODEL_VERSION: "2",
      ...agent,
    });
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      /^diabetes:2 waits for approval to replace diabetes:1\n {2}rmse: [\d.]+ \(champion [\d.]+\)/,
    );
    expect(stdout).toContain(`##vso[task.uploadsummary]${folder("Approval.md")}`);
    const page = await readFile(folder("Approval.md"), "utf8");
    expect(page).toContain("## diabetes:2 waits for approval");
    expect(page).not.toContain("clients");
    expect(code).toBe(0);
  });

  test("says which requests of today's clients would be refused", async () => {
    const [age, ...others] = signature.inputs;
    if (age === undefined) throw new Error("The model has no input.");
    const narrowed = { ...age, range: [18, 65] as [number, number], outside: "refuse" as const };
    await registerTwo({ ...signature, inputs: [narrowed, ...others] });
    const agent = { GITHUB_STEP_SUMMARY: folder("Summary.md") };
    const { code, stdout } = await notify({ MODEL: "diabetes", MODEL_VERSION: "2", ...agent });
    const told = 'Requests are refused or misread that diabetes:1 answers: "age"';
    expect(stdout).toContain(`  clients: ${told}`);
    expect(await readFile(folder("Summary.md"), "utf8")).toContain(`| clients | ${told}`);
    expect(code).toBe(0);
  });

  test("tells the approvers by the webhook, of the release in a file", async () => {
    await registerTwo();
    const requests: Received[] = [];
    const server = await startServer((received, response) => {
      requests.push(received);
      response.writeHead(202).end();
    });
    await writeFile(folder("release.json"), JSON.stringify(release));
    try {
      const { code, stdout, stderr } = await notify({
        RELEASE: folder("release.json"),
        NOTIFY_WEBHOOK: `${server.url}/x?sig=the-signature`,
      });
      expect(stderr).toBe("");
      expect(requests[0]?.body).toContain("9 smoke checks passed, 0 of 100 requests failed under load");
      expect(stdout).toContain("The approvers have been notified through 127.0.0.1:");
      expect(stdout).not.toContain("the-signature");
      expect(code).toBe(0);
    } finally {
      await server.close();
    }
  });

  test("a webhook that does not take it is told, and stops no release", async () => {
    await registerTwo();
    const server = await startServer((_received, response) => {
      response.writeHead(404).end();
    });
    try {
      const { code, stdout } = await notify({
        MODEL_VERSION: "diabetes:2",
        NOTIFY_WEBHOOK: `${server.url}/x?sig=the-signature`,
        TF_BUILD: "True",
      });
      expect(stdout).toContain("diabetes:2 waits for approval");
      expect(stdout).toMatch(/The approvers were not told: .*The workflow or its channel no longer exists/);
      expect(stdout).toMatch(/^##vso\[task\.logissue type=warning\].*no longer exists/m);
      expect(stdout).not.toContain("the-signature");
      expect(code).toBe(0);
    } finally {
      await server.close();
    }
  });

  test.each([
    [{}, "SETTINGS_INVALID: MODEL_VERSION is not set.", 2],
    [{ RELEASE: "/nowhere/release.json" }, "NOT_FOUND: There is no release in /nowhere/release.json.", 1],
    [{ MODEL_VERSION: "diabetes:9" }, "NOT_FOUND: ", 1],
  ])("fails with %j", async (env, message, exitCode) => {
    const { code, stderr } = await notify(env);
    expect(stderr).toContain(message);
    expect(code).toBe(exitCode);
  });

  test("asks the stack that trains where the registry is, when it is in Azure", async () => {
    await registerTwo();
    const output = JSON.stringify({ cli: { MLOPS_REGISTRY: folder("home", "registry") } });
    await mkdir(folder("bin"));
    await writeFile(
      folder("bin", "pulumi"),
      `#!/bin/sh\necho "$@" >&2; echo "$@" > "${folder("asked")}"; echo '${output}'\n`,
    );
    await chmod(folder("bin", "pulumi"), 0o755);
    const PATH = `${folder("bin")}:${process.env.PATH ?? ""}`;
    const { code, stdout } = await notify({ MODEL_VERSION: "diabetes:2", MLOPS_TARGET: "azure", PATH });
    expect(stdout).toContain("diabetes:2 waits for approval to replace diabetes:1");
    expect(await readFile(folder("asked"), "utf8")).toContain("stack output environment --json --stack qa");
    expect(code).toBe(0);
  });

  test.each([
    [
      "echo \"error: no stack named 'qa' found\" >&2; exit 6",
      "no stack named 'qa' found. Expected the output",
    ],
    ["echo '{}'", "The registry's address cannot be read from stack qa: no error message."],
  ])("says what to do when the stack does not say it: %s", async (script, message) => {
    await mkdir(folder("bin"));
    await writeFile(folder("bin", "pulumi"), `#!/bin/sh\n${script}\n`);
    await chmod(folder("bin", "pulumi"), 0o755);
    const PATH = `${folder("bin")}:${process.env.PATH ?? ""}`;
    const { code, stderr } = await notify({ MODEL_VERSION: "diabetes:2", MLOPS_TARGET: "azure", PATH });
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });
});
