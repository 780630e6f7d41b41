import { trainingFaults, type TrainingFault } from "../../platform/gate/training-watch";
import type { Gauge } from "./send-gauges";

/** How many faults of each kind the trainings of a model have; zero is reported too, because it ends an alert. */
export function trainingGauges(model: string, faults: readonly TrainingFault[]): Gauge[] {
  return trainingFaults.map((kind) => ({
    name: "mlops.training.faults",
    value: faults.filter(({ fault }) => fault === kind).length,
    labels: { "mlops.model": model, "mlops.fault": kind },
  }));
}
