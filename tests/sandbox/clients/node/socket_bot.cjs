// A bot on the long connection built on @wecom/aibot-node-sdk. Prints one JSON line per event; a member steers it by words:
// "名单" a growing stream, "公海" a card, "大文件" an upload and a reply with it; a file is downloaded and decrypted.
const { WSClient, generateReqId } = require("@wecom/aibot-node-sdk");

const { url, botId, secret } = JSON.parse(process.argv[2]);
const tell = (heard) => process.stdout.write(`${JSON.stringify(heard)}\n`);
const nothing = () => {};
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const client = new WSClient({
  wsUrl: url, botId, secret, logger, reconnectInterval: 20, heartbeatInterval: 50, maxAuthFailureAttempts: 1,
});

const button = { text: "认领", key: "claim", style: 1 };
const CARD = { card_type: "button_interaction", main_title: { title: "认领学员" }, task_id: "t1", button_list: [button] };
const DEAD = { card_type: "text_notice", main_title: { title: "已认领" }, task_id: "t1", card_action: { type: 0 } };

async function text(frame) {
  const said = frame.body.text.content;
  if (said.includes("公海")) return client.replyTemplateCard(frame, CARD);
  if (said.includes("大文件")) {
    const media = await client.uploadMedia(Buffer.alloc(1_200_000, "a"), { type: "file", filename: "大文件.txt" });
    await client.replyMedia(frame, "file", media.media_id);
    return client.sendMediaMessage(frame.body.from.userid, "file", media.media_id);
  }
  const stream = generateReqId("stream");
  await client.replyStream(frame, stream, "正在查", false);
  return client.replyStream(frame, stream, "3 人缺勤", true);
}

async function file(frame) {
  const { buffer, filename } = await client.downloadFile(frame.body.file.url, frame.body.file.aeskey);
  return client.sendMessage(frame.body.from.userid, { msgtype: "markdown", markdown: { content: `${filename} ${buffer}` } });
}

function on(event, act) {
  client.on(event, async (...heard) => {
    try {
      const answer = await act(...heard);
      tell({ event, errcode: answer?.errcode });
    } catch (error) {
      tell({ event, error: error.errmsg ?? String(error) });
    }
  });
}

on("authenticated", nothing);
on("reconnecting", nothing);
on("disconnected", nothing);
on("error", (error) => { throw error; });
on("message.text", text);
on("message.file", file);
on("event.enter_chat", (frame) => client.replyWelcome(frame, { msgtype: "text", text: { content: "我是营伴" } }));
on("event.template_card_event", (frame) => client.updateTemplateCard(frame, DEAD));
on("event.disconnected_event", nothing);
client.connect();
setInterval(nothing, 1000); // alive also after the connection is gone
