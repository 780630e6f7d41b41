import { count, list, type Setting } from "./config-values";

/** Settings of how long things are kept, and of what is never written. */
export const retentionSettings = {
  softDeleteDays: {
    schema: count(7, 90),
    default: "90",
    description: "Days that a deleted vault can be recovered and its name stays reserved",
  },
  logDays: { schema: count(30, 730), default: "30", description: "Retention of logs in days" },
  predictionLogDays: {
    schema: count(1, 3650),
    default: "365",
    description: "Days after which predictions in the log are deleted (data protection)",
  },
  auditDays: {
    schema: count(0, 146_000),
    default: "365",
    description:
      "Days in which nobody can change or delete an entry of the audit trail; 0 has no such policy",
  },
  predictionLogRedact: {
    schema: list(/^[A-Za-z_][\w.-]{0,127}$/, "columns"),
    default: "",
    description: "Features that are never written to the prediction log, because they may identify a person",
  },
} as const satisfies Record<string, Setting>;
