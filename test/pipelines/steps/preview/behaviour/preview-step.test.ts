import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  sendJson,
  startServer,
  type Received,
  type SmallServer,
} from "../../../../platform/http/http-server";
import { useTemporaryFolder } from "../../../../platform/base/temporary-folder";
import { runStepProgram, type StepResult } from "../../run-step";

const fixtures = path.join(__dirname, "..", "fixtures");

/** The step as a process, with a `pulumi` on its PATH that answers what the real one answered once. */
describe("npm run infra:preview", () => {
  const folder = useTemporaryFolder();
  let server: SmallServer;
  let requests: Received[];
  beforeEach(async () => {
    requests = [];
    server = await startServer((request, response) => {
      requests.push(request);
      sendJson(response, 200, request.method === "GET" ? { value: [] } : { id: 1 });
    });
    await mkdir(folder("bin"));
    await mkdir(folder("tmp"));
  });
  afterEach(() => server.close());

  /** A `pulumi` of shell, which also keeps its arguments. Asked for a stack of what serves, it has none, unless told so. */
  async function givePulumi(lines: readonly string[], serving = false): Promise<void> {
    const select = serving ? "exit 0" : `echo "error: no stack named 'x' found" >&2; exit 255`;
    const asked = `if [ "$1" = stack ]; then ${select}; fi`;
    const all = ["#!/bin/sh", asked, `echo "$@" >> "${folder("arguments")}"`, ...lines, ""];
    await writeFile(folder("bin", "pulumi"), all.join("\n"));
    await chmod(folder("bin", "pulumi"), 0o755);
  }

  const findLog = `while [ "$1" != "--event-log" ]; do shift; done`;
  const recorded = [findLog, `cp "${path.join(fixtures, "preview-events.jsonl")}" "$2"`];

  const preview = (env: Record<string, string> = {}): Promise<StepResult> =>
    runStepProgram("preview/preview", {
      STACK: "qa",
      TMPDIR: folder("tmp"),
      ...env,
      PATH: `${folder("bin")}${path.delimiter}${process.env.PATH ?? ""}`,
    });

  const inAzureDevOps = (): Record<string, string> => ({
    TF_BUILD: "True",
    SYSTEM_COLLECTIONURI: `${server.url}/org/`,
    SYSTEM_TEAMPROJECT: "p",
    BUILD_REPOSITORY_ID: "r",
    BUILD_BUILDID: "42",
    SYSTEM_PULLREQUEST_PULLREQUESTID: "7",
    SYSTEM_ACCESSTOKEN: "the-job-token",
  });

  test("prints what would change and leaves nothing behind, secrets least of all", async () => {
    await givePulumi([...recorded, "exit 1"]);
    const { code, stdout, stderr } = await preview();
    expect(stderr).toBe("");
    expect(stdout).toContain("#### Changes that affect cost");
    expect(stdout).not.toContain("not-to-be-shown");
    expect((await readdir(folder("tmp"))).filter((name) => name.startsWith("mlops-"))).toEqual([]);
    expect(await readFile(folder("arguments"), "utf8")).toMatch(
      /^preview --stack qa --policy-pack \S+infra\/policy --event-log \S+ --non-interactive --color never\n$/,
    );
    // The recorded one breaks rules.
    expect(code).toBe(1);
  });

  test("writes one comment about all its stacks, with a link to the log", async () => {
    await givePulumi([...recorded]);
    const { stdout } = await preview({ STACK: "qa, prod", ...inAzureDevOps() });
    expect(stdout).toContain("The comment on pull request 7 in Azure DevOps was created.");
    expect(requests.map(({ method }) => method)).toEqual(["GET", "POST"]);
    const body = JSON.parse(requests[1]?.body ?? "") as Record<string, unknown>;
    expect(body).toMatchObject({
      status: 4,
      properties: { "mlops.comment": { $type: "System.String", $value: "preview qa,prod" } },
    });
    expect(JSON.stringify(body)).toContain(`${server.url}/org/p/_build/results?buildId=42`);
    expect(JSON.stringify(body)).toMatch(/### Stack `qa`.*### Stack `prod`/);
    expect(JSON.stringify(body)).not.toContain("not-to-be-shown");
  });

  test("succeeds when the update may be made", async () => {
    await givePulumi(["exit 0"]);
    const { code, stdout } = await preview();
    expect(stdout).toContain("qa: no changes; 0 unchanged.");
    expect(code).toBe(0);
  });

  test("gives its text no way to command the agent", async () => {
    const urn = "urn:pulumi:qa::p::a:b:C::##vso[task.setvariable variable=x]y";
    const metadata = { op: "create", urn, logical: true, new: { custom: true } };
    await givePulumi([findLog, `echo '${JSON.stringify({ resourcePreEvent: { metadata } })}' > "$2"`]);
    const { stdout } = await preview();
    expect(stdout).toContain("## vso[task.setvariable");
    expect(stdout).not.toContain("##vso[");
  });

  test.each([
    ["error: no stack named 'qa' found", "Run `pulumi stack init`"],
    [
      "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
      "Set PULUMI_BACKEND_URL",
    ],
    ["error: RESPONSE 403: AuthorizationPermissionMismatch", '"Storage Blob Data Reader" on the state'],
    ["error: DefaultAzureCredential: failed to acquire a token", "Run `az login`"],
    ["panic: something bad", "Run `pulumi preview --stack qa` here"],
    ["error: something else", "Run `pulumi preview --stack qa` here"],
  ])("says what to do when Pulumi cannot begin: %s", async (text, remedy) => {
    await givePulumi([`echo "${text}" >&2`, "exit 255"]);
    const { code, stdout } = await preview();
    expect(stdout).toContain(`Stack qa cannot be previewed (exit code 255): ${text.replace(/^\w+: /, "")}. `);
    expect(stdout).toContain(remedy);
    expect(code).toBe(1);
  });

  test("comments on the other stacks when one cannot be previewed, and fails", async () => {
    const failing = `case "$*" in *"--stack qa "*) echo "error: no stack named 'qa' found" >&2; exit 255;; esac`;
    await givePulumi([failing, "exit 0"]);
    const { code } = await preview({ STACK: "qa,prod", ...inAzureDevOps() });
    expect(requests.map(({ method }) => method)).toEqual(["GET", "POST"]);
    const text = requests[1]?.body ?? "";
    expect(text).toMatch(/Stack qa cannot be previewed.*### Stack `prod`: no change/);
    expect(code).toBe(1);
  });

  test("shows what would change in what serves, too, since there is a stack of it", async () => {
    await givePulumi(["pwd", "exit 0"], true);
    const { code, stdout } = await preview();
    expect(stdout).toMatch(/### Stack `qa`: no change[\s\S]*### Stack `mlops-serving\/qa`: no change/);
    expect((await readFile(folder("arguments"), "utf8")).match(/preview --stack qa /g)).toHaveLength(2);
    expect(code).toBe(0);
  });

  test("of all stacks is of the environments that are named", async () => {
    const environments = folder("environments.yml");
    await writeFile(environments, "variables: { testEnvironments: 'dev,test', productionEnvironment: live }");
    await givePulumi([...recorded]);
    const { stdout } = await preview({ STACK: "all", MLOPS_ENVIRONMENTS: environments });
    expect([...stdout.matchAll(/^(\w+): /gm)].map(([, stack]) => stack)).toEqual(["dev", "test", "live"]);
  });

  test("says so when there is no Pulumi", async () => {
    const { code, stderr } = await runStepProgram("preview/preview", { STACK: "qa", PATH: folder("bin") });
    expect(stderr).toContain("NOT_FOUND: The command `pulumi` was not found.");
    expect(code).toBe(1);
  });

  test.each([
    [{ STACK: "" }, "STACK is not set."],
    [{ STACK: "$(STACK)" }, "STACK is not set."],
    [{ STACK: "qa,--cwd=/" }, 'STACK has "--cwd=/".'],
  ])("refuses %j", async (env, message) => {
    const { code, stderr } = await preview(env);
    expect(stderr).toContain(`SETTINGS_INVALID: ${message}`);
    expect(code).toBe(2);
  });

  test("fails when its comment is refused, with what is missing and without the token", async () => {
    await server.close();
    server = await startServer((_request, response) =>
      sendJson(response, 403, { message: "TF401027: You need the Git 'PullRequestContribute' permission" }),
    );
    await givePulumi(["exit 0"]);
    const { code, stdout, stderr } = await preview(inAzureDevOps());
    expect(stdout).toContain("### Stack `qa`: no change");
    expect(stderr).toContain('the permission "Contribute to pull requests"');
    expect(stdout + stderr).not.toContain("the-job-token");
    expect(code).toBe(1);
  });
});
