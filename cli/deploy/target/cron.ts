/**
 * `deploy cron <source>`: a line for a crontab.
 * @module
 */
import { ConfigError } from "../../../pipeline/errors.ts";
import type { Deployment, Target } from "../deployment.ts";
import { checkedWords, crontabCommand, shellLine, shellWord } from "../quote.ts";
import { commandWords, deployPath, logPath, programNotes, valuesLeft } from "./local.ts";

/** The longest line that the usual programs take. */
const LONGEST_LINE = 998;

/** A crontab. */
export const cron: Target = {
  name: "cron",
  summary: "Write a line for a crontab",
  plan(deployment) {
    const path = deployPath(deployment, `sluice-${deployment.name}.cron`);
    return {
      files: [{
        path,
        text: `# Loads ${checkedWords([deployment.source])[0]}; written by Sluice.\n${lineOf(deployment)}\n`,
      }],
      left: [
        ...valuesLeft(deployment),
        {
          what: "Add the line to your crontab",
          commands: [`(crontab -l 2>/dev/null; cat ${shellWord(path)}) | crontab -`],
        },
      ],
      notes: [`What runs print goes to ${logPath(deployment)}`, ...programNotes()],
    };
  },
};

function lineOf(deployment: Deployment): string {
  const [directory, log] = checkedWords([deployment.projectDirectory, logPath(deployment)]);
  const command = `cd ${shellWord(directory)} && ${shellLine(commandWords(deployment))} >> ${
    shellWord(log)
  } 2>&1`;
  const line = `${deployment.schedule.cron} ${crontabCommand(command)}`;
  if (new TextEncoder().encode(line).length <= LONGEST_LINE) return line;
  throw new ConfigError(`Cannot write the line for a crontab: it would be over ${LONGEST_LINE} characters`, {
    code: "unusable-path",
    next: "move the project to a shorter path",
  });
}
