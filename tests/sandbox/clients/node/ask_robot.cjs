// WeCom's end of the robot's URL mode built on @wecom/crypto: checks the URL, or tells the bot something and opens its answer.
// Prints one JSON line: {status, echo} or {status, answer, nonce}; an answer with a wrong signature is an error.
const { decrypt, encrypt, getSignature } = require("@wecom/crypto");

const { url, token, key, nonce, message } = JSON.parse(process.argv[2]);

async function main() {
  const timestamp = Math.floor(Date.now() / 1000);
  const words = message === undefined ? "echo-4711" : JSON.stringify(message);
  const encrypted = encrypt(key, words, "");
  const query = new URLSearchParams({ timestamp, nonce, msg_signature: getSignature(token, timestamp, nonce, encrypted) });
  if (message === undefined) {
    query.set("echostr", encrypted);
    const response = await fetch(`${url}?${query}`);
    return { status: response.status, echo: await response.text() };
  }
  const body = JSON.stringify({ encrypt: encrypted });
  const response = await fetch(`${url}?${query}`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
  const text = await response.text();
  if (!text) return { status: response.status };
  const sealed = JSON.parse(text);
  if (getSignature(token, sealed.timestamp, sealed.nonce, sealed.encrypt) !== sealed.msgsignature) throw new Error("signature");
  const opened = decrypt(key, sealed.encrypt);
  if (opened.id !== "") throw new Error(`receiveid ${opened.id}`);
  return { status: response.status, answer: JSON.parse(opened.message), nonce: sealed.nonce };
}

main().then((told) => process.stdout.write(`${JSON.stringify(told)}\n`));
