import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { previewedPaths } from "../../../infra/config/pipelines";
import { readEnvironments } from "../../../platform/release/environments";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { isMapping, type Mapping } from "../expand-pipeline";
import { planPipeline, type Job, type Steps } from "../plan";

const root = path.join(__dirname, "..", "..", "..");
const folder = path.join(root, "pipelines");
const read = (...parts: string[]): string => readFileSync(path.join(folder, ...parts), "utf8");
const { scripts, devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  devDependencies: Record<string, string>;
};

const workflows = ["pr", "preview", "build", "retrain", "release", "nightly"] as const;
type Workflow = (typeof workflows)[number];
const parameters: Readonly<Partial<Record<Workflow, Mapping>>> = { release: { modelVersion: "diabetes:1" } };

/**
 * A command without what puts tools on an agent, without how a system names who has approved, and without what tells a
 * system the environments: Azure Pipelines reads the file itself.
 */
function commandOf(text: string): string[] {
  const command = text.trim().replace(/--(approved-by "[^"]*"|approval-of-run)/, '--approved-by "..."');
  return /^npm run (?!pulumi:install|environments)/.test(command) ? [command] : [];
}

/** The commands of steps, of whatever kind: a line of their own, or one of the task that signs in. */
function commandsOf(steps: Steps | undefined): string[] {
  return (steps ?? []).flatMap(({ script, inputs }) => {
    const line = script ?? (isMapping(inputs) ? inputs.inlineScript : undefined);
    return typeof line === "string" ? commandOf(line) : [];
  });
}

/** In the order in which they run; what a failure or a cancellation runs is a job after the others. */
function commandsOfJob(job: Job): string[] {
  if (job.kind === "job") return commandsOf(job.steps);
  const { preDeploy, deploy, routeTraffic, postRouteTraffic, success, failure } = job.hooks;
  return [preDeploy, deploy, routeTraffic, postRouteTraffic, success, failure].flatMap(commandsOf);
}

const azure = (workflow: Workflow): string[] =>
  planPipeline(path.join(folder, `${workflow}.yml`), parameters[workflow]).stages.flatMap(({ jobs }) =>
    jobs.flatMap(commandsOfJob),
  );

interface GitHubJob {
  readonly steps: readonly {
    readonly run?: string;
    readonly uses?: string;
    readonly if?: string;
    readonly with?: { readonly name?: string };
    readonly "timeout-minutes"?: number;
  }[];
  readonly "timeout-minutes"?: number;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
}
interface GitHubWorkflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, GitHubJob>>;
}

const gitHubFile = (name: string): GitHubWorkflow => parse(read("github", name)) as GitHubWorkflow;
const gitHub = (workflow: Workflow): string[] =>
  Object.values(gitHubFile(`${workflow}.yml`).jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => commandOf(run ?? "")),
  );

/** What stands between the braces that open at a place of a text. */
function blockAt(text: string, start: number): string {
  const open = text.indexOf("{", start);
  for (let [place, depth] = [open, 0]; place < text.length; place += 1) {
    if (text[place] === "{") depth += 1;
    if (text[place] === "}") depth -= 1;
    if (depth === 0) return text.slice(open + 1, place);
  }
  throw new Error(`the brace at ${open} is not closed`);
}

function jenkins(workflow: Workflow): string[] {
  const text = read("Jenkinsfile");
  const start = text.indexOf(`stage('${workflow}')`);
  if (start < 0) throw new Error(`there is no stage ${workflow}`);
  return [...blockAt(text, start).matchAll(/\bsh '([^']*)'/g)].flatMap(([, line]) => commandOf(line ?? ""));
}

interface TravisJob {
  readonly stage: string;
  readonly script: string;
  readonly after_failure?: string;
}

const travis = (workflow: Workflow): string[] =>
  (parse(read("travis.yml")) as { jobs: { include: TravisJob[] } }).jobs.include
    .filter(({ stage }) => stage === workflow)
    .flatMap(({ script, after_failure: rollback }) => [...script.split("&&"), rollback ?? ""])
    .flatMap(commandOf);

const others = { GitHub: gitHub, Jenkins: jenkins, Travis: travis };

