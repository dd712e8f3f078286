// How long a test waits for what must come: so long that a slow, busy machine has done it, and shorter than the test
// itself may take, so that what did not come is told.
export const patience = { timeout: 30_000, interval: 20 };
