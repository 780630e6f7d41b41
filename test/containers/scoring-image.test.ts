import { execFileSync } from "node:child_process";
import { appendFile, chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PackagedRelease } from "../../platform/release/deployment";
import { digestOf, listFiles } from "../../platform/base/files";
import { readGoldenRows } from "../../platform/model/model-directory";
import { smokeRelease } from "../../deploy/tests/smoke";
import type { BuiltImage } from "../../build/image";
import { until, Workplace } from "../e2e/mlops";
import { publicKeyP256Pem, publicKeyPem, signingKeyP256Pem } from "../platform/signing/signing-fixture";
import {
  buildImages,
  cosign,
  docker,
  dockerOutput,
  inspect,
  nodeImage,
  registry,
  skipReason,
} from "./engine";
import { ScoringContainer } from "./scoring-container";

interface Sbom {
  readonly components: readonly { readonly name: string; readonly type: string; readonly version: string }[];
}

interface Provenance {
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: string;
  readonly predicate: {
    readonly buildDefinition: {
      readonly externalParameters: Readonly<Record<string, string>>;
      readonly resolvedDependencies: readonly { readonly name: string }[];
    };
    readonly runDetails: {
      readonly byproducts: readonly { readonly digest: { readonly sha256: string } }[];
    };
  };
}

async function readDocument<T>({ directory }: BuiltImage, name: string): Promise<T> {
  return JSON.parse(await readFile(path.join(directory, name), "utf8")) as T;
}