describe.each(workflows)("the workflow %s", (workflow) => {
  test("has commands in Azure Pipelines, of scripts that there are", () => {
    const names = azure(workflow).map((command) => command.split(" ")[2] ?? "");
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test.each(Object.entries(others))("has the same commands in the same order in %s", (_system, commands) => {
    expect(commands(workflow)).toEqual(azure(workflow));
  });
});

test("production is previewed for changes of the same paths in Azure Repos, which reads no file, and elsewhere", () => {
  const { pr } = parse(read("preview.yml")) as { pr: { paths: { include: string[] } } };
  expect(pr.paths.include).toEqual(previewedPaths);
  const { on } = parse(read("github", "preview.yml")) as { on: { pull_request: { paths: string[] } } };
  const asGitHub = previewedPaths.map((each) => each.replace(/\/\*$/, "/**"));
  expect(on.pull_request.paths).toEqual(asGitHub);
});

test("Travis, which cannot loop, has the names of environments.yml in their order", () => {
  const { names, training } = readEnvironments({});
  const text = read("travis.yml");
  expect([...text.matchAll(/ENVIRONMENT=([\w-]+)/g)].map(([, name]) => name)).toEqual(names);
  expect([...text.matchAll(/STACK=([\w-]+)/g)].map(([, name]) => name)).toEqual([...names, training]);
});

test("a release goes through QA and the canary, and ends with the way back", () => {
  const verbs = azure("release").map(
    (command) => /-- (\w+(?: (?:advance|analyse|promote|rollback))?)/.exec(command)?.[1],
  );
  expect(verbs.filter(Boolean)).toEqual([
    ...["package", "deploy", "smoke", "load"],
    // The first ends with a smoke test of production.
    ...["canary advance", "canary rollback"],
  ]);
});

test("a night's trials leave a report, which each system that can show reports publishes", () => {
  expect(azure("nightly")).toEqual(["npm run audit", 'npm run test:nightly -- --report "$REPORT"']);
  const { REPORT: report } = planPipeline(path.join(folder, "nightly.yml"), {}).variables.values;
  expect(report).toMatch(/^reports\/\w+\.xml$/);
  expect(read("nightly.yml")).toContain("testResultsFiles: reports/*.xml");
  expect(read("github", "nightly.yml")).toContain("path: reports/*.xml");
  expect(blockAt(read("Jenkinsfile"), read("Jenkinsfile").indexOf("stage('nightly')"))).toContain(
    "junit 'reports/*.xml'",
  );
});

test("a night's run of Jenkins, which has the parameters' defaults, does not build", () => {
  const text = read("Jenkinsfile");
  const conditionOf = (stage: string): string =>
    blockAt(text, text.indexOf("when", text.indexOf(`stage('${stage}')`)));
  expect(text).toContain("triggers { cron(env.BRANCH_NAME == 'main' ?");
  expect(conditionOf("build")).toContain("not { triggeredBy 'TimerTrigger' }");
  expect(conditionOf("nightly")).toContain("triggeredBy 'TimerTrigger'");
});

test("no file of a pipeline holds a stage of the canary: they are in the model's definition", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.yml$|Jenkinsfile$/.test(name),
  );
  expect(files.length).toBeGreaterThan(20);
  const stage = /weight|increment|canary[^\n]*\b\d+ ?%|shadow/i;
  expect(files.filter((name) => stage.test(read(name)))).toEqual([]);
  expect(stage.test('npm run mlops -- deploy --environment "$ENVIRONMENT" --weight "$WEIGHT"')).toBe(true);
});

const gitHubFiles = readdirSync(path.join(folder, "github")).filter((name) => name.endsWith(".yml"));

