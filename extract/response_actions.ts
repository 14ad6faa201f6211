/**
 * Response actions: what an author says about answers, by status and content, as one function that the client
 * calls with each of them.
 * @module
 */
import type { ActionResponse, Actions } from "../rest/types.ts";
import type { ActionFunction, ResponseAction } from "./definition/rest_api_config.ts";

/** The actions of an endpoint, in their order; undefined when there are none. */
export function actionsOf(list: readonly (ResponseAction | ActionFunction)[]): Actions | undefined {
  if (!list.length) return undefined;
  return async (response) => {
    for (const each of list) {
      if (typeof each === "function") {
        await run(each, response);
        continue;
      }
      if (!matches(each, response)) continue;
      if (typeof each.action === "string") return each.action;
      for (const action of [each.action].flat() as ActionFunction[]) await run(action, response);
    }
    return undefined;
  };
}

function matches({ status_code, content }: ResponseAction, response: ActionResponse): boolean {
  if (status_code !== undefined && Number(status_code) !== response.status) return false;
  return content === undefined || response.text.includes(content);
}

/** What a function returns counts, as much as what it changes. */
async function run(action: ActionFunction, response: ActionResponse): Promise<void> {
  const returned = await action(response);
  if (!returned || returned === response) return;
  if (typeof returned.status === "number") response.status = returned.status;
  if (typeof returned.text === "string") response.text = returned.text;
}