(skipReason === undefined ? describe : describe.skip)(
  `the scoring image${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    const workplace = new Workplace();
    const containers: ScoringContainer[] = [];
    const images: string[] = [];
    const signing = { MLOPS_SIGNING_KEY: path.join(workplace.home, "signing-key.pem") };
    const trusted = path.join(workplace.home, "trusted.pem");
    let built: BuiltImage;
    let release: PackagedRelease;

    async function build(model: string): Promise<BuiltImage> {
      const target = registry === undefined ? [] : ["--registry", registry];
      const args = ["--only", "scoring", "--model", model, "--node-image", nodeImage, ...target];
      const { code, stderr, images: made } = await buildImages(workplace, args, signing);
      if (code !== 0 || made[0] === undefined) throw new Error(`the build exited with ${code}: ${stderr}`);
      images.push(made[0].reference);
      return made[0];
    }

    async function start(image: string, ...options: string[]): Promise<ScoringContainer> {
      const container = await ScoringContainer.start(image, options);
      containers.push(container);
      await container.ready();
      return container;
    }

    beforeAll(async () => {
      await writeFile(signing.MLOPS_SIGNING_KEY, signingKeyP256Pem);
      await writeFile(trusted, publicKeyP256Pem);
      const run = await workplace.json<{ release: PackagedRelease }>([
        "lifecycle",
        "--until",
        "package",
        "--yes",
      ]);
      release = run.release;
      built = await build(release.model);
    }, 180_000);

    afterEach(async () => {
      for (const container of containers.splice(0)) await container.remove();
    });

    afterAll(async () => {
      for (const image of images) await docker("rmi", "--force", image);
      await workplace.remove();
    }, 60_000);

    test("passes the smoke test read-only, without capabilities, as a user that is a number", async () => {
      const container = await start(built.reference, "--memory", "1g", "--pids-limit", "64");
      expect(await smokeRelease(release, container.url)).toEqual([
        expect.objectContaining({ name: "ready", passed: true }),
        expect.objectContaining({ name: "version", passed: true }),
        expect.objectContaining({ name: "golden rows", passed: true }),
        expect.objectContaining({ name: "misspelt feature", passed: true }),
      ]);
      const users = await dockerOutput("top", container.id, "-o", "pid,uid");
      expect(users.split("\n").slice(1)).toEqual([expect.stringMatching(/^\d+ +65532$/)]);
      // What the ONNX runtime would say if it tried to report to its maker: it has nowhere to keep an id.
      expect(await container.logs()).not.toMatch(/telemetry/i);
    });

    test("gives the same numbers in every dialect, and is conformant where a standard says how", async () => {
      const { url } = await start(built.reference);
      const { rows, predictions, tolerance } = await readGoldenRows(path.join(release.package, "model"));
      const names = Object.keys(rows[0] ?? {});
      const post = async (address: string, body: unknown): Promise<Record<string, unknown>> => {
        const headers = { "content-type": "application/json" };
        const response = await fetch(`${url}${address}`, {
          method: "POST",
          headers,
          body: JSON.stringify(body),
        });
        expect([address, response.status]).toEqual([address, 200]);
        return (await response.json()) as Record<string, unknown>;
      };
      const scored = await post("/score", { data: rows });
      const inferred = await post("/v2/models/diabetes/infer", {
        id: "golden",
        inputs: names.map((name) => ({
          name,
          shape: [rows.length],
          datatype: "FP64",
          data: rows.map((row) => row[name]),
        })),
      });
      const invoked = await post("/invocations", { dataframe_records: rows });
      const outputs = inferred.outputs as { name: string; shape: number[]; data: number[] }[];
      expect(inferred).toMatchObject({ id: "golden", model_name: "diabetes", model_version: "1" });
      expect(outputs[0]?.shape[0]).toBe(rows.length);
      expect(outputs[0]?.data).toEqual(scored.result);
      const invokedPredictions = invoked.predictions as { prediction: number }[];
      expect(invokedPredictions.map(({ prediction }) => prediction)).toEqual(scored.result);
      (scored.result as number[]).forEach((value, row) => {
        const expected = Number(predictions[row]);
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
      });
      for (const address of [
        "/v2/health/live",
        "/v2/health/ready",
        "/ping",
        "/healthz",
        "/metrics",
        "/openapi.json",
      ]) {
        expect([address, (await fetch(`${url}${address}`)).status]).toEqual([address, 200]);
      }
    });

    test("ends with exit code 0 on SIGTERM", async () => {
      const container = await start(built.reference);
      const started = Date.now();
      await dockerOutput("stop", "--time", "20", container.id);
      expect(Date.now() - started).toBeLessThan(15_000);
      expect(await container.state()).toMatchObject({ Status: "exited", ExitCode: 0 });
    });

    test("is healthy by its own check, which says no when nobody answers", async () => {
      const container = await start(built.reference, "--health-interval", "1s");
      await until(async () => (await container.state()).Health?.Status === "healthy", 20_000);
      const check = ["node", "/srv/app/health-check.js"];
      const wrong = await docker("exec", "--env", "MLOPS_HEALTH_PORT=1", container.id, ...check);
      expect(wrong).toMatchObject({ code: 1, stdout: expect.stringMatching(/ECONNREFUSED/) as string });
    });

    test("needs no shell", async () => {
      // Programs of the base image are out of reach; Node.js is in /usr/local/bin.
      const container = await start(built.reference, "--tmpfs", "/usr/bin:ro", "--health-interval", "1s");
      const { code, stdout, stderr } = await container.exec("sh", "-c", "exit 0");
      expect([code === 0, `${stdout}${stderr}`]).toEqual([false, expect.stringMatching(/not found/)]);
      await until(async () => (await container.state()).Health?.Status === "healthy", 20_000);
      expect((await smokeRelease(release, container.url)).every(({ passed }) => passed)).toBe(true);
    });

    test("keeps the prediction log's spool in the one folder that its user may write to", async () => {
      const container = await start(built.reference, "--volume", "/spool");
      const writable = `
        const fs = require("fs"), path = require("path"), found = [];
        const look = (folder) => {
          for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
            const file = path.join(folder, entry.name);
            if (entry.isSymbolicLink() || ["/proc", "/sys", "/dev"].includes(file)) continue;
            try { fs.accessSync(file, fs.constants.W_OK); found.push(file); } catch {}
            try { if (entry.isDirectory()) look(file); } catch {}
          }
        };
        look("/");
        console.log(JSON.stringify(found));`;
      const { stdout } = await container.exec("node", "--eval", writable);
      expect(JSON.parse(stdout)).toEqual(["/spool"]);
      expect((await container.exec("node", "--eval", 'fs.writeFileSync("/spool/probe", "")')).code).toBe(0);
    });

    test("writes the prediction log from its read-only root, and whole before it ends", async () => {
      const folder = await mkdtemp(path.join(tmpdir(), "mlops-predictions-"));
      try {
        await chmod(folder, 0o777);
        const log = ["--volume", `${folder}:/predictions`, "--env", "MLOPS_PREDICTION_LOG=/predictions"];
        const container = await start(built.reference, ...log, "--volume", "/spool");
        const { rows } = await readGoldenRows(path.join(release.package, "model"));
        const headers = { "content-type": "application/json", "x-request-id": "in-a-container" };
        const body = JSON.stringify({ data: rows.slice(0, 1) });
        const answer = await fetch(`${container.url}/score`, { method: "POST", headers, body });
        expect(answer.status).toBe(200);
        await dockerOutput("stop", "--time", "20", container.id);
        const files = (await listFiles(folder)).filter((file) => file.endsWith(".jsonl"));
        const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
        expect(JSON.parse(texts.join(""))).toMatchObject({ id: "in-a-container", model: "diabetes:1" });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

    test("refuses to start with a package that was changed", async () => {
      const folder = await mkdtemp(path.join(tmpdir(), "mlops-package-"));
      await chmod(folder, 0o755);
      try {
        await cp(release.package, folder, { recursive: true });
        await appendFile(path.join(folder, "model", "model.onnx"), "x");
        const mounted = ["--volume", `${folder}:/srv/package:ro`];
        const container = await ScoringContainer.start(built.reference, mounted);
        containers.push(container);
        await until(async () => (await container.state()).Status === "exited", 20_000);
        expect((await container.state()).ExitCode).toBe(1);
        expect(await container.logs()).toMatch(
          /\/srv\/package\/model has the digest \w+, not \w+ as its package says/,
        );
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

    test("has at most 120 MB of its own, and nothing in it but programs, libraries and the model", async () => {
      const [image, base] = [await inspect(built.reference), await inspect(nodeImage)];
      expect(image.Size - base.Size).toBeLessThan(120e6);
      const container = await dockerOutput("create", built.reference);
      try {
        const listing = await dockerOutput("export", "--output", workplace.path("image.tar"), container);
        expect(listing).toBe("");
      } finally {
        await docker("rm", container);
      }
      const files = execFileSync("tar", ["-tf", workplace.path("image.tar")], { maxBuffer: 64 * 1024 * 1024 })
        .toString()
        .split("\n");
      const own = files.filter((file) => /^(srv|spool)\//.test(file) && !file.endsWith("/"));
      const folders = new Set(own.map((file) => file.split("/").slice(1, 3).join("/")));
      expect([...folders].sort()).toEqual(
        [
          ...["check-package", "health-check", "health-thread", "prediction-worker", "server"].flatMap(
            (name) => [`app/${name}.js`, `app/${name}.js.map`],
          ),
          "app/rare-packages.js",
          "app/rare-packages.js.map",
          "app/third-party-licences.txt",
          "node_modules/onnxruntime-common",
          "node_modules/onnxruntime-node",
          "package/model",
          "package/package.json",
        ].sort(),
      );
      const strangers = own.filter((file) => /\.ts$|\.dll$|\.dylib$|darwin|win32/.test(file));
      expect(strangers).toEqual([]);
      expect(files.filter((file) => /(^|\/)(\.npmrc|\.npm|_cacache|\.git|\.env)(\/|$)/.test(file))).toEqual(
        [],
      );
    });

    test("says what it is in its labels and configuration", async () => {
      const { Config } = await inspect(built.reference);
      expect(Config).toMatchObject({
        User: "65532:65532",
        StopSignal: "SIGTERM",
        Entrypoint: ["node", "--enable-source-maps", "/srv/app/server.js"],
      });
      expect(Config.Env).toContain("ORT_DISABLE_TELEMETRY=1");
      expect(Config.Labels).toMatchObject({
        "org.opencontainers.image.title": "scoring diabetes:1",
        "org.opencontainers.image.version": "diabetes-1",
        "org.opencontainers.image.created": expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        "org.opencontainers.image.base.name": nodeImage,
        "org.opencontainers.image.base.digest": expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
      });
    });

    test("is the same when it is built again, and shares all layers but the model's with another model", async () => {
      expect(await build(release.model)).toEqual(built);
      const titanic = ["lifecycle", "--model", "titanic", "--until", "package", "--yes"];
      const run = await workplace.json<{ release: PackagedRelease }>(titanic);
      const other = await build(run.release.model);
      const [own, others] = [await inspect(built.reference), await inspect(other.reference)].map(
        ({ RootFS }) => RootFS.Layers,
      );
      expect(others?.length).toBe(own?.length);
      expect(others?.slice(0, -1)).toEqual(own?.slice(0, -1));
      expect(others?.at(-1)).not.toBe(own?.at(-1));
      const container = await start(other.reference);
      expect((await smokeRelease(run.release, container.url)).every(({ passed }) => passed)).toBe(true);
    }, 120_000);

    test("is pulled by the digest that its provenance names, and serves", async () => {
      const { pinned = "" } = built;
      const digest = pinned.split("@")[1];
      const manifest = await fetch(
        `http://${built.reference.replace(/^([^/]+)\/(.+):([^:]+)$/, "$1/v2/$2/manifests/$3")}`,
        { method: "HEAD", headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" } },
      );
      expect(manifest.headers.get("docker-content-digest")).toBe(digest);
      const provenance = await readDocument<Provenance>(built, "provenance.json");
      expect(provenance.subject[0]?.digest.sha256).toBe(digest?.replace("sha256:", ""));
      await dockerOutput("rmi", "--force", built.id);
      await dockerOutput("pull", "--quiet", pinned);
      images.push(pinned);
      const container = await start(pinned);
      expect((await smokeRelease(release, container.url)).every(({ passed }) => passed)).toBe(true);
    }, 120_000);

    test("has a bill of materials of what is in it, and provenance that binds it", async () => {
      const sbom = await readDocument<Sbom>(built, "sbom.cdx.json");
      const names = sbom.components.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(["fastify", "onnxruntime-node", "zod", "node"]));
      for (const absent of ["@duckdb/node-api", "esbuild", "jest", "echarts", "tsx"]) {
        expect(names).not.toContain(absent);
      }
      expect(sbom.components).toContainEqual(
        expect.objectContaining({ type: "machine-learning-model", name: "diabetes", version: "1" }),
      );
      const provenance = await readDocument<Provenance>(built, "provenance.json");
      const { buildDefinition, runDetails } = provenance.predicate;
      expect(provenance.predicateType).toBe("https://slsa.dev/provenance/v1");
      expect(buildDefinition.externalParameters).toMatchObject({ model: "diabetes:1", nodeImage });
      expect(buildDefinition.resolvedDependencies.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["package-lock.json", "base image", "package of diabetes:1"]),
      );
      const text = await readFile(path.join(built.directory, "sbom.cdx.json"), "utf8");
      expect(runDetails.byproducts[0]?.digest.sha256).toBe(digestOf(text));
    });

    test("is signed in its registry, with its bill of materials and provenance", async () => {
      const { pinned = "" } = built;
      const verify = ["registry", "verify", "--image", pinned];
      expect(await workplace.json(verify, 0, { MLOPS_TRUSTED_KEYS: trusted })).toEqual({
        reference: pinned,
        image: "valid",
        sbom: "valid",
        provenance: "valid",
      });
      const others = path.join(workplace.home, "others.pem");
      await writeFile(others, publicKeyPem);
      expect(await workplace.json(verify, 1, { MLOPS_TRUSTED_KEYS: others })).toMatchObject({
        image: "unknown key",
      });
    });

    (cosign === undefined ? test.skip : test)(
      `is taken for signed by cosign itself${cosign === undefined ? " (skipped: COSIGN names no program)" : ""}`,
      () => {
        const { pinned = "" } = built;
        const verify = (...words: string[]): string =>
          execFileSync(
            cosign ?? "",
            [...words, "--key", trusted, "--insecure-ignore-tlog", "--allow-http-registry", pinned],
            { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 64 * 1024 * 1024 },
          );
        expect(verify("verify")).toContain(pinned.split("@")[1]);
        for (const type of ["cyclonedx", "slsaprovenance1"]) {
          const envelope = JSON.parse(verify("verify-attestation", "--type", type)) as { payload: string };
          expect(Buffer.from(envelope.payload, "base64").toString()).toContain(pinned.slice(-64));
        }
        const other = path.join(workplace.home, "others.pem");
        expect(() =>
          execFileSync(
            cosign ?? "",
            ["verify", "--key", other, "--insecure-ignore-tlog", "--allow-http-registry", pinned],
            { stdio: "pipe" },
          ),
        ).toThrow(/no matching signatures|invalid signature/);
      },
    );
  },
);
