import { parseModelRef } from "../../platform/definition/model-ref";
import type { Target } from "../../platform/release/target";
import type { CommandScope } from "./command-scope";
import type { RunRecord } from "../runs/runs";
import type { RunContext, Step } from "../steps/step";
import { openTarget, type TargetName } from "../session/target";
import type { CommandOptions, ModelFlags, OpenCommand } from "./open-command";
import { openCommand, openRun, runAsCommand } from "./open-command";

// Loaded where a verb runs: help and usage errors come without them.
const releaseFiles = () => require("./release-file") as typeof import("./release-file");
const approvals = () => require("../steps/record-approval") as typeof import("../steps/record-approval");
const runApprovals = () =>
  require("../../platform/release/run-approval") as typeof import("../../platform/release/run-approval");
const runSteps = () => require("../steps/step") as typeof import("../steps/step");

/** Flags of a command about a release: one that was handed over as a file, or that of a run of this machine. */
export interface ReleaseFlags extends ModelFlags {
  readonly target: TargetName;
  readonly release?: string;
}

interface ReleaseOptions extends CommandOptions {
  /** `name:version` that the run must have registered. */
  readonly version?: string | undefined;
}

/** A version may be of another machine; a run here keeps what becomes of it. */
async function runOfVersion(command: OpenCommand, version: string): Promise<RunRecord> {
  const { session, loaded } = command;
  const { name } = loaded.definition;
  const registered = (await session.runs.list(name)).find((run) => run.version === version);
  if (registered) return registered;
  await session.registry.get(parseModelRef(version));
  return { ...(await session.runs.create(name, loaded.dataFile, new Date())), version };
}

/** A run that `mlops register` has been through. */
const registeredRun = {
  name: "run with a registered version",
  remedy: "Run `mlops register` first.",
  matches: (run: RunRecord): boolean => run.version !== undefined,
};

/** Opens the run of a registered version; without one the run named by --run, or the newest that has registered any. */
export async function openVersion(
  command: OpenCommand,
  { version, run }: { readonly version: string | undefined; readonly run?: string | undefined },
  target: Target,
): Promise<RunContext> {
  if (version === undefined || run !== undefined) return openRun(command, run, registeredRun, target);
  const { session, loaded } = command;
  return runSteps().openRunContext(session, loaded, await runOfVersion(command, version), { target });
}

/** Opens the run of the release that a command is about, and the target where its environments are. */
export async function openRelease(
  scope: CommandScope,
  flags: ReleaseFlags,
  { version, ...options }: ReleaseOptions,
): Promise<RunContext> {
  const handed =
    flags.release === undefined ? undefined : await releaseFiles().readReleaseFile(flags.release);
  const named = handed?.release.model ?? version;
  const model = named === undefined ? flags.model : parseModelRef(named).name;
  const command = await openCommand(scope, { ...flags, model }, options);
  const { session, loaded } = command;
  const target = openTarget(session, flags.target);
  if (handed !== undefined)
    return runSteps().openRunContext(
      session,
      loaded,
      await releaseFiles().runOfRelease(session, loaded, handed),
      { target },
    );
  const packaged = {
    name: "run with a package",
    remedy: "Run `mlops package` first.",
    matches: (run: RunRecord) =>
      run.release !== undefined && (version === undefined || run.version === version),
  };
  return openRun(command, flags.run, packaged, target);
}

/** How a command says who has approved a release. */
export interface ApprovalFlags {
  readonly approvedBy?: string;
  /** Whether whoever approved this run of Azure Pipelines did. */
  readonly approvalOfRun?: boolean;
  readonly reason?: string;
}

/** Records who has approved a release, where that was said. */
export async function approve(
  context: Pick<RunContext, "session" | "run">,
  { approvedBy, approvalOfRun = false, reason }: ApprovalFlags,
): Promise<void> {
  if (!approvalOfRun) {
    if (approvedBy !== undefined) await approvals().recordApproval(context, approvedBy, reason);
    return;
  }
  const { output, environments } = context.session;
  const environment = `mlops-${environments.production}`;
  const { by, unknown } = await runApprovals().approvalOfRun(process.env, { environment });
  if (unknown !== undefined) output.print(`Who approved is not known by name: ${unknown}`);
  await approvals().recordApproval(context, by, reason);
}

/** Runs steps as a command; what they found out about a release that was handed over goes on with it, also when one fails. */
export async function runOnRelease(
  context: RunContext,
  steps: readonly Step[],
  file: string | undefined,
): Promise<void> {
  try {
    await runAsCommand(context, steps);
  } finally {
    if (file !== undefined && context.run.release !== undefined)
      await releaseFiles().writeReleaseFile(file, context.run);
  }
}
