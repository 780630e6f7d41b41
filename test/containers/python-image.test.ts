import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BuiltImage } from "../../build/image";
import { loadDefinition } from "../../platform/definition/definitions";
import { readLineage } from "../../platform/model/model-directory";
import { describeProgram } from "../../training/program/describe-program";
import { Workplace } from "../e2e/mlops";
import { rents } from "../peers/rents";
import {
  buildImages,
  docker,
  dockerOutput,
  hardened,
  nodeImage,
  skipReason,
  trainingProgram,
} from "./engine";

const baseImage = "mlops-test-base";

(skipReason === undefined ? describe : describe.skip)(
  `the training image of a model that a Python program fits${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    const workplace = new Workplace();
    const models = path.join(workplace.home, "models");
    const env = { MLOPS_MODELS: models };
    let image: BuiltImage | undefined;

    /** A base image that says where packages are, as this machine knows it. */
    async function buildBase(): Promise<void> {
      const { PIP_CERT = "/etc/ssl/certs/ca-certificates.crt", PIP_INDEX_URL } = process.env;
      const folder = path.join(workplace.home, "base");
      await mkdir(folder);
      await copyFile(PIP_CERT, path.join(folder, "certificates.pem"));
      const index = PIP_INDEX_URL === undefined ? "" : `index-url = ${PIP_INDEX_URL}\n`;
      await writeFile(
        path.join(folder, "pip.conf"),
        `[global]\ncert = /etc/ssl/certs/certificates.pem\ntimeout = 180\n${index}`,
      );
      const file = `FROM ${nodeImage}\nCOPY certificates.pem /etc/ssl/certs/\nCOPY pip.conf /etc/pip.conf\n`;
      await writeFile(path.join(folder, "Dockerfile"), file);
      await dockerOutput("build", "--quiet", "--tag", baseImage, folder);
    }

    beforeAll(async () => {
      await mkdir(models);
      const file = path.join(workplace.home, "rents.csv");
      await writeFile(file, rents(2500));
      const init = ["init", "rent", "--from", file, "--target", "rent", "--trainer", "python"];
      expect(await workplace.run(init, env)).toMatchObject({ code: 0, stderr: "" });
      await buildBase();
      const build = ["--only", "training", "--node-image", baseImage];
      const { stderr, images } = await buildImages(workplace, build, env);
      [image] = images;
      if (image === undefined) throw new Error(`the build failed: ${stderr}`);
    }, 30 * 60_000);

    afterAll(async () => {
      await docker("rmi", "--force", ...(image ? [image.reference] : []), baseImage);
      await workplace.remove();
    }, 60_000);

    test("trains without a network, by the program and the packages that this machine has", async () => {
      const folder = path.join(workplace.home, "work");
      await mkdir(folder);
      await copyFile(path.join(models, "rent", "data.csv"), path.join(folder, "data.csv"));
      const user = [process.getuid?.() ?? 0, process.getgid?.() ?? 0].join(":");
      const mounted = ["--user", user, "--volume", `${folder}:/work`];
      const trained = await docker(
        ...["run", "--rm", "--network", "none", ...hardened, ...mounted, image?.reference ?? ""],
        ...trainingProgram,
        ...["train", "--model", "rent", "--data", "data.csv", "--output", "model"],
      );
      expect(trained).toMatchObject({ code: 0 });
      const { program } = await readLineage(path.join(folder, "model"));
      expect(program?.environment).toMatchObject({
        python: expect.stringMatching(/^3\.\d+\.\d+$/) as unknown,
        packages: expect.arrayContaining(["lightgbm==4.7.0"]) as unknown,
      });
      const { definition } = await loadDefinition("rent", undefined, models);
      const here = await describeProgram([], { directory: path.join(models, "rent"), definition });
      expect(program?.digest).toBe(here.digest);
    });

    test("runs as Azure Machine Learning needs it, and lists what it has of Python", async () => {
      const sbom = await readFile(path.join(image?.directory ?? "", "sbom.cdx.json"), "utf8");
      expect(sbom).toContain('"pkg:pypi/lightgbm@4.7.0"');
      expect(
        await dockerOutput("image", "inspect", "--format", "{{.Config.User}}", image?.reference ?? ""),
      ).toBe("0:0");
    });
  },
);
