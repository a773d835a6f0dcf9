// A push server as one writes it on Node.js: the package ws for WebSocket as its documentation shows it, node:http for SSE.
// Both send what is posted to /publish on a port of its own.
//
//   node server.js PORT PUBLISH_PORT HEARTBEAT_MS
import http from "node:http";
import { WebSocketServer } from "ws";

const [port, publishPort, heartbeat] = process.argv.slice(2).map(Number);
const sockets = new WebSocketServer({ noServer: true });
const streams = new Set();

const server = http.createServer((request, response) => {
  if (request.url !== "/events") {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  response.flushHeaders();
  streams.add(response);
  response.on("close", () => streams.delete(response));
});
server.on("upgrade", (request, socket, head) => {
  if (request.url !== "/ws") {
    socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
    return;
  }
  // A WebSocketServer without a server emits nothing by itself, but keeps its clients.
  sockets.handleUpgrade(request, socket, head, (client) => client.on("error", () => client.terminate()));
});

function publish(text) {
  for (const client of sockets.clients) {
    client.send(text);
  }
  const event = `data: ${text}\n\n`;
  for (const stream of streams) {
    stream.write(event);
  }
}

const publisher = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    if (request.method === "POST") {
      publish(Buffer.concat(parts).toString());
    }
    response.writeHead(204).end();
  });
});
publisher.keepAliveTimeout = 600_000; // ms

if (heartbeat > 0) {
  setInterval(() => {
    for (const client of sockets.clients) {
      client.ping();
    }
    for (const stream of streams) {
      stream.write(":\n\n");
    }
  }, heartbeat).unref();
}

process.on("SIGTERM", () => {
  for (const client of sockets.clients) {
    client.close(1001);
  }
  for (const stream of streams) {
    stream.end();
  }
  server.close();
  publisher.close();
  publisher.closeAllConnections();
  server.closeIdleConnections();
});

server.listen({ port, host: "127.0.0.1", backlog: 4096 }, () => publisher.listen(publishPort, "127.0.0.1"));
