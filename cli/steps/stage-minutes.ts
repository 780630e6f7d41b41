/** Longest wait at each stage of a canary for clients' requests, in minutes. */
export const defaultStageMinutes = 30;
