import { writeFileAtomic } from "../../platform/base/files";
import { renderReport } from "./render-report";
import type { ReportInput } from "./report-input";

/** Writes a run's report as one HTML file; a reader sees the whole of it or none. */
export async function writeReport(file: string, input: ReportInput): Promise<void> {
  await writeFileAtomic(file, await renderReport(input));
}
