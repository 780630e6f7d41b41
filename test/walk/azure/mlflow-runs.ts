/** Runs of an experiment on an MLflow server, as Azure Machine Learning makes one for a job and one for each of its steps. */
export class MlflowRuns {
  private experiment: Promise<string> | undefined;

  constructor(
    private readonly server: string,
    private readonly name: string,
  ) {}

  get experimentName(): string {
    return this.name;
  }

  /** The id of the experiment; it is made when it is first asked for. */
  experimentId(): Promise<string> {
    return (this.experiment ??= this.findExperiment());
  }

  /** Starts a run, within another or by itself; gives its id. */
  async start(runName: string, parent?: string): Promise<string> {
    const tags = parent === undefined ? [] : [{ key: "mlflow.parentRunId", value: parent }];
    const body = {
      experiment_id: await this.experimentId(),
      run_name: runName,
      start_time: Date.now(),
      tags,
    };
    const { run } = (await this.call("runs/create", body)) as { run: { info: { run_id: string } } };
    return run.info.run_id;
  }

  async end(id: string, succeeded: boolean): Promise<void> {
    const status = succeeded ? "FINISHED" : "FAILED";
    await this.call("runs/update", { run_id: id, status, end_time: Date.now() });
  }

  async tagsOf(id: string): Promise<Record<string, string>> {
    const { run } = (await this.call(`runs/get?run_id=${id}`)) as {
      run: { data: { tags?: { key: string; value: string }[] } };
    };
    return Object.fromEntries((run.data.tags ?? []).map(({ key, value }) => [key, value]));
  }

  private async findExperiment(): Promise<string> {
    const found = await fetch(
      `${this.server}/api/2.0/mlflow/experiments/get-by-name?experiment_name=${this.name}`,
    );
    if (found.ok) {
      const { experiment } = (await found.json()) as { experiment: { experiment_id: string } };
      return experiment.experiment_id;
    }
    const made = (await this.call("experiments/create", { name: this.name })) as { experiment_id: string };
    return made.experiment_id;
  }

  private async call(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.server}/api/2.0/mlflow/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return response.json();
  }
}
