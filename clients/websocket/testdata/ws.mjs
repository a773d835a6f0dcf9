// A server on Node's ws, with the perMessageDeflate of the second argument: it says its port, sends each client two messages,
// and what the client says back to it. The first argument is a folder in which ws is installed.
import { createRequire } from "node:module";

const [folder, perMessageDeflate] = process.argv.slice(2);
const { WebSocketServer } = createRequire(folder + "/")("ws");
const text = "all work and no play makes Jack a dull boy. ".repeat(50);

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: JSON.parse(perMessageDeflate) });
server.on("listening", () => console.log(server.address().port));
server.on("connection", (client) => {
  client.send(text);
  client.send(text);
  client.on("message", (message) => client.send(message.toString()));
});
process.stdin.on("end", () => process.exit()).resume();
