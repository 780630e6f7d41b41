import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { planPipeline } from "../plan";
import { described } from "../pipeline-fixture";
import { runPipeline, type RunOptions, type RunResult } from "../run-pipeline";

const folder = mkdtempSync(path.join(tmpdir(), "mlops-pipelines-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes files, the first of which is a pipeline, into a folder of their own. */
function write(...files: readonly (readonly [name: string, content: string])[]): string {
  const at = mkdtempSync(path.join(folder, "case-"));
  for (const [name, content] of files) {
    mkdirSync(path.dirname(path.join(at, name)), { recursive: true });
    writeFileSync(path.join(at, name), content);
  }
  return path.join(at, files[0]?.[0] ?? "");
}

function run(yaml: string, options: Partial<RunOptions> = {}): Promise<RunResult> {
  return runPipeline(write(["p.yml", yaml]), {
    repository: folder,
    folder: path.join(folder, "agents"),
    groups: { plain: { PLACE: "here" }, vault: { "A-SECRET": "s3cret" } },
    secretGroups: ["vault"],
    env: { PATH: process.env.PATH },
    stubs: ["true-elsewhere"],
    ...options,
  });
}

/** A pipeline of one job with these steps, a line each. */
function job(steps: string, more = ""): string {
  return `${more}\nstages: [{ stage: A, jobs: [{ job: J, timeoutInMinutes: 1, steps: [${steps}] }] }]`;
}

const echo = (name: string): string => `{ script: 'echo "<$${name}>"' }`;
const output = ({ jobs }: RunResult): string =>
  jobs.flatMap(({ steps }) => steps.map((step) => step.output)).join("");

describe("parameters", () => {
  const declared = `parameters:
  - { name: stack, type: string, values: [qa, prod], default: qa }
  - { name: count, type: number, default: 2 }
  - { name: deep, type: boolean, default: false }
variables: [{ name: SAID, value: "\${{ parameters.stack }} \${{ parameters.count }} \${{ parameters.deep }}" }]`;

  test("have their defaults, and take what is given", async () => {
    expect(output(await run(job(echo("SAID"), declared)))).toBe("<qa 2 false>\n");
    const given = { stack: "prod", count: "7", deep: "true" };
    expect(output(await run(job(echo("SAID"), declared), { parameters: given }))).toBe("<prod 7 true>\n");
  });

  test.each([
    [{ stack: "dev" }, 'parameter stack is "dev"; expected qa or prod'],
    [{ stak: "qa" }, "there is no parameter stak"],
    [{ count: "many" }, 'parameter count is "many", not a number'],
    [{ deep: "maybe" }, 'parameter deep is "maybe", not a boolean'],
    [{ stack: {} }, "parameter stack is {}, not a string"],
  ])("%j is refused", (parameters, message) => {
    const file = write(["p.yml", job(echo("SAID"), declared)]);
    expect(() => planPipeline(file, parameters)).toThrow(message);
  });

  test("without a default one is required", () => {
    const file = write(["p.yml", job(echo("X"), "parameters: [{ name: stack, type: string }]")]);
    expect(() => planPipeline(file)).toThrow("parameter stack is missing");
  });

  test("never change a script: what somebody types is a value in the environment, not a command", async () => {
    const said = 'x"; exit 3; "';
    const yaml = job(
      echo("SAID"),
      'parameters: [{ name: said, type: string }]\nvariables: [{ name: SAID, value: "${{ parameters.said }}" }]',
    );
    const ended = await run(yaml, { parameters: { said } });
    expect([ended.result, output(ended)]).toEqual(["succeeded", `<${said}>\n`]);
    await expect(run(job("{ script: 'echo $(Build.Reason)' }"))).rejects.toThrow("is not constant");
  });
});

describe("templates", () => {
  const template = `parameters: [{ name: word, type: string }]
steps: [{ script: 'echo "$WORD"', env: { WORD: "\${{ parameters.word }}" } }]`;
  const using = (call: string): string => job(`{ template: t/one.yml${call} }`);

  test("are put in with their parameters, and templates of theirs by their own place", () => {
    const outer = "steps: [{ template: one.yml, parameters: { word: nested } }]";
    const file = write(
      ["p.yml", job("{ template: t/two.yml }")],
      ["t/two.yml", outer],
      ["t/one.yml", template],
    );
    const [stage] = planPipeline(file).stages;
    expect(stage?.jobs[0]).toMatchObject({ steps: [{ env: { WORD: "nested" } }] });
  });

  test.each([
    ["", "parameter word is missing"],
    [", parameters: { word: a, other: b }", "there is no parameter other"],
    [", condition: always()", "does not know condition"],
  ])("called with %j are refused", (call, message) => {
    const file = write(["p.yml", using(call)], ["t/one.yml", template]);
    expect(() => planPipeline(file)).toThrow(message);
  });

  test("of jobs cannot stand for steps, nor one that is not there", () => {
    const file = write(["p.yml", using("")], ["t/one.yml", "jobs: []"]);
    expect(() => planPipeline(file)).toThrow("has jobs where steps are expected");
    expect(() => planPipeline(write(["p.yml", using("")]))).toThrow("ENOENT");
  });
});

describe("what the runner does not know is an error", () => {
  test.each([
    [
      "a key of a job",
      "stages: [{ stage: A, jobs: [{ job: J, timeoutInMinutes: 1, strategy: {}, workspace: 1, steps: [] }] }]",
      "does not know workspace",
    ],
    [
      "a job without a time-out",
      "stages: [{ stage: A, jobs: [{ job: J, steps: [{ script: x }] }] }]",
      "no timeoutInMinutes above 0",
    ],
    [
      "a time-out of 0",
      "stages: [{ stage: A, jobs: [{ job: J, timeoutInMinutes: 0, steps: [{ script: x }] }] }]",
      "no timeoutInMinutes above 0",
    ],
    [
      "a dependency on nothing",
      "stages: [{ stage: A, dependsOn: Z, jobs: [{ job: J, timeoutInMinutes: 1, steps: [{ script: x }] }] }]",
      "depends on Z",
    ],
    ["an expression", job("{ script: x, displayName: '${{ upper(parameters.x) }}' }"), 'no function "upper"'],
    ["an inserted key", job("{ '${{ if true }}': x }"), "does not know"],
  ])("%s", (_, yaml, message) => {
    expect(() => planPipeline(write(["p.yml", yaml]))).toThrow(message);
  });

  test.each([
    ["a task", job("{ task: Pulumi@1 }"), "does not know the task Pulumi@1"],
    ["continueOnError", job("{ script: x, continueOnError: true }"), "does not know continueOnError"],
    ["a variable", job("{ publish: $(Nowhere), artifact: a }"), "$(Nowhere)"],
    ["a variable group", job("{ script: x }", "variables: [{ group: other }]"), "no variable group other"],
    ["a logging command", job("{ script: 'echo \"##vso[task.debug]x\"' }"), "logging command task.debug"],
  ])("%s", async (_, yaml, message) => {
    await expect(run(yaml)).rejects.toThrow(message);
  });
});

describe("conditions", () => {
  test("of steps: after a failure only those run that ask for it", async () => {
    const steps = [
      "{ script: exit 1, displayName: One }",
      "{ script: echo two, displayName: Two }",
      "{ script: echo three, displayName: Three, condition: succeededOrFailed() }",
      "{ script: echo four, displayName: Four, condition: failed() }",
    ].join(",");
    const ended = await run(job(steps));
    expect(ended.jobs[0]?.steps.map(({ result }) => result)).toEqual([
      "failed",
      "skipped",
      "succeeded",
      "succeeded",
    ]);
    expect(ended.result).toBe("failed");
  });

  const stage = (name: string, more: string, script = "exit 0"): string =>
    `{ stage: ${name}, ${more}, jobs: [{ job: J, timeoutInMinutes: 1, steps: [{ script: ${script} }] }] }`;

  test("of stages: one whose dependency failed or was skipped is skipped, unless it asks for it", async () => {
    const yaml = `stages: [${[
      stage("A", "dependsOn: []", "exit 1"),
      stage("B", "dependsOn: A"),
      stage("C", "dependsOn: B"),
      stage("D", "dependsOn: A, condition: failed()"),
      stage(
        "E",
        "dependsOn: [], condition: \"and(succeeded(), eq(variables['Build.Reason'], 'pullrequest'))\"",
      ),
      stage("F", "dependsOn: [], condition: \"or(eq(variables['X'], 'y'), not(ne(variables['X'], '')))\""),
    ].join(",")}]`;
    const ended = await run(yaml, { reason: "PullRequest" });
    expect(ended.stages).toEqual({
      A: "failed",
      B: "skipped",
      C: "skipped",
      D: "succeeded",
      E: "succeeded",
      F: "succeeded",
    });
  });
});

describe("deployments", () => {
  const deployment = (
    fails: string,
  ): string => `stages: [{ stage: A, jobs: [{ deployment: D, environment: mlops-prod, timeoutInMinutes: 1,
  strategy: { runOnce: {
    deploy: { steps: [{ script: test deploy != ${fails}, displayName: Deploy }] },
    postRouteTraffic: { steps: [{ script: test judge != ${fails}, displayName: Judge }] },
    on: { failure: { steps: [{ script: echo back }] }, success: { steps: [{ script: echo all }] } } } } }] }]`;

  test("run each hook, then the one for success", async () => {
    const ended = await run(deployment("none"));
    expect(described(ended)).toEqual(
      "deploy,postRouteTraffic,success".split(",").map((hook) => `A.D.${hook} succeeded`),
    );
    expect([ended.result, ended.asked]).toEqual(["succeeded", ["mlops-prod"]]);
  });

  test.each([
    ["deploy", ["A.D.deploy: Deploy failed"]],
    ["judge", ["A.D.deploy succeeded", "A.D.postRouteTraffic: Judge failed"]],
  ])("that fail at %s stop there, run the hook for failure, and have failed", async (fails, before) => {
    const ended = await run(deployment(fails));
    expect(described(ended)).toEqual([...before, "A.D.failure succeeded"]);
    expect(ended.result).toBe("failed");
  });

  test("by a canary are refused, as the service takes none on an environment without a resource", () => {
    const yaml = deployment("none").replace("runOnce: {", "canary: { increments: [10],");
    expect(() => planPipeline(write(["p.yml", yaml]))).toThrow("does not know canary");
  });

  test("that are not approved do nothing", async () => {
    const ended = await run(deployment("none"), { approve: (environment) => environment !== "mlops-prod" });
    expect([ended.result, described(ended)]).toEqual(["failed", ["A.D failed"]]);
  });
});

describe("runs that are ended by force", () => {
  const jobs = (condition: string): string => `stages: [{ stage: A, jobs: [
  { deployment: D, environment: mlops-prod, timeoutInMinutes: 1, strategy: { runOnce: {
    deploy: { steps: [{ script: echo begun; sleep 60; echo done, displayName: Long }, { script: echo next, displayName: Next }] },
    on: { failure: { steps: [{ script: echo back }] } } } } },
  { job: Back, dependsOn: D, condition: "${condition}", timeoutInMinutes: 1, cancelTimeoutInMinutes: 1, steps: [{ script: echo back }] },
  { job: Other, timeoutInMinutes: 1, steps: [{ script: echo other }] } ] },
  { stage: B, dependsOn: [], jobs: [{ job: J, timeoutInMinutes: 1, steps: [{ script: echo b }] }] }]`;
  const ends = (by: "cancel" | "timeout") => ({
    ...{ step: "Long", by },
    when: (printed: string) => printed.includes("begun"),
  });

  test.each([
    ["cancel", "or(failed(), canceled())", ["A.D.deploy canceled", "A.Back succeeded"], "canceled"],
    [
      "timeout",
      "or(failed(), eq(dependencies.D.result, 'Canceled'))",
      ["A.D.deploy canceled", "A.Back succeeded", "A.Other succeeded", "B.J succeeded"],
      "canceled",
    ],
    // A run that was not cancelled says of a job that ran out of time neither that it failed nor that it was.
    [
      "timeout",
      "or(failed(), canceled())",
      ["A.D.deploy canceled", "A.Other succeeded", "B.J succeeded"],
      "canceled",
    ],
    ["cancel", "failed()", ["A.D.deploy canceled"], "canceled"],
  ] as const)("by %s go on where the condition is %s", async (by, condition, expected, result) => {
    const ended = await run(jobs(condition), { ends: ends(by) });
    expect(described(ended)).toEqual(expected);
    expect(ended.result).toBe(result);
    // Killed in the middle, and neither a later step of the job nor the hook for failures ran.
    expect(output(ended)).toMatch(/^begun\n(back\n)?/);
    expect(output(ended)).not.toMatch(/done|next/);
  });

  test("need to say how long what runs after a cancellation may take", () => {
    const yaml = jobs("canceled()").replace("cancelTimeoutInMinutes: 1, ", "");
    expect(() => planPipeline(write(["p.yml", yaml]))).toThrow("A.Back runs after a cancellation");
  });
});

describe("agents", () => {
  test("of different jobs share artifacts and nothing else", async () => {
    const steps = (lines: string): string => `timeoutInMinutes: 1, steps: [${lines}]`;
    const fetch =
      "{ task: DownloadPipelineArtifact@2, inputs: { artifactName: a, targetPath: $(Pipeline.Workspace)/in } }";
    const yaml = `stages: [{ stage: A, jobs: [
  { job: One, ${steps('{ script: \'mkdir "$PIPELINE_WORKSPACE/out" && echo 1 > "$PIPELINE_WORKSPACE/out/f"\' }, { publish: $(Pipeline.Workspace)/out, artifact: a }')} },
  { job: Two, ${steps(`{ script: 'test ! -e "$PIPELINE_WORKSPACE/out"' }, ${fetch}, { script: 'cat "$PIPELINE_WORKSPACE/in/f"' }`)} }] }]`;
    const ended = await run(yaml);
    expect([ended.result, output(ended)]).toEqual(["succeeded", "1\n"]);
    expect(readFileSync(path.join(ended.artifacts, "a", "f"), "utf8")).toBe("1\n");
    expect((await run(job(fetch))).result).toBe("failed");
  });

  test("have variables in the environment; secrets only where a step maps them", async () => {
    const variables = "variables: [{ group: plain }, { group: vault }, { name: a.b, value: $(PLACE)! }]";
    const shown =
      "{ script: 'echo \"$PLACE $A_B <${A_SECRET-}> <${SYSTEM_ACCESSTOKEN-}>\"; env | grep -c s3cret' }";
    const ended = await run(job(`${shown}, { script: 'echo "$S"', env: { S: $(A-SECRET) } }`, variables));
    expect(output(ended)).toContain("here here! <> <>\n0\n");
    const mapped = await run(job("{ script: 'echo \"$S\"', env: { S: $(A-SECRET) } }", variables));
    expect(output(mapped)).toBe("s3cret\n");
  });

  test("do not run a script that the test takes as done, and understand what a step says of the run", async () => {
    expect((await run(job("{ script: true-elsewhere --now }"))).result).toBe("succeeded");
    const said = "##vso[build.addbuildtag]t\\n##vso[task.logissue type=warning]a%0Ab\\n";
    const ended = await run(job(`{ script: 'printf "${said.replaceAll("%", "%%")}"' }`));
    expect(ended).toMatchObject({ tags: ["t"], warnings: ["a\nb"] });
  });
});
