import { bootstrap } from "../../../infra/bootstrap/bootstrap";
import { Cloud } from "./cloud";

/** A whole bootstrap in a process of its own, against servers of its parent: `node ... <inputs as JSON>`. */
const given = JSON.parse(process.argv[2] ?? "{}") as Pick<
  Cloud,
  "armUrl" | "devOpsUrl" | "certificate" | "folder"
>;
const inputs = Cloud.prototype.inputs.call(given);
void bootstrap({ ...inputs, report: (line) => process.stdout.write(`${line}\n`) });
