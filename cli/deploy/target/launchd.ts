/**
 * `deploy launchd <source>`: an agent of launchd, which is what macOS has.
 * @module
 */
import { ConfigError } from "../../../pipeline/errors.ts";
import type { Deployment, Target } from "../deployment.ts";
import { checkedWords, shellWord, xmlText } from "../quote.ts";
import type { Schedule } from "../schedule.ts";
import { commandWords, deployPath, logPath, programNotes, valuesLeft } from "./local.ts";

const AGENTS = "~/Library/LaunchAgents";
/** It lists every time it starts something; a list longer than this is a schedule for another program. */
const MOST_INTERVALS = 1000;

/** Agents of launchd. */
export const launchd: Target = {
  name: "launchd",
  summary: "Write an agent of launchd (macOS)",
  plan(deployment) {
    const file = `sluice.${deployment.name}.plist`;
    const path = deployPath(deployment, file);
    return {
      files: [{ path, text: plistOf(deployment) }],
      left: [
        ...valuesLeft(deployment),
        {
          what: "Switch the agent on",
          commands: [
            `cp ${shellWord(path)} ${AGENTS}/`,
            `launchctl bootstrap gui/$(id -u) ${AGENTS}/${file}`,
          ],
        },
        {
          what: "Run it once now",
          commands: [`launchctl kickstart gui/$(id -u)/sluice.${deployment.name}`],
        },
      ],
      notes: [`What runs print goes to ${logPath(deployment)}`, ...programNotes()],
    };
  },
};

function plistOf(deployment: Deployment): string {
  const [directory, log] = checkedWords([deployment.projectDirectory, logPath(deployment)]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<dict>",
    ...entry("Label", string(`sluice.${deployment.name}`)),
    ...entry("ProgramArguments", ["<array>", ...commandWords(deployment).flatMap(string), "</array>"]),
    ...entry("WorkingDirectory", string(directory)),
    ...entry("StandardOutPath", string(log)),
    ...entry("StandardErrorPath", string(log)),
    ...entry("StartCalendarInterval", [
      "<array>",
      ...intervals(deployment.schedule).flatMap((interval) => [
        "<dict>",
        ...Object.entries(interval).flatMap(([key, value]) => entry(key, [`<integer>${value}</integer>`])),
        "</dict>",
      ]),
      "</array>",
    ]),
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}

function entry(key: string, value: readonly string[]): string[] {
  return [`<key>${key}</key>`, ...value];
}

function string(text: string): string[] {
  return [`<string>${xmlText(text)}</string>`];
}

type Interval = Readonly<Record<string, number>>;

/** Every combination of values. Where day and weekday are both given, either of them starts it, as in cron. */
export function intervals({ minutes, hours, days, months, weekdays }: Schedule): Interval[] {
  const times: [string, readonly number[] | undefined][] = [["Month", months], ["Hour", hours], [
    "Minute",
    minutes,
  ]];
  const either = days && weekdays
    ? [{ Day: days }, { Weekday: weekdays }]
    : [{ ...days && { Day: days }, ...weekdays && { Weekday: weekdays } }];
  const found = either.flatMap((dates) => product([...Object.entries(dates), ...times]));
  if (found.length <= MOST_INTERVALS) return found;
  throw new ConfigError(`Cannot tell launchd the schedule: it would be a list of ${found.length} times`, {
    code: "invalid-schedule",
    next: "choose fewer times, e.g. every hour",
  });
}

function product(fields: readonly [string, readonly number[] | undefined][]): Interval[] {
  let found: Interval[] = [{}];
  for (const [key, values] of fields) {
    if (values) found = found.flatMap((each) => values.map((value) => ({ ...each, [key]: value })));
  }
  return found;
}
