/** Addresses of the dashboard's pages. */
export const links = {
  model: (model: string): string => `/models/${encodeURIComponent(model)}`,
  serving: (model: string): string => `${links.model(model)}/serving`,
  runs: (model: string): string => `${links.model(model)}/runs`,
  run: (model: string, run: string): string => `${links.runs(model)}/${encodeURIComponent(run)}`,
  versions: (model: string): string => `${links.model(model)}/versions`,
  version: (model: string, version: number): string => `${links.versions(model)}/${version}`,
  data: (model: string): string => `${links.model(model)}/data`,
  costs: (model: string): string => `${links.model(model)}/costs`,
  compare: (model: string): string => `${links.model(model)}/compare`,
  monitoring: (model: string): string => `${links.model(model)}/monitoring`,
  trainings: (model: string): string => `${links.model(model)}/trainings`,
  compareTrainings: (model: string): string => `${links.trainings(model)}/compare`,
  training: (model: string, job: string): string => `${links.trainings(model)}/${encodeURIComponent(job)}`,
  tryOut: (model: string): string => `${links.model(model)}/try`,
  score: (model: string): string => `${links.model(model)}/score`,
  action: (model: string, action: string): string => `${links.model(model)}/actions/${action}`,
  audit: (model?: string): string =>
    model === undefined ? "/audit" : `/audit?model=${encodeURIComponent(model)}`,
  job: (job: string): string => `/jobs/${encodeURIComponent(job)}`,
};
