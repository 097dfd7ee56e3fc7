// A bot in URL mode built on @wecom/crypto: verifies and decrypts what the look-alike sends, encrypts what it answers.
// Prints one JSON line per thing it heard; /wecom/callback is the app (XML), /wecom/aibot the robot (JSON).
const http = require("node:http");
const { decrypt, encrypt, getSignature } = require("@wecom/crypto");

const { app, robot } = JSON.parse(process.argv[2]);
const tell = (heard) => process.stdout.write(`${JSON.stringify(heard)}\n`);

function opened(keys, query, encrypted) {
  const signed = getSignature(keys.token, query.get("timestamp"), query.get("nonce"), encrypted);
  if (signed !== query.get("msg_signature")) throw new Error("signature");
  const { message, id } = decrypt(keys.key, encrypted);
  if (id !== keys.id) throw new Error(`receiveid ${id}`);
  return message;
}

function sealed(query, answer) {
  const timestamp = 1791000000;
  const nonce = query.get("nonce");
  const encrypted = encrypt(robot.key, JSON.stringify(answer), "");
  return JSON.stringify({
    encrypt: encrypted,
    msgsignature: getSignature(robot.token, timestamp, nonce, encrypted),
    timestamp,
    nonce,
  });
}

function answer(request, body) {
  const url = new URL(request.url, "http://bot");
  const query = url.searchParams;
  const keys = url.pathname === "/wecom/aibot" ? robot : app;
  if (request.method === "GET") return opened(keys, query, query.get("echostr"));
  if (keys === app) {
    tell({ xml: opened(app, query, /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(body)[1]) });
    return "";
  }
  const message = JSON.parse(opened(robot, query, JSON.parse(body).encrypt));
  tell({ message });
  const finish = message.msgtype === "stream";
  return sealed(query, { msgtype: "stream", stream: { id: "s1", finish, content: finish ? "3 人缺勤" : "正在查" } });
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    try {
      response.end(answer(request, Buffer.concat(chunks).toString()));
    } catch (error) {
      tell({ error: String(error) });
      response.writeHead(400).end();
    }
  });
});
server.listen(0, "127.0.0.1", () => tell({ port: server.address().port }));
