/**
 * Reads a simulator with the official Okta SDK for Node and prints what it found as JSON. It runs in a folder
 * where the SDK is installed; everything it needs to know comes in the environment.
 */
const okta = require(require.resolve("@okta/okta-sdk-nodejs", { paths: [process.cwd()] }));

const settings = JSON.parse(process.env.SETTINGS);
const since = new Date(Date.now() - 100 * 86_400_000).toISOString();
const until = new Date(Date.now() + 60_000).toISOString();

async function idsOf(collection) {
  const ids = [];
  // The SDK's collections end with one empty element when the last page is empty.
  for await (const item of await collection) if (item) ids.push(item.id ?? item.uuid);
  return ids;
}

async function childrenOf(parents, list) {
  const found = [];
  for (const parent of parents) for (const id of await idsOf(list(parent))) found.push(`${parent} ${id}`);
  return found;
}

async function main() {
  const client = new okta.Client({
    ...settings,
    testing: { disableHttpsCheck: true },
    cacheMiddleware: null,
  });
  const groups = await idsOf(client.groupApi.listGroups({ limit: 7 }));
  const apps = await idsOf(client.applicationApi.listApplications({ limit: 7 }));
  const filter = 'lastUpdated gt "1970-01-01T00:00:00.000Z"';
  const result = {
    searched: await idsOf(client.userApi.listUsers({ search: "status pr", limit: 50 })),
    filtered: await idsOf(client.userApi.listUsers({ filter, limit: 50 })),
    present: await idsOf(client.userApi.listUsers({ limit: 50 })),
    groups,
    apps,
    group_users: await childrenOf(
      groups,
      (groupId) => client.groupApi.listGroupUsers({ groupId, limit: 30 }),
    ),
    apps_assigned: await childrenOf(
      apps,
      (appId) => client.applicationApi.listApplicationUsers({ appId, limit: 30 }),
    ),
    groups_assigned_apps: await childrenOf(groups, (groupId) => {
      return client.groupApi.listAssignedApplicationsForGroup({ groupId, limit: 3 });
    }),
    system_log: await idsOf(client.systemLogApi.listLogEvents({ since, until, limit: 200 })),
  };
  const user = await client.userApi.getUser({ userId: result.searched[1] });
  result.user = [user.id, user.profile.login, user.profile.skills];
  process.stdout.write(JSON.stringify(result));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
