import { z } from "zod";
import { docker } from "./docker";

/** Of each environment in an image, what `environment.json` says. */
const environmentsSchema = z.array(z.object({ packages: z.array(z.string()) }));

const program = `
const folder = process.env.MLOPS_PYTHON_ENVIRONMENTS;
const files = fs.readdirSync(folder).map((name) => path.join(folder, name, "environment.json"));
JSON.stringify(files.map((file) => JSON.parse(fs.readFileSync(file, "utf8"))))`;

/** Packages in the Python environments of a training image, each once, sorted: `lightgbm==4.6.0`. */
export async function listPythonPackages(image: string): Promise<string[]> {
  const printed = await docker([
    ...["run", "--rm", "--network", "none", "--entrypoint", "node", image, "--print"],
    program,
  ]);
  const environments = environmentsSchema.parse(JSON.parse(printed));
  return [...new Set(environments.flatMap(({ packages }) => packages))].sort();
}