test("on GitHub every job that updates stacks is of its environment's group, and of no other; workflows have other groups", () => {
  const updating = /npm run (infra:(up|destroy)|mlops -- (deploy|canary))/;
  const groups = gitHubFiles.flatMap((name) => {
    const { concurrency, jobs } = gitHubFile(name);
    // A workflow that held the group that its job waits for would wait for itself.
    expect((concurrency as { group: string }).group).not.toMatch(/^mlops-\$/);
    return Object.entries(jobs).flatMap(([id, job]) => {
      const isUpdating = job.steps.some(({ run }) => updating.test(run ?? ""));
      if (!isUpdating && job.concurrency === undefined) return [];
      expect([name, id, isUpdating, job.concurrency?.["cancel-in-progress"]]).toEqual([
        name,
        id,
        true,
        false,
      ]);
      return [`${name} ${id} ${job.concurrency?.group}`];
    });
  });
  expect(groups).toEqual([
    "build.yml publish mlops-${{ needs.environments.outputs.training }}",
    "infra.yml update mlops-${{ inputs.stack }}",
    "release.yml test mlops-${{ matrix.environment }}",
    "release.yml canary mlops-${{ needs.environments.outputs.production }}",
    "teardown.yml destroy mlops-${{ inputs.stack }}",
  ]);
});

describe.each(gitHubFiles)("github/%s", (name) => {
  const { permissions, concurrency, jobs } = gitHubFile(name);
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test("asks for no permission but to read, and for a token to sign in with", () => {
    const allowed = { contents: "read", "id-token": "write" };
    expect(allowed).toMatchObject(permissions as object);
    expect(concurrency).toBeDefined();
  });

  test("has a time limit for every job", () => {
    for (const job of Object.values(jobs)) expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });

  test("uses actions by their major version, or this repository's own", () => {
    const used = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((each) => !/^(\.\/pipelines\/github\/\w+|[\w-]+\/[\w-]+@v\d+)$/.test(each))).toEqual(
      [],
    );
  });

  test("puts no value into the text of a command: it comes by the environment", () => {
    expect(steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
  });

  test("runs scripts that there are, one a step", () => {
    const runs = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(
      runs.filter((run) => scripts[/^npm run ([\w:]+)( -- [^\n&|;]+)?$/.exec(run)?.[1] ?? ""] === undefined),
    ).toEqual([]);
  });

  test("has its counterpart in Azure Pipelines", () => {
    expect(existsSync(path.join(folder, name))).toBe(true);
  });
});

/** Reads workflows with GitHub's own parser, and prints what it finds wrong with each. */
const parser = `
import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { readFileSync } from "node:fs";
const faults = process.argv.slice(2).flatMap((name) => {
  const workflow = parseWorkflow({ name, content: readFileSync(name, "utf8") }, new NoOperationTraceWriter());
  return workflow.context.errors.getErrors().map(({ message }) => message);
});
process.stdout.write(JSON.stringify(faults));
`;

describe("GitHub's own parser", () => {
  const temporary = useTemporaryFolder();
  /** In a process of its own, as one file: its modules are of a kind that Node.js 20 cannot load as they are. */
  function parseAll(files: readonly string[]): string[] {
    const esbuild = path.join(root, "node_modules", ".bin", "esbuild");
    const bundle = temporary("parser.cjs");
    const flags = ["--bundle", "--platform=node", "--format=cjs", "--log-level=error", `--outfile=${bundle}`];
    execFileSync(esbuild, flags, { cwd: root, input: parser });
    return JSON.parse(execFileSync(process.execPath, [bundle, ...files], { encoding: "utf8" })) as string[];
  }

  test("accepts the files, and finds a wrong key in one", () => {
    expect(parseAll(gitHubFiles.map((name) => path.join(folder, "github", name)))).toEqual([]);
    const wrong = temporary("wrong.yml");
    writeFileSync(wrong, read("github", "retrain.yml").replace("timeout-minutes", "timeout-minute"));
    expect(parseAll([wrong]).join()).toContain("timeout-minute");
  });
});

test("on GitHub the way back signs in again and comes before the record, and the step that it is for ends before its job does", () => {
  const { canary } = gitHubFile("release.yml").jobs;
  const [advance, signIn, back, record] = canary?.steps.slice(-4) ?? [];
  expect(advance?.run).toContain("canary advance");
  expect(Number(advance?.["timeout-minutes"])).toBeLessThanOrEqual(Number(canary?.["timeout-minutes"]) - 15);
  expect([signIn?.uses, signIn?.if]).toEqual(["azure/login@v2", "failure() || cancelled()"]);
  expect([back?.run, back?.if]).toEqual([
    'npm run mlops -- canary rollback --unlock --release "$RELEASE"',
    "failure() || cancelled()",
  ]);
  expect([record?.uses, record?.if]).toEqual(["actions/upload-artifact@v4", "always()"]);
});

