// How long a test waits for an event: long enough for a slow, busy machine, and shorter than the timeout of the test,
// so that the failure says what did not happen.
export const patience = { timeout: 60_000, interval: 20 };
