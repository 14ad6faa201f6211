/**
 * `deploy systemd <source>`: a service and its timer for systemd, of the user or of the machine.
 * @module
 */
import type { Deployment, Target } from "../deployment.ts";
import { checkedWords, shellWord, systemdText, systemdWord } from "../quote.ts";
import type { FieldValues, Schedule } from "../schedule.ts";
import { commandWords, deployPath, programNotes, valuesLeft } from "./local.ts";

/** Timers of systemd. */
export const systemd: Target = {
  name: "systemd",
  summary: "Write a service and a timer of systemd",
  plan(deployment) {
    const unit = `sluice-${deployment.name}`;
    const [service, timer] = ["service", "timer"].map((kind) => deployPath(deployment, `${unit}.${kind}`));
    return {
      files: [{ path: service, text: serviceText(deployment) }, { path: timer, text: timerText(deployment) }],
      left: [
        ...valuesLeft(deployment),
        {
          what: "Switch the timer on",
          commands: [
            `systemctl --user link ${shellWord(service)}`,
            `systemctl --user enable --now ${shellWord(timer)}`,
          ],
        },
        { what: "Let it run while you are not signed in", commands: ["loginctl enable-linger"] },
        {
          what: "Run it once now, and look what it printed",
          commands: [
            `systemctl --user start ${unit}.service`,
            `journalctl --user -u ${unit}.service`,
          ],
        },
      ],
      notes: programNotes(),
    };
  },
};

function serviceText(deployment: Deployment): string {
  const [directory] = checkedWords([deployment.projectDirectory]);
  // Through a shell, which gets the words as its arguments: systemd treats the first word unlike the others.
  const words = ["/bin/sh", "-c", 'exec "$@"', "sluice", ...commandWords(deployment)];
  return [
    "[Unit]",
    `Description=${systemdText(titleOf(deployment))}`,
    "Wants=network-online.target",
    "After=network-online.target",
    "",
    "[Service]",
    "Type=oneshot",
    `WorkingDirectory=${systemdText(directory)}`,
    `ExecStart=${words.map(systemdWord).join(" ")}`,
    "# As Ctrl-C: the run stops in good order, and the next one goes on.",
    "KillSignal=SIGINT",
    "NoNewPrivileges=true",
    "",
  ].join("\n");
}

function timerText(deployment: Deployment): string {
  return [
    "[Unit]",
    `Description=${systemdText(`${titleOf(deployment)}, at "${deployment.schedule.cron}"`)}`,
    "",
    "[Timer]",
    ...calendars(deployment.schedule).map((calendar) => `OnCalendar=${calendar}`),
    "# What was missed while the machine was off is made up for.",
    "Persistent=true",
    "",
    "[Install]",
    "WantedBy=timers.target",
    "",
  ].join("\n");
}

function titleOf({ source }: Deployment): string {
  return `Sluice loads ${checkedWords([source])[0]}`;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** As calendar events. Where day and weekday are both given, cron takes either and systemd both. */
export function calendars({ minutes, hours, days, months, weekdays }: Schedule): string[] {
  const week = weekdays?.map((day) => WEEKDAYS[day]).join(",");
  const event = (day: FieldValues, names?: string) =>
    `${names ? `${names} ` : ""}*-${listed(months)}-${listed(day)} ${listed(hours)}:${listed(minutes)}:00`;
  return days && week ? [event(days), event(undefined, week)] : [event(days, week)];
}

function listed(values: FieldValues): string {
  return values ? values.map((value) => String(value).padStart(2, "0")).join(",") : "*";
}
