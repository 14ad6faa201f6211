/** The floor of reading: fetch every page of users and parse it. @module */
import { report, taskOf } from "../measure.ts";

const { url, token } = taskOf();
await report(async () => {
  let next: string | undefined = `${url}/api/v1/users?limit=200&filter=${
    encodeURIComponent('lastUpdated ge "1970-01-01T00:00:00.000Z"')
  }`;
  let rows = 0;
  while (next) {
    const response: Response = await fetch(next, { headers: { authorization: `SSWS ${token}` } });
    rows += JSON.parse(await response.text()).length;
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  }
  return rows;
});
