/** Where a service answers the own dialect: what asks a service takes it from here. */
export const scorePath = "/score";
