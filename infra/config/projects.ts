/** The two Pulumi projects. Each environment has a stack with its name in both. */
export const projects = {
  /** Resources that rarely change: the foundation, training, the cluster and monitoring. */
  environment: "mlops",
  /** Resources that a release changes: the serving containers and the routes to them. */
  serving: "mlops-serving",
} as const;
