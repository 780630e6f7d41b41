/** The two projects of Pulumi, by what lives as long as their stacks: each environment has a stack in both, of its own name. */
export const projects = {
  /** What changes rarely: the foundation, training, the cluster, and what watches them. */
  environment: "mlops",
  /** What a release changes: the containers that serve, and the routes to them. */
  serving: "mlops-serving",
} as const;
