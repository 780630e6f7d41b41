import { reasonOf } from "../../platform/base/errors";
import { readTelemetrySettings } from "../../scoring/telemetry/telemetry-settings";
import type { Session } from "../session/session";
import type { Gauge } from "./send-gauges";

interface Findings {
  /** In a message that they could not be sent. */
  readonly what: string;
  readonly verb: string;
  readonly environment: string;
}

/** Tells the environment's telemetry what was found, where there is some. What was found stands, sent or not. */
export async function reportGauges(
  gauges: readonly Gauge[],
  { what, verb, environment }: Findings,
  output: Session["output"],
): Promise<void> {
  const settings = readTelemetrySettings(process.env);
  if (settings === undefined) return;
  const { sendGauges } = require("./send-gauges") as typeof import("./send-gauges");
  try {
    await sendGauges(gauges, environment, settings);
  } catch (error) {
    output.print(
      `${what} could not be sent to the telemetry (${reasonOf(error)}), so no alert will say so. Check its address and run \`${verb}\` again.`,
    );
  }
}
