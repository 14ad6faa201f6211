/**
 * The page a person sees who opens the simulator in a browser or with curl.
 *
 * @module
 */

import type { Reply } from "./reply.ts";
import type { SimulatorState } from "./simulator.ts";

/** A short text saying what this is and how to call it. */
export function welcomePage({ organisation, tokens, oauth }: SimulatorState, url: string): Reply {
  const { users, groups, apps, log } = organisation;
  const token = tokens.tokens.readonly;
  const body = `Okta simulator of Sluice. Everything here is invented; nothing leaves this machine.

organisation   seed ${organisation.seed}: ${users.end} users, ${groups.end} groups, ${apps.end} applications, ${
    log.timeline.end - log.timeline.first + log.emittedCount
  } log events
token          SSWS ${token}
service app    client id ${oauth.apps.ordinary.clientId}, key id ${oauth.apps.ordinary.kid}, key at ${url}/__sim/service-apps

Try:
  curl -i -H 'Authorization: SSWS ${token}' '${url}/api/v1/users?limit=2'
  curl -s -H 'Authorization: SSWS ${token}' '${url}/api/v1/groups?limit=2'
  curl -s -H 'Authorization: SSWS ${token}' '${url}/api/v1/logs?limit=2'
  curl -s '${url}/__sim/truth/groups' | head -1
  curl -s '${url}/__sim/requests' | tail -1
  curl -s -X POST '${url}/__sim/mutate' -d '{"op":"user.create"}'

Documentation: docs/simulator.md
`;
  return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body, items: 0 };
}
