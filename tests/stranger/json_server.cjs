/**
 * Serves the JSON database of a file on loopback, and prints the port. It runs in a folder where json-server is
 * installed.
 */
const jsonServer = require(require.resolve("json-server", { paths: [process.cwd()] }));

const app = jsonServer.create();
app.use(jsonServer.defaults({ logger: false, static: process.cwd() }));
app.use(jsonServer.router(process.argv[2]));
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