const actionlint = process.env.ACTIONLINT ?? "";
const withActionlint = existsSync(actionlint) ? test : test.skip;
withActionlint("actionlint accepts GitHub's files (skipped unless ACTIONLINT names the program)", () => {
  const lint = (...files: string[]): string =>
    execFileSync(actionlint, ["-no-color", ...files], { cwd: root, encoding: "utf8" });
  expect(lint(...gitHubFiles.map((name) => path.join("pipelines", "github", name)))).toBe("");
});

const groovy = process.env.GROOVY_JAR ?? "";
const withGroovy = existsSync(groovy) ? describe : describe.skip;
withGroovy("the Jenkinsfile (skipped unless GROOVY_JAR names the library of Groovy 4)", () => {
  const temporary = useTemporaryFolder();
  const compile = (file: string): string =>
    execFileSync(
      "java",
      ["-cp", groovy, "org.codehaus.groovy.tools.FileSystemCompiler", "-d", temporary(), file],
      { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    );

  test("is Groovy", () => {
    expect(compile(path.join(folder, "Jenkinsfile"))).toBe("");
  });
});

describe("the image that pipelines run in", () => {
  const dockerfile = read("Dockerfile");
  const version = (name: string): string | undefined =>
    new RegExp(`^ARG ${name}=(.+)$`, "m").exec(dockerfile)?.[1];

  test("has the versions that the rest has", () => {
    const node = readFileSync(path.join(root, ".nvmrc"), "utf8").trim();
    expect(version("NODE_IMAGE")).toBe(`node:${node}-bookworm-slim`);
    expect(version("PULUMI_VERSION")).toBe(devDependencies["@pulumi/pulumi"]);
    expect(read("github", "setup", "action.yml")).toContain(
      `kubelogin-version: ${version("KUBELOGIN_VERSION")} `,
    );
  });

  test("takes nothing without checking it, but by a package manager", () => {
    const downloads = [...dockerfile.matchAll(/^RUN [\s\S]*?[^\\]$/gm)]
      .map(([text]) => text)
      .filter((text) => text.includes("curl --"));
    expect(downloads.length).toBeGreaterThan(1);
    expect(downloads.filter((text) => !text.includes("sha256sum --check --strict"))).toEqual([]);
  });
});

test("no file of a pipeline names a model: which one is meant, the stack's settings say", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.yml$|Jenkinsfile$/.test(name),
  );
  const models = readdirSync(path.join(root, "models"));
  expect(models).toContain("diabetes");
  const named = (text: string): boolean =>
    models.some((model) => text.includes(model)) || /--model\b/.test(text);
  expect(files.filter((name) => named(read(name)))).toEqual([]);
  expect(named('npm run mlops -- retrain --model "$MODEL"')).toBe(true);
});

test("every system delivers the repository's data as a pipeline, which leaves what others have delivered", () => {
  const pushes = ["build.yml", "github/build.yml", "Jenkinsfile", "travis.yml"].map((name) =>
    [...read(name).matchAll(/mlops -- data push (.*?)(?:'| &&|$)/gm)].map(([, flags]) => flags),
  );
  const expected = '--from-repository --stack "$STACK" --no-announce';
  expect(pushes).toEqual(Array(4).fill([expected]));
});

test("on GitHub every artifact is named by its attempt: a job that is run again cannot take the name of the first", () => {
  const names = gitHubFiles.flatMap((name) =>
    Object.values(gitHubFile(name).jobs).flatMap(({ steps }) =>
      steps.flatMap(({ uses, with: given }) =>
        uses?.startsWith("actions/upload-artifact@") ? [`${name} ${String(given?.name)}`] : [],
      ),
    ),
  );
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !name.endsWith("-${{ github.run_attempt }}"))).toEqual([]);
});
