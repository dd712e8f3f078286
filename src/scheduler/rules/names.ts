// What a schedule is called as a task, and which tasks a scheduler takes.

/** The type of the tasks that are schedules. */
export const scheduleType = "asyncgate.schedule";

/** Of their own, so that workers that take any type of the default queue do not get them. */
export const scheduleQueue = "asyncgate.schedules";

/** The types of tasks that ask a scheduler for something begin so: `schedule.create`. */
export const controlPrefix = "schedule.";

/** Where tasks wait that ask for something: where tasks are created that name no queue. */
export const controlQueue = "default";

export function scheduleTaskName(scheduleId: string): string {
  return `schedule/${scheduleId}`;
}

/** The text of a run time in labels, keys, names of conditions and templates: as short as it can be. */
export function runTimeText(runTime: Date): string {
  return runTime.toISOString().replace(".000Z", "Z");
}

/** No other firing of the schedule has it, so none is done twice, whatever is repeated. */
export function firingKey(scheduleId: string, runTime: Date): string {
  return `schedule:${scheduleId}:${runTimeText(runTime)}`;
}
