import { parseModelRef } from "../../platform/definition/model-ref";
import type { LogBeside } from "../../platform/drift/drift";
import { isDatedAhead, type PredictionRecord } from "../../platform/predictions/prediction-record";

interface Asking {
  /** `name:version`. */
  readonly version: string;
  /** Instead of what clients asked: the requests of tests whose ids begin so. */
  readonly testsOf?: string | undefined;
  readonly now: Date;
  /** Told of the records of other versions of the model. */
  readonly onOther: (record: PredictionRecord) => void;
}

/** Picks from a log what a version was asked, and counts what else there is. */
export class AskedRecords {
  private otherVersions = 0;
  private otherModel = 0;
  private ahead = 0;

  constructor(private readonly asking: Asking) {}

  /** What the version was asked by clients, or by the tests that are named. */
  async *of(records: AsyncIterable<PredictionRecord>): AsyncIterable<PredictionRecord> {
    const { version, testsOf, now, onOther } = this.asking;
    const { name } = parseModelRef(version);
    for await (const record of records) {
      const { model, id, test = false } = record;
      const isAsked = testsOf === undefined ? !test : test && id.startsWith(testsOf);
      if (!isAsked) continue;
      const rows = record.inputs.length;
      if (model === version) {
        if (isDatedAhead(record, now)) this.ahead += rows;
        yield record;
      } else if (model.startsWith(`${name}:`)) {
        this.otherVersions += rows;
        onOther(record);
      } else this.otherModel += rows;
    }
  }

  /** What there was beside, once the records are read. */
  beside(): LogBeside {
    const { otherVersions, otherModel, ahead } = this;
    return { otherVersions, otherModel, ahead };
  }
}
