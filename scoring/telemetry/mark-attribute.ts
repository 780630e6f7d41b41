/** Attribute of a span that says of a request of our own which kind it is: "test" or "shadow". */
export const markAttribute = "mlops.mark";

/** Attribute of a span that says that a client has chosen the track, so that the request is no sample of it. */
export const chosenAttribute = "mlops.chosen";
