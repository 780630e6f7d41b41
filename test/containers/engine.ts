import { execFile, execFileSync } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { promisify } from "node:util";
import { repository, Workplace } from "../e2e/mlops";
import type { BuiltImage } from "../../build/image";

const run = promisify(execFile);

/** Image with Node.js that the tests build on. */
export const nodeImage = process.env.CONTAINER_NODE_IMAGE ?? "node:24-bookworm-slim";
/** Host of a registry that the engine can push to without signing in. */
export const registry = process.env.CONTAINER_REGISTRY;

function findSkipReason(): string | undefined {
  try {
    execFileSync("docker", ["version", "--format", "{{.Server.Version}}"], { stdio: "ignore" });
  } catch {
    return "no container engine answers `docker version`";
  }
  return registry === undefined ? "CONTAINER_REGISTRY does not name a registry to push to" : undefined;
}

/** Why the tests cannot run here; undefined when they can. */
export const skipReason = findSkipReason();

/** The program cosign, by which others verify what is signed here. */
export const cosign = process.env.COSIGN;

/** Runs docker; gives what it printed to both streams, and its exit code. */
export async function docker(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await run("docker", args, { maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, stdout: stdout.trim(), stderr: stderr.trim() };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout: stdout.trim(), stderr: stderr.trim() };
  }
}

/** What docker printed; throws when it failed. */
export async function dockerOutput(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(...args);
  if (code !== 0) throw new Error(`docker ${args.join(" ")} exited with ${code}: ${stdout}${stderr}`);
  return stdout;
}

/** Runs `npm run images:build` in a workplace; gives its exit code, what it printed and the images it built. */
export async function buildImages(
  workplace: Workplace,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<{ code: number; stderr: string; images: BuiltImage[] }> {
  const program = ["--require", "tsx/cjs", "deploy/package/build-images.ts", ...args];
  const env = { ...process.env, MLOPS_HOME: workplace.path(), ...settings };
  const options = { cwd: repository, env, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await run(process.execPath, program, options);
    const lines = stdout.trim().split("\n");
    return { code: 0, stderr, images: lines.map((line) => JSON.parse(line) as BuiltImage) };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, stderr, images: [] };
  }
}

/** The facts of an image that tests look at. */
export interface Inspected {
  readonly Id: string;
  readonly Size: number;
  readonly RootFS: { readonly Layers: readonly string[] };
  readonly Config: {
    readonly User: string;
    readonly Env: readonly string[];
    /** Null, or left out, where the image has none. */
    readonly Entrypoint?: readonly string[] | null;
    readonly StopSignal: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
}

export async function inspect(image: string): Promise<Inspected> {
  const [facts] = JSON.parse(await dockerOutput("image", "inspect", image)) as [Inspected];
  return facts;
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The program of the training image, which starts nothing by itself. */
export const trainingProgram = ["node", "--enable-source-maps", "/srv/app/main.js"] as const;

/** What is taken from a container that needs none of it. */
export const hardened = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"] as const;
